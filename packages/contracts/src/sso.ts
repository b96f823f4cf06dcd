import { z } from 'zod'
import { Time } from './common.ts'

/** Roles that somebody may get by coming from the provider; never one that manages the account. */
export const NewcomerRole = z.enum(['ATTENDANT', 'SUPERVISOR', 'DPO'])
export type NewcomerRole = z.infer<typeof NewcomerRole>

const Domain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/)

export const Issuer = z.url({ protocol: /^https?$/ }).max(500)

const settings = {
  /** What the button says, for example "Google". */
  label: z.string().trim().min(1).max(60),
  issuer: Issuer,
  clientId: z.string().trim().min(1).max(300),
  domains: z.array(Domain).max(50),
  newcomerRole: NewcomerRole.nullable(),
  enabled: z.boolean(),
  passwordsRefused: z.boolean(),
}

export const SsoSettings = z.object({ ...settings, updatedAt: Time }).meta({ id: 'SsoSettings' })
export type SsoSettings = z.infer<typeof SsoSettings>

/** `redirectUri` and `loginUrl` are what the provider and the team need to know; `settings` is null until they are saved once. */
export const SsoState = z
  .object({ redirectUri: z.string(), loginUrl: z.string(), settings: SsoSettings.nullable(), linked: z.boolean() })
  .meta({ id: 'SsoState' })
export type SsoState = z.infer<typeof SsoState>

/** Without `clientSecret` the saved one stays; it is never shown. */
export const SaveSsoInput = z
  .object({ ...settings, clientSecret: z.string().trim().min(1).max(1000).optional() })
  .refine((v) => v.newcomerRole === null || v.domains.length > 0, {
    path: ['domains'],
    message: 'Diga de quais domínios são as pessoas que podem entrar sozinhas.',
  })
  .refine((v) => v.enabled || !v.passwordsRefused, { path: ['passwordsRefused'], message: 'Ligue antes o login único.' })
  .meta({ id: 'SaveSsoInput' })

export const TestSsoInput = z.object({ issuer: Issuer }).meta({ id: 'TestSsoInput' })
/** `unreachable`: no answer, or none of an OpenID provider; `insecure`: not https; `unfit`: it lacks what is needed (code flow, PKCE). */
export const SsoTest = z
  .object({ outcome: z.enum(['ok', 'unreachable', 'insecure', 'unfit']), issuer: z.string().nullable(), authorizationHost: z.string().nullable() })
  .meta({ id: 'SsoTest' })
export type SsoTest = z.infer<typeof SsoTest>

export const SsoStart = z.object({ url: z.string() }).meta({ id: 'SsoStart' })

/** Why the way back from the provider ended at the entry page (`?erro=`). */
export const SsoProblem = z.enum([
  'sso_unknown',
  'sso_unavailable',
  'sso_failed',
  'sso_cancelled',
  'sso_email',
  'sso_owner',
  'sso_refused',
  'sso_full',
  'sso_suspended',
])
export type SsoProblem = z.infer<typeof SsoProblem>

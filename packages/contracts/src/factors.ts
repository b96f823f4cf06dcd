import { z } from 'zod'
import { Login } from './access.ts'
import { Id, Time } from './common.ts'

/** Ways to prove that it is really you. */
export const ProofMethod = z.enum(['password', 'totp', 'passkey', 'recovery'])
export type ProofMethod = z.infer<typeof ProofMethod>

/** Six digits of an authenticator app; people type spaces. */
const Code = z
  .string()
  .max(20)
  .transform((v) => v.replaceAll(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/))

const Bytes = z
  .string()
  .max(20_000)
  .regex(/^[\w-]+$/)
  .describe('base64url')

/** What the browser answers after `navigator.credentials.get` (WebAuthn, AuthenticationResponseJSON). */
export const PasskeyAssertion = z
  .object({
    id: Bytes,
    rawId: Bytes,
    type: z.literal('public-key'),
    response: z.object({ clientDataJSON: Bytes, authenticatorData: Bytes, signature: Bytes, userHandle: Bytes.optional() }),
  })
  .meta({ id: 'PasskeyAssertion' })
export type PasskeyAssertion = z.infer<typeof PasskeyAssertion>

/** What the browser answers after `navigator.credentials.create` (WebAuthn, RegistrationResponseJSON). */
export const PasskeyAttestation = z
  .object({
    id: Bytes,
    rawId: Bytes,
    type: z.literal('public-key'),
    response: z.object({ clientDataJSON: Bytes, attestationObject: Bytes, transports: z.array(z.string().max(30)).max(10).optional() }),
  })
  .meta({ id: 'PasskeyAttestation' })
export type PasskeyAttestation = z.infer<typeof PasskeyAttestation>

/** For the browser's own passkey functions, as they come. */
export const PasskeyOptions = z.record(z.string(), z.unknown()).meta({ id: 'PasskeyOptions' })

const FactorProofs = [
  z.object({ method: z.literal('totp'), code: Code }),
  z.object({ method: z.literal('recovery'), code: z.string().trim().min(1).max(40) }),
  z.object({ method: z.literal('passkey'), response: PasskeyAssertion }),
] as const
export const FactorProof = z.discriminatedUnion('method', FactorProofs)
export type FactorProof = z.infer<typeof FactorProof>
export const StepUpInput = z.discriminatedUnion('method', [z.object({ method: z.literal('password'), password: z.string().min(1).max(200) }), ...FactorProofs])
export type StepUpInput = z.infer<typeof StepUpInput>

/** The password was right; one of these must follow within five minutes. */
export const SecondFactorAsked = z.object({ secondFactor: z.object({ token: z.string(), methods: z.array(ProofMethod) }) }).meta({ id: 'SecondFactorAsked' })
export type SecondFactorAsked = z.infer<typeof SecondFactorAsked>
export const LoginAnswer = z.union([Login, SecondFactorAsked])
export type LoginAnswer = z.infer<typeof LoginAnswer>

const PendingToken = z.string().max(100)
export const SecondStepInput = z.object({ token: PendingToken, proof: FactorProof })
export const SecondStepPasskeyInput = z.object({ token: PendingToken })
export const PasskeyLoginInput = z.object({ response: PasskeyAssertion, tenantId: Id.optional() })
export type PasskeyLoginInput = z.infer<typeof PasskeyLoginInput>

const PasskeyName = z.string().trim().min(1).max(60)
export const Passkey = z
  .object({
    id: Id,
    name: z.string(),
    createdAt: Time,
    lastUsedAt: Time.nullable(),
    /** True when the passkey is kept by a password manager or a cloud account. */
    backedUp: z.boolean(),
  })
  .meta({ id: 'Passkey' })
export type Passkey = z.infer<typeof Passkey>

export const Factors = z
  .object({
    totp: z.object({ since: Time }).nullable(),
    passkeys: z.array(Passkey),
    recoveryCodes: z.object({ left: z.int(), total: z.int() }),
    /** The company asks for it. */
    required: z.boolean(),
    /** False when the server's address cannot have passkeys (an IP address, for example). */
    passkeysPossible: z.boolean(),
  })
  .meta({ id: 'Factors' })
export type Factors = z.infer<typeof Factors>

/** `uri` goes into the QR code, `secret` is for typing. */
export const TotpStarted = z.object({ secret: z.string(), uri: z.string() }).meta({ id: 'TotpStarted' })
export const TotpConfirmInput = z.object({ code: Code })
/** Shown once. Null: the codes from before still work. */
export const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()).nullable() }).meta({ id: 'RecoveryCodes' })
export const NewPasskeyInput = z.object({ name: PasskeyName, response: PasskeyAttestation })
export const NewPasskey = z.object({ passkey: Passkey, recoveryCodes: z.array(z.string()).nullable() }).meta({ id: 'NewPasskey' })
export const RenamePasskeyInput = z.object({ name: PasskeyName })

/** Whose second factor a company requires. */
export const SecondFactorPolicy = z.enum(['optional', 'managers', 'everybody'])
export type SecondFactorPolicy = z.infer<typeof SecondFactorPolicy>
/** `people` and `protected`: how many belong to the company, and how many of them have a second factor. */
export const TenantSecurity = z.object({ secondFactor: SecondFactorPolicy, people: z.int(), protected: z.int() }).meta({ id: 'TenantSecurity' })
export type TenantSecurity = z.infer<typeof TenantSecurity>
export const UpdateTenantSecurityInput = z.object({ secondFactor: SecondFactorPolicy })

import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Context } from '../../../platform/context.ts'

/** One way to the provider and back, in one browser. `link`: who is logged in and wants to be known by the provider from now on. */
export const Attempt = z.object({
  tenantId: z.uuid(),
  issuer: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  link: z.object({ userId: z.uuid(), sessionId: z.uuid() }).nullable(),
  until: z.number(),
})
export type Attempt = z.infer<typeof Attempt>

const NAME = 'atende_sso'
/** A browser takes it from a secure page only. */
const nameOf = (ctx: Context): string => (options(ctx).secure ? `__Secure-${NAME}` : NAME)
const LIFE_SECONDS = 10 * 60
const CONTEXT = 'sso.attempt'

/** `lax`: the browser brings it along when the provider sends it back here. */
const options = (ctx: Context) => ({ httpOnly: true, sameSite: 'lax' as const, path: '/api/auth/sso', secure: ctx.publicUrl().startsWith('https:') })

/** Sealed in a cookie: nothing to keep here, nothing to read there, worth nothing in another browser. */
export function rememberAttempt(ctx: Context, reply: FastifyReply, attempt: Omit<Attempt, 'until'>): void {
  const sealed = ctx.keys.seal(CONTEXT, JSON.stringify({ ...attempt, until: Date.now() + LIFE_SECONDS * 1000 }))
  reply.setCookie(nameOf(ctx), sealed.toString('base64url'), { ...options(ctx), maxAge: LIFE_SECONDS })
}

export function takeAttempt(ctx: Context, request: FastifyRequest, reply: FastifyReply): Attempt | undefined {
  const text = request.cookies[nameOf(ctx)]
  reply.clearCookie(nameOf(ctx), options(ctx))
  if (text === undefined) return undefined
  try {
    const attempt = Attempt.parse(JSON.parse(ctx.keys.open(CONTEXT, Buffer.from(text, 'base64url'))))
    return attempt.until > Date.now() ? attempt : undefined
  } catch {
    // Somebody else's bytes, or of another key.
    return undefined
  }
}

/** Only a path of ours, never another site. */
export const safePath = (path: string | undefined): string => (path !== undefined && /^\/(?![/\\])[\x21-\x7e]{0,500}$/.test(path) ? path : '/')

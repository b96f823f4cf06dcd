import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import { clientAddress } from '../../platform/limits/request-limits.ts'
import { readDeviceCookie } from './device-cookie.ts'
import type { Client } from './sessions.ts'

const NAME = 'atende_refresh'
const LIFE_SECONDS = 30 * 24 * 3600

/** Scripts cannot read it, other sites cannot send it, and it goes to the access routes only. */
const options = (ctx: Context) => ({ httpOnly: true, sameSite: 'strict' as const, path: '/api/auth', secure: ctx.publicUrl().startsWith('https:') })

/** Behind https the name says so: a browser takes `__Secure-` from a secure page only, so nobody on the way can plant one. */
const SECURE_NAME = `__Secure-${NAME}`
const nameOf = (ctx: Context): string => (options(ctx).secure ? SECURE_NAME : NAME)

export const setRefreshCookie = (ctx: Context, reply: FastifyReply, token: string): void => {
  reply.setCookie(nameOf(ctx), token, { ...options(ctx), maxAge: LIFE_SECONDS })
  // One of before https, or of an earlier version, has served.
  if (nameOf(ctx) !== NAME && reply.request.cookies[NAME] !== undefined) reply.clearCookie(NAME, options(ctx))
}
export const clearRefreshCookie = (ctx: Context, reply: FastifyReply): void => {
  for (const name of new Set([nameOf(ctx), NAME])) reply.clearCookie(name, options(ctx))
}
export const readRefreshCookie = (request: FastifyRequest): string | undefined => request.cookies[SECURE_NAME] ?? request.cookies[NAME]

/** The second lock beside SameSite: a browser says from which page a call comes. @throws AppError origin_refused */
export function requireOwnOrigin(ctx: Context, request: FastifyRequest): void {
  const { origin } = request.headers
  if (origin === undefined) return
  const own = [`http://${request.host}`, `https://${request.host}`, new URL(ctx.publicUrl()).origin, ...ctx.config.origins]
  if (!own.includes(origin)) throw new AppError('origin_refused')
}

export const clientOf = (request: FastifyRequest): Client => ({
  ip: clientAddress(request).address,
  port: clientAddress(request).port,
  userAgent: request.headers['user-agent']?.slice(0, 300) ?? null,
  requestId: request.id,
  host: request.host,
  device: readDeviceCookie(request),
})

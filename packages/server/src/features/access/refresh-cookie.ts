import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import { clientAddress } from '../../platform/limits/request-limits.ts'
import { DEVICE_COOKIE } from './device-cookie.ts'
import type { Client } from './sessions.ts'

const NAME = 'atende_refresh'
const LIFE_SECONDS = 30 * 24 * 3600

/** Scripts cannot read it, other sites cannot send it, and it goes to the access routes only. */
const options = (ctx: Context) => ({ httpOnly: true, sameSite: 'strict' as const, path: '/api/auth', secure: ctx.publicUrl().startsWith('https:') })

export const setRefreshCookie = (ctx: Context, reply: FastifyReply, token: string): void => {
  reply.setCookie(NAME, token, { ...options(ctx), maxAge: LIFE_SECONDS })
}
export const clearRefreshCookie = (ctx: Context, reply: FastifyReply): void => {
  reply.clearCookie(NAME, options(ctx))
}
export const readRefreshCookie = (request: FastifyRequest): string | undefined => request.cookies[NAME]

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
  device: request.cookies[DEVICE_COOKIE],
})

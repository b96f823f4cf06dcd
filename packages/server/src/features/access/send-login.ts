import type { Login } from '@atende/contracts/access'
import type { LoginAnswer } from '@atende/contracts/factors'
import type { FastifyReply } from 'fastify'
import type { Context } from '../../platform/context.ts'
import { recordAccess } from '../audit/access-records.ts'
import { addressOf } from '../audit/where-from.ts'
import { rememberDevice } from './device-cookie.ts'
import type { Outcome } from './factors/finish-login.ts'
import { setRefreshCookie } from './refresh-cookie.ts'
import { type Opened, presentLogin } from './sessions.ts'

/** What every opened session leaves: its refresh token in the cookie, a known device, and who came from where in the access records. */
export async function keepLogin(ctx: Context, reply: FastifyReply, opened: Opened, kind: 'login' | 'refresh' = 'login'): Promise<void> {
  await recordAccess(ctx, opened.holder, addressOf(reply.request), kind)
  setRefreshCookie(ctx, reply, opened.refreshToken)
  rememberDevice(ctx, reply, opened.me.user.email)
}

/** Answers a login. */
export async function sendLogin(ctx: Context, reply: FastifyReply, opened: Opened, kind: 'login' | 'refresh' = 'login'): Promise<Login> {
  await keepLogin(ctx, reply, opened, kind)
  return presentLogin(ctx, opened)
}

/** Answers a login, or the question for its second factor. */
export const sendOutcome = async (ctx: Context, reply: FastifyReply, outcome: Outcome): Promise<LoginAnswer> =>
  'asked' in outcome ? { secondFactor: outcome.asked } : sendLogin(ctx, reply, outcome.opened)

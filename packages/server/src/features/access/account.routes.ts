import { setTimeout as sleep } from 'node:timers/promises'
import { ChangeEmailInput, ConfirmEmailInput, ConfirmedEmail, EntryOptions, EntryQuery, ForgotInput, ResetInput } from '@atende/contracts/accounts'
import { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { askEmailChange, confirmAgain, confirmEmail } from './confirm-email.ts'
import type { LoginLimit } from './login-limit.ts'
import { endOtherSessions } from './me.ts'
import { clientOf } from './refresh-cookie.ts'
import { askReset, requireMails, resetPassword } from './reset-password.ts'
import { requireRoom } from './sign-up-limit.ts'
import { entryOptions } from './sso/entry-options.ts'

const tags = ['auth']
/** Every answer comes after this time, whatever was found. */
const FORGOT_MS = 150

/** Links that come by mail, and what the entry page offers. */
export function accountRoutes(app: Http, ctx: Context, limit: LoginLimit): void {
  app.get(
    '/api/auth/entry',
    { config: { access: 'public' }, schema: { tags, summary: 'What the entry page may offer', querystring: EntryQuery, response: { 200: EntryOptions } } },
    async (request) => entryOptions(ctx, request.query.company, request.host),
  )
  passwordRoutes(app, ctx)
  emailRoutes(app, ctx, limit)

  app.post(
    '/api/auth/sessions/end-others',
    { config: { access: 'login' }, schema: { tags, summary: 'End all own logins but this one', response: { 204: z.void() } } },
    async (request, reply) => {
      if (!request.login) throw new AppError('unauthenticated')
      await endOtherSessions(ctx, request.login, clientOf(request))
      return reply.code(204).send()
    },
  )
}

function passwordRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/auth/forgot-password',
    {
      config: { access: 'public' },
      schema: { tags, summary: 'Mail a link for a new password; the same answer for every address', body: ForgotInput, response: { 202: z.void() } },
    },
    async (request, reply) => {
      requireMails(ctx)
      await requireRoom(ctx, 'forgot', request.ip)
      void askReset(ctx, request.body.email, clientOf(request)).catch((err: unknown) => ctx.log.error({ err, reqId: request.id }, 'access: reset not mailed'))
      await sleep(FORGOT_MS)
      return reply.code(202).send()
    },
  )

  app.post(
    '/api/auth/reset-password',
    { config: { access: 'public' }, schema: { tags, summary: 'A new password, by the link of a mail', body: ResetInput, response: { 204: z.void() } } },
    async (request, reply) => {
      await resetPassword(ctx, request.body, clientOf(request))
      return reply.code(204).send()
    },
  )
}

function emailRoutes(app: Http, ctx: Context, limit: LoginLimit): void {
  app.post(
    '/api/auth/confirm-email',
    {
      config: { access: 'public' },
      schema: { tags, summary: 'Confirm an address, by the link of a mail', body: ConfirmEmailInput, response: { 200: ConfirmedEmail } },
    },
    async (request) => confirmEmail(ctx, request.body.token, clientOf(request)),
  )

  app.post(
    '/api/auth/email/confirm-again',
    { config: { access: 'login' }, schema: { tags, summary: 'Another mail to confirm the own address', response: { 202: z.void() } } },
    async (request, reply) => {
      if (!request.login) throw new AppError('unauthenticated')
      await confirmAgain(ctx, request.login)
      return reply.code(202).send()
    },
  )

  app.post(
    '/api/auth/email',
    {
      config: { access: 'login' },
      schema: { tags, summary: 'Ask for another address; it counts once confirmed', body: ChangeEmailInput, response: { 202: z.void() } },
    },
    async (request, reply) => {
      if (!request.login) throw new AppError('unauthenticated')
      await askEmailChange(ctx, limit, request.login, request.body, clientOf(request))
      return reply.code(202).send()
    },
  )
}

import { Login, LoginInput, Me, RegisterInput, Session, UpdateMeInput } from '@atende/contracts/access'
import { IdParams } from '@atende/contracts/common'
import { LoginAnswer } from '@atende/contracts/factors'
import { z } from 'zod'
import { callerOf, personTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { logIn } from './log-in.ts'
import type { LoginLimit } from './login-limit.ts'
import { logOutEverywhere, updateMe } from './me.ts'
import { logOut, refresh } from './refresh.ts'
import { clearRefreshCookie, clientOf, readRefreshCookie, requireOwnOrigin } from './refresh-cookie.ts'
import { register } from './register.ts'
import { sendLogin, sendOutcome } from './send-login.ts'
import { endOwnSession, listSessions, readMe } from './sessions.ts'
import { requireRoom } from './sign-up-limit.ts'

const tags = ['auth']

export function authRoutes(app: Http, ctx: Context, limit: LoginLimit): void {
  app.post(
    '/api/auth/register',
    { config: { access: 'public' }, schema: { tags, summary: 'Sign a company up', body: RegisterInput, response: { 201: Login } } },
    async (request, reply) => {
      await requireRoom(ctx, 'signUp', request.ip)
      const login = await sendLogin(ctx, reply, await register(ctx, request.body, clientOf(request)))
      return reply.code(201).send(login)
    },
  )

  app.post(
    '/api/auth/login',
    { config: { access: 'public' }, schema: { tags, summary: 'Log in', body: LoginInput, response: { 200: LoginAnswer } } },
    async (request, reply) => sendOutcome(ctx, reply, await logIn(ctx, limit, request.body, clientOf(request))),
  )

  app.post(
    '/api/auth/refresh',
    {
      config: { access: 'public', limit: 'refused' },
      schema: { tags, summary: 'A new access token for the refresh cookie, which is replaced', response: { 200: Login } },
    },
    async (request, reply) => {
      requireOwnOrigin(ctx, request)
      return sendLogin(ctx, reply, await refresh(ctx, readRefreshCookie(request) ?? '', clientOf(request)), 'refresh')
    },
  )

  app.post(
    '/api/auth/logout',
    { config: { access: 'public', limit: 'refused' }, schema: { tags, summary: 'End this login', response: { 204: z.void() } } },
    async (request, reply) => {
      requireOwnOrigin(ctx, request)
      const access = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
      await logOut(ctx, { refresh: readRefreshCookie(request), access }, clientOf(request))
      clearRefreshCookie(ctx, reply)
      return reply.code(204).send()
    },
  )
  accountRoutes(app, ctx, limit)
  sessionRoutes(app, ctx)
}

const changesPassword = (body: unknown): boolean => typeof body === 'object' && body !== null && 'newPassword' in body && body.newPassword !== undefined

function accountRoutes(app: Http, ctx: Context, limit: LoginLimit): void {
  app.get(
    '/api/auth/me',
    { config: { access: 'login', beforeEnrolment: true }, schema: { tags, summary: 'Who is logged in', response: { 200: Me } } },
    async (request) => personTx(ctx, request, readMe),
  )

  app.patch(
    '/api/auth/me',
    { config: { access: 'login', stepUp: changesPassword }, schema: { tags, summary: 'Change the own account', body: UpdateMeInput, response: { 200: Me } } },
    async (request) => updateMe(ctx, limit, callerOf(request), request.body, clientOf(request)),
  )
}

function sessionRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/auth/logout-all',
    { config: { access: 'login', beforeEnrolment: true }, schema: { tags, summary: 'End all own logins, everywhere, at once', response: { 204: z.void() } } },
    async (request, reply) => {
      await logOutEverywhere(ctx, callerOf(request), clientOf(request))
      clearRefreshCookie(ctx, reply)
      return reply.code(204).send()
    },
  )

  app.get(
    '/api/auth/sessions',
    { config: { access: 'login' }, schema: { tags, summary: 'Own logins', response: { 200: z.object({ items: z.array(Session) }) } } },
    async (request) => ({ items: await personTx(ctx, request, listSessions) }),
  )

  app.delete(
    '/api/auth/sessions/:id',
    { config: { access: 'login' }, schema: { tags, summary: 'End one of the own logins', params: IdParams, response: { 204: z.void() } } },
    async (request, reply) => {
      await personTx(ctx, request, (tx, login) => endOwnSession(tx, login, request.params.id, clientOf(request)))
      return reply.code(204).send()
    },
  )
}

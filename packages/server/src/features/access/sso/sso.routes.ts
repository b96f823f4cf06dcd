import { SaveSsoInput, SsoStart, SsoState, SsoTest, TestSsoInput } from '@atende/contracts/sso'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { callerTx, tenantLogin } from '../../../platform/auth.ts'
import type { Context } from '../../../platform/context.ts'
import type { Http } from '../../../platform/http.ts'
import { auditedBy, writeAudit } from '../../audit/audit.ts'
import { clientOf } from '../refresh-cookie.ts'
import { keepLogin } from '../send-login.ts'
import { rememberAttempt, safePath, takeAttempt } from './attempt.ts'
import { finishSso } from './finish-sso.ts'
import { testProvider } from './provider.ts'
import { readSso, redirectUri, removeSso, saveSso } from './settings.ts'
import * as db from './sso.db.ts'
import { startLink, startSso } from './start-sso.ts'

const tags = ['auth']
const SETTINGS_PAGE = '/configuracoes/login-unico'
/** `casa`: sent here from another of our hosts already. */
const StartQuery = z.object({ voltar: z.string().max(600).optional().catch(undefined), casa: z.string().max(10).optional().catch(undefined) })
const SlugParams = z.object({ slug: z.string().max(60) })

/** Single sign-on: the way there and back, and the settings. */
export function ssoRoutes(app: Http, ctx: Context): void {
  browserRoutes(app, ctx)
  settingsRoutes(app, ctx)
  ownRoutes(app, ctx)
}

/** The login page goes on from there; what stands behind `#` reaches no server and no log. */
const secondStepAddress = ({ token, methods }: { token: string; methods: readonly string[] }) => `/entrar#etapa=${token}&jeitos=${methods.join(',')}`

const go = (reply: FastifyReply, url: string): FastifyReply => reply.header('referrer-policy', 'no-referrer').redirect(url, 302)

/** Opened by the browser itself, so both answer with a way on. */
function browserRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/auth/sso/:slug/start',
    { config: { access: 'public' }, schema: { tags, summary: 'To the provider of this company', params: SlugParams, querystring: StartQuery } },
    async (request, reply) => {
      const { slug } = request.params
      const home = new URL(ctx.publicUrl())
      // The way back ends at the public address: the cookie must be of that host too. Asked once, for proxies that hide the name.
      if (request.host !== home.host && request.query.casa === undefined) {
        const there = new URL(request.url, home)
        there.searchParams.set('casa', '1')
        return go(reply, there.href)
      }
      const start = await startSso(ctx, slug, safePath(request.query.voltar))
      if (typeof start === 'string') return go(reply, `/entrar?erro=${start}`)
      rememberAttempt(ctx, reply, start.attempt)
      return go(reply, start.url)
    },
  )

  app.get('/api/auth/sso/callback', { config: { access: 'public' }, schema: { tags, summary: 'Back from the provider' } }, async (request, reply) => {
    const attempt = takeAttempt(ctx, request, reply)
    // The query as it came; the address is ours, whatever the Host header says.
    const url = new URL(`${redirectUri(ctx)}?${request.url.split('?')[1] ?? ''}`)
    const done = await finishSso(ctx, attempt, url, clientOf(request))
    if (done.outcome === 'entered') {
      if ('asked' in done.login) return go(reply, secondStepAddress(done.login.asked))
      await keepLogin(ctx, reply, done.login.opened)
    }
    if (done.outcome !== 'refused') return go(reply, attempt?.returnTo ?? '/')
    return go(reply, `${attempt?.link ? SETTINGS_PAGE : '/entrar'}?erro=${done.problem}`)
  })
}

function settingsRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/sso',
    { config: { access: 'tenant.manage' }, schema: { tags, summary: 'Settings of single sign-on', response: { 200: SsoState } } },
    async (request) => callerTx(ctx, request, (tx, login) => readSso(ctx, tx, login)),
  )

  app.put(
    '/api/sso',
    {
      config: { access: 'tenant.manage', stepUp: true },
      schema: { tags, summary: 'Save the settings of single sign-on', body: SaveSsoInput, response: { 200: SsoState } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        const state = await saveSso(ctx, tx, login, request.body)
        const { enabled, passwordsRefused, newcomerRole, issuer, domains, clientSecret } = request.body
        const details = { enabled, passwordsRefused, newcomerRole, issuer, domains, newSecret: clientSecret !== undefined }
        await writeAudit(tx, { tenantId: login.tenantId, action: 'sso.update', details, ...auditedBy(request) })
        return state
      }),
  )

  app.delete(
    '/api/sso',
    {
      config: { access: 'tenant.manage', stepUp: true },
      schema: { tags, summary: 'Remove single sign-on, and who came by it stays in the team', response: { 204: z.void() } },
    },
    async (request, reply) => {
      await callerTx(ctx, request, async (tx, login) => {
        await removeSso(tx)
        await writeAudit(tx, { tenantId: login.tenantId, action: 'sso.remove', ...auditedBy(request) })
      })
      return reply.code(204).send()
    },
  )

  app.post(
    '/api/sso/test',
    { config: { access: 'tenant.manage' }, schema: { tags, summary: 'Ask a provider what it can do', body: TestSsoInput, response: { 200: SsoTest } } },
    async (request) => testProvider(ctx, request.body.issuer),
  )
}

/** The own link to the provider. */
function ownRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/auth/sso/link',
    {
      config: { access: 'tenant.manage', stepUp: true },
      schema: { tags, summary: 'Enter by the provider from now on: where to go', response: { 200: SsoStart } },
    },
    async (request, reply) => {
      const { url, attempt } = await startLink(ctx, tenantLogin(request), `${SETTINGS_PAGE}?ligado=1`)
      rememberAttempt(ctx, reply, attempt)
      return { url }
    },
  )

  app.delete(
    '/api/auth/sso/link',
    { config: { access: 'tenant.manage' }, schema: { tags, summary: 'No longer enter by the provider', response: { 204: z.void() } } },
    async (request, reply) => {
      await callerTx(ctx, request, async (tx, { tenantId, userId }) => {
        await db.unlink(tx, userId)
        await writeAudit(tx, { tenantId, action: 'sso.unlink', object: { type: 'user', id: userId }, ...auditedBy(request) })
      })
      return reply.code(204).send()
    },
  )
}

import { isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { Config } from '../../platform/config.ts'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { listRoutes } from '../../platform/list-routes.ts'
import { MAILS_POLICY, mailsPage } from './mails-page.ts'

const tags = ['debug']
const SECRET = /KEY|PASSWORD|SECRET|TOKEN|DATABASE_URL|DATABASE_OWNER_URL|SMTP_URL|REDIS_URL|AUDIT_COPY_URL|ALERT_SLACK_URL|SENTRY_DSN|SUPER_ADMIN/

/** Settings as they are in force; secrets only as "set". */
export const redactConfig = (config: Config): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [name, SECRET.test(name) && value !== undefined ? '[set]' : value]))

const isLoopback = (ip: string) => ip === '::1' || (isIP(ip.replace('::ffff:', '')) === 4 && ip.replace('::ffff:', '').startsWith('127.'))

/** For this machine only, and by a name of this machine: a foreign page must not reach it through a rebound name. */
function requireLocal(request: FastifyRequest): void {
  const name = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  if (!isLoopback(request.ip) || !(name === 'localhost' || isLoopback(name))) throw notFound()
}

/** Only registered in development. */
export function debugRoutes(app: Http, ctx: Context): void {
  const local = { config: { access: 'public' as const }, onRequest: async (request: FastifyRequest) => requireLocal(request) }

  app.get('/debug/routes', { ...local, schema: { tags, summary: 'Every route, and who may call it' } }, async () => ({ items: listRoutes(app) }))
  app.get('/debug/config', { ...local, schema: { tags, summary: 'Settings in force, without secrets' } }, async () => redactConfig(ctx.config))
  app.get('/debug/jobs', { ...local, schema: { tags, summary: 'Job queues' } }, async () => ({ items: await ctx.jobs.stats() }))
  app.get('/debug/mails', { ...local, schema: { tags, summary: 'Mails that would have left, the newest first' } }, async (_request, reply) =>
    reply.header('content-security-policy', MAILS_POLICY).type('text/html; charset=utf-8').send(mailsPage(ctx.mail.kept())),
  )
}

import type { FastifyRequest } from 'fastify'
import type { Context } from '../../platform/context.ts'
import { asUser, inTenant } from '../../platform/database.ts'
import type { Access, Http } from '../../platform/http.ts'
import { auditedBy, isTold, writeAudit } from './audit.ts'

/** Whoever may do these administers: each call is told, whether it changes something or only looks. */
const ADMIN_ACCESS: ReadonlySet<string> = new Set<Access>([
  'users.manage',
  'tenant.manage',
  'channels.manage',
  'webhooks.read',
  'audit.read',
  'access_records.export',
  'server.manage',
])
export const isAdminAccess = (access: Access | undefined): boolean => access !== undefined && ADMIN_ACCESS.has(access)

const HOUR_MS = 3600_000
const WATCHERS = 1000

/** A page that refreshes by itself would fill the diary with one look: of each login the first of an hour is told, and what failed. */
function createWatchers(): (request: FastifyRequest, sessionId: string) => boolean {
  const since = new Map<string, number>()
  return (request, sessionId) => {
    if (!request.routeOptions.config.refreshes) return false
    const key = `${sessionId} ${request.method} ${request.routeOptions.url}`
    const now = Date.now()
    if (now - (since.get(key) ?? 0) < HOUR_MS) return true
    if (since.size >= WATCHERS) since.clear()
    since.set(key, now)
    return false
  }
}

/** No bodies, no query: they may hold what a diary should not. */
function lineOf(request: FastifyRequest, status: number) {
  const { url: route, method } = { url: request.routeOptions.url ?? '', method: request.method }
  const params = Object.fromEntries(Object.entries((request.params as Record<string, unknown>) ?? {}).map(([k, v]) => [k, String(v).slice(0, 80)]))
  const outcome: 'success' | 'failure' = status < 400 ? 'success' : 'failure'
  const object = { type: 'route', id: params.id ?? '' }
  return { action: 'admin.call', object, outcome, details: { method, route, status, params }, ...auditedBy(request) }
}

/**
 * A line for each call of an administration route, before its answer leaves. A call that went well and wrote a line of its own is
 * told already, in the same diary. Calls without a login are nobody's, and refused.
 */
export function tellAdminCalls(app: Http, ctx: Context): void {
  const isToldThisHour = createWatchers()
  app.addHook('onSend', async (request, reply, payload) => {
    const { login } = request
    if (!login || !isAdminAccess(request.routeOptions.config.access)) return payload
    // Who runs the server wrote into a company's diary: the server's own tells it too.
    if (isTold(request) && reply.statusCode < 400 && login.tenantId !== null) return payload
    if (reply.statusCode < 400 && isToldThisHour(request, login.sessionId)) return payload
    const line = { tenantId: login.tenantId, ...lineOf(request, reply.statusCode) }
    const written = login.tenantId
      ? inTenant(ctx.db, login.tenantId, (tx) => writeAudit(tx, line), login.userId)
      : asUser(ctx.db, login.userId, (tx) => writeAudit(tx, line))
    await written.catch((err: unknown) => request.log.error({ err, reqId: request.id }, 'audit: an administration call was not recorded'))
    return payload
  })
}

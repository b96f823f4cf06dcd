import type { FastifyRequest } from 'fastify'
import { Counter, Histogram } from 'prom-client'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'

/** Addresses that stand for themselves; each file of the web client would be one more. */
const OWN = /^\/(api|webhooks|health|ready|alive|metrics|debug|\.well-known)(\/|$)/
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
/** Ways in, and what their answers mean. */
const LOGINS = /^\/api\/auth\/(login(\/second|\/second\/passkey|\/passkey)?|register|sso\/callback)$/

/** The pattern of a route, never an address: `/api/contacts/:id`. What matched none is the page of the web client, or nothing. */
function routeOf(request: FastifyRequest): string {
  const pattern = request.routeOptions.url
  if (pattern === undefined) return 'none'
  return OWN.test(pattern) ? pattern : 'web'
}

const loginOutcome = (status: number): string => {
  if (status === 429) return 'limited'
  if (status >= 500) return 'error'
  return status < 400 ? 'accepted' : 'refused'
}

/** Times every request by method, pattern and class of status. */
export function measureRequests(app: Http, ctx: Context): void {
  const { registry } = ctx.counters
  const times = new Histogram({
    name: 'atende_http_request_duration_seconds',
    help: 'Time from the request to the end of the answer, by pattern of the route.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  })
  const refused = new Counter({ name: 'atende_http_too_many_total', help: 'Requests answered 429.', registers: [registry] })
  const logins = new Counter({
    name: 'atende_logins_total',
    help: 'Steps of logging in, by how they ended (accepted may still ask for a second step).',
    labelNames: ['outcome'],
    registers: [registry],
  })
  for (const outcome of ['accepted', 'refused', 'limited', 'error']) logins.inc({ outcome }, 0)

  app.addHook('onResponse', async (request, reply) => {
    const route = routeOf(request)
    const method = METHODS.has(request.method) ? request.method : 'OTHER'
    times.observe({ method, route, status: `${Math.floor(reply.statusCode / 100)}xx` }, reply.elapsedTime / 1000)
    if (reply.statusCode === 429) refused.inc()
    if (LOGINS.test(route) && (method === 'POST' || route.endsWith('callback'))) logins.inc({ outcome: loginOutcome(reply.statusCode) })
  })
}

import { Health } from '@atende/contracts/health'
import { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { debugRoutes } from './debug.routes.ts'
import { checkReadiness, createHealth, type HealthParts, type MoreChecks, proofOf } from './health.ts'

export type { HealthParts } from './health.ts'

const tags = ['health']
const Readiness = z.object({ status: z.enum(['ready', 'not_ready']), checks: z.record(z.string(), z.boolean()) }).meta({ id: 'Readiness' })
const Alive = z.object({ status: z.literal('alive'), proof: z.string().optional() }).meta({ id: 'Alive' })
/** What is none is no reason to look dead. */
const AliveQuery = z.object({
  nonce: z
    .string()
    .regex(/^[0-9a-f]{16,64}$/)
    .optional()
    .catch(undefined),
})

export function healthRoutes(app: Http, ctx: Context, parts: HealthParts, more: MoreChecks): void {
  const health = createHealth(ctx, parts, more)

  app.get(
    '/health',
    { config: { access: 'public' }, schema: { tags, summary: 'Every component; 503 when the server cannot work', response: { 200: Health, 503: Health } } },
    async (_request, reply) => {
      const report = await health()
      return reply
        .header('cache-control', 'no-store')
        .code(report.status === 'unhealthy' ? 503 : 200)
        .send(report)
    },
  )

  app.get(
    '/ready',
    { config: { access: 'public' }, schema: { tags, summary: 'May this process get traffic?', response: { 200: Readiness, 503: Readiness } } },
    async (_request, reply) => {
      const { ready, checks } = await checkReadiness(ctx, parts)
      return reply
        .header('cache-control', 'no-store')
        .code(ready ? 200 : 503)
        .send({ status: ready ? 'ready' : 'not_ready', checks })
    },
  )

  app.get(
    '/alive',
    {
      config: { access: 'public' },
      schema: { tags, summary: 'The process answers; `proof` lets its own doctor know it by the nonce', querystring: AliveQuery, response: { 200: Alive } },
    },
    async ({ query: { nonce } }, reply) => {
      const proof = nonce && parts.processId ? { proof: proofOf(parts.processId, nonce) } : {}
      return reply.header('cache-control', 'no-store').send({ status: 'alive' as const, ...proof })
    },
  )

  if (ctx.config.NODE_ENV === 'development') debugRoutes(app, ctx)
}

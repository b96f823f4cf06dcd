import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Engine } from '../state/engine.ts'
import type { LimitChecker } from './check-limits.ts'
import { requireNumberAccess } from './find-by-token.ts'
import { sendMessageRoute } from './send-message-route.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>

/** The two edges that send (Cloud API, send messages; Marketing Messages API). */
export function registerMessageRoutes(app: FastifyInstance, engine: Engine, checkLimits: LimitChecker): void {
  for (const edge of ['messages', 'marketing_messages'] as const) {
    app.post(`/:id/${edge}`, async (request: IdRequest, reply) => {
      const number = requireNumberAccess(engine.world, request, request.params.id, 'whatsapp_business_messaging')
      return sendMessageRoute(engine, checkLimits, number, request, reply, edge)
    })
  }
}

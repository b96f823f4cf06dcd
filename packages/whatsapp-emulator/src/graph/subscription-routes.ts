import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber } from '../emulator-types.ts'
import type { Engine } from '../state/engine.ts'
import { changeAppState } from '../state/platform-state.ts'
import { bodyOf } from './body-of.ts'
import { debugToken } from './debug-token.ts'
import { describeSubscriptions } from './describe-nodes.ts'
import { requireAccountAccess, requireAppAccess } from './find-by-token.ts'
import type { ManagementLimit } from './limit-management.ts'
import { queryOf } from './paginate.ts'
import { describeAppSubscriptions, subscribeAccount, subscribeApp, unsubscribeAccount } from './subscribe-webhooks.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>

/** Who gets the webhooks, and what a token is (Cloud API, webhooks; Graph API, debug_token). */
export function registerSubscriptionRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine
  const enter = (request: IdRequest, reply: FastifyReply): [BusinessNumber, ...BusinessNumber[]] => {
    const numbers = requireAccountAccess(world, request, request.params.id)
    count(reply, numbers[0])
    return numbers
  }
  app.get('/:id/subscribed_apps', async (request: IdRequest, reply) => describeSubscriptions(enter(request, reply)[0]))
  app.post('/:id/subscribed_apps', async (request: IdRequest, reply) => subscribeAccount(world, enter(request, reply), bodyOf(request)))
  app.delete('/:id/subscribed_apps', async (request: IdRequest, reply) => unsubscribeAccount(world, enter(request, reply)))

  app.get('/:id/subscriptions', async (request: IdRequest) => {
    const [number] = requireAppAccess(world, request, request.params.id, 'app')
    return number ? describeAppSubscriptions(world, number) : { data: [] }
  })
  app.post('/:id/subscriptions', async (request: IdRequest) => {
    const numbers = requireAppAccess(world, request, request.params.id, 'app')
    return subscribeApp(world, numbers, { ...queryOf(request), ...bodyOf(request) })
  })
  app.delete('/:id/subscriptions', async (request: IdRequest) => {
    const numbers = requireAppAccess(world, request, request.params.id, 'app')
    for (const number of numbers) {
      changeAppState(world, number.appId, { fields: null })
      world.numbers.put(number.phoneNumberId, { ...number, callbackUrl: null })
    }
    return { success: true }
  })

  app.get('/debug_token', async (request) => debugToken(engine, request, queryOf(request).input_token))
}

import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { BusinessNumber } from '../emulator-types.ts'
import type { Engine } from '../state/engine.ts'
import { createLimitChecker } from './check-limits.ts'
import { debugToken } from './debug-token.ts'
import { asPage, describeNumber, describeSubscriptions, pickAccount, pickFields, pickNumber } from './describe-nodes.ts'
import { listByToken, readToken, requireNumberAccess } from './find-by-token.ts'
import { parameterError, tokenError, unknownObject } from './graph-error.ts'
import { describeMedia, findRequestedMedia, removeMedia } from './media-routes.ts'
import { bodyOf, registerProfileRoutes } from './profile-routes.ts'
import { sendMessageRoute } from './send-message-route.ts'
import { changeNumber, subscribeAccount, subscribeApp, unsubscribeAccount } from './subscribe-webhooks.ts'

type IdRequest = FastifyRequest<{ Params: { id: string }; Querystring: { fields?: string } }>

/** Numbers, accounts, subscriptions, profile, tokens (Graph API: access tokens; Cloud API: phone numbers, webhooks, business profiles). */
export function registerNodeRoutes(app: FastifyInstance, engine: Engine): void {
  const { world } = engine
  const checkLimits = createLimitChecker(world)

  app.post('/:id/messages', async (request: IdRequest, reply) =>
    sendMessageRoute(engine, checkLimits, requireNumberAccess(world, request, request.params.id), request, reply),
  )

  app.get('/:id', async (request: IdRequest) => {
    const { id } = request.params
    const numbers = listByToken(world, request)
    const number = numbers.find((entry) => entry.phoneNumberId === id)
    if (number) return pickNumber(number, request.query.fields)
    const account = numbers.find((entry) => entry.wabaId === id)
    if (account) return pickAccount(account, request.query.fields)
    const file = findRequestedMedia(engine, request, id)
    if (file) return describeMedia(engine, file)
    throw unknownObject('GET', id)
  })

  app.post('/:id', async (request: IdRequest) => changeNumber(world, requireNumberAccess(world, request, request.params.id), bodyOf(request)))

  app.delete('/:id', async (request: IdRequest) => removeMedia(engine, findRequestedMedia(engine, request, request.params.id), request.params.id))

  app.get('/:id/phone_numbers', async (request: IdRequest) =>
    asPage(
      accountNumbers(engine, request).map((number) =>
        request.query.fields ? pickFields(describeNumber(number), request.query.fields, []) : pickNumber(number, undefined),
      ),
    ),
  )

  app.get('/:id/subscribed_apps', async (request: IdRequest) => describeSubscriptions(firstOf(accountNumbers(engine, request))))
  app.post('/:id/subscribed_apps', async (request: IdRequest) => subscribeAccount(world, accountNumbers(engine, request), bodyOf(request)))
  app.delete('/:id/subscribed_apps', async (request: IdRequest) => unsubscribeAccount(world, accountNumbers(engine, request)))

  app.post('/:id/subscriptions', async (request: IdRequest) => {
    const token = readToken(request)
    if (!token) throw tokenError('missing')
    const numbers = [...world.numbers.values()].filter((number) => number.appId === request.params.id && token === `${number.appId}|${number.appSecret}`)
    if (numbers.length === 0) throw unknownObject('POST', request.params.id)
    return subscribeApp(world, numbers, bodyOf(request))
  })

  registerProfileRoutes(app, engine)

  app.post('/:id/register', async (request: IdRequest) => {
    const number = requireNumberAccess(world, request, request.params.id)
    const body = bodyOf(request)
    if (body.messaging_product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
    if (!/^\d{6}$/.test(String(body.pin ?? ''))) throw parameterError('Param pin must be a 6-digit string.')
    world.numbers.put(number.phoneNumberId, { ...number, registered: true })
    return { success: true }
  })

  app.post('/:id/deregister', async (request: IdRequest) => {
    const number = requireNumberAccess(world, request, request.params.id)
    world.numbers.put(number.phoneNumberId, { ...number, registered: false })
    return { success: true }
  })

  app.get<{ Querystring: { input_token?: string } }>('/debug_token', async (request) => debugToken(engine, request, request.query.input_token))
}

function accountNumbers(engine: Engine, request: IdRequest): BusinessNumber[] {
  const numbers = listByToken(engine.world, request).filter((number) => number.wabaId === request.params.id)
  if (numbers.length === 0) throw unknownObject(request.method, request.params.id)
  return numbers
}

function firstOf(numbers: BusinessNumber[]): BusinessNumber {
  const [first] = numbers
  if (!first) throw unknownObject('GET', '0')
  return first
}

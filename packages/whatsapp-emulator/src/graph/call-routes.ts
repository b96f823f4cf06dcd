import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, Call, Chat } from '../emulator-types.ts'
import { isObject, type JsonObject, readObject, readText } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { ensureChat, ensureCustomer } from '../state/find-customer.ts'
import { readNumberState } from '../state/platform-state.ts'
import { keyOfChat, type World } from '../state/world.ts'
import { buildMetadata, toSeconds } from '../webhooks/build-webhook-values.ts'
import { queueNumberChange } from '../webhooks/queue-change.ts'
import { bodyOf } from './body-of.ts'
import { requireNumberAccess } from './find-by-token.ts'
import { messagingError, parameterError } from './graph-error.ts'
import { normaliseRecipient } from './normalise-recipient.ts'
import { queryOf } from './paginate.ts'
import { readSentinel } from './sentinel-numbers.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>
const DAY_MS = 24 * 3600_000
const MOST_CALLS_PER_DAY = 100
const MOST_CONCURRENT = 1_000
const ACTIONS = ['connect', 'pre_accept', 'accept', 'reject', 'terminate']

/** Calls: signalling only, nobody speaks (Cloud API, calling). */
export function registerCallRoutes(app: FastifyInstance, engine: Engine): void {
  const { world } = engine
  app.post('/:id/calls', async (request: IdRequest) => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_messaging')
    const body = bodyOf(request)
    if (body.messaging_product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
    if (!isCallingOn(world, number)) throw messagingError(138000)
    if (!ACTIONS.includes(String(body.action))) throw messagingError(131009, `Parameter value is not valid: action must be one of ${ACTIONS.join(', ')}`)
    return body.action === 'connect' ? connect(engine, number, body) : changeCall(engine, number, body)
  })

  app.get('/:id/call_permissions', async (request: IdRequest) => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_messaging')
    const query = queryOf(request)
    const { waId } = normaliseRecipient(world, number, query.user_wa_id, query.recipient ?? query.user_id)
    return describePermission(world, number, waId)
  })
}

/** True when the business switched calling on in the settings. */
function isCallingOn(world: World, number: BusinessNumber): boolean {
  const { calling } = readNumberState(world, number.phoneNumberId).settings
  return isObject(calling) && calling.status === 'ENABLED'
}

function livePermission(world: World, chat: Chat | undefined): Chat['callPermission'] {
  const permission = chat?.callPermission ?? null
  return permission && (permission.until === null || permission.until > world.now()) ? permission : null
}

/** Requests for a call permission that went to this person: one in 24 hours, two in seven days. */
function countRequests(world: World, number: BusinessNumber, waId: string, within: number): number {
  const ids = world.chatMessages.get(keyOfChat(number.phoneNumberId, waId)) ?? []
  return ids.filter((id) => {
    const message = world.messages.get(id)
    const content = message?.direction === 'outbound' && isObject(message.content) ? message.content : undefined
    return content?.type === 'call_permission_request' && message !== undefined && world.now() - message.timestamp < within
  }).length
}

/** Refuses a permission request that comes too often. @throws GraphError 138009. */
export function checkPermissionRequest(world: World, number: BusinessNumber, waId: string): void {
  if (countRequests(world, number, waId, DAY_MS) >= 1 || countRequests(world, number, waId, 7 * DAY_MS) >= 2) throw messagingError(138009)
}

function listCalls(world: World, number: BusinessNumber): Call[] {
  return [...world.calls.values()].filter((call) => call.phoneNumberId === number.phoneNumberId)
}

function countConnected(world: World, number: BusinessNumber, waId: string): number {
  const since = world.now() - DAY_MS
  return listCalls(world, number).filter((call) => call.waId === waId && call.direction === 'BUSINESS_INITIATED' && call.startedAt > since).length
}

function describePermission(world: World, number: BusinessNumber, waId: string): JsonObject {
  const permission = livePermission(world, world.chats.get(keyOfChat(number.phoneNumberId, waId)))
  const day = countRequests(world, number, waId, DAY_MS)
  const week = countRequests(world, number, waId, 7 * DAY_MS)
  const calls = countConnected(world, number, waId)
  return {
    messaging_product: 'whatsapp',
    permission: {
      status: permission?.kind ?? 'no_permission',
      ...(permission?.until ? { expiration_time: Math.floor(permission.until / 1000) } : {}),
    },
    actions: [
      {
        action_name: 'send_call_permission_request',
        can_perform_action: day < 1 && week < 2,
        limits: [
          { time_period: 'PT24H', max_allowed: 1, current_usage: day },
          { time_period: 'P7D', max_allowed: 2, current_usage: week },
        ],
      },
      {
        action_name: 'start_call',
        can_perform_action: permission !== null && calls < MOST_CALLS_PER_DAY,
        limits: [{ time_period: 'PT24H', max_allowed: MOST_CALLS_PER_DAY, current_usage: calls }],
      },
    ],
  }
}

/** The business calls; the phone rings at once. */
function connect(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  const { world } = engine
  const { waId } = normaliseRecipient(world, number, body.to, body.recipient)
  const sentinel = readSentinel(waId)
  if (sentinel?.kind === 'refuse') throw messagingError(sentinel.code)
  if (readObject(body, 'session')?.sdp_type !== 'offer') throw messagingError(131008, 'Required parameter is missing: session with sdp_type offer')
  if (!livePermission(world, world.chats.get(keyOfChat(number.phoneNumberId, waId)))) throw messagingError(138006)
  const living = listCalls(world, number).filter((call) => call.state !== 'ended' && call.state !== 'rejected')
  if (living.some((call) => call.waId === waId)) throw messagingError(138003)
  if (living.length >= MOST_CONCURRENT) throw messagingError(138002)
  if (countConnected(world, number, waId) >= MOST_CALLS_PER_DAY) throw messagingError(138012)
  ensureCustomer(world, waId, number.phoneNumberId)
  ensureChat(world, number.phoneNumberId, waId)
  const call: Call = {
    id: `wacid.${randomBytes(24).toString('base64')}`,
    phoneNumberId: number.phoneNumberId,
    waId,
    direction: 'BUSINESS_INITIATED',
    state: 'ringing',
    startedAt: world.now(),
    callbackData: readText(body, 'biz_opaque_callback_data') ?? null,
  }
  world.calls.put(call.id, call)
  world.emit({ kind: 'state' })
  world.after(world.scenario.sentMs, () => tellCallStatus(engine, number, call, 'RINGING'))
  return { messaging_product: 'whatsapp', calls: [{ id: call.id }] }
}

/** A status of a call: RINGING, ACCEPTED or REJECTED (field `calls`). */
function tellCallStatus(engine: Engine, number: BusinessNumber, call: Call, status: string): void {
  queueNumberChange(
    engine,
    number,
    'calls',
    {
      messaging_product: 'whatsapp',
      metadata: buildMetadata(number),
      statuses: [
        {
          type: 'call',
          id: call.id,
          status,
          timestamp: toSeconds(engine.world.now()),
          recipient_id: call.waId,
          ...(call.callbackData ? { biz_opaque_callback_data: call.callbackData } : {}),
        },
      ],
    },
    `call:${call.id}`,
  )
}

/** The end of a call, told to the business (field `calls`). */
function tellCallEnd(engine: Engine, number: BusinessNumber, call: Call): void {
  const now = engine.world.now()
  const inbound = call.direction === 'USER_INITIATED'
  const own = keepDigits(number.displayPhoneNumber)
  const spoken = call.state === 'accepted'
  queueNumberChange(
    engine,
    number,
    'calls',
    {
      messaging_product: 'whatsapp',
      metadata: buildMetadata(number),
      calls: [
        {
          id: call.id,
          from: inbound ? call.waId : own,
          to: inbound ? own : call.waId,
          event: 'terminate',
          direction: call.direction,
          timestamp: toSeconds(now),
          status: spoken ? 'COMPLETED' : 'FAILED',
          ...(spoken ? { start_time: toSeconds(call.startedAt), end_time: toSeconds(now), duration: Math.round((now - call.startedAt) / 1000) } : {}),
        },
      ],
    },
    `call:${call.id}`,
  )
}

function changeCall(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  const id = readText(body, 'call_id')
  if (!id) throw messagingError(131008, 'Required parameter is missing: call_id')
  const call = engine.world.calls.get(id)
  if (call?.phoneNumberId !== number.phoneNumberId) throw messagingError(131009, 'Parameter value is not valid: call_id')
  if (call.state === 'ended' || call.state === 'rejected') throw messagingError(131009, 'Parameter value is not valid: the call is over')
  const answers = body.action === 'pre_accept' || body.action === 'accept'
  if (answers && call.direction !== 'USER_INITIATED') throw messagingError(131009, 'Parameter value is not valid: only calls of users are accepted')
  if (answers && readObject(body, 'session')?.sdp_type !== 'answer') throw messagingError(131008, 'Required parameter is missing: session with sdp_type answer')
  if (body.action === 'pre_accept' || body.action === 'accept') {
    engine.world.calls.put(id, { ...call, state: body.action === 'accept' ? 'accepted' : 'pre_accepted', startedAt: engine.world.now() })
  } else {
    tellCallEnd(engine, number, call)
    engine.world.calls.put(id, { ...call, state: body.action === 'reject' ? 'rejected' : 'ended' })
  }
  engine.world.emit({ kind: 'state' })
  return { messaging_product: 'whatsapp', success: true }
}

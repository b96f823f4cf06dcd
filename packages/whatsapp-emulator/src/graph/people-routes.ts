import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber, Chat } from '../emulator-types.ts'
import { type Json, type JsonObject, readText } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { changeNumberState, readNumberState } from '../state/platform-state.ts'
import { keyOfChat } from '../state/world.ts'
import { bodyOf } from './body-of.ts'
import { requireNumberAccess } from './find-by-token.ts'
import { GraphError, messagingError, parameterError } from './graph-error.ts'
import { findPerson } from './group-nodes.ts'
import type { ManagementLimit } from './limit-management.ts'
import { normaliseRecipient } from './normalise-recipient.ts'
import { paginate, queryOf } from './paginate.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>
const DAY_MS = 24 * 3600_000
const MOST_BLOCKED = 64_000
const MOST_PER_CALL = 1_000
const ROLES = ['ai_agent', 'ctwa', 'customer_service', 'escalation', 'marketing', 'utility']

/** Blocked users, the contact book, who holds a thread, and the syncs with the Business app. */
export function registerPeopleRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine
  const enter = (request: IdRequest, reply: FastifyReply): BusinessNumber => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_messaging')
    count(reply, number)
    return number
  }

  app.get('/:id/block_users', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    const shown = listBlocked(engine, number).map((chat) => ({ messaging_product: 'whatsapp', wa_id: chat.waId }))
    return paginate(world, request, shown, 10)
  })
  app.post('/:id/block_users', async (request: IdRequest, reply) => changeBlocked(engine, enter(request, reply), bodyOf(request), true))
  app.delete('/:id/block_users', async (request: IdRequest, reply) => changeBlocked(engine, enter(request, reply), bodyOf(request), false))

  app.delete('/:id/contact_book', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    const given: JsonObject = { ...queryOf(request), ...bodyOf(request) }
    normaliseRecipient(world, number, given.to ?? given.wa_id ?? given.phone_number, given.recipient ?? given.user_id)
    return { success: true }
  })

  app.post('/:id/thread_control', async (request: IdRequest, reply) => controlThread(engine, enter(request, reply), bodyOf(request)))
  app.post('/:id/smb_app_data', async (request: IdRequest, reply) => startSync(engine, enter(request, reply), bodyOf(request)))
}

function listBlocked(engine: Engine, number: BusinessNumber): Chat[] {
  return [...engine.world.chats.values()].filter((chat) => chat.phoneNumberId === number.phoneNumberId && chat.blockedByBusiness)
}

/** Blocks people who wrote in the last 24 hours, or lifts it; a part that fails makes the whole answer an error 139100 (Cloud API, block users). */
function changeBlocked(engine: Engine, number: BusinessNumber, body: JsonObject, block: boolean): JsonObject {
  const { world } = engine
  if (body.messaging_product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
  const entries = Array.isArray(body.block_users) ? body.block_users : []
  if (entries.length === 0) throw parameterError('The parameter block_users is required.')
  if (entries.length > MOST_PER_CALL) throw parameterError(`Param block_users has at most ${MOST_PER_CALL} users.`)
  if (block && listBlocked(engine, number).length + entries.length > MOST_BLOCKED) throw messagingError(139101)
  const done: Json[] = []
  const failed: Json[] = []
  for (const entry of entries) {
    const { input, waId } = findPerson(engine, number, entry)
    const chat = findBlockable(engine, number, waId, block)
    if (chat) {
      world.chats.put(keyOfChat(chat.phoneNumberId, chat.waId), { ...chat, blockedByBusiness: block })
      done.push({ input, wa_id: chat.waId })
      continue
    }
    const details = block ? 'The user has not written in the last 24 hours.' : 'The user is not blocked.'
    failed.push({ input, ...(waId ? { wa_id: waId } : {}), errors: [{ code: 139100, message: 'Failed to block/unblock user', error_data: { details } }] })
  }
  world.emit({ kind: 'state' })
  const result: JsonObject = { [block ? 'added_users' : 'removed_users']: done, ...(failed.length > 0 ? { failed_users: failed } : {}) }
  if (failed.length === 0) return { messaging_product: 'whatsapp', block_users: result }
  const error = messagingError(139100)
  throw new GraphError(400, error.graphError, { messaging_product: 'whatsapp', block_users: result })
}

/** The chat with a person who may be blocked (wrote in the last day) or is blocked. */
function findBlockable(engine: Engine, number: BusinessNumber, waId: string | undefined, block: boolean): Chat | undefined {
  const chat = waId === undefined ? undefined : engine.world.chats.get(keyOfChat(number.phoneNumberId, waId))
  if (!chat) return undefined
  if (!block) return chat.blockedByBusiness ? chat : undefined
  return chat.lastInboundAt !== null && engine.world.now() - chat.lastInboundAt < DAY_MS ? chat : undefined
}

/** Conversation routing: pass, release or take a thread; only the escalation role may take (Cloud API, conversation routing). */
function controlThread(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  const { world } = engine
  if (body.messaging_product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
  const { waId } = normaliseRecipient(world, number, body.to, body.recipient)
  const chat = world.chats.get(keyOfChat(number.phoneNumberId, waId))
  if (!chat) throw messagingError(131009, 'Parameter value is not valid: there is no conversation with this person')
  const pass = typeof body.control_pass === 'object' && body.control_pass !== null && !Array.isArray(body.control_pass) ? body.control_pass : {}
  if (body.action === 'take') {
    if (readText(body, 'role') !== 'escalation' && chat.threadRole !== undefined) throw messagingError(2494191)
  } else if (body.action === 'pass') {
    if (!ROLES.includes(String(pass.target_role)))
      throw messagingError(131009, `Parameter value is not valid: control_pass.target_role must be one of ${ROLES.join(', ')}`)
    if (String(pass.metadata ?? '').length > 2000)
      throw messagingError(131009, 'Parameter value is not valid: control_pass.metadata has at most 2000 characters')
  } else if (body.action !== 'release') throw messagingError(131009, 'Parameter value is not valid: action must be pass, release or take')
  const { threadRole: _, ...free } = chat
  world.chats.put(keyOfChat(number.phoneNumberId, waId), body.action === 'pass' ? { ...chat, threadRole: String(pass.target_role) } : free)
  world.emit({ kind: 'state' })
  return { messaging_product: 'whatsapp', request_id: randomUUID() }
}

/** `POST /{PNID}/smb_app_data`: each sync once, within 24 hours of onboarding (Cloud API, coexistence). */
function startSync(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  const { world } = engine
  if (body.messaging_product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
  const kind = body.sync_type
  if (kind !== 'smb_app_state_sync' && kind !== 'history') throw parameterError('Param sync_type must be one of {smb_app_state_sync, history}')
  const state = readNumberState(world, number.phoneNumberId)
  if (!state.coexistence) throw parameterError('The number is not used in the WhatsApp Business app.')
  if (state.syncs.includes(kind)) throw messagingError(2593107)
  if (world.now() - state.onboardedAt > DAY_MS) throw messagingError(2593108)
  changeNumberState(world, number.phoneNumberId, { syncs: [...state.syncs, kind] })
  const requestId = randomUUID()
  world.emit({ kind: 'sync', phoneNumberId: number.phoneNumberId, syncType: kind, requestId })
  return { messaging_product: 'whatsapp', request_id: requestId }
}

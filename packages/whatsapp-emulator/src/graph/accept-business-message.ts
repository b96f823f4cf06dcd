import { createMessageId } from '../create-identifiers.ts'
import type { BusinessNumber, Chat, ChatMessage, Template } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readObject, readText } from '../json.ts'
import { addMessage, applyReaction, changeMessage } from '../state/change-message.ts'
import type { Engine } from '../state/engine.ts'
import { ensureChat, ensureCustomer } from '../state/find-customer.ts'
import { noteAnswer } from '../state/free-entry.ts'
import { addMedia } from '../state/keep-media.ts'
import { readAccountState } from '../state/platform-state.ts'
import { priceMessage } from '../state/price-message.ts'
import { failMessage, type StatusPlan, startStatusFlow } from '../state/run-status-flow.ts'
import { keyOfChat, type World } from '../state/world.ts'
import type { Sentinel } from './sentinel-numbers.ts'

const DAY_MS = 24 * 3600_000
const CODE_LIFE_MS = 10 * 60_000
const MEDIA_TYPES = ['image', 'video', 'audio', 'document', 'sticker']
const LINK_TIMEOUT_MS = 10_000
const LARGEST_LINK_BYTES = 100 * 1024 * 1024

/** A validated message on its way. */
export interface Accepted {
  waId: string
  body: JsonObject
  template: Template | null
  sentinel: Sentinel | null
  byUserId: boolean
  marketingLite: boolean
}

/** True while the customer's last message is younger than 24 hours (Cloud API, customer service window). */
export function isWindowOpen(engine: Engine, number: BusinessNumber, waId: string): boolean {
  const last = engine.world.chats.get(keyOfChat(number.phoneNumberId, waId))?.lastInboundAt ?? null
  return last !== null && engine.world.now() - last < DAY_MS
}

/** The record of a message that the business sends. */
export function createOutbound(world: World, number: BusinessNumber, sent: Accepted): ChatMessage {
  const { body, template, waId } = sent
  const type = readText(body, 'type') ?? 'text'
  const now = world.now()
  return {
    id: createMessageId(waId, 'outbound'),
    phoneNumberId: number.phoneNumberId,
    waId,
    direction: 'outbound',
    type,
    content: body[type] ?? null,
    contextId: readText(readObject(body, 'context'), 'message_id') ?? null,
    timestamp: now,
    status: 'accepted',
    statusTimes: { accepted: now },
    errorCode: null,
    callbackData: readText(body, 'biz_opaque_callback_data') ?? null,
    reactions: {},
    expiresAt: now + lifeOf(body, template),
    ...(template ? { template: { id: template.id, category: template.category } } : {}),
    ...(sent.byUserId ? { addressedBy: 'user_id' as const } : {}),
    ...(sent.marketingLite ? { marketingLite: true } : {}),
  }
}

/** How long a message waits for its phone: 30 days, authentication ten minutes, or as asked (Cloud API, time to live). */
function lifeOf(body: JsonObject, template: Template | null): number {
  const seconds = Number(body.message_send_ttl_seconds ?? template?.ttlSeconds ?? 0)
  if (seconds > 0) return seconds * 1000
  return template?.category === 'AUTHENTICATION' && seconds === 0 ? CODE_LIFE_MS : 30 * DAY_MS
}

/** Stores a validated message, shows it on the phone and starts its statuses. */
export function acceptBusinessMessage(engine: Engine, number: BusinessNumber, sent: Accepted): ChatMessage {
  const { world } = engine
  const { waId } = sent
  ensureCustomer(world, waId, number.phoneNumberId)
  const chat = ensureChat(world, number.phoneNumberId, waId)
  const message = addMessage(world, createOutbound(world, number, sent))
  noteAnswer(world, number.phoneNumberId, waId)
  world.emit({ kind: 'typing', phoneNumberId: number.phoneNumberId, waId, until: 0 })
  applyOwnReaction(world, message)
  const plan = planStatuses(engine, number, chat, message, sent.sentinel)
  const linked = findLink(message.type, message.content)
  if (linked && plan.failWith === undefined) void fetchLink(engine, message, linked, () => startStatusFlow(engine, message, plan))
  else startStatusFlow(engine, message, plan)
  return message
}

/** A reaction of the business is put on its target. */
export function applyOwnReaction(world: World, message: ChatMessage): void {
  if (message.type !== 'reaction' || !isObject(message.content)) return
  const target = readText(message.content, 'message_id')
  if (target) applyReaction(world, target, 'business', readText(message.content, 'emoji'))
}

function planStatuses(engine: Engine, number: BusinessNumber, chat: Chat, message: ChatMessage, sentinel: Sentinel | null): StatusPlan {
  if (sentinel?.kind === 'fail-later') return { failWith: sentinel.code }
  if (sentinel?.kind === 'statuses') {
    if (sentinel.order === 'sent-only') return { stopAfter: 'sent' }
    return sentinel.order === 'no-delivered' ? { skipDelivered: true } : { reversed: true }
  }
  if (sentinel) return {}
  const failWith = findFate(engine, number, chat, message)
  return failWith === null ? {} : { failWith }
}

/** Why an accepted message will not arrive, as the `failed` status tells it later. */
function findFate(engine: Engine, number: BusinessNumber, chat: Chat, message: ChatMessage): number | null {
  const { world } = engine
  const { windowCheck, windowError } = world.scenario
  if (world.customers.get(message.waId)?.onWhatsApp === false || chat.blockedByCustomer) return 131026
  if (message.template?.category === 'MARKETING') {
    if (chat.marketingStopped) return 131050
    if (isCapReached(world, message)) return 131049
  }
  if (windowCheck && windowError === 'async' && !message.template && message.type !== 'template' && !isWindowOpen(engine, number, message.waId)) return 131047
  return !readAccountState(world, number.wabaId).paymentMethod && priceMessage(world, number, message).charged ? 131042 : null
}

/** Marketing messages one person got in the last 24 hours, this one included, against the scenario's cap. */
function isCapReached(world: World, message: ChatMessage): boolean {
  const cap = world.scenario.marketingCap
  if (cap === 0) return false
  const ids = world.chatMessages.get(keyOfChat(message.phoneNumberId, message.waId)) ?? []
  const recent = ids.filter((id) => {
    const other = world.messages.get(id)
    return other?.template?.category === 'MARKETING' && other.status !== 'failed' && message.timestamp - other.timestamp < DAY_MS
  })
  return recent.length > cap
}

/** The address of a media message that was sent by link. */
export function findLink(type: string, content: Json): string | undefined {
  return MEDIA_TYPES.includes(type) && isObject(content) && content.id === undefined ? readText(content, 'link') : undefined
}

/** Meta fetches the address itself; a failure comes later as 131053 (Cloud API, media). */
export async function fetchLink(engine: Engine, message: ChatMessage, link: string, then: () => void): Promise<void> {
  const { world } = engine
  try {
    const answer = await fetch(link, { signal: AbortSignal.timeout(LINK_TIMEOUT_MS) })
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    if (bytes.length === 0 || bytes.length > LARGEST_LINK_BYTES) throw new Error('empty or too large')
    const mimeType = answer.headers.get('content-type') ?? 'application/octet-stream'
    const file = addMedia(world, { phoneNumberId: message.phoneNumberId, origin: 'business', mimeType, bytes })
    changeMessage(world, message.id, (changed) => {
      changed.content = { ...(isObject(changed.content) ? changed.content : {}), id: file.id, mime_type: mimeType }
    })
    then()
  } catch {
    if (world.messages.get(message.id)) failMessage(engine, message.id, 131053)
  }
}

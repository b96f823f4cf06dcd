import { createMessageId, keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, ChatMessage, Customer, CustomerMessage } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readObject, readText } from '../json.ts'
import { addMessage, applyReaction } from '../state/change-message.ts'
import type { Engine } from '../state/engine.ts'
import { ensureChat } from '../state/find-customer.ts'
import { noteReferral } from '../state/free-entry.ts'
import { keyOfChat, type World } from '../state/world.ts'
import { buildInboundValue, identifyCustomer, toSeconds } from '../webhooks/build-webhook-values.ts'
import { ControlError } from './control-error.ts'
import type { PhoneMessage } from './phone-message.ts'
import { isMediaType, prepareMedia, withUrl } from './prepare-media.ts'

const DAY = 24 * 3600_000

/**
 * Sends a message as a customer: stores it, opens the 24 h window and queues the webhook (Cloud API, inbound messages).
 * Any `type` goes, also one nobody knows; keys beside the known ones are passed on as they are. With `group_id` the message
 * stands in the group's chat. While another handler has the chat, the webhook is a `standby` one.
 * @throws ControlError when a media object names a file that is not there, and when the customer has blocked the business.
 */
export function sendAsCustomer(engine: Engine, number: BusinessNumber, customer: Customer, message: CustomerMessage): ChatMessage {
  const { world } = engine
  const { type, context, id, timestamp, [type]: content, ...rest } = message
  const quoted = isObject(context) ? context : undefined
  const contextId = readText(quoted, 'message_id') ?? readText(quoted, 'id') ?? null
  const groupId = readGroup(world, number, customer, rest)
  const chat = ensureChat(world, number.phoneNumberId, customer.waId)
  if (chat.blockedByCustomer) throw new ControlError(409, `${customer.name} has blocked this business and cannot write to it`)
  const shownContent = isMediaType(type) && !rest.errors ? prepareMedia(world, number, type, content) : prepareContent(type, content)
  const stored = storeMessage(world, number, customer, {
    id: typeof id === 'string' ? id : createMessageId(customer.waId, 'inbound'),
    type,
    content: shownContent ?? null,
    contextId,
    timestamp: typeof timestamp === 'string' && Number.isFinite(Number(timestamp)) ? Number(timestamp) * 1000 : world.now(),
    ...(groupId ? { groupId, sender: customer.waId } : {}),
    ...noteOrigin(quoted, rest),
  })
  const shown = identifyCustomer(world, number, customer.waId)
  queueInbound(engine, number, customer, stored, {
    ...(shown.phone ? { from: shown.phone } : {}),
    ...(shown.userId && type !== 'system' ? { from_user_id: shown.userId } : {}),
    id: stored.id,
    timestamp: toSeconds(stored.timestamp),
    type,
    ...rest,
    ...(shownContent === undefined ? {} : { [type]: withUrl(world, type, shownContent) }),
    ...(quoted ? { context: buildContext(world, number, quoted, contextId) } : {}),
  })
  return stored
}

/** Queues the webhook of one customer's message; one whose number is blocked by the business is not told. */
export function queueInbound(engine: Engine, number: BusinessNumber, customer: Customer, stored: ChatMessage, message: JsonObject): void {
  const chat = ensureChat(engine.world, number.phoneNumberId, customer.waId)
  if (chat.blockedByBusiness) return
  const value = buildInboundValue(engine.world, number, customer, message)
  const { contacts, messages, ...common } = value
  const aside = chat.threadRole !== undefined && !stored.groupId
  engine.webhooks.queue({
    phoneNumberId: number.phoneNumberId,
    wabaId: number.wabaId,
    field: aside ? 'standby' : 'messages',
    value: aside ? { ...common, standby: { ...(contacts ? { contacts } : {}), messages } } : value,
    inboundIds: [stored.id],
    lane: keyOfChat(number.phoneNumberId, stored.waId),
  })
}

/** The group of a message, when it names one the customer is in. */
function readGroup(world: World, number: BusinessNumber, customer: Customer, rest: JsonObject): string | undefined {
  const groupId = readText(rest, 'group_id')
  const group = groupId ? world.groups.get(groupId) : undefined
  if (group && (group.phoneNumberId !== number.phoneNumberId || !group.participants.includes(customer.waId))) {
    throw new ControlError(409, `${customer.name} is not in the group ${group.subject}`)
  }
  return groupId
}

/** What the phone shows above a message: forwarded, an ad, a product. */
function noteOrigin(context: JsonObject | undefined, rest: JsonObject): Partial<PhoneMessage> {
  const referral = readObject(rest, 'referral')
  const product = readObject(context, 'referred_product')
  const forwarded = context?.frequently_forwarded === true ? 'many' : context?.forwarded === true ? 'once' : undefined
  return { ...(forwarded ? { forwarded } : {}), ...(referral ? { referral } : {}), ...(product ? { product } : {}) }
}

type StoredPart = Pick<PhoneMessage, 'id' | 'type' | 'content' | 'contextId' | 'timestamp'> & Partial<PhoneMessage>

/** Keeps the message, opens the 24 h window and puts a reaction on its target. */
function storeMessage(world: World, number: BusinessNumber, customer: Customer, part: StoredPart): ChatMessage {
  if (world.messages.get(part.id)) throw new ControlError(409, `message ${part.id} exists already`)
  const { phoneNumberId } = number
  const { waId } = customer
  const message: PhoneMessage = {
    ...part,
    phoneNumberId,
    waId: part.groupId ?? waId,
    direction: 'inbound',
    status: 'sent',
    statusTimes: { sent: part.timestamp },
    errorCode: null,
    callbackData: null,
    reactions: {},
  }
  const stored = addMessage(world, message)
  noteInChat(world, phoneNumberId, waId, message)
  const reaction = part.type === 'reaction' && isObject(part.content) ? part.content : undefined
  const target = readText(reaction, 'message_id')
  if (target) applyReaction(world, target, 'customer', readText(reaction, 'emoji'))
  return stored
}

/** A message opens the 24 h window; coming by an ad and allowing calls are remembered (Cloud API, customer service window). */
function noteInChat(world: World, phoneNumberId: string, waId: string, message: PhoneMessage): void {
  const chat = ensureChat(world, phoneNumberId, waId)
  const answer = readObject(isObject(message.content) ? message.content : undefined, 'call_permission_reply')
  const callPermission =
    answer?.response === 'accept'
      ? ({ kind: answer.is_permanent === true ? 'permanent' : 'temporary', until: answer.is_permanent === true ? null : world.now() + 7 * DAY } as const)
      : null
  world.chats.put(keyOfChat(phoneNumberId, waId), {
    ...chat,
    ...(message.groupId ? {} : { lastInboundAt: message.timestamp }),
    ...(answer ? { callPermission } : {}),
  })
  if (message.referral) noteReferral(world, phoneNumberId, waId)
}

/** `context` of a reply: the quoted id and who had written it. */
function buildContext(world: World, number: BusinessNumber, context: JsonObject, contextId: string | null): JsonObject {
  const { message_id: _, ...rest } = context
  if (contextId === null) return readObject(rest, 'referred_product') ? { from: keepDigits(number.displayPhoneNumber), ...rest } : rest
  const quoted = world.messages.get(contextId)
  const author = quoted?.direction === 'inbound' ? identifyCustomer(world, number, quoted.waId).phone : keepDigits(number.displayPhoneNumber)
  return { ...(author ? { from: author } : {}), ...rest, id: contextId }
}

function prepareContent(type: string, content: Json): Json {
  if (type === 'text' && typeof content === 'string') return { body: content }
  // An emptied reaction has no emoji key at all (Cloud API, inbound messages).
  if (type === 'reaction' && isObject(content) && !content.emoji) return { message_id: content.message_id }
  return content
}

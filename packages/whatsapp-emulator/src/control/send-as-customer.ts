import { createMessageId, keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, ChatMessage, Customer, CustomerMessage, MediaFile } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readText } from '../json.ts'
import { addMessage, applyReaction } from '../state/change-message.ts'
import type { Engine } from '../state/engine.ts'
import { ensureChat } from '../state/find-customer.ts'
import { addMedia, createMediaUrl } from '../state/keep-media.ts'
import { keyOfChat, type World } from '../state/world.ts'
import { buildInboundValue, identifyCustomer, toSeconds } from '../webhooks/build-webhook-values.ts'
import { ControlError } from './control-error.ts'
import { readSample, type SampleKind } from './read-sample.ts'

const MEDIA_TYPES = ['image', 'video', 'audio', 'document', 'sticker']
const DEFAULT_MIME: Record<string, string> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/ogg; codecs=opus',
  document: 'application/pdf',
  sticker: 'image/webp',
}

/**
 * Sends a message as a customer: stores it, opens the 24 h window and queues the webhook (Cloud API, inbound messages).
 * Any `type` goes, also one nobody knows; keys beside the known ones are passed on as they are.
 * @throws ControlError when a media object names a file that is not there.
 */
export function sendAsCustomer(engine: Engine, number: BusinessNumber, customer: Customer, message: CustomerMessage): ChatMessage {
  const { world, webhooks } = engine
  const { type, context, id, timestamp, [type]: content, ...rest } = message
  const quoted = isObject(context) ? context : undefined
  const contextId = readText(quoted, 'message_id') ?? readText(quoted, 'id') ?? null
  const shownContent = MEDIA_TYPES.includes(type) ? prepareMedia(world, number, type, content) : prepareContent(type, content)
  const stored = storeMessage(world, number, customer, {
    id: typeof id === 'string' ? id : createMessageId(customer.waId, 'inbound'),
    type,
    content: shownContent ?? null,
    contextId,
    timestamp: typeof timestamp === 'string' && Number.isFinite(Number(timestamp)) ? Number(timestamp) * 1000 : world.now(),
  })
  const shown = identifyCustomer(world, number, customer.waId)
  webhooks.queue({
    phoneNumberId: number.phoneNumberId,
    wabaId: number.wabaId,
    field: 'messages',
    value: buildInboundValue(world, number, customer, {
      ...(shown.phone ? { from: shown.phone } : {}),
      ...(shown.userId ? { from_user_id: shown.userId } : {}),
      id: stored.id,
      timestamp: toSeconds(stored.timestamp),
      type,
      ...rest,
      ...(shownContent === undefined ? {} : { [type]: withUrl(world, type, shownContent) }),
      ...(quoted ? { context: buildContext(world, number, quoted, contextId) } : {}),
    }),
    inboundIds: [stored.id],
    lane: keyOfChat(number.phoneNumberId, customer.waId),
  })
  return stored
}

/** Keeps the message, opens the 24 h window and puts a reaction on its target. */
function storeMessage(
  world: World,
  number: BusinessNumber,
  customer: Customer,
  part: Pick<ChatMessage, 'id' | 'type' | 'content' | 'contextId' | 'timestamp'>,
): ChatMessage {
  if (world.messages.get(part.id)) throw new ControlError(409, `message ${part.id} exists already`)
  const { phoneNumberId } = number
  const { waId } = customer
  const stored = addMessage(world, {
    ...part,
    phoneNumberId,
    waId,
    direction: 'inbound',
    status: 'sent',
    statusTimes: { sent: part.timestamp },
    errorCode: null,
    callbackData: null,
    reactions: {},
  })
  world.chats.put(keyOfChat(phoneNumberId, waId), { ...ensureChat(world, phoneNumberId, waId), lastInboundAt: part.timestamp })
  const reaction = part.type === 'reaction' && isObject(part.content) ? part.content : undefined
  const target = readText(reaction, 'message_id')
  if (target) applyReaction(world, target, 'customer', readText(reaction, 'emoji'))
  return stored
}

/** `context` of a reply: the quoted id and who had written it. */
function buildContext(world: World, number: BusinessNumber, context: JsonObject, contextId: string | null): JsonObject {
  const { message_id: _, ...rest } = context
  if (contextId === null) return rest
  const quoted = world.messages.get(contextId)
  const from = quoted?.direction === 'inbound' ? quoted.waId : keepDigits(number.displayPhoneNumber)
  return { from, ...rest, id: contextId }
}

function prepareContent(type: string, content: Json): Json {
  if (type === 'text' && typeof content === 'string') return { body: content }
  // An emptied reaction has no emoji key at all (Cloud API, inbound messages).
  if (type === 'reaction' && isObject(content) && !content.emoji) return { message_id: content.message_id }
  return content
}

/** Resolves `id`, base64 `data` or a `sample` into Meta's media object without its short-lived address. */
function prepareMedia(world: World, number: BusinessNumber, type: string, content: Json): Json {
  if (content !== undefined && !isObject(content)) return content
  const { data: _data, sample: _sample, id, mime_type: _mime, ...rest } = content ?? {}
  const file = typeof id === 'string' ? world.media.get(id) : addGivenFile(world, number, type, content ?? {})
  if (!file) throw new ControlError(404, `media ${String(id)} not found; upload it with POST /control/media`)
  return {
    ...rest,
    ...(type === 'document' && !rest.filename && file.filename ? { filename: file.filename } : {}),
    id: file.id,
    mime_type: file.mimeType,
    sha256: Buffer.from(file.sha256, 'hex').toString('base64'),
    ...(type === 'audio' ? { voice: rest.voice === true } : {}),
    ...(type === 'sticker' ? { animated: rest.animated === true } : {}),
  }
}

function addGivenFile(world: World, number: BusinessNumber, type: string, content: JsonObject): MediaFile {
  const data = readText(content, 'data')
  const source = data
    ? { bytes: Buffer.from(data, 'base64'), mimeType: DEFAULT_MIME[type] ?? '', filename: null }
    : readSample((readText(content, 'sample') ?? type) as SampleKind)
  return addMedia(world, {
    phoneNumberId: number.phoneNumberId,
    origin: 'customer',
    mimeType: readText(content, 'mime_type') ?? source.mimeType,
    filename: readText(content, 'filename') ?? (type === 'document' ? source.filename : null),
    bytes: source.bytes,
  })
}

function withUrl(world: World, type: string, content: Json): Json {
  if (!MEDIA_TYPES.includes(type) || !isObject(content)) return content
  const file = world.media.get(readText(content, 'id') ?? '')
  return file ? { ...content, url: createMediaUrl(world, file) } : content
}

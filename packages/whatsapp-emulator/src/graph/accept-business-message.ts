import { createMessageId } from '../create-identifiers.ts'
import type { BusinessNumber, ChatMessage } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readObject, readText } from '../json.ts'
import { addMessage, applyReaction, changeMessage } from '../state/change-message.ts'
import type { Engine } from '../state/engine.ts'
import { ensureChat, ensureCustomer } from '../state/find-customer.ts'
import { addMedia } from '../state/keep-media.ts'
import { failMessage, type StatusPlan, startStatusFlow } from '../state/run-status-flow.ts'
import { keyOfChat } from '../state/world.ts'
import type { Sentinel } from './sentinel-numbers.ts'

const WINDOW_MS = 24 * 3600_000

/** True while the customer's last message is younger than 24 hours (Cloud API, customer service window). */
export function isWindowOpen(engine: Engine, number: BusinessNumber, waId: string): boolean {
  const last = engine.world.chats.get(keyOfChat(number.phoneNumberId, waId))?.lastInboundAt ?? null
  return last !== null && engine.world.now() - last < WINDOW_MS
}

/** Stores a validated message, shows it on the phone and starts its statuses. */
export function acceptBusinessMessage(engine: Engine, number: BusinessNumber, waId: string, body: JsonObject, sentinel: Sentinel | null): ChatMessage {
  const { world } = engine
  ensureCustomer(world, waId, number.phoneNumberId)
  ensureChat(world, number.phoneNumberId, waId)
  const type = readText(body, 'type') ?? 'text'
  const now = world.now()
  const message = addMessage(world, {
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
  })
  world.emit({ kind: 'typing', phoneNumberId: number.phoneNumberId, waId, until: 0 })
  if (type === 'reaction' && isObject(message.content)) {
    const target = readText(message.content, 'message_id')
    if (target) applyReaction(world, target, 'business', readText(message.content, 'emoji'))
  }
  const plan = planStatuses(engine, number, message, sentinel)
  const linked = findLink(message.type, message.content)
  if (linked && plan.failWith === undefined) void fetchLink(engine, number, message, linked, plan)
  else startStatusFlow(engine, message, plan)
  return message
}

function planStatuses(engine: Engine, number: BusinessNumber, message: ChatMessage, sentinel: Sentinel | null): StatusPlan {
  if (sentinel?.kind === 'fail-later') return { failWith: sentinel.code }
  if (sentinel?.kind === 'statuses') {
    if (sentinel.order === 'sent-only') return { stopAfter: 'sent' }
    return sentinel.order === 'no-delivered' ? { skipDelivered: true } : { reversed: true }
  }
  const { windowCheck, windowError } = engine.world.scenario
  const late = windowCheck && windowError === 'async' && !sentinel && message.type !== 'template' && !isWindowOpen(engine, number, message.waId)
  return late ? { failWith: 131047 } : {}
}

function findLink(type: string, content: Json): string | undefined {
  return isObject(content) && content.id === undefined && !['text', 'template', 'interactive', 'reaction', 'location'].includes(type)
    ? readText(content, 'link')
    : undefined
}

/** Meta fetches the address itself; a failure comes later as 131053 (Cloud API, media). */
async function fetchLink(engine: Engine, number: BusinessNumber, message: ChatMessage, link: string, plan: StatusPlan): Promise<void> {
  const { world } = engine
  try {
    const answer = await fetch(link, { signal: AbortSignal.timeout(10_000) })
    if (!answer.ok) throw new Error(`status ${answer.status}`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    const mimeType = answer.headers.get('content-type') ?? 'application/octet-stream'
    const file = addMedia(world, { phoneNumberId: number.phoneNumberId, origin: 'business', mimeType, bytes })
    changeMessage(world, message.id, (changed) => {
      changed.content = { ...(isObject(changed.content) ? changed.content : {}), id: file.id, mime_type: mimeType }
    })
    startStatusFlow(engine, message, plan)
  } catch {
    if (world.messages.get(message.id)) failMessage(engine, message.id, 131053)
  }
}

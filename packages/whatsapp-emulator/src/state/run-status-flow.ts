import type { BusinessNumber, ChatMessage, MessageStatus } from '../emulator-types.ts'
import { buildStatusValue } from '../webhooks/build-webhook-values.ts'
import { changeMessage } from './change-message.ts'
import type { Engine } from './engine.ts'
import { listChatMessages } from './find-customer.ts'
import { describeConversation, priceMessage, useFreeService } from './price-message.ts'
import { keyOfChat, type World } from './world.ts'

/** How the statuses of one message run; sentinel numbers change it. */
export interface StatusPlan {
  failWith?: number
  stopAfter?: 'sent'
  skipDelivered?: boolean
  reversed?: boolean
}

/** Starts the way of an accepted message: sent, delivered, read, or failed (Cloud API, message statuses). */
export function startStatusFlow(engine: Engine, message: ChatMessage, plan: StatusPlan = {}): void {
  const { world } = engine
  if (plan.reversed) {
    world.after(world.scenario.sentMs, () => {
      for (const status of ['read', 'delivered', 'sent'] as const) reportStatus(engine, message.id, status, true)
    })
    return
  }
  world.after(world.scenario.sentMs, () => {
    if (plan.failWith !== undefined) {
      failMessage(engine, message.id, plan.failWith)
      return
    }
    reportStatus(engine, message.id, 'sent')
    if (message.type === 'reaction' || plan.stopAfter === 'sent') return
    if (world.customers.get(message.waId)?.online === false) return
    world.after(world.scenario.deliveredMs, () => deliverToPhone(engine, message.id, plan.skipDelivered))
  })
}

/** The message reaches the customer's phone; it is read at once when the chat is open there. */
function deliverToPhone(engine: Engine, id: string, skipWebhook = false): void {
  const { world } = engine
  const message = world.messages.get(id)
  const customer = message && world.customers.get(message.waId)
  if (!message || message.groupId || !customer?.online || message.status !== 'sent') return
  // What was not delivered in time is dropped without a word (Cloud API, time to live).
  if (message.expiresAt !== undefined && message.expiresAt <= world.now()) return
  world.deliveredCount += 1
  const { dropDeliveredEvery } = world.scenario
  const dropped = skipWebhook || (dropDeliveredEvery > 0 && world.deliveredCount % dropDeliveredEvery === 0)
  if (dropped) {
    changeMessage(world, id, (changed) => {
      changed.status = 'delivered'
    })
  } else reportStatus(engine, id, 'delivered')
  const open = world.openChats.has(keyOfChat(message.phoneNumberId, message.waId)) || world.scenario.autoRead || skipWebhook
  if (open && customer.readReceipts) world.after(world.scenario.readMs, () => reportStatus(engine, id, 'read'))
}

/** The customer opened the chat: what had arrived counts as read. */
export function readChat(engine: Engine, phoneNumberId: string, waId: string): void {
  if (engine.world.customers.get(waId)?.readReceipts === false) return
  for (const message of listChatMessages(engine.world, phoneNumberId, waId)) {
    if (message.direction === 'outbound' && message.status === 'delivered' && message.type !== 'reaction') {
      reportStatus(engine, message.id, 'read')
    }
  }
}

/** The customer's phone is back: what waited is delivered now. */
export function deliverWaiting(engine: Engine, waId: string): void {
  for (const message of engine.world.messages.values()) {
    if (message.waId === waId && message.direction === 'outbound' && message.status === 'sent' && message.type !== 'reaction') {
      deliverToPhone(engine, message.id)
    }
  }
}

/** Starts again the flows a restart interrupted. */
export function resumeStatusFlows(engine: Engine): void {
  for (const message of engine.world.messages.values()) {
    if (message.direction !== 'outbound') continue
    if (message.status === 'accepted') startStatusFlow(engine, message)
    else if (message.status === 'sent' && message.type !== 'reaction') {
      engine.world.after(engine.world.scenario.deliveredMs, () => deliverToPhone(engine, message.id))
    }
  }
}

/** Marks the message failed and tells the business. */
export function failMessage(engine: Engine, id: string, code: number): void {
  changeMessage(engine.world, id, (message) => {
    message.errorCode = code
  })
  reportStatus(engine, id, 'failed')
}

const RANK: Record<MessageStatus, number> = { accepted: 0, sent: 1, delivered: 2, read: 3, played: 4, failed: 5 }

/** Notes a status and queues its webhook. Going backwards is ignored unless `anyOrder`. */
export function reportStatus(engine: Engine, id: string, status: MessageStatus, anyOrder = false): void {
  const { world, webhooks } = engine
  const message = world.messages.get(id)
  const number = message && world.numbers.get(message.phoneNumberId)
  const customer = message && world.customers.get(message.waId)
  if (!message || !number || !customer || message.statusTimes[status] !== undefined) return
  if (!anyOrder && RANK[status] <= RANK[message.status]) return
  const priced = status === 'sent' || ((status === 'delivered' || status === 'read') && !message.statusTimes.delivered && !message.statusTimes.read)
  if (priced && message.pricing === undefined) keepPrice(world, number, message)
  changeMessage(world, id, (changed) => {
    changed.statusTimes = { ...changed.statusTimes, [status]: world.now() }
    if (RANK[status] > RANK[changed.status]) changed.status = status
  })
  webhooks.queue({
    phoneNumberId: number.phoneNumberId,
    wabaId: number.wabaId,
    field: 'messages',
    value: buildStatusValue(world, number, customer, message, status, priced ? (message.pricing ?? null) : null),
    inboundIds: [],
    lane: keyOfChat(message.phoneNumberId, message.waId),
  })
}

/** The price is fixed once, with the first status that tells it. */
export function keepPrice(world: World, number: BusinessNumber, message: ChatMessage): void {
  const { pricing, usesFree } = priceMessage(world, number, message)
  message.pricing = pricing
  message.conversation = describeConversation(world, message, pricing)
  if (usesFree) useFreeService(world, number.phoneNumberId)
}

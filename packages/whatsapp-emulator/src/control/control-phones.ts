import { createMessageId, createSecret, keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, Customer } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import { addMessage } from '../state/change-message.ts'
import { listNumbersOf, moveCustomer } from '../state/customer-move.ts'
import type { Engine } from '../state/engine.ts'
import { ensureChat, findCustomer, readUserId } from '../state/find-customer.ts'
import { keyOfChat, type World } from '../state/world.ts'
import { identifyCustomer, toSeconds } from '../webhooks/build-webhook-values.ts'
import { queueNumberChange } from '../webhooks/queue-change.ts'
import type { PhoneControl, SystemShape } from './backstage-types.ts'
import { headOf } from './build-app-values.ts'
import { ControlError } from './control-error.ts'
import { requireChat, requireCustomer, requireNumber } from './find-target.ts'
import { queueInbound } from './send-as-customer.ts'

type PhoneVerbs = Pick<PhoneControl, 'changePhone' | 'changeUserId' | 'changeIdentity' | 'changeProfile' | 'blockBusiness' | 'setMarketing'>

/** What a customer does with the own identity and with the business. */
export function createPhoneVerbs(engine: Engine): PhoneVerbs {
  const { world } = engine
  function putCustomer(customer: Customer): Customer {
    world.customers.put(customer.waId, customer)
    world.emit({ kind: 'state' })
    return customer
  }
  return {
    changePhone(phone, newPhone, options = {}) {
      const customer = requireCustomer(world, phone)
      const waId = keepDigits(newPhone)
      if (waId.length < 8 || waId.length > 15) throw new ControlError(400, 'the new phone must have 8 to 15 digits, with country code')
      if (findCustomer(world, waId)?.onWhatsApp !== false && findCustomer(world, waId))
        throw new ControlError(409, `the phone ${newPhone} belongs to another customer`)
      return announceIdentity(engine, customer, 'user_changed_number', options.shape, () => moveCustomer(world, customer, waId))
    },
    changeUserId(phone, options = {}) {
      const customer = requireCustomer(world, phone)
      return announceIdentity(engine, customer, 'user_changed_user_id', options.shape, () => putCustomer({ ...customer, idSeed: createSecret(8) }))
    },
    changeIdentity(phone, options = {}) {
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      const chat = ensureChat(world, number.phoneNumberId, customer.waId)
      const hash = createSecret(12)
      world.chats.put(keyOfChat(number.phoneNumberId, customer.waId), { ...chat, identityKeyHash: hash, identityAcknowledged: false })
      sendNotice(engine, number, customer, identifyCustomer(world, number, customer.waId).phone, {
        body: `User ${customer.name}'s security code changed`,
        type: 'user_identity_changed',
        ...describeIds(world, number, customer.waId),
        identity: hash,
      })
    },
    changeProfile(phone, changes) {
      const customer = requireCustomer(world, phone)
      const username = changes.username === undefined ? customer.username : changes.username
      return putCustomer({ ...customer, name: changes.name ?? customer.name, username: username || null })
    },
    blockBusiness(phone, blocked, options = {}) {
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      const chat = ensureChat(world, number.phoneNumberId, customer.waId)
      world.chats.put(keyOfChat(number.phoneNumberId, customer.waId), { ...chat, blockedByCustomer: blocked })
      world.emit({ kind: 'state' })
    },
    setMarketing(phone, value, options = {}) {
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      const chat = ensureChat(world, number.phoneNumberId, customer.waId)
      world.chats.put(keyOfChat(number.phoneNumberId, customer.waId), { ...chat, marketingStopped: value === 'stop' })
      world.emit({ kind: 'state' })
      queueNumberChange(
        engine,
        number,
        'user_preferences',
        { ...headOf(number), ...describePreference(world, number, customer, value) },
        keyOfChat(number.phoneNumberId, customer.waId),
      )
    },
  }
}

/** Runs an identity change and tells every number the customer writes with, with the ids before and after (Cloud API, system messages). */
function announceIdentity(
  engine: Engine,
  customer: Customer,
  type: 'user_changed_number' | 'user_changed_user_id',
  shape: SystemShape = 'current',
  change: () => Customer,
): Customer {
  const { world } = engine
  const known = listNumbersOf(world, customer.waId)
  const numbers = known.length > 0 ? known : [requireNumber(world, customer.phoneNumberId)]
  const before = numbers.map((number) => ({
    number,
    from: identifyCustomer(world, number, customer.waId).phone,
    id: readUserId(world, number.businessId, customer.waId),
  }))
  const after = change()
  for (const { number, from, id } of before) {
    const now = { id: readUserId(world, number.businessId, after.waId), phone: identifyCustomer(world, number, after.waId).phone }
    const told = type === 'user_changed_number' ? from : undefined
    sendNotice(engine, number, after, told, describeIdentityChange(customer, type, shape, { id, phone: told }, now, world.scenario.identity !== 'phone'))
  }
  world.emit({ kind: 'state' })
  return after
}

interface Ids {
  id: string
  phone?: string | undefined
}

/** The `system` object of an identity change, as it is today or as it was (Cloud API, system messages). */
function describeIdentityChange(customer: Customer, type: string, shape: SystemShape, before: Ids, now: Ids, withIds: boolean): JsonObject {
  const moved = type === 'user_changed_number'
  const [old, fresh] = moved && before.phone && now.phone ? [before.phone, now.phone] : [before.id, now.id]
  const body = `User ${customer.name} changed from ${old} to ${fresh}`
  if (shape === 'legacy' && moved) return { body, type: 'customer_changed_number', new_wa_id: now.phone ?? '', customer: customer.waId }
  return {
    body,
    type,
    ...(moved && now.phone ? { wa_id: now.phone } : {}),
    ...(withIds ? { user_id: now.id } : {}),
    ...(withIds && shape === 'current' ? { previous_user_id: before.id } : {}),
  }
}

function describeIds(world: World, number: BusinessNumber, waId: string): JsonObject {
  const { phone, userId } = identifyCustomer(world, number, waId)
  return { ...(phone ? { wa_id: phone } : {}), ...(userId ? { user_id: userId } : {}) }
}

/** A `system` message: shown on the phone as a line of its own, told without contacts and perhaps without `from`. */
function sendNotice(engine: Engine, number: BusinessNumber, customer: Customer, from: string | undefined, system: JsonObject): void {
  const { world } = engine
  ensureChat(world, number.phoneNumberId, customer.waId)
  const now = world.now()
  const message = addMessage(world, {
    id: createMessageId(customer.waId, 'inbound'),
    phoneNumberId: number.phoneNumberId,
    waId: customer.waId,
    direction: 'inbound',
    type: 'system',
    content: system,
    contextId: null,
    timestamp: now,
    status: 'sent',
    statusTimes: { sent: now },
    errorCode: null,
    callbackData: null,
    reactions: {},
  })
  queueInbound(engine, number, customer, message, { ...(from ? { from } : {}), id: message.id, timestamp: toSeconds(now), type: 'system', system })
}

/** `user_preferences`: the customer stopped or resumed marketing messages (Cloud API, user_preferences). */
function describePreference(world: World, number: BusinessNumber, customer: Customer, value: 'stop' | 'resume'): JsonObject {
  const ids = describeIds(world, number, customer.waId)
  const detail = value === 'stop' ? 'User requested to stop marketing messages' : 'User requested to resume marketing messages'
  return {
    contacts: [{ profile: { name: customer.name, ...(customer.username ? { username: customer.username } : {}) }, ...ids }],
    user_preferences: [{ ...ids, detail, category: 'marketing_messages', value, timestamp: Math.floor(world.now() / 1000) }],
  }
}

import { keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, ChatMessage, Customer, MessageStatus } from '../emulator-types.ts'
import { errorForStatus } from '../graph/error-table.ts'
import type { Json, JsonObject } from '../json.ts'
import { readUserId } from '../state/find-customer.ts'
import type { World } from '../state/world.ts'

/** `metadata` of every message-class webhook. */
export function buildMetadata(number: BusinessNumber): JsonObject {
  return { display_phone_number: keepDigits(number.displayPhoneNumber), phone_number_id: number.phoneNumberId }
}

/** Seconds since 1970 as the string Meta sends. */
export function toSeconds(ms: number): string {
  return String(Math.floor(ms / 1000))
}

/** Which identifiers of the customer a webhook shows: phone, business-scoped id, or both (Cloud API, business-scoped user ids). */
export function identifyCustomer(world: World, number: BusinessNumber, waId: string): { phone?: string; userId?: string } {
  const mode = world.scenario.identity
  return {
    ...(mode === 'bsuid' ? {} : { phone: waId }),
    ...(mode === 'phone' ? {} : { userId: readUserId(world, number.businessId, waId) }),
  }
}

/** The `contacts[]` entry of a customer (Cloud API, inbound messages). */
function buildContact(world: World, number: BusinessNumber, customer: Customer, withProfile = true): JsonObject {
  const shown = identifyCustomer(world, number, customer.waId)
  return {
    ...(withProfile ? { profile: { name: customer.name, ...(customer.username ? { username: customer.username } : {}) } } : {}),
    ...(shown.phone ? { wa_id: shown.phone } : {}),
    ...(shown.userId ? { user_id: shown.userId } : {}),
  }
}

/** The `value` for one message of a customer. `system` messages come without contacts (Cloud API, inbound messages). */
export function buildInboundValue(world: World, number: BusinessNumber, customer: Customer, message: JsonObject): JsonObject {
  return {
    messaging_product: 'whatsapp',
    metadata: buildMetadata(number),
    ...(message.type === 'system' ? {} : { contacts: [buildContact(world, number, customer)] }),
    messages: [message],
  }
}

/**
 * The `value` for one status of a sent message (Cloud API, message statuses): pricing on `sent` and on the first of
 * delivered/read, no contacts on `failed`, the callback data echoed.
 */
export function buildStatusValue(
  world: World,
  number: BusinessNumber,
  customer: Customer,
  message: ChatMessage,
  status: MessageStatus,
  pricing: JsonObject | null,
): JsonObject {
  const shown = identifyCustomer(world, number, customer.waId)
  const failed = status === 'failed'
  const entry: JsonObject = {
    id: message.id,
    status,
    timestamp: toSeconds(message.statusTimes[status] ?? world.now()),
    ...(shown.phone ? { recipient_id: shown.phone } : {}),
    ...(shown.userId && (!failed || message.addressedBy === 'user_id') ? { recipient_user_id: shown.userId } : {}),
    ...(message.callbackData ? { biz_opaque_callback_data: message.callbackData } : {}),
    ...(pricing && message.conversation ? { conversation: describeTime(message.conversation, status) } : {}),
    ...(pricing ? { pricing } : {}),
    ...(failed && message.errorCode !== null ? { errors: [errorForStatus(message.errorCode)] } : {}),
  }
  const contacts: Json[] = failed ? [] : [buildContact(world, number, customer, status !== 'sent')]
  return {
    messaging_product: 'whatsapp',
    metadata: buildMetadata(number),
    ...(contacts.length > 0 ? { contacts } : {}),
    statuses: [entry],
  }
}

/** The end of a conversation stands on `sent` only. */
function describeTime(conversation: JsonObject, status: MessageStatus): JsonObject {
  const { expiration_timestamp: end, ...rest } = conversation
  return status === 'sent' ? { ...rest, expiration_timestamp: end } : rest
}

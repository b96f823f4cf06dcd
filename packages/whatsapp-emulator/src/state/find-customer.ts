import { createBusinessScopedId, keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, Chat, ChatMessage, Customer } from '../emulator-types.ts'
import { formatPhone } from '../format-phone.ts'
import { keyOfChat, type World } from './world.ts'

/** A Brazilian mobile number with and without its ninth digit; any other number only as it is. */
function listNinthDigitForms(digits: string): string[] {
  const long = /^(55\d{2})9(\d{8})$/.exec(digits)
  if (long) return [digits, `${long[1]}${long[2]}`]
  const short = /^(55\d{2})([6-9]\d{7})$/.exec(digits)
  if (short) return [digits, `${short[1]}9${short[2]}`]
  return [digits]
}

/** The customer with this phone, whichever way the ninth digit is written. */
export function findCustomer(world: World, phone: string): Customer | undefined {
  for (const form of listNinthDigitForms(keepDigits(phone))) {
    const customer = world.customers.get(form)
    if (customer) return customer
  }
  return undefined
}

/** The business-scoped user id of a person in a portfolio (Cloud API, business-scoped user ids). */
export function readUserId(world: World, businessId: string, waId: string): string {
  return createBusinessScopedId(businessId, waId, world.customers.get(waId)?.idSeed)
}

/** The customer behind a business-scoped user id, as this number's portfolio knows it. */
export function findCustomerByUserId(world: World, number: BusinessNumber, userId: string): Customer | undefined {
  for (const customer of world.customers.values()) {
    if (readUserId(world, number.businessId, customer.waId) === userId) return customer
  }
  return undefined
}

/** The customer with this phone, made on the spot (not shown on the desk) when there is none. */
export function ensureCustomer(world: World, phone: string, phoneNumberId: string, name?: string): Customer {
  const known = findCustomer(world, phone)
  if (known) return known
  const waId = keepDigits(phone)
  return world.customers.put(waId, {
    waId,
    name: name ?? formatPhone(waId),
    phone: formatPhone(waId),
    username: null,
    phoneNumberId,
    online: true,
    readReceipts: true,
    onDesk: false,
    createdAt: world.now(),
  })
}

/** The chat of a customer with a business number, made when it does not exist yet. */
export function ensureChat(world: World, phoneNumberId: string, waId: string): Chat {
  const key = keyOfChat(phoneNumberId, waId)
  return world.chats.get(key) ?? world.chats.put(key, { phoneNumberId, waId, lastInboundAt: null })
}

/** Messages of a chat, oldest first; with `limit` only the newest ones. */
export function listChatMessages(world: World, phoneNumberId: string, waId: string, limit?: number): ChatMessage[] {
  const ids = world.chatMessages.get(keyOfChat(phoneNumberId, waId)) ?? []
  const wanted = limit === undefined ? ids : ids.slice(-limit)
  return wanted.flatMap((id) => world.messages.get(id) ?? [])
}

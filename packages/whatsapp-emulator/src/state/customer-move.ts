import type { BusinessNumber, Customer } from '../emulator-types.ts'
import { formatPhone } from '../format-phone.ts'
import { keyOfChat, type World } from './world.ts'

/** The business numbers a customer has a chat with. */
export function listNumbersOf(world: World, waId: string): BusinessNumber[] {
  const ids = [...world.chats.values()].filter((chat) => chat.waId === waId).map((chat) => chat.phoneNumberId)
  return [...new Set(ids)].flatMap((id) => world.numbers.get(id) ?? [])
}

/**
 * Gives a customer another phone: chats, messages and groups go along, and the business-scoped ids become new ones
 * (Cloud API, business-scoped user ids). The old number stays behind as one that is not on WhatsApp.
 */
export function moveCustomer(world: World, customer: Customer, waId: string): Customer {
  const { idSeed: _, ...kept } = customer
  const moved = world.customers.put(waId, { ...kept, waId, phone: formatPhone(waId) })
  world.customers.put(customer.waId, { ...customer, onDesk: false, onWhatsApp: false, online: false })
  for (const chat of [...world.chats.values()]) {
    if (chat.waId !== customer.waId) continue
    const oldKey = keyOfChat(chat.phoneNumberId, customer.waId)
    const newKey = keyOfChat(chat.phoneNumberId, waId)
    world.chats.remove(oldKey)
    world.chats.put(newKey, { ...chat, waId })
    const ids = world.chatMessages.get(oldKey) ?? []
    world.chatMessages.delete(oldKey)
    world.chatMessages.set(newKey, [...ids, ...(world.chatMessages.get(newKey) ?? [])])
    for (const id of ids) {
      const message = world.messages.get(id)
      if (message) world.messages.put(id, { ...message, waId })
    }
    const openedBy = world.openChats.get(oldKey)
    world.openChats.delete(oldKey)
    if (openedBy) world.openChats.set(newKey, openedBy)
  }
  for (const group of [...world.groups.values()]) {
    if (!group.participants.includes(customer.waId)) continue
    world.groups.put(group.id, { ...group, participants: group.participants.map((entry) => (entry === customer.waId ? waId : entry)) })
  }
  return moved
}

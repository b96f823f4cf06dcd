import type { BusinessNumber, ChatMessage } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import { changeNumberState, readAccountState, readNumberState } from './platform-state.ts'
import { keyOfChat, type World } from './world.ts'

const DAY_MS = 24 * 3600_000
/** From here on service messages beyond the free ones and utility in the window cost (Cloud API, pricing). */
const SERVICE_CHARGED_FROM = Date.UTC(2026, 9, 1)
const EXEMPT_NAMED_FROM = Date.UTC(2026, 9, 12)
/** Countries with a price of their own for authentication from abroad. */
const AUTHENTICATION_INTERNATIONAL = /^(91|62|20|60|234|92|966|27|971)/

export interface Price {
  pricing: JsonObject | null
  /** True when one of the month's free service messages is used. */
  usesFree: boolean
  charged: boolean
}

/** The month in the account's time zone (São Paulo, three hours behind UTC). */
function monthOf(ms: number): string {
  return new Date(ms - 3 * 3600_000).toISOString().slice(0, 7)
}

function categoryOf(number: BusinessNumber, message: ChatMessage): string {
  const group = message.groupId ? 'group_' : ''
  if (!message.template) return `${group}service`
  const category = message.template.category.toLowerCase()
  if (category === 'marketing' && message.marketingLite) return 'marketing_lite'
  const abroad = AUTHENTICATION_INTERNATIONAL.test(message.waId) && !number.displayPhoneNumber.replace(/\D/g, '').startsWith(message.waId.slice(0, 2))
  return category === 'authentication' && abroad ? 'authentication-international' : `${group}${category}`
}

/** What a message costs, as the `pricing` block tells it; reactions and pins cost nothing and are not told. */
export function priceMessage(world: World, number: BusinessNumber, message: ChatMessage): Price {
  if (message.type === 'reaction' || message.type === 'pin') return { pricing: null, usesFree: false, charged: false }
  const now = world.now()
  const chat = world.chats.get(keyOfChat(message.phoneNumberId, message.waId))
  const category = categoryOf(number, message)
  const price = (type: string, extra: JsonObject = {}): Price => ({
    pricing: { billable: type === 'regular' && !extra.subtype, pricing_model: 'PMP', type, category, ...extra },
    usesFree: false,
    charged: type === 'regular' && !extra.subtype,
  })
  if ((chat?.freeEntryUntil ?? 0) > now && !message.groupId) return price('free_entry_point', { category: 'referral_conversion' })
  const cheap = category.endsWith('service') || category.endsWith('utility')
  if (cheap && readAccountState(world, number.wabaId).paidExempt && now >= EXEMPT_NAMED_FROM) return price('regular', { subtype: 'paid_exempt' })
  const free = message.groupId ? 'free_group_customer_service' : 'free_customer_service'
  if (category.endsWith('service')) {
    if (now < SERVICE_CHARGED_FROM) return price(free)
    const used = readNumberState(world, number.phoneNumberId).serviceUsed[monthOf(now)] ?? 0
    return used < world.scenario.freeServiceMessages ? { ...price(free), usesFree: true } : price('regular')
  }
  const open = chat?.lastInboundAt !== null && chat?.lastInboundAt !== undefined && now - chat.lastInboundAt < DAY_MS
  return category.endsWith('utility') && open && now < SERVICE_CHARGED_FROM ? price(free) : price('regular')
}

/** Counts a free service message of this month. */
export function useFreeService(world: World, phoneNumberId: string): void {
  const { serviceUsed } = readNumberState(world, phoneNumberId)
  const month = monthOf(world.now())
  changeNumberState(world, phoneNumberId, { serviceUsed: { ...serviceUsed, [month]: (serviceUsed[month] ?? 0) + 1 } })
}

/**
 * The `conversation` block: with free entry points, and for apps whose webhooks are v23.0 or older (Cloud API, message
 * statuses). Its end is told on `sent` only.
 */
export function describeConversation(world: World, message: ChatMessage, pricing: JsonObject | null): JsonObject | null {
  if (!pricing) return null
  const free = pricing.type === 'free_entry_point'
  if (!free && Number(world.scenario.webhookVersion.slice(1)) >= 24) return null
  const chat = world.chats.get(keyOfChat(message.phoneNumberId, message.waId))
  const end = free ? (chat?.freeEntryUntil ?? world.now()) : world.now() + DAY_MS
  const id = Buffer.from(`${message.phoneNumberId}:${message.waId}:${Math.floor(world.now() / DAY_MS)}`)
    .toString('hex')
    .slice(0, 32)
  return { id, expiration_timestamp: String(Math.floor(end / 1000)), origin: { type: free ? 'referral_conversion' : String(pricing.category) } }
}

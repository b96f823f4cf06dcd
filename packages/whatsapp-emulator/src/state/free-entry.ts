import { ensureChat } from './find-customer.ts'
import { keyOfChat, type World } from './world.ts'

const DAY_MS = 24 * 3600_000
const LONGER_FROM = Date.UTC(2026, 8, 28)

/** The customer came by an ad or a page button: call it for a message with `referral`. */
export function noteReferral(world: World, phoneNumberId: string, waId: string): void {
  const chat = ensureChat(world, phoneNumberId, waId)
  world.chats.put(keyOfChat(phoneNumberId, waId), { ...chat, referralAt: world.now() })
}

/** The business answered: within 24 hours of an ad this opens seven free days (72 hours before 28 Sep 2026; Cloud API, pricing). */
export function noteAnswer(world: World, phoneNumberId: string, waId: string): void {
  const chat = ensureChat(world, phoneNumberId, waId)
  if (!chat.referralAt) return
  const now = world.now()
  const life = now < LONGER_FROM ? 3 * DAY_MS : 7 * DAY_MS
  const intime = now - chat.referralAt < DAY_MS
  world.chats.put(keyOfChat(phoneNumberId, waId), { ...chat, referralAt: null, ...(intime ? { freeEntryUntil: now + life } : {}) })
}

import type { Sender } from '../../../messages/inbound.ts'
import { digits, id, name, type Obj, obj } from './read.ts'

const BSUID_MAX = 140
/** `CC.` and up to 128 letters and digits (Cloud API, business-scoped user ids); what has another shape is taken as it is. */
export const bsuidOf = (v: unknown): string | null => {
  const text = id(v)
  return text !== null && text.length <= BSUID_MAX ? text : null
}

/**
 * Who it is, by phone or by business-scoped id alone: since 2026 the phone may be absent. Name and username come from the
 * `contacts` beside; a single contact without any sender belongs to the single message.
 */
export function personOf(phone: unknown, bsuid: unknown, contacts: readonly Obj[]): Sender | null {
  const direct = { phone: digits(phone), bsuid: bsuidOf(bsuid) }
  const [only] = contacts.length === 1 ? contacts : []
  const key = direct.phone || direct.bsuid ? direct : { phone: digits(only?.wa_id), bsuid: bsuidOf(only?.user_id) }
  if (!key.phone && !key.bsuid) return null
  const mine = contacts.find((c) => (key.bsuid && c.user_id === key.bsuid) || (key.phone && digits(c.wa_id) === key.phone)) ?? only
  const profile = obj(mine?.profile)
  return { ...key, bsuid: key.bsuid ?? ownBsuid(mine, key.phone), name: name(profile.name), username: name(profile.username) }
}

/** The contact beside may know the id of a phone that came without one. */
const ownBsuid = (contact: Obj | undefined, phone: string | null): string | null =>
  contact && phone && digits(contact.wa_id) === phone ? bsuidOf(contact.user_id) : null

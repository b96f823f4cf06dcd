import type { PricingFact, StatusUpdate } from '../../../messages/inbound.ts'
import { firstError } from './content.ts'
import { id, type Obj, obj, present, str, timeOf } from './read.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** The words that move a message; others are kept by their name. */
export const MOVING = new Set(['sent', 'delivered', 'read', 'played', 'failed'])

/** What Meta counts the message as; only on `sent` and one of `delivered` and `read` (Cloud API, status webhook). */
function pricingOf(s: Obj): Obj | null {
  const p = obj(s.pricing)
  const category = str(p.category, 60)
  if (!category) return null
  // Both spellings are seen; ours is the one of the price lists.
  const spelled = category.toLowerCase().replaceAll('-', '_')
  return present({ category: spelled, type: str(p.type, 60) ?? 'regular', subtype: str(p.subtype, 60), model: str(p.pricing_model, 20) })
}

/** Receipts of a group come one per member; one sample of Meta's has the words the other way round. */
const participantOf = (s: Obj): string =>
  id(s.recipient_participant_user_id) ?? id(s.recipient_participant_id) ?? id(s.participant_recipient_id) ?? id(s.participant_recipient_user_id) ?? ''

/**
 * One entry of `statuses`. Entries with a `type` speak of something else with a similar word (a payment, a call): they are kept
 * under `type:status` and move nothing. Null when it names no message or no status.
 */
export function statusOf(s: Obj, channelId: string, arrived: Date): StatusUpdate | null {
  const providerId = id(s.id)
  const word = str(s.status, 40)
  if (!providerId || !word) return null
  const kind = str(s.type, 40)
  const special = kind !== null && kind !== 'message'
  const echo = str(s.biz_opaque_callback_data, 600)
  const error = firstError(s)
  return {
    channelId,
    providerId,
    realId: providerId,
    status: special ? `${kind}:${word}` : MOVING.has(word) ? word : `other:${word}`,
    at: timeOf(s.timestamp, arrived),
    messageId: echo && UUID.test(echo) ? echo : null,
    error,
    details: present({ pricing: pricingOf(s), ...(kind === 'payment' ? { reference: str(obj(s.payment).reference_id, 200) } : {}) }),
    participant: participantOf(s),
  }
}

export function pricingFactOf(s: Obj, status: StatusUpdate): PricingFact | null {
  const p = obj(status.details.pricing)
  const category = str(p.category)
  if (!category || !MOVING.has(status.status)) return null
  return {
    channelId: status.channelId,
    providerId: status.providerId,
    status: status.status,
    category,
    type: str(p.type) ?? 'regular',
    subtype: str(p.subtype),
    model: str(p.model),
    recipient: id(s.recipient_id) ?? id(s.recipient_user_id),
    at: status.at,
  }
}

import type { TenantTx } from '../../platform/database.ts'
import type { Person } from '../contacts/person.ts'
import { canonicalPhone } from '../contacts/phone.ts'
import { receiveContacts } from '../contacts/receive-contacts.ts'
import * as db from './inbox.db.ts'
import type { Placed } from './place-messages.ts'

/**
 * Somebody known by a business-scoped id only answered our question for their number with their own card (Cloud API, request
 * contact info): as if they had been seen with both. A card is weaker than what WhatsApp says beside each message, so it takes no
 * number away from anybody whom WhatsApp showed with it.
 */
export async function learnSharedPhones(tx: TenantTx, tenantId: string, saved: readonly Placed[]): Promise<void> {
  const seen: Person[] = []
  for (const p of saved) {
    if (p.direction !== 'in' || p.authorId !== null) continue
    const { from, content, channelId, at } = p.message
    const phone = content.sharedPhone
    if (!from.bsuid || from.phone || typeof phone !== 'string') continue
    const { contactId, conversationId } = p
    if (await db.mayHavePhone(tx, { contactId, conversationId, phoneKey: canonicalPhone(phone) })) seen.push({ ...from, phone, channelId, at })
  }
  if (seen.length > 0) await receiveContacts(tx, tenantId, seen)
}

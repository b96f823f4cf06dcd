import type { TenantTx } from '../../platform/database.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { changeIdentities, type IdentityChange } from '../contacts/change-identity.ts'
import { findConversations } from '../conversations/note-elsewhere.ts'
import { insertChanges } from '../messages/save-changes.ts'
import { insertMany } from '../messages/save-messages.ts'
import { lineOf } from './note-happenings.ts'

const LINES: Record<IdentityChange['kind'], string> = { number: 'number_changed', id: 'id_changed', identity: 'identity_changed' }
const shown = (phone: string | null) => (phone ? `+${phone}` : null)

/**
 * People changed number, id or security code: each notice counts once, the contact stays one, and the conversation says so.
 * Before the messages of the same moment, so that these already find the person under the new name.
 */
export async function applyIdentities(tx: TenantTx, tenantId: string, list: readonly IdentityChange[]): Promise<void> {
  if (list.length === 0) return
  const kept = await insertChanges(
    tx,
    tenantId,
    list.map((c) => ({ channelId: c.channelId, providerId: c.providerId, kind: 'identity' as const, targetProviderId: null, at: c.at, body: c.body })),
  )
  const fresh = [...new Map(list.filter((c) => kept.has(c.providerId)).map((c) => [c.providerId, c])).values()].sort((a, b) => a.at.getTime() - b.at.getTime())
  if (fresh.length === 0) return
  const contacts = await changeIdentities(tx, tenantId, fresh)
  const pairs = fresh.flatMap((c) => {
    const contactId = contacts.get(c.providerId)
    return contactId ? [{ change: c, channelId: c.channelId, contactId }] : []
  })
  const conversations = await findConversations(tx, pairs)
  const lines = pairs.flatMap(({ change, channelId, contactId }) => {
    const conversation = conversations.find((v) => v.channelId === channelId && v.contactId === contactId)
    if (!conversation) return []
    const details = { from: shown(change.previous.phone), to: shown(change.next.phone), body: change.body }
    return [lineOf(uuidv7(), conversation.id, { channelId, key: change.providerId, at: change.at, activity: LINES[change.kind], details })]
  })
  const made = await insertMany(tx, tenantId, lines)
  const events: NewEvent[] = lines
    .filter((l) => made.has(l.id))
    .map((l) => ({ kind: 'message.new', payload: { messageId: l.id, conversationId: l.conversationId } }))
  await publish(tx, tenantId, [...events, ...conversations.map((v): NewEvent => ({ kind: 'conversation.updated', payload: { conversationId: v.id } }))])
}

import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import type { MessageEdit, MessageRevoke } from '../messages/inbound.ts'
import { applyChanges, insertChanges, type NewChange } from '../messages/save-changes.ts'

/** Messages were edited or deleted where they were written. What stood there before is kept; those not here yet are awaited. */
export async function applyCorrections(tx: TenantTx, tenantId: string, edits: readonly MessageEdit[], revokes: readonly MessageRevoke[]): Promise<void> {
  const changes: NewChange[] = [...edits.map((e) => ({ ...e, kind: 'edit' as const })), ...revokes.map((r) => ({ ...r, kind: 'revoke' as const, body: null }))]
  if (changes.length === 0) return
  await insertChanges(tx, tenantId, changes)
  const changed = await applyChanges(
    tx,
    changes.flatMap((c) => (c.targetProviderId ? [{ channelId: c.channelId, providerId: c.targetProviderId }] : [])),
  )
  await publish(
    tx,
    tenantId,
    changed.flatMap((m) => [
      { kind: 'message.updated' as const, payload: { messageId: m.id, conversationId: m.conversation_id } },
      { kind: 'conversation.updated' as const, payload: { conversationId: m.conversation_id } },
    ]),
  )
}

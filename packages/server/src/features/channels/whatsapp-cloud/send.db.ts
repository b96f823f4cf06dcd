import { sql } from 'kysely'
import type { TenantTx } from '../../../platform/database.ts'
import { uuidv7 } from '../../../platform/ids.ts'

/** The message whose turn it is: the oldest that waits, or that was under way when a process died. Locked. */
export const nextWaiting = (tx: TenantTx, conversationId: string) =>
  tx
    .selectFrom('messages')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .where('status', 'in', ['queued', 'sending'])
    .orderBy('at')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()

export const openAttempt = (tx: TenantTx, messageId: string) =>
  tx.selectFrom('send_attempts').select('id').where('message_id', '=', messageId).where('outcome', 'is', null).executeTakeFirst()

export async function startAttempt(tx: TenantTx, tenantId: string, messageId: string): Promise<string> {
  const id = uuidv7()
  await tx
    .insertInto('send_attempts')
    .values({ id, tenant_id: tenantId, message_id: messageId, provider_id: null, outcome: null, error: null, finished_at: null })
    .execute()
  await tx.updateTable('messages').set({ status: 'sending' }).where('id', '=', messageId).execute()
  return id
}

export const finishAttempt = (tx: TenantTx, id: string, end: { outcome: 'accepted' | 'refused' | 'unknown'; providerId?: string; error?: object }) =>
  tx
    .updateTable('send_attempts')
    .set({ outcome: end.outcome, provider_id: end.providerId ?? null, error: end.error ? JSON.stringify(end.error) : null, finished_at: new Date() })
    .where('id', '=', id)
    .execute()

/** Sets a status that our side decides; one that the provider has already surpassed stays. */
export const setStatus = (tx: TenantTx, messageId: string, status: string, error: object | null) =>
  sql`update messages set status = ${status}, error = ${error ? JSON.stringify(error) : null}::jsonb
    where id = ${messageId}::uuid and status in ('queued', 'sending', 'unknown')`.execute(tx)

export const setProviderId = (tx: TenantTx, messageId: string, providerId: string) =>
  tx.updateTable('messages').set({ provider_id: providerId }).where('id', '=', messageId).execute()

export async function findRecipient(tx: TenantTx, conversationId: string): Promise<{ phone: string | null; bsuid: string | null }> {
  const rows = await tx
    .selectFrom('conversations')
    .innerJoin('contact_identities', 'contact_identities.contact_id', 'conversations.contact_id')
    .select(['contact_identities.kind', 'contact_identities.address'])
    .where('conversations.id', '=', conversationId)
    .orderBy('contact_identities.created_at', 'desc')
    .execute()
  const of = (kind: string) => rows.find((r) => r.kind === kind)?.address ?? null
  return { phone: of('phone'), bsuid: of('bsuid') }
}

/** The customer's newest message: what a read mark or a typing sign refers to. */
export const lastInbound = (tx: TenantTx, conversationId: string) =>
  tx
    .selectFrom('messages')
    .select(['provider_id', 'channel_id'])
    .where('conversation_id', '=', conversationId)
    .where('direction', '=', 'in')
    .where('type', '<>', 'reaction')
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

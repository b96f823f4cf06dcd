import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { identityMarks } from '../contacts/sealed-identity.ts'

export const channelState = (tx: TenantTx, channelId: string) =>
  tx.selectFrom('channels').select(['status', 'released_at']).where('id', '=', channelId).executeTakeFirst()

export const contactKind = async (tx: TenantTx, contactId: string): Promise<string | undefined> =>
  (await tx.selectFrom('contacts').select('kind').where('id', '=', contactId).executeTakeFirst())?.kind

export const findMessage = (tx: TenantTx, id: string) =>
  tx.selectFrom('messages').select(['id', 'provider_id', 'conversation_id', 'at']).where('id', '=', id).executeTakeFirst()

export const requeue = (tx: TenantTx, id: string) =>
  tx.updateTable('messages').set({ status: 'queued', error: null, provider_id: null, provider_id_sealed: null }).where('id', '=', id).execute()

/** When the last try ended, by an answer or by a status. */
export const lastEnd = async (tx: TenantTx, messageId: string): Promise<Date | null> =>
  (
    await sql<{ at: Date | null }>`select greatest((select max(finished_at) from send_attempts where message_id = ${messageId}::uuid),
      (select max(created_at) from message_statuses where message_id = ${messageId}::uuid and status = 'failed')) as at`.execute(tx)
  ).rows[0]?.at ?? null

export const channelOfConversation = async (tx: TenantTx, conversationId: string): Promise<string> =>
  (await tx.selectFrom('conversations').select('channel_id').where('id', '=', conversationId).executeTakeFirstOrThrow()).channel_id

export const isOwn = async (tx: TenantTx, table: 'contacts' | 'channels', id: string): Promise<boolean> =>
  (await tx.selectFrom(table).select('id').where('id', '=', id).executeTakeFirst()) !== undefined

/**
 * May a person be taken for the one with this number, by a card of theirs? When nobody else has it; or when we asked in this
 * conversation, and who has it was never seen with an id of their own.
 */
export const mayHavePhone = async (tx: TenantTx, p: { contactId: string; conversationId: string; phoneKey: string }): Promise<boolean> =>
  (
    await sql<{ may: boolean }>`select not exists (
        select from contact_identities i where i.tenant_id = (select current_tenant()) and i.kind = 'phone'
          and i.hash = ${(await identityMarks(tx))({ kind: 'phone', value: p.phoneKey })}
          and i.contact_id <> ${p.contactId}::uuid
          and (exists (select from contact_identities o where o.contact_id = i.contact_id and o.kind = 'bsuid')
            or not exists (select from messages m where m.conversation_id = ${p.conversationId}::uuid and m.direction = 'out'
              and m.asks_contact))) as may`.execute(tx)
  ).rows[0]?.may === true

/** The conversation of a phone on a channel. */
export const conversationOfPhone = async (tx: TenantTx, channelId: string, phoneKey: string): Promise<string | undefined> =>
  (
    await sql<{ id: string }>`select v.id from contact_identities i
      join conversations v on v.contact_id = i.contact_id and v.channel_id = ${channelId}::uuid
      where i.tenant_id = (select current_tenant()) and i.kind = 'phone'
        and i.hash = ${(await identityMarks(tx))({ kind: 'phone', value: phoneKey })}`.execute(tx)
  ).rows[0]?.id

import { sql } from 'kysely'
import type { TenantTx } from '../../../platform/database.ts'
import { uuidv7 } from '../../../platform/ids.ts'
import { phoneKey } from '../../contacts/person.ts'
import { identityMarks, openCurrent, sealCurrent } from '../../contacts/sealed-identity.ts'
import { withoutWords } from '../../messages/without-words.ts'

/** The message whose turn it is: the oldest that waits, or that was under way when a process died. Locked. What it says is sealed. */
export const nextWaiting = (tx: TenantTx, conversationId: string) =>
  tx
    .selectFrom('messages')
    .select(['id', 'conversation_id', 'channel_id', 'type', 'sealed', 'media_id', 'quoted_provider_id', 'created_at'])
    .where('conversation_id', '=', conversationId)
    .where('status', 'in', ['queued', 'sending'])
    .orderBy('at')
    .orderBy('id')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()

export const openAttempt = (tx: TenantTx, messageId: string) =>
  tx.selectFrom('send_attempts').select('id').where('message_id', '=', messageId).where('outcome', 'is', null).executeTakeFirst()

/**
 * Puts a try on record; undefined when the message no longer waits (a status told meanwhile that an earlier try had arrived).
 */
export async function startAttempt(tx: TenantTx, tenantId: string, messageId: string): Promise<string | undefined> {
  const taken = await tx
    .updateTable('messages')
    // An id learnt while it waited is an earlier try's.
    .set({ status: 'sending', error: null, provider_id: null, provider_id_sealed: null })
    .where('id', '=', messageId)
    .where('status', '=', 'queued')
    .executeTakeFirst()
  if (taken.numUpdatedRows === 0n) return undefined
  const id = uuidv7()
  await tx
    .insertInto('send_attempts')
    .values({ id, tenant_id: tenantId, message_id: messageId, provider_id: null, outcome: null, error: null, finished_at: null })
    .execute()
  return id
}

/** Meta's codes, without its sentences. */
const codesOf = (error: object) => withoutWords({ ...error, title: undefined })

export const finishAttempt = (tx: TenantTx, id: string, end: { outcome: 'accepted' | 'refused' | 'unknown'; providerId?: string; error?: object }) =>
  tx
    .updateTable('send_attempts')
    .set({
      outcome: end.outcome,
      provider_id: end.providerId ?? null,
      error: end.error ? JSON.stringify(codesOf(end.error)) : null,
      finished_at: new Date(),
    })
    .where('id', '=', id)
    .execute()

/** Sets a status that our side decides; one that the provider has already surpassed stays. */
export const setStatus = (tx: TenantTx, messageId: string, status: string, error: object | null) =>
  sql`update messages set status = ${status}, error = ${error ? JSON.stringify(withoutWords(error)) : null}::jsonb
    where id = ${messageId}::uuid and status in ('queued', 'sending', 'unknown')`.execute(tx)

/** The id of this try. A failure that was told of another one meanwhile is no longer the message's. */
export const setProviderId = (tx: TenantTx, messageId: string, providerId: string, sealed: Buffer) =>
  sql`update messages set provider_id = ${providerId}, provider_id_sealed = ${sealed}, status = case when status = 'failed' and provider_id is distinct from ${providerId} then 'sending' else status end
    where id = ${messageId}::uuid`.execute(tx)

export async function findRecipient(
  tx: TenantTx,
  conversationId: string,
): Promise<{ contactId: string; phone: string | null; bsuid: string | null; group: string | null } | undefined> {
  const rows = await tx
    .selectFrom('conversations')
    .innerJoin('channels', 'channels.id', 'conversations.channel_id')
    .innerJoin('contact_identities', 'contact_identities.contact_id', 'conversations.contact_id')
    .select(['conversations.contact_id', 'contact_identities.kind', 'contact_identities.hash', 'contact_identities.sealed'])
    .where('conversations.id', '=', conversationId)
    // A business-scoped id counts within its account first of all; of several phones the one that wrote last is answered.
    .orderBy(sql`contact_identities.scope in ('', channels.waba_id)`, 'desc')
    .orderBy(sql`coalesce(contact_identities.used_at, contact_identities.since, '-infinity')`, 'desc')
    .orderBy('contact_identities.created_at', 'desc')
    .execute()
  const opened = await openCurrent(tx, rows)
  const of = (kind: string) => opened.find((r) => r.kind === kind)?.address ?? null
  const contactId = rows[0]?.contact_id
  return contactId ? { contactId, phone: of('phone'), bsuid: of('bsuid'), group: of('group') } : undefined
}

/**
 * Our answer begins the free entry point of a person who came by an ad in the last 24 hours: it lasts seven days, 72 hours before
 * 28 Sep 2026 (Cloud API, pricing). Locks the conversation only then.
 */
export const beginFreeEntry = async (tx: TenantTx, conversationId: string): Promise<boolean> => {
  const { numAffectedRows } = await sql`update conversations
      set free_entry_until = now() + case when now() < '2026-09-28' then interval '72 hours' else interval '7 days' end
    where id = ${conversationId}::uuid and ad_referral_at is not null and ad_referral_at > now() - interval '24 hours'
      and (free_entry_until is null or free_entry_until < ad_referral_at)`.execute(tx)
  return (numAffectedRows ?? 0n) > 0n
}

/** The message that another one quotes or reacts to. */
export const findTarget = (tx: TenantTx, channelId: string, providerId: string) =>
  tx.selectFrom('messages').select(['id', 'provider_id_sealed']).where('channel_id', '=', channelId).where('provider_id', '=', providerId).executeTakeFirst()

/** The customer's newest message: what a read mark or a typing sign refers to. */
export const lastInbound = (tx: TenantTx, conversationId: string) =>
  tx
    .selectFrom('messages')
    .select(['id', 'provider_id_sealed', 'channel_id'])
    .where('conversation_id', '=', conversationId)
    .where('direction', '=', 'in')
    .where('type', '<>', 'reaction')
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

/** WhatsApp keeps an upload for 30 days (Cloud API, media); the last day is left out. */
export const findUploads = async (tx: TenantTx, channelId: string, mediaIds: readonly string[]): Promise<Map<string, string>> => {
  if (mediaIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('media_uploads')
    .select(['media_id', 'provider_media_id'])
    .where('channel_id', '=', channelId)
    .where('media_id', 'in', [...mediaIds])
    .where('at', '>', sql<Date>`now() - interval '29 days'`)
    .execute()
  return new Map(rows.map((r) => [r.media_id, r.provider_media_id]))
}

export const noteUpload = (tx: TenantTx, tenantId: string, channelId: string, mediaId: string, providerMediaId: string) =>
  sql`insert into media_uploads (tenant_id, media_id, channel_id, provider_media_id)
    values (${tenantId}::uuid, ${mediaId}::uuid, ${channelId}::uuid, ${providerMediaId})
    on conflict (media_id, channel_id) do update set provider_media_id = excluded.provider_media_id, at = now()`.execute(tx)

/** WhatsApp no longer knows what we had uploaded. */
export const forgetUploads = (tx: TenantTx, channelId: string, mediaIds: readonly string[]) =>
  tx
    .deleteFrom('media_uploads')
    .where('channel_id', '=', channelId)
    .where('media_id', 'in', [...mediaIds])
    .execute()

/** The provider's own spelling of a number that we know; the key stays. */
export async function respellPhone(tx: TenantTx, contactId: string, waId: string): Promise<void> {
  const key = phoneKey(waId)
  const hash = (await identityMarks(tx))(key)
  const [sealed] = await sealCurrent(tx, [{ ...key, hash, contactId }])
  await sql`update contact_identities set sealed = ${sealed} where contact_id = ${contactId}::uuid and kind = 'phone' and hash = ${hash}`.execute(tx)
}

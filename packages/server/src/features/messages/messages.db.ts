import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { MEDIA_COLUMNS } from '../media/present-media.ts'

/** In a group several members reach the same status: the first of them counts. */
const statusTimes = sql<
  Record<string, string>
>`coalesce((select jsonb_object_agg(s.status, s.at) from (select status, min(at) at from message_statuses where message_id = messages.id group by status) s), '{}')`

const base = (tx: TenantTx) =>
  tx
    .selectFrom('messages')
    .leftJoin('media', 'media.id', 'messages.media_id')
    .leftJoin('users', 'users.id', 'messages.sender_user_id')
    .leftJoin('contacts as author', 'author.id', 'messages.author_contact_id')
    .leftJoin('messages as quoted', 'quoted.id', 'messages.quoted_id')
    // All but `raw_sealed`, which may be large and is for admins only.
    .select([
      'messages.id',
      'messages.tenant_id',
      'messages.conversation_id',
      'messages.direction',
      'messages.type',
      'messages.sealed',
      'messages.status',
      'messages.at',
      'messages.client_id',
      'messages.sender_user_id',
      'messages.author_contact_id',
      'messages.quoted_provider_id',
      'messages.quoted_id',
      'messages.reactions',
      'messages.error',
      'messages.sent_from',
      'messages.edited_at',
      'messages.revoked_at',
      'messages.pricing',
    ])
    .select([
      ...MEDIA_COLUMNS,
      'users.name as sender_name',
      'author.sealed as author_sealed',
      'quoted.direction as quoted_direction',
      'quoted.type as quoted_type',
      'quoted.sealed as quoted_sealed',
      'quoted.revoked_at as quoted_revoked_at',
    ])
    .select(statusTimes.as('status_times'))

export type MessageRow = Awaited<ReturnType<typeof findMany>>[number]

export const findMany = (tx: TenantTx, ids: readonly string[]) =>
  base(tx)
    .where('messages.id', 'in', [...ids])
    .execute()

export const findRaw = (tx: TenantTx, id: string) => tx.selectFrom('messages').select(['id', 'raw_sealed']).where('id', '=', id).executeTakeFirst()

/** The reactions themselves, which hold the emojis. */
export const findReactions = (tx: TenantTx, ids: readonly string[]) =>
  ids.length === 0
    ? Promise.resolve([])
    : tx
        .selectFrom('messages')
        .select(['id', 'sealed'])
        .where('id', 'in', [...ids])
        .execute()

export const tenantSince = async (tx: TenantTx): Promise<Date> => (await tx.selectFrom('tenants').select('created_at').executeTakeFirstOrThrow()).created_at

/** Newest first. `months`: the words as they stand in each month, the newest month first. */
export const search = async (tx: TenantTx, months: readonly string[][], conversationId: string | null, max: number) =>
  (
    await sql<{
      id: string
      conversation_id: string
    }>`select id, conversation_id from door_search_messages(${months}::bigint[], ${conversationId}::uuid, ${max})`.execute(tx)
  ).rows

type Edge = { at: string; id: string }
const inConversation = (tx: TenantTx, conversationId: string) =>
  base(tx).where('messages.conversation_id', '=', conversationId).where('messages.type', '<>', 'reaction')

/** Newest first, strictly before the edge. */
export const older = (tx: TenantTx, conversationId: string, edge: Edge | undefined, limit: number) =>
  inConversation(tx, conversationId)
    .$if(edge !== undefined, (q) => q.where(sql<boolean>`(messages.at, messages.id) < (${edge?.at}::timestamptz, ${edge?.id}::uuid)`))
    .orderBy('messages.at', 'desc')
    .orderBy('messages.id', 'desc')
    .limit(limit)
    .execute()

/** Oldest first, strictly after the edge. */
export const newer = (tx: TenantTx, conversationId: string, edge: Edge, limit: number) =>
  inConversation(tx, conversationId)
    .where(sql<boolean>`(messages.at, messages.id) > (${edge.at}::timestamptz, ${edge.id}::uuid)`)
    .orderBy('messages.at', 'asc')
    .orderBy('messages.id', 'asc')
    .limit(limit)
    .execute()

import type { ConversationView } from '@atende/contracts/conversations'
import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'

const tagsOf = sql<
  { id: string; name: string; color: string }[]
>`coalesce((select jsonb_agg(jsonb_build_object('id', t.id, 'name', t.name, 'color', t.color) order by t.name)
  from conversation_tags ct join tags t on t.id = ct.tag_id where ct.conversation_id = conversations.id), '[]')`

const base = (tx: TenantTx) =>
  tx
    .selectFrom('conversations')
    .innerJoin('contacts', 'contacts.id', 'conversations.contact_id')
    .innerJoin('channels', 'channels.id', 'conversations.channel_id')
    .leftJoin('users', 'users.id', 'conversations.assignee_id')
    .leftJoin('messages', 'messages.id', 'conversations.last_message_id')
    .select([
      'conversations.id',
      'conversations.channel_id',
      'conversations.contact_id',
      'conversations.status',
      'conversations.assignee_id',
      'conversations.unread_count',
      'conversations.last_activity_at',
      'conversations.last_inbound_at',
      'conversations.waiting_since',
      'conversations.free_entry_until',
      'conversations.control',
      'conversations.merged_into',
      'conversations.resolved_at',
      'conversations.created_at',
      'conversations.updated_at',
      'contacts.sealed as contact_sealed',
      'contacts.kind as contact_kind',
      'contacts.marketing_opt_out_at',
      'channels.name as channel_name',
      'channels.kind as channel_kind',
      'users.name as assignee_name',
      'messages.id as message_id',
      'messages.direction as message_direction',
      'messages.type as message_type',
      'messages.revoked_at as message_revoked_at',
      'messages.sealed as message_sealed',
      'messages.status as message_status',
      'messages.at as message_at',
    ])
    .select(tagsOf.as('tags'))

export type ConversationRow = Awaited<ReturnType<typeof findMany>>[number]

export const findMany = (tx: TenantTx, ids: readonly string[]) =>
  base(tx)
    .where('conversations.id', 'in', [...ids])
    .execute()

/** The customer service window (24 h from their last message) is open and ends within four hours. */
const closesSoon = sql<boolean>`conversations.last_inbound_at > now() - interval '24 hours' and conversations.last_inbound_at < now() - interval '20 hours'`

export type ListFilter = {
  view: ConversationView
  status: 'open' | 'resolved' | 'any'
  userId: string
  tagId?: string | undefined
  channelId?: string | undefined
  contactId?: string | undefined
  closesSoon?: boolean | undefined
  /** Found by search; undefined when nothing was searched. */
  ids?: readonly string[] | undefined
  after?: { at: string; id: string } | undefined
  limit: number
}

export function list(tx: TenantTx, f: ListFilter) {
  const none = '00000000-0000-0000-0000-000000000000'
  return base(tx)
    .where('conversations.merged_into', 'is', null)
    .$if(f.status !== 'any', (q) => q.where('conversations.status', '=', f.status))
    .$if(f.view === 'mine', (q) => q.where('conversations.assignee_id', '=', f.userId))
    .$if(f.view === 'unassigned', (q) => q.where('conversations.assignee_id', 'is', null))
    .$if(f.view === 'unread', (q) => q.where('conversations.unread_count', '>', 0))
    .$if(f.channelId !== undefined, (q) => q.where('conversations.channel_id', '=', f.channelId ?? none))
    .$if(f.contactId !== undefined, (q) => q.where('conversations.contact_id', '=', f.contactId ?? none))
    .$if(f.ids !== undefined, (q) => q.where('conversations.id', 'in', [none, ...(f.ids ?? [])]))
    .$if(f.closesSoon === true, (q) => q.where(closesSoon).where('conversations.status', '=', 'open'))
    .$if(f.tagId !== undefined, (q) =>
      q.where(
        'conversations.id',
        'in',
        tx
          .selectFrom('conversation_tags')
          .select('conversation_id')
          .where('tag_id', '=', f.tagId ?? none),
      ),
    )
    .$if(f.after !== undefined, (q) =>
      q.where(sql<boolean>`(conversations.last_activity_at, conversations.id) < (${f.after?.at}::timestamptz, ${f.after?.id}::uuid)`),
    )
    .orderBy('conversations.last_activity_at', 'desc')
    .orderBy('conversations.id', 'desc')
    .limit(f.limit)
    .execute()
}

export const counts = (tx: TenantTx, userId: string) =>
  tx
    .selectFrom('conversations')
    .select((eb) => [
      eb.fn.countAll<string>().as('all'),
      eb.fn.countAll<string>().filterWhere('assignee_id', '=', userId).as('mine'),
      eb.fn.countAll<string>().filterWhere('assignee_id', 'is', null).as('unassigned'),
      eb.fn.countAll<string>().filterWhere('unread_count', '>', 0).as('unread'),
      eb.fn.countAll<string>().filterWhere(closesSoon).as('closes_soon'),
    ])
    .where('status', '=', 'open')
    .where('merged_into', 'is', null)
    .executeTakeFirstOrThrow()

/** Conversations of the people who are found by these words; see `searchHashes` of contacts. */
export const searchByPerson = async (tx: TenantTx, words: { whole: string[]; parts: string[] }, max: number): Promise<string[]> =>
  (await sql<{ id: string }>`select id from door_search_conversations(${words.whole}::bigint[], ${words.parts}::bigint[], ${max})`.execute(tx)).rows.map(
    (r) => r.id,
  )

export const exists = async (tx: TenantTx, id: string) => !!(await tx.selectFrom('conversations').select('id').where('id', '=', id).executeTakeFirst())

/**
 * The row itself, locked until the end of the transaction: two people pressing at once are served one after the other. One that
 * became part of another leads there: the row that comes may have another id.
 */
export async function lock(tx: TenantTx, id: string) {
  for (let next: string | null = id; next !== null; ) {
    const row = await tx.selectFrom('conversations').selectAll().where('id', '=', next).forUpdate().executeTakeFirst()
    if (!row?.merged_into) return row
    next = row.merged_into
  }
  return undefined
}

export const update = (
  tx: TenantTx,
  id: string,
  change: Partial<{
    status: string
    assignee_id: string | null
    unread_count: number
    waiting_since: Date | null
    resolved_at: Date | null
    resolved_by: string | null
  }>,
) =>
  tx
    .updateTable('conversations')
    .set({ ...change, updated_at: new Date() })
    .where('id', '=', id)
    .execute()

export const insertIfAbsent = (
  tx: TenantTx,
  row: { id: string; tenant_id: string; channel_id: string; contact_id: string; last_activity_at: Date; assignee_id?: string },
) =>
  tx
    .insertInto('conversations')
    .values(row)
    .onConflict((c) => c.columns(['tenant_id', 'channel_id', 'contact_id']).doNothing())
    .execute()

export const findByContact = (tx: TenantTx, channelId: string, contactId: string) =>
  tx
    .selectFrom('conversations')
    .select('id')
    .where('channel_id', '=', channelId)
    .where('contact_id', '=', contactId)
    .where('merged_into', 'is', null)
    .executeTakeFirst()

export const setTags = async (tx: TenantTx, tenantId: string, id: string, tagIds: readonly string[], by: string) => {
  await tx
    .deleteFrom('conversation_tags')
    .where('conversation_id', '=', id)
    .where('tag_id', 'not in', tagIds.length > 0 ? [...tagIds] : ['00000000-0000-0000-0000-000000000000'])
    .execute()
  if (tagIds.length === 0) return
  await tx
    .insertInto('conversation_tags')
    .values(tagIds.map((tag_id) => ({ tenant_id: tenantId, conversation_id: id, tag_id, added_by: by })))
    .onConflict((c) => c.columns(['conversation_id', 'tag_id']).doNothing())
    .execute()
}

export const knownTags = async (tx: TenantTx, tagIds: readonly string[]) =>
  tagIds.length === 0
    ? []
    : tx
        .selectFrom('tags')
        .select(['id', 'name'])
        .where('id', 'in', [...tagIds])
        .execute()

export const activeMember = (tx: TenantTx, userId: string) =>
  tx
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['users.id', 'users.name'])
    .where('memberships.user_id', '=', userId)
    .where('memberships.deactivated_at', 'is', null)
    .executeTakeFirst()

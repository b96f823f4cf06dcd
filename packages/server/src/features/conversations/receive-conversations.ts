import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'

export type Pair = { channelId: string; contactId: string }
export const pairKey = (p: Pair) => `${p.channelId}/${p.contactId}`

/** The conversations of these pairs, made where there is none. Answers id by `pairKey`. */
export async function receiveConversations(tx: TenantTx, tenantId: string, pairs: readonly Pair[]): Promise<Map<string, string>> {
  const distinct = [...new Map(pairs.map((p) => [pairKey(p), p])).values()]
  const channels = distinct.map((p) => p.channelId)
  const contacts = distinct.map((p) => p.contactId)
  const find = async () => {
    const { rows } = await sql<{ id: string; channel_id: string; contact_id: string }>`
      select v.id, v.channel_id, v.contact_id from unnest(${channels}::uuid[], ${contacts}::uuid[]) x(c, k)
      join conversations v on v.tenant_id = (select current_tenant()) and v.channel_id = x.c and v.contact_id = x.k`.execute(tx)
    return new Map(rows.map((r) => [pairKey({ channelId: r.channel_id, contactId: r.contact_id }), r.id]))
  }
  const known = await find()
  const missing = distinct.filter((p) => !known.has(pairKey(p)))
  if (missing.length === 0) return known
  await sql`insert into conversations (id, tenant_id, channel_id, contact_id, last_activity_at)
    select a, ${tenantId}::uuid, b, c, now() from unnest(${missing.map(() => uuidv7())}::uuid[], ${missing.map((p) => p.channelId)}::uuid[],
      ${missing.map((p) => p.contactId)}::uuid[]) x(a, b, c) on conflict do nothing`.execute(tx)
  return find()
}

/** What new inbound messages mean for one conversation. */
export type Arrival = { conversationId: string; count: number; lastId: string; lastAt: Date; firstAt: Date }

/**
 * Moves the conversations forward for what arrived: newest message, unread count, window, waiting time; a resolved one opens
 * again. Answers which opened again. Rows are locked in the order of their ids, and not against the foreign keys of messages that
 * another receiver just inserted, so two processes cannot block each other.
 */
export async function noteArrivals(tx: TenantTx, arrivals: readonly Arrival[]): Promise<{ id: string; channelId: string }[]> {
  if (arrivals.length === 0) return []
  const list = [...arrivals].sort((a, b) => (a.conversationId < b.conversationId ? -1 : 1))
  const { rows } = await sql<{ id: string; channel_id: string; was: string }>`
    with x as (select * from unnest(${list.map((a) => a.conversationId)}::uuid[], ${list.map((a) => a.count)}::int[], ${list.map((a) => a.lastId)}::uuid[],
        ${list.map((a) => a.lastAt)}::timestamptz[], ${list.map((a) => a.firstAt)}::timestamptz[]) x(id, n, last_id, last_at, first_at)),
      old as (select v.id, v.status from conversations v where v.id = any(${list.map((a) => a.conversationId)}::uuid[]) order by v.id for no key update)
    update conversations v set
      last_message_id = case when v.last_message_at is null or (x.last_at, x.last_id) >= (v.last_message_at, v.last_message_id) then x.last_id else v.last_message_id end,
      last_message_at = greatest(v.last_message_at, x.last_at),
      last_activity_at = case when v.last_message_at is null then x.last_at else greatest(v.last_activity_at, x.last_at) end,
      last_inbound_at = greatest(v.last_inbound_at, x.last_at),
      waiting_since = coalesce(v.waiting_since, x.first_at),
      unread_count = v.unread_count + x.n, status = 'open', resolved_at = null, resolved_by = null, updated_at = now()
    from x, old where v.id = x.id and old.id = x.id
    returning v.id, v.channel_id, old.status as was`.execute(tx)
  return rows.filter((r) => r.was === 'resolved').map((r) => ({ id: r.id, channelId: r.channel_id }))
}

/** One of ours went out: it is the newest message, and the customer no longer waits. */
export const noteDeparture = (tx: TenantTx, conversationId: string, message: { id: string; at: Date }) =>
  sql`update conversations v set
      last_message_id = case when v.last_message_at is null or (${message.at}::timestamptz, ${message.id}::uuid) >= (v.last_message_at, v.last_message_id) then ${message.id}::uuid else v.last_message_id end,
      last_message_at = greatest(v.last_message_at, ${message.at}::timestamptz), last_activity_at = greatest(v.last_activity_at, ${message.at}::timestamptz),
      waiting_since = null, status = 'open', resolved_at = null, resolved_by = null, updated_at = now()
    where v.id = ${conversationId}::uuid`.execute(tx)

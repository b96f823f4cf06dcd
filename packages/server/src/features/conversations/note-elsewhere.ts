import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'

/** The newest of several messages of one conversation. */
export type Newest = { conversationId: string; lastId: string; lastAt: Date }

/** Always in the order of ids, so that two processes cannot block each other. */
const inOrder = <T extends { conversationId: string }>(list: readonly T[]): T[] => [...list].sort((a, b) => (a.conversationId < b.conversationId ? -1 : 1))

const lockAll = (tx: TenantTx, list: readonly { conversationId: string }[]) =>
  sql`select v.id from conversations v where v.id = any(${list.map((x) => x.conversationId)}::uuid[]) order by v.id for no key update`.execute(tx)

const rows = (list: readonly Newest[]) => sql`unnest(${list.map((x) => x.conversationId)}::uuid[], ${list.map((x) => x.lastId)}::uuid[],
  ${list.map((x) => x.lastAt)}::timestamptz[]) x(id, last_id, last_at)`
const newestId = sql`case when v.last_message_at is null or (x.last_at, x.last_id) >= (v.last_message_at, v.last_message_id) then x.last_id else v.last_message_id end`
const activity = sql`case when v.last_message_at is null then x.last_at else greatest(v.last_activity_at, x.last_at) end`

/** We answered from elsewhere (the app on the phone, another program): who wrote before it waits no more, and was read; who wrote after does. */
export async function noteEchoes(tx: TenantTx, list: readonly Newest[]): Promise<void> {
  if (list.length === 0) return
  const sorted = inOrder(list)
  await lockAll(tx, sorted)
  await sql`update conversations v set last_message_id = ${newestId}, last_activity_at = ${activity}, last_message_at = greatest(v.last_message_at, x.last_at),
      waiting_since = case when v.waiting_since is not null then later.first_at end,
      unread_count = least(v.unread_count, later.n), updated_at = now()
    from ${rows(sorted)}, lateral (select count(*)::int n, min(m.at) first_at from messages m
      where m.conversation_id = x.id and m.at > x.last_at and m.direction = 'in' and m.type <> 'reaction') later
    where v.id = x.id`.execute(tx)
}

/** The customer wrote while another agent answers (Cloud API, standby): the window moves, but nobody here is waited for. */
export async function noteOverheard(tx: TenantTx, list: readonly Newest[]): Promise<void> {
  if (list.length === 0) return
  const sorted = inOrder(list)
  await lockAll(tx, sorted)
  await sql`update conversations v set last_message_id = ${newestId}, last_activity_at = ${activity}, last_message_at = greatest(v.last_message_at, x.last_at),
      last_inbound_at = greatest(v.last_inbound_at, x.last_at), updated_at = now()
    from ${rows(sorted)} where v.id = x.id`.execute(tx)
}

/** Old chats of the phone: a conversation that had nothing shows them as done; one that lives is not moved. */
export async function noteHistory(tx: TenantTx, list: readonly Newest[]): Promise<void> {
  if (list.length === 0) return
  const sorted = inOrder(list)
  await lockAll(tx, sorted)
  await sql`update conversations v set last_message_id = ${newestId}, last_activity_at = ${activity}, last_message_at = greatest(v.last_message_at, x.last_at),
      status = case when v.last_message_at is null then 'resolved' else v.status end,
      resolved_at = case when v.last_message_at is null then x.last_at else v.resolved_at end, updated_at = now()
    from ${rows(sorted)} where v.id = x.id and (v.last_message_at is null or x.last_at >= v.last_message_at or v.status = 'resolved')`.execute(tx)
}

/** The customer called: the window opens; a call that nobody took waits for an answer. */
export async function noteCalls(tx: TenantTx, list: readonly (Newest & { missed: boolean })[]): Promise<void> {
  if (list.length === 0) return
  const sorted = inOrder(list)
  await lockAll(tx, sorted)
  await sql`update conversations v set last_message_id = ${newestId}, last_activity_at = ${activity}, last_message_at = greatest(v.last_message_at, x.last_at),
      last_inbound_at = greatest(v.last_inbound_at, x.last_at),
      waiting_since = case when y.missed then coalesce(v.waiting_since, x.last_at) else v.waiting_since end,
      status = case when y.missed then 'open' else v.status end, resolved_at = case when y.missed then null else v.resolved_at end,
      resolved_by = case when y.missed then null else v.resolved_by end, updated_at = now()
    from ${rows(sorted)}, unnest(${sorted.map((x) => x.conversationId)}::uuid[], ${sorted.map((x) => x.missed)}::boolean[]) y(id, missed)
    where v.id = x.id and y.id = x.id`.execute(tx)
}

/** An ad or post brought the person: the free entry point begins with our answer within a day (Cloud API, pricing). */
export async function noteAdReferrals(tx: TenantTx, list: readonly { conversationId: string; at: Date }[]): Promise<void> {
  if (list.length === 0) return
  await sql`update conversations v set ad_referral_at = greatest(v.ad_referral_at, x.at)
    from (select id, max(at) at from unnest(${list.map((x) => x.conversationId)}::uuid[], ${list.map((x) => x.at)}::timestamptz[]) y(id, at) group by id) x
    where v.id = x.id`.execute(tx)
}

/**
 * Who answers the chat from now on, by the provider's clock. Answers the conversations that changed hands.
 * A message that came the ordinary way (`silent`) proves that the chat is ours.
 */
export async function noteControl(
  tx: TenantTx,
  list: readonly { conversationId: string; control: 'ours' | 'passive'; at: Date }[],
): Promise<{ id: string; control: string }[]> {
  if (list.length === 0) return []
  const { rows: changed } = await sql<{ id: string; control: string }>`
    with x as (select distinct on (id) id, control, at from unnest(${list.map((c) => c.conversationId)}::uuid[], ${list.map((c) => c.control)}::text[],
        ${list.map((c) => c.at)}::timestamptz[]) y(id, control, at) order by id, at desc),
      old as (select v.id, v.control from conversations v join x on x.id = v.id where v.control_at is null or v.control_at <= x.at order by v.id for no key update of v)
    update conversations v set control = x.control, control_at = x.at, updated_at = now()
    from x, old where v.id = x.id and old.id = x.id and old.control <> x.control returning v.id, v.control`.execute(tx)
  return changed
}

/** Conversations of these that another agent answers at present. */
export const findPassive = async (tx: TenantTx, ids: readonly string[]): Promise<Set<string>> =>
  ids.length === 0
    ? new Set()
    : new Set(
        (await sql<{ id: string }>`select id from conversations where id = any(${[...ids]}::uuid[]) and control = 'passive'`.execute(tx)).rows.map((r) => r.id),
      )

/** The conversations that these contacts already have on these channels. */
export async function findConversations(
  tx: TenantTx,
  pairs: readonly { channelId: string; contactId: string }[],
): Promise<{ id: string; channelId: string; contactId: string }[]> {
  if (pairs.length === 0) return []
  const { rows: found } = await sql<{ id: string; channel_id: string; contact_id: string }>`
    select v.id, v.channel_id, v.contact_id from unnest(${pairs.map((p) => p.channelId)}::uuid[], ${pairs.map((p) => p.contactId)}::uuid[]) x(c, k)
    join conversations v on v.channel_id = x.c and v.contact_id = x.k`.execute(tx)
  return found.map((r) => ({ id: r.id, channelId: r.channel_id, contactId: r.contact_id }))
}

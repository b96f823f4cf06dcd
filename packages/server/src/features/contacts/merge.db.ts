import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { sealWords } from '../../platform/vault/sealed-words.ts'
import { contactKeys } from '../../platform/vault/vault.ts'

/** The rows of both, locked in the order of their ids. */
export const lockBoth = (tx: TenantTx, a: string, b: string) =>
  tx
    .selectFrom('contacts')
    .select(['id', 'kind', 'name', 'profile_name', 'phone', 'email', 'notes', 'merged_into'])
    .where('id', 'in', [a, b])
    .orderBy('id')
    .forUpdate()
    .execute()
export type LockedContact = Awaited<ReturnType<typeof lockBoth>>[number]

export type Conversation = { id: string; channel_id: string; contact_id: string }
/** Their conversations, locked in the order of their ids: before any of their messages. */
export const lockConversations = async (tx: TenantTx, contactIds: readonly string[]): Promise<Conversation[]> =>
  (
    await sql<Conversation>`select id, channel_id, contact_id from conversations where contact_id = any(${[...contactIds]}::uuid[]) and merged_into is null
      order by id for update`.execute(tx)
  ).rows

const messagesOf = (conversationId: string) => sql`(select id from messages where conversation_id = ${conversationId}::uuid and type <> 'reaction'
  union all select id from messages where conversation_id = ${conversationId}::uuid and type = 'reaction')`

/** Whatever waits to leave, leaves from there now; what is on its way at this moment gets time to arrive first. */
const wakeLane = (tx: TenantTx, from: string, to: string) =>
  sql`with lane as (
      insert into send_lanes (conversation_id, tenant_id, channel_id, due_at, pair_at)
      select ${to}::uuid, tenant_id, channel_id,
        case when exists (select from messages where conversation_id = ${to}::uuid and status = 'sending') then now() + interval '1 minute' else coalesce(due_at, now()) end, pair_at
      from send_lanes where conversation_id = ${from}::uuid
        and (due_at is not null or exists (select from messages where conversation_id = ${to}::uuid and status in ('queued', 'sending')))
      on conflict (conversation_id) do update set due_at = least(send_lanes.due_at, excluded.due_at), pair_at = greatest(send_lanes.pair_at, excluded.pair_at))
    select pg_notify('atende_sends', '')`.execute(tx)

/** Messages change conversation, in the order in which everybody locks them. `origin` says what their origin becomes. */
async function move(tx: TenantTx, ids: ReturnType<typeof sql>, to: string, origin: ReturnType<typeof sql>): Promise<void> {
  await sql`select count(*) from (select id from messages where id in (${ids}) order by id for update) x`.execute(tx)
  await sql`update messages m set conversation_id = ${to}::uuid, origin_conversation_id = ${origin} where id in (${ids})`.execute(tx)
}

/** All of one conversation becomes part of another of the same channel; each message remembers where it was written. */
export async function joinConversation(tx: TenantTx, from: string, into: string): Promise<void> {
  await move(tx, messagesOf(from), into, sql`coalesce(m.origin_conversation_id, ${from}::uuid)`)
  await sql`update conversations set merged_into = ${into}::uuid, updated_at = now() where id = ${from}::uuid`.execute(tx)
  await sql`update conversations k set
      last_message_id = case when k.last_message_at is null or (o.last_message_at, o.last_message_id) > (k.last_message_at, k.last_message_id) then o.last_message_id else k.last_message_id end,
      last_message_at = greatest(k.last_message_at, o.last_message_at), last_activity_at = greatest(k.last_activity_at, o.last_activity_at),
      last_inbound_at = greatest(k.last_inbound_at, o.last_inbound_at), waiting_since = least(k.waiting_since, o.waiting_since),
      free_entry_until = greatest(k.free_entry_until, o.free_entry_until), ad_referral_at = greatest(k.ad_referral_at, o.ad_referral_at),
      unread_count = k.unread_count + o.unread_count, assignee_id = coalesce(k.assignee_id, o.assignee_id),
      status = case when 'open' in (k.status, o.status) then 'open' else 'resolved' end,
      resolved_at = case when 'open' in (k.status, o.status) then null else k.resolved_at end,
      resolved_by = case when 'open' in (k.status, o.status) then null else k.resolved_by end, updated_at = now()
    from conversations o where k.id = ${into}::uuid and o.id = ${from}::uuid`.execute(tx)
  await sql`insert into conversation_tags (tenant_id, conversation_id, tag_id, added_by, added_at)
    select tenant_id, ${into}::uuid, tag_id, added_by, added_at from conversation_tags where conversation_id = ${from}::uuid on conflict do nothing`.execute(tx)
  await wakeLane(tx, from, into)
}

/** The conversation and those that had become part of it before. */
const familyOf = (id: string) =>
  sql`(with recursive f as (select ${id}::uuid as id union select c.id from f join conversations c on c.merged_into = f.id) select id from f)`

/** Gives back what came along when this conversation became part of another; what was written since stays there. */
export async function partConversation(tx: TenantTx, id: string, from: string): Promise<void> {
  const ids = sql`(select id from messages where origin_conversation_id in ${familyOf(id)} and conversation_id = ${from}::uuid)`
  await move(tx, ids, id, sql`nullif(m.origin_conversation_id, ${id}::uuid)`)
  await sql`update conversations set merged_into = null, updated_at = now() where id = ${id}::uuid`.execute(tx)
  for (const each of [id, from]) await recount(tx, each)
  await wakeLane(tx, from, id)
}

/** Newest message, window and waiting time by the messages that are there. */
const recount = (tx: TenantTx, id: string) =>
  sql`update conversations c set last_message_id = l.id, last_message_at = l.at, last_activity_at = coalesce(l.at, c.created_at), last_inbound_at = i.at,
      waiting_since = case when i.at is not null and i.at > coalesce(o.at, '-infinity') then coalesce(c.waiting_since, i.at) end, updated_at = now()
    from (select 1) one
      left join lateral (select id, at from messages where conversation_id = ${id}::uuid and type not in ('reaction', 'activity') order by at desc, id desc limit 1) l on true
      left join lateral (select at from messages where conversation_id = ${id}::uuid and type <> 'reaction' and direction = 'in' order by at desc limit 1) i on true
      left join lateral (select at from messages where conversation_id = ${id}::uuid and type <> 'reaction' and direction = 'out' order by at desc limit 1) o on true
    where c.id = ${id}::uuid`.execute(tx)

/** Other contacts became part of this conversation too, after it had come along. */
export const hasJoined = async (tx: TenantTx, id: string, keepId: string, otherId: string): Promise<boolean> =>
  (
    await sql`select from conversations c join contacts k on k.id = c.contact_id
    where c.merged_into = ${id}::uuid and k.merged_into = ${keepId}::uuid and k.id <> ${otherId}::uuid limit 1`.execute(tx)
  ).rows.length > 0

export const giveConversation = (tx: TenantTx, id: string, contactId: string) =>
  sql`update conversations set contact_id = ${contactId}::uuid, updated_at = now() where id = ${id}::uuid`.execute(tx)

/** Everything by which a contact is or was known goes to another; answers what moved. */
export async function moveIdentities(tx: TenantTx, from: string, to: string) {
  const now = await sql<{ kind: string; value: string }>`update contact_identities set contact_id = ${to}::uuid where contact_id = ${from}::uuid
    returning kind, value`.execute(tx)
  // What both had before is one row, with the later end: nothing may lead to a contact that is hidden.
  await sql`update former_identities k set until = greatest(k.until, f.until) from former_identities f
    where k.contact_id = ${to}::uuid and f.contact_id = ${from}::uuid and f.kind = k.kind and f.value = k.value`.execute(tx)
  await sql`delete from former_identities f where f.contact_id = ${from}::uuid
    and exists (select from former_identities k where k.contact_id = ${to}::uuid and k.kind = f.kind and k.value = f.value)`.execute(tx)
  const past = await sql<{ kind: string; value: string }>`update former_identities set contact_id = ${to}::uuid where contact_id = ${from}::uuid
    returning kind, value`.execute(tx)
  return { identities: now.rows, former: past.rows }
}

type Key = { kind: string; value: string }
/** Only those that are still there: what has moved on since belongs to somebody else. */
export async function giveBackIdentities(tx: TenantTx, from: string, to: string, identities: readonly Key[], former: readonly Key[]): Promise<void> {
  for (const [table, keys] of [
    ['contact_identities', identities],
    ['former_identities', former],
  ] as const) {
    await sql`update ${sql.table(table)} i set contact_id = ${to}::uuid from unnest(${keys.map((k) => k.kind)}::text[], ${keys.map((k) => k.value)}::text[]) x(k, v)
      where i.contact_id = ${from}::uuid and i.kind = x.k and i.value = x.v`.execute(tx)
  }
  // What ended since then ended for the person whose it was.
  await sql`update former_identities i set contact_id = ${to}::uuid from unnest(${identities.map((k) => k.kind)}::text[], ${identities.map((k) => k.value)}::text[]) x(k, v)
    where i.contact_id = ${from}::uuid and i.kind = x.k and i.value = x.v and i.reason <> 'taken_over'`.execute(tx)
}

export type Fields = { name: string; profile_name: string | null; phone: string | null; email: string | null; notes: string | null }
const LATER = sql<Date>`greatest(clock_timestamp(), updated_at + interval '1 millisecond')`
export const setFields = (tx: TenantTx, id: string, fields: Partial<Fields>) =>
  tx
    .updateTable('contacts')
    .set({ ...fields, updated_at: LATER })
    .where('id', '=', id)
    .execute()

export const setMergedInto = (tx: TenantTx, id: string, into: string | null) =>
  tx.updateTable('contacts').set({ merged_into: into, updated_at: LATER }).where('id', '=', id).execute()

/** The newest word about marketing counts for the one person. */
export const joinPreference = (tx: TenantTx, keepId: string, otherId: string) =>
  sql`update contacts k set marketing_opt_out_at = o.marketing_opt_out_at, marketing_opt_out_changed_at = o.marketing_opt_out_changed_at
    from contacts o where k.id = ${keepId}::uuid and o.id = ${otherId}::uuid and o.marketing_opt_out_changed_at is not null
      and (k.marketing_opt_out_changed_at is null or k.marketing_opt_out_changed_at < o.marketing_opt_out_changed_at)`.execute(tx)

export type Moved = { identities: Key[]; former: Key[]; joined: { id: string; into: string }[]; given: string[] }
export async function insertTrace(
  tx: TenantTx,
  tenantId: string,
  t: { keepId: string; otherId: string; reason: string; byUserId: string | null; otherName: string; before: Fields; after: Fields; moved: Moved },
): Promise<string> {
  const id = uuidv7()
  await tx
    .insertInto('contact_merges')
    .values({
      id,
      tenant_id: tenantId,
      kept_id: t.keepId,
      other_id: t.otherId,
      reason: t.reason,
      by_user_id: t.byUserId,
      other_name: t.otherName,
      kept_before: JSON.stringify(t.before),
      kept_after: JSON.stringify(t.after),
      moved: JSON.stringify(t.moved),
      undone_at: null,
      undone_by: null,
    })
    .execute()
  return id
}

export const findTrace = (tx: TenantTx, keptId: string, id: string) =>
  tx.selectFrom('contact_merges').selectAll().where('id', '=', id).where('kept_id', '=', keptId).where('undone_at', 'is', null).executeTakeFirst()

export const closeTrace = (tx: TenantTx, id: string, by: string) =>
  tx.updateTable('contact_merges').set({ undone_at: new Date(), undone_by: by }).where('id', '=', id).execute()

/** A small line in each of these conversations, which says what happened; sealed with the key of its person, as every message is. */
export async function writeLines(tx: TenantTx, tenantId: string, conversationIds: readonly string[], activity: string, details: Record<string, string | null>) {
  const { rows } = await sql<{ id: string; contact_id: string }>`select id, contact_id from conversations where id = any(${[
    ...conversationIds,
  ]}::uuid[])`.execute(tx)
  const keys = await contactKeys(
    tx,
    rows.map((r) => r.contact_id),
  )
  const lines = rows.flatMap((r) => {
    const key = keys.get(r.contact_id)
    const messageId = uuidv7()
    return key ? [{ conversationId: r.id, messageId, sealed: sealWords(key, messageId, { body: null, content: { activity, details } }) }] : []
  })
  await sql`insert into messages (id, tenant_id, conversation_id, channel_id, direction, type, sealed, status, at)
    select x.m, ${tenantId}::uuid, c.id, c.channel_id, 'system', 'activity', x.s, 'received', clock_timestamp()
    from unnest(${lines.map((l) => l.messageId)}::uuid[], ${lines.map((l) => l.conversationId)}::uuid[], ${lines.map((l) => l.sealed)}::bytea[]) x(m, v, s)
    join conversations c on c.id = x.v`.execute(tx)
  return lines.map(({ conversationId, messageId }) => ({ conversationId, messageId }))
}

export const newestConversation = (tx: TenantTx, contactId: string) =>
  tx
    .selectFrom('conversations')
    .select('id')
    .where('contact_id', '=', contactId)
    .where('merged_into', 'is', null)
    .orderBy('last_activity_at', 'desc')
    .limit(1)
    .executeTakeFirst()

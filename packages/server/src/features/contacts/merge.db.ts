import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { openOr } from '../../platform/vault/broken.ts'
import { seal } from '../../platform/vault/sealed-value.ts'
import { sealWords } from '../../platform/vault/sealed-words.ts'
import { contactKey, contactKeys, openerFor } from '../../platform/vault/vault.ts'
import { openCurrent, openFormer, sealCurrent, sealFormer } from './sealed-identity.ts'
import { type OpenedPerson, openPeople, type PersonFields } from './sealed-person.ts'
import { tenuresOf, writeTenures } from './tenures.db.ts'
import { united } from './tenures.ts'

export type LockedContact = { id: string; kind: string; merged_into: string | null; fields: OpenedPerson }
/** The rows of both, locked in the order of their ids, with what they say. */
export async function lockBoth(tx: TenantTx, a: string, b: string): Promise<LockedContact[]> {
  const rows = await tx.selectFrom('contacts').select(['id', 'kind', 'sealed', 'merged_into']).where('id', 'in', [a, b]).orderBy('id').forUpdate().execute()
  const opened = await openPeople(tx, rows)
  return rows.flatMap(({ id, kind, merged_into }) => {
    const fields = opened.get(id)
    return fields ? [{ id, kind, merged_into, fields }] : []
  })
}

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

/** Of identities: what recognises them, never the thing itself. */
export type Key = { kind: string; hash: string }
type Sealed = { contact_id: string; kind: string; hash: Buffer; sealed: Buffer }
const keyOf = (r: { kind: string; hash: Buffer }): Key => ({ kind: r.kind, hash: r.hash.toString('hex') })
const bytesOf = (keys: readonly Key[]) => keys.map((k) => Buffer.from(k.hash, 'hex'))

const current = async (tx: TenantTx, contactId: string) =>
  (await sql<Sealed>`select contact_id, kind, hash, sealed from contact_identities where contact_id = ${contactId}::uuid`.execute(tx)).rows
const past = async (tx: TenantTx, contactId: string) =>
  (await sql<Sealed>`select contact_id, kind, hash, sealed from former_identities where contact_id = ${contactId}::uuid`.execute(tx)).rows

/** Gives identities to another contact, under that one's key. */
async function give(tx: TenantTx, rows: readonly Sealed[], to: string): Promise<Key[]> {
  const opened = (await openCurrent(tx, rows)).map((r) => ({ ...r, contactId: to }))
  const sealed = await sealCurrent(tx, opened)
  await sql`update contact_identities i set contact_id = ${to}::uuid, sealed = x.s
    from unnest(${opened.map((r) => r.kind)}::text[], ${opened.map((r) => r.hash)}::bytea[], ${opened.map((r) => r.contact_id)}::uuid[], ${sealed}::bytea[]) x(k, h, c, s)
    where i.contact_id = x.c and i.kind = x.k and i.hash = x.h`.execute(tx)
  return opened.map(keyOf)
}
async function giveFormer(tx: TenantTx, rows: readonly Sealed[], to: string): Promise<Key[]> {
  const opened = (await openFormer(tx, rows)).map((r) => ({ ...r, contactId: to }))
  const sealed = await sealFormer(tx, opened)
  await sql`update former_identities i set contact_id = ${to}::uuid, sealed = x.s
    from unnest(${opened.map((r) => r.kind)}::text[], ${opened.map((r) => r.hash)}::bytea[], ${opened.map((r) => r.contact_id)}::uuid[], ${sealed}::bytea[]) x(k, h, c, s)
    where i.contact_id = x.c and i.kind = x.k and i.hash = x.h`.execute(tx)
  return opened.map(keyOf)
}

/** Of what both had, one time is left, from the first beginning: nothing may lead to a contact that is hidden. */
async function uniteTenures(tx: TenantTx, tenantId: string, from: string, to: string): Promise<void> {
  const ofBoth = [
    ...(await openCurrent(tx, [...(await current(tx, from)), ...(await current(tx, to))])),
    ...(await openFormer(tx, [...(await past(tx, from)), ...(await past(tx, to))])),
  ]
  const twice = [...Map.groupBy(ofBoth, (i) => `${i.kind}:${i.value}`).values()].filter((list) => new Set(list.map((i) => i.contact_id)).size > 1)
  for (const [key] of twice) {
    if (!key) continue
    const before = await tenuresOf(tx, key)
    await writeTenures(tx, tenantId, key, before, united(before.map((t) => (t.contactId === from ? { ...t, contactId: to } : t))))
  }
}

/** Everything by which a contact is or was known goes to another; answers what moved. */
export async function moveIdentities(tx: TenantTx, tenantId: string, from: string, to: string): Promise<{ identities: Key[]; former: Key[] }> {
  const had = (await current(tx, from)).map(keyOf)
  await uniteTenures(tx, tenantId, from, to)
  await give(tx, await current(tx, from), to)
  return { identities: had, former: await giveFormer(tx, await past(tx, from), to) }
}

/** Only those that are still there: what has moved on since belongs to somebody else. */
export async function giveBackIdentities(tx: TenantTx, from: string, to: string, identities: readonly Key[], former: readonly Key[]): Promise<void> {
  const moved = (list: readonly Key[]) => new Set(list.map((k) => `${k.kind}:${k.hash}`))
  const has = (names: Set<string>) => (r: Sealed) => names.has(`${r.kind}:${r.hash.toString('hex')}`)
  await give(tx, (await current(tx, from)).filter(has(moved(identities))), to)
  // What ended since then ended for the person whose it was.
  const { rows } = await sql<{ kind: string; hash: Buffer }>`select i.kind, i.hash from former_identities i
    join unnest(${identities.map((k) => k.kind)}::text[], ${bytesOf(identities)}::bytea[]) x(k, h) on i.kind = x.k and i.hash = x.h
    where i.contact_id = ${from}::uuid and i.reason <> 'taken_over'`.execute(tx)
  await giveFormer(tx, (await past(tx, from)).filter(has(moved([...former, ...rows.map(keyOf)]))), to)
}

export const setMergedInto = (tx: TenantTx, id: string, into: string | null) =>
  sql`update contacts set merged_into = ${into}::uuid, updated_at = greatest(clock_timestamp(), updated_at + interval '1 millisecond') where id = ${id}::uuid`.execute(
    tx,
  )

/** The newest word about marketing counts for the one person. */
export const joinPreference = (tx: TenantTx, keepId: string, otherId: string) =>
  sql`update contacts k set marketing_opt_out_at = o.marketing_opt_out_at, marketing_opt_out_changed_at = o.marketing_opt_out_changed_at
    from contacts o where k.id = ${keepId}::uuid and o.id = ${otherId}::uuid and o.marketing_opt_out_changed_at is not null
      and (k.marketing_opt_out_changed_at is null or k.marketing_opt_out_changed_at < o.marketing_opt_out_changed_at)`.execute(tx)

export type Moved = { identities: Key[]; former: Key[]; joined: { id: string; into: string }[]; given: string[] }
/** What a merge changed, under the key of the contact that was kept. */
export type TraceContent = { otherName: string; before: PersonFields; after: PersonFields; moved: Moved }
const tracePlace = (id: string) => `contact_merges.sealed:${id}`

export async function insertTrace(
  tx: TenantTx,
  tenantId: string,
  t: { keepId: string; otherId: string; reason: string; byUserId: string | null; content: TraceContent },
): Promise<string> {
  const id = uuidv7()
  const sealed = seal(await contactKey(tx, t.keepId), tracePlace(id), JSON.stringify(t.content))
  await tx
    .insertInto('contact_merges')
    .values({
      id,
      tenant_id: tenantId,
      kept_id: t.keepId,
      other_id: t.otherId,
      reason: t.reason,
      by_user_id: t.byUserId,
      sealed,
      undone_at: null,
      undone_by: null,
    })
    .execute()
  return id
}

/** Traces by which contacts can be parted again, with what they say; undefined where it cannot be read any more. */
export async function openTraces(tx: TenantTx, rows: readonly { id: string; sealed: Buffer | null }[]): Promise<Map<string, unknown>> {
  const opener = await openerFor(
    tx,
    rows.map((r) => r.sealed),
  )
  return new Map(
    rows.map((r) => {
      const json = openOr(tx, () => opener.text(tracePlace(r.id), r.sealed))
      return [r.id, typeof json === 'string' ? JSON.parse(json) : undefined]
    }),
  )
}

export async function findTrace(tx: TenantTx, keptId: string, id: string): Promise<{ otherId: string; content: unknown } | undefined> {
  const row = await tx
    .selectFrom('contact_merges')
    .select(['id', 'other_id', 'sealed'])
    .where('id', '=', id)
    .where('kept_id', '=', keptId)
    .where('undone_at', 'is', null)
    .executeTakeFirst()
  return row && { otherId: row.other_id, content: (await openTraces(tx, [row])).get(id) }
}

/** That they were parted stays known; what it said has served. */
export const closeTrace = (tx: TenantTx, id: string, by: string) =>
  tx.updateTable('contact_merges').set({ undone_at: new Date(), undone_by: by, sealed: null }).where('id', '=', id).execute()

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

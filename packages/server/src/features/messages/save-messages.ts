import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { messageWords } from '../../platform/search/words.ts'
import { seal } from '../../platform/vault/sealed-value.ts'
import { rawPlace, sealWords } from '../../platform/vault/sealed-words.ts'
import { searchIndex } from '../../platform/vault/vault.ts'
import { conversationKeys } from './conversation-keys.ts'
import { sealRealId } from './message-ids.ts'

/** Locked until the transaction ends. */
export const lockMessage = (tx: TenantTx, id: string) => tx.selectFrom('messages').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
/** The message that an earlier POST with this client id made. */
export const findByClientId = (tx: TenantTx, clientId: string) => tx.selectFrom('messages').select('id').where('client_id', '=', clientId).executeTakeFirst()

export type NewMessage = {
  id: string
  conversationId: string
  channelId: string
  direction: 'in' | 'out' | 'system'
  type: string
  body: string | null
  content: Record<string, unknown>
  status: string
  at: Date
  /** Keyed hash of the provider's id; `realId` is the id itself, which is sealed. */
  providerId: string | null
  realId?: string
  clientId: string | null
  senderUserId: string | null
  mediaId: string | null
  quotedProviderId: string | null
  quotedId: string | null
  /** As it came from the provider. */
  raw?: Record<string, unknown> | null
  /** Who wrote, in a group. */
  authorContactId?: string | null
  sentFrom?: 'app' | 'other' | 'api' | null
  /** Whose conversation it is, when the caller knows: saves asking. */
  contactId?: string
}

/** History announces a file by a placeholder, and brings it later. */
export const PLACEHOLDER = 'media_placeholder'
const ASKS_CONTACT = /contact_request|request_contact_info/

type Written = Pick<NewMessage, 'id' | 'conversationId' | 'direction' | 'type' | 'body' | 'content' | 'at' | 'raw' | 'contactId' | 'realId'>
/** The columns that say what a message says: sealed, hashed, and the little that SQL decides by. */
export async function writtenColumns(tx: TenantTx, list: readonly Written[]) {
  const keyOf = await conversationKeys(
    tx,
    list.map((m) => m.conversationId),
    new Map(list.flatMap((m) => (m.contactId ? [[m.conversationId, m.contactId]] : []))),
  )
  const index = await searchIndex(tx)
  return list.map((m) => {
    const key = keyOf(m.conversationId)
    const asks = m.direction === 'out' && (m.type === 'interactive' || m.type === 'template') && ASKS_CONTACT.test(JSON.stringify(m.content))
    return {
      sealed: sealWords(key, m.id, m),
      provider_id_sealed: m.realId ? sealRealId(key, m.id, m.realId) : null,
      raw_sealed: m.raw ? seal(key, rawPlace(m.id), JSON.stringify(m.raw)) : null,
      // An array of arrays of unequal length goes as text.
      words: m.body === null || m.type === 'reaction' ? null : `{${messageWords(index, m.body, m.at).join()}}`,
      placeholder: m.type === 'unsupported' && m.content.original === PLACEHOLDER,
      asks_contact: asks,
    }
  })
}

/** One statement for the whole list; a message that is there already (provider id, client id) is passed over. Answers the ids of the new ones. */
export async function insertMany(tx: TenantTx, tenantId: string, list: readonly NewMessage[]): Promise<Set<string>> {
  if (list.length === 0) return new Set()
  const written = await writtenColumns(tx, list)
  const col = <K extends keyof NewMessage>(k: K) => list.map((m) => m[k] ?? null)
  const said = <K extends keyof (typeof written)[number]>(k: K) => written.map((w) => w[k])
  const { rows } = await sql<{ id: string }>`
    insert into messages (id, tenant_id, conversation_id, channel_id, direction, type, sealed, raw_sealed, words, placeholder, asks_contact, status, at,
      provider_id, client_id, sender_user_id, media_id, quoted_provider_id, quoted_id, author_contact_id, sent_from, provider_id_sealed)
    select a, ${tenantId}::uuid, b, c, d, e, f, g, h::bigint[], i, j, k, l, m, n, o, p, q, r, s, t, u
    from unnest(${col('id')}::uuid[], ${col('conversationId')}::uuid[], ${col('channelId')}::uuid[], ${col('direction')}::text[],
      ${col('type')}::text[], ${said('sealed')}::bytea[], ${said('raw_sealed')}::bytea[], ${said('words')}::text[], ${said('placeholder')}::boolean[],
      ${said('asks_contact')}::boolean[], ${col('status')}::text[], ${col('at')}::timestamptz[], ${col('providerId')}::text[], ${col('clientId')}::text[],
      ${col('senderUserId')}::uuid[], ${col('mediaId')}::uuid[], ${col('quotedProviderId')}::text[], ${col('quotedId')}::uuid[],
      ${col('authorContactId')}::uuid[], ${col('sentFrom')}::text[], ${said('provider_id_sealed')}::bytea[])
      x(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u)
    on conflict do nothing returning id`.execute(tx)
  return new Set(rows.map((r) => r.id))
}

/** Which of these provider ids are known, with their message ids. Key: `channel/provider id`. */
export async function findByProviderIds(tx: TenantTx, list: readonly { channelId: string; providerId: string }[]): Promise<Map<string, string>> {
  if (list.length === 0) return new Map()
  const { rows } = await sql<{ id: string; channel_id: string; provider_id: string }>`
    select m.id, m.channel_id, m.provider_id from unnest(${list.map((x) => x.channelId)}::uuid[], ${list.map((x) => x.providerId)}::text[]) x(c, p)
    join messages m on m.channel_id = x.c and m.provider_id = x.p`.execute(tx)
  return new Map(rows.map((r) => [`${r.channel_id}/${r.provider_id}`, r.id]))
}

/** Links quotes whose quoted message came after them, or in the same batch. */
export const linkQuotes = (tx: TenantTx, ids: readonly string[]) =>
  sql`update messages m set quoted_id = q.id from messages q
    where m.id = any(${[...ids]}::uuid[]) and m.quoted_id is null and m.quoted_provider_id is not null
      and q.channel_id = m.channel_id and q.provider_id = m.quoted_provider_id`.execute(tx)

/**
 * Puts reactions onto their messages. Of one person only the newest counts, by the provider's clock, so late ones change nothing;
 * an emptied one stays, dated, for the same reason. The message names the reaction; its emoji stays sealed in that one. Also serves
 * reactions that came before their message.
 */
export async function applyReactions(tx: TenantTx, reactionIds: readonly string[]): Promise<{ id: string; conversation_id: string }[]> {
  if (reactionIds.length === 0) return []
  const { rows } = await sql<{ id: string; conversation_id: string }>`
    with latest as (
      select distinct on (t.id, p.by) t.id, p.by, r.id reaction, r.at, r.sender_user_id
      from messages r join messages t on t.channel_id = r.channel_id and t.provider_id = r.quoted_provider_id,
        -- In a group each member has a reaction of their own.
        lateral (select case r.direction when 'in' then coalesce('contact:' || r.author_contact_id, 'contact') else 'us' end as by) p
      where r.id = any(${[...reactionIds]}::uuid[]) and r.type = 'reaction' and t.type <> 'reaction'
      order by t.id, p.by, r.at desc, r.id desc)
    update messages m set reactions = coalesce(m.reactions, '{}') || l.set
    from (select id, jsonb_object_agg(by, jsonb_build_object('id', reaction, 'at', at, 'userId', sender_user_id)) as set
          from latest x where not exists (select from messages y where y.id = x.id and (y.reactions->x.by->>'at')::timestamptz > x.at) group by id) l
    where m.id = l.id returning m.id, m.conversation_id`.execute(tx)
  return rows
}

/** Reactions that came before one of these messages. */
export async function findReactionsTo(tx: TenantTx, list: readonly { channelId: string; providerId: string }[]): Promise<string[]> {
  if (list.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select r.id from unnest(${list.map((x) => x.channelId)}::uuid[], ${list.map((x) => x.providerId)}::text[]) x(c, p)
    join messages r on r.channel_id = x.c and r.quoted_provider_id = x.p and r.type = 'reaction'`.execute(tx)
  return rows.map((r) => r.id)
}

export type StatusRow = {
  channelId: string
  providerId: string
  status: string
  at: Date
  messageId: string | null
  details: Record<string, unknown>
  /** In a group: whose receipt it is. */
  participant?: string
}

/** Keeps each status once (channel, provider id, status, and the member in a group, who is kept as a keyed hash). */
export async function insertStatuses(tx: TenantTx, tenantId: string, list: readonly StatusRow[]): Promise<void> {
  const index = await searchIndex(tx)
  const participants = list.map((s) => (s.participant ? index.exact('participant', s.participant).toString('hex') : ''))
  await sql`insert into message_statuses (id, tenant_id, channel_id, provider_id, status, at, details, participant)
    select a, ${tenantId}::uuid, b, c, d, e, f::jsonb, g from unnest(${list.map(() => uuidv7())}::uuid[], ${list.map((s) => s.channelId)}::uuid[],
      ${list.map((s) => s.providerId)}::text[], ${list.map((s) => s.status)}::text[], ${list.map((s) => s.at)}::timestamptz[],
      ${list.map((s) => JSON.stringify(s.details))}::text[], ${participants}::text[]) x(a, b, c, d, e, f, g)
    on conflict (channel_id, provider_id, status, participant) do nothing`.execute(tx)
}

/**
 * Learns provider ids of messages whose send was never answered: the provider echoed our own id. What an earlier try is known by
 * stays with that try, so that its repeated words say nothing of the present one.
 */
export async function learnProviderIds(tx: TenantTx, list: readonly Learnt[]): Promise<void> {
  const { rows } = await sql<{
    id: string
    conversation_id: string
    provider_id: string
  }>`with told as (select * from unnest(${list.map((s) => s.messageId)}::uuid[], ${list.map((s) => s.channelId)}::uuid[],
        ${list.map((s) => s.providerId)}::text[]) x(id, c, p)
      where not exists (select from send_attempts a where a.message_id = x.id and a.provider_id = x.p)),
    tries as (update send_attempts a set provider_id = x.p from told x join messages m on m.id = x.id and m.channel_id = x.c
      where a.id = (select u.id from send_attempts u where u.message_id = x.id and u.outcome = 'unknown' and u.provider_id is null order by u.id limit 1))
    update messages m set provider_id = x.p from told x
    where m.id = x.id and m.channel_id = x.c and m.direction = 'out' and m.provider_id is null returning m.id, m.conversation_id, m.provider_id`.execute(tx)
  const realIds = new Map(list.map((s) => [s.providerId, s.realId]))
  for (const m of rows) await setRealId(tx, { id: m.id, conversationId: m.conversation_id, realId: realIds.get(m.provider_id) ?? '' })
}
type Learnt = { messageId: string; channelId: string; providerId: string; realId: string }

/** Seals the provider's own id of a message of ours, for whoever quotes it later. */
async function setRealId(tx: TenantTx, m: { id: string; conversationId: string; realId: string }): Promise<void> {
  const keyOf = await conversationKeys(tx, [m.conversationId])
  await sql`update messages set provider_id_sealed = ${sealRealId(keyOf(m.conversationId), m.id, m.realId)} where id = ${m.id}::uuid`.execute(tx)
}

/** The sender holds a message and wants its statuses, the receiver the other way round: both take the messages first, by id. */
const lockInOrder = (tx: TenantTx, channelIds: readonly string[], providerIds: readonly string[]) =>
  sql`select m.id from messages m where m.id in (
      select k.id from unnest(${[...channelIds]}::uuid[], ${[...providerIds]}::text[]) x(c, p) join messages k on k.channel_id = x.c and k.provider_id = x.p
      union select a.message_id from send_attempts a where a.provider_id = any(${[...providerIds]}::text[]))
    order by m.id for update`.execute(tx)

/**
 * Connects kept statuses to their messages (by provider id, also of an earlier try) and moves each message to the furthest
 * status it has reached; never back. Answers the messages that changed.
 */
export async function advance(
  tx: TenantTx,
  channelIds: readonly string[],
  providerIds: readonly string[],
): Promise<{ id: string; conversation_id: string; status: string }[]> {
  await lockInOrder(tx, channelIds, providerIds)
  const { rows } = await sql<{ id: string; conversation_id: string; status: string }>`
    with hit as (
      update message_statuses s set message_id = coalesce(
        (select m.id from messages m where m.channel_id = s.channel_id and m.provider_id = s.provider_id),
        (select a.message_id from send_attempts a join messages m on m.id = a.message_id where a.provider_id = s.provider_id and m.channel_id = s.channel_id limit 1))
      from unnest(${[...channelIds]}::uuid[], ${[...providerIds]}::text[]) x(c, p)
      where s.channel_id = x.c and s.provider_id = x.p
      returning s.message_id, s.provider_id, s.status, s.details, s.participant),
    best as (
      select distinct on (h.message_id) h.message_id, h.status, h.details->'error' as error
      from hit h join messages m on m.id = h.message_id
      -- The failure of an earlier try says nothing of the present one, nor of one that has yet to begin, and that of one member
      -- nothing of the group.
      where h.status <> 'accepted' and (h.status <> 'failed' or h.provider_id = m.provider_id and h.participant = '' and m.status <> 'queued')
      order by h.message_id, message_rank(h.status) desc)
    update messages m set status = b.status, error = case when b.status = 'failed' then b.error end
    from best b where m.id = b.message_id and m.direction = 'out' and message_rank(b.status) > message_rank(m.status)
    returning m.id, m.conversation_id, m.status`.execute(tx)
  await notePricing(tx, channelIds, providerIds)
  return rows
}

/** Writes onto messages what they are counted as; the furthest status that told it wins. */
const notePricing = (tx: TenantTx, channelIds: readonly string[], providerIds: readonly string[]) =>
  sql`update messages m set pricing = p.pricing from (
      select distinct on (s.message_id) s.message_id, jsonb_build_object('category', s.details->'pricing'->>'category', 'type', s.details->'pricing'->>'type') pricing
      from unnest(${[...channelIds]}::uuid[], ${[...providerIds]}::text[]) x(c, p)
      join message_statuses s on s.channel_id = x.c and s.provider_id = x.p
      where s.message_id is not null and s.details ? 'pricing' order by s.message_id, message_rank(s.status) desc) p
    where m.id = p.message_id and m.pricing is distinct from p.pricing`.execute(tx)

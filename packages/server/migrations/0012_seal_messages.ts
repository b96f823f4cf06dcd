import { sql } from 'kysely'
import { enterTenant, keysOf, type SystemTx, type TenantTx } from '../src/platform/database.ts'
import { messageWords } from '../src/platform/search/words.ts'
import { type DataKey, seal } from '../src/platform/vault/sealed-value.ts'
import { loadServerKey } from '../src/platform/vault/server-key.ts'
import { contactKeys, mediaKeys, searchIndex, tenantKey } from '../src/platform/vault/vault.ts'

const BATCH = 500

/** Goes through rows in the order of their ids, a batch at a time. */
async function eachBatch<R extends { id: string }>(read: (after: string | null) => Promise<R[]>, work: (rows: R[]) => Promise<unknown>): Promise<void> {
  for (let after: string | null = null; ; ) {
    const rows: R[] = await read(after)
    if (rows.length === 0) return
    await work(rows)
    after = rows.at(-1)?.id ?? null
  }
}

const must = (key: DataKey | undefined): DataKey => {
  if (!key) throw new Error('a key is missing')
  return key
}

type MessageRow = {
  id: string
  contact_id: string
  direction: string
  type: string
  at: Date
  revoked_at: Date | null
  body: string | null
  content: Record<string, unknown>
  raw: unknown
  earlier_texts: unknown[] | null
}
async function sealMessages(tx: TenantTx, tenantId: string): Promise<void> {
  const read = async (after: string | null) =>
    (
      await sql<MessageRow>`select m.id, c.contact_id, m.direction, m.type, m.at, m.body, m.content, m.raw, m.earlier_texts, m.revoked_at
        from messages m join conversations c on c.id = m.conversation_id
        where m.tenant_id = ${tenantId}::uuid and (${after}::uuid is null or m.id > ${after}::uuid) order by m.id limit ${BATCH}`.execute(tx)
    ).rows
  await eachBatch(read, async (rows) => {
    const keys = await contactKeys(
      tx,
      rows.map((r) => r.contact_id),
    )
    const index = await searchIndex(tx)
    const sealed = rows.map((r) => {
      const earlier = r.earlier_texts?.length ? { earlier: r.earlier_texts } : {}
      return seal(must(keys.get(r.contact_id)), `messages.sealed:${r.id}`, JSON.stringify({ body: r.body, content: r.content, ...earlier }))
    })
    const raw = rows.map((r) => (r.raw === null ? null : seal(must(keys.get(r.contact_id)), `messages.raw:${r.id}`, JSON.stringify(r.raw))))
    const words = rows.map((r) => (r.body === null || r.revoked_at || r.type === 'reaction' ? null : `{${messageWords(index, r.body, r.at).join()}}`))
    await sql`update messages m set sealed = x.s, raw_sealed = x.r, words = x.w::bigint[], body = null, raw = null, earlier_texts = null,
        placeholder = m.type = 'unsupported' and m.content->>'original' is not distinct from 'media_placeholder',
        asks_contact = m.direction = 'out' and m.type in ('interactive', 'template') and m.content::text ~ 'contact_request|request_contact_info',
        content = '{}', error = m.error - 'details'
      from unnest(${rows.map((r) => r.id)}::uuid[], ${sealed}::bytea[], ${raw}::bytea[], ${words}::text[]) x(id, s, r, w) where m.id = x.id`.execute(tx)
  })
}

/** A message names the reactions to it; their emojis are sealed in themselves. */
const nameReactions = (tx: TenantTx, tenantId: string) =>
  sql`with latest as (
      select distinct on (t.id, p.by) t.id, p.by, r.id reaction, r.at, r.sender_user_id
      from messages r join messages t on t.channel_id = r.channel_id and t.provider_id = r.quoted_provider_id,
        lateral (select case r.direction when 'in' then coalesce('contact:' || r.author_contact_id, 'contact') else 'us' end as by) p
      where r.tenant_id = ${tenantId}::uuid and r.type = 'reaction' and t.type <> 'reaction'
      order by t.id, p.by, r.at desc, r.id desc),
    named as (select id, jsonb_object_agg(by, jsonb_build_object('id', reaction, 'at', at, 'userId', sender_user_id)) as set from latest group by id)
    update messages m set reactions = n.set from (select m.id, n.set from messages m left join named n on n.id = m.id
      where m.tenant_id = ${tenantId}::uuid and (m.reactions is not null or n.set is not null)) n where m.id = n.id`.execute(tx)

type ChangeRow = { channel_id: string; provider_id: string; body: string; contact_id: string | null }
/** Few: all at once. */
async function sealChanges(tx: TenantTx, tenantId: string): Promise<void> {
  const { rows } = await sql<ChangeRow>`select x.channel_id, x.provider_id, x.body, c.contact_id from message_changes x
    left join messages m on m.channel_id = x.channel_id and m.provider_id = x.target_provider_id left join conversations c on c.id = m.conversation_id
    where x.tenant_id = ${tenantId}::uuid and x.kind = 'edit' and x.body is not null`.execute(tx)
  if (rows.length > 0) {
    const own = await tenantKey(tx)
    const keys = await contactKeys(
      tx,
      rows.flatMap((r) => r.contact_id ?? []),
    )
    const sealed = rows.map((r) => seal(keys.get(r.contact_id ?? '') ?? own, `message_changes.sealed:${r.channel_id}/${r.provider_id}`, r.body))
    await sql`update message_changes c set sealed = x.s from unnest(${rows.map((r) => r.channel_id)}::uuid[], ${rows.map((r) => r.provider_id)}::text[],
      ${sealed}::bytea[]) x(a, b, s) where c.channel_id = x.a and c.provider_id = x.b`.execute(tx)
  }
  await sql`update message_changes set body = null, content = '{}' where tenant_id = ${tenantId}::uuid and (body is not null or content <> '{}')`.execute(tx)
}

/** Meta's own sentences go; who got a receipt in a group becomes a keyed hash. */
async function reduceStatuses(tx: TenantTx, tenantId: string): Promise<void> {
  await sql`update message_statuses set details = (details #- '{error,details}') - 'reference'
    where tenant_id = ${tenantId}::uuid and (details ? 'reference' or details->'error' ? 'details')`.execute(tx)
  await sql`update send_attempts set error = error - 'details' - 'title' where tenant_id = ${tenantId}::uuid and error is not null`.execute(tx)
  await sql`update send_pace set hold_error = hold_error - 'details' where tenant_id = ${tenantId}::uuid and hold_error is not null`.execute(tx)
  const { rows } = await sql<{
    participant: string
  }>`select distinct participant from message_statuses where tenant_id = ${tenantId}::uuid and participant <> ''`.execute(tx)
  if (rows.length === 0) return
  const index = await searchIndex(tx)
  const names = rows.map((r) => r.participant)
  await sql`update message_statuses s set participant = x.h from unnest(${names}::text[], ${names.map((n) => index.exact('participant', n).toString('hex'))}::text[]) x(p, h)
    where s.tenant_id = ${tenantId}::uuid and s.participant = x.p`.execute(tx)
}

type MediaRow = {
  id: string
  filename: string | null
  sha256: Buffer | null
  blur: string | null
  waveform: Buffer | null
  contacts: string[]
}
/** What is known of each file; the bytes follow while the server runs (`files_plain`). */
async function sealMedia(tx: TenantTx, tenantId: string): Promise<void> {
  const read = async (after: string | null) =>
    (
      await sql<MediaRow>`select f.id, f.filename, f.sha256, f.blur, f.waveform, array(select distinct c.contact_id from messages m
          join conversations c on c.id = m.conversation_id where m.media_id = f.id limit 2) contacts
        from media f where f.tenant_id = ${tenantId}::uuid and (${after}::uuid is null or f.id > ${after}::uuid) order by f.id limit ${BATCH}`.execute(tx)
    ).rows
  await eachBatch(read, async (rows) => {
    const keys = await mediaKeys(
      tx,
      rows.map((r) => (r.contacts.length === 1 ? (r.contacts[0] ?? null) : null)),
    )
    const sealed = rows.map((r, i) => {
      const { filename, blur } = r
      const facts = { filename, blur, sha256: r.sha256?.toString('hex') ?? null, waveform: r.waveform?.toString('base64') ?? null }
      return seal(must(keys[i]), `media.sealed:${r.id}`, JSON.stringify(Object.fromEntries(Object.entries(facts).filter(([, v]) => v !== null))))
    })
    await sql`update media f set key_id = x.k, sealed = x.s, shared = x.d, files_plain = f.storage_key is not null, filename = null, sha256 = null, blur = null,
        waveform = null
      from unnest(${rows.map((r) => r.id)}::uuid[], ${keys.map((k) => k.id)}::uuid[], ${sealed}::bytea[], ${rows.map((r) => r.contacts.length > 1)}::boolean[])
        x(id, k, s, d) where f.id = x.id`.execute(tx)
  })
}

type Body = { id: string; body: Buffer }
const DELIVERIES = 200
const deliveries = (tx: SystemTx, tenantId: string | null) => async (after: string | null) =>
  (
    await sql<Body>`select id, body from webhook_events where tenant_id is not distinct from ${tenantId}::uuid and (${after}::uuid is null or id > ${after}::uuid)
      order by id limit ${DELIVERIES}`.execute(tx)
  ).rows
const putBodies = (tx: SystemTx, rows: readonly Body[], sealed: readonly Buffer[]) =>
  sql`update webhook_events e set body = x.b from unnest(${rows.map((r) => r.id)}::uuid[], ${sealed}::bytea[]) x(id, b) where e.id = x.id`.execute(tx)
const bodyPlace = (r: Body) => `webhook_events.body:${r.id}`

const sealDeliveries = (tx: TenantTx, tenantId: string) =>
  eachBatch(deliveries(tx, tenantId), async (rows) => {
    const key = await tenantKey(tx)
    await putBodies(
      tx,
      rows,
      rows.map((r) => seal(key, bodyPlace(r), r.body)),
    )
  })

/** Of nobody that we know: with the server's own key, which is made here when it is not there yet. */
const sealNobodys = (tx: SystemTx) =>
  eachBatch(deliveries(tx, null), async (rows) => {
    const keys = keysOf(tx)
    await loadServerKey(tx, keys)
    await putBodies(
      tx,
      rows,
      rows.map((r) => keys.seal(bodyPlace(r), r.body.toString('base64'))),
    )
  })

const sealAccountEvents = (tx: TenantTx, tenantId: string) =>
  eachBatch(
    async (after) =>
      (
        await sql<{ id: string; value: string }>`select id, value::text as value from account_events
          where tenant_id = ${tenantId}::uuid and (${after}::uuid is null or id > ${after}::uuid) order by id limit ${BATCH}`.execute(tx)
      ).rows,
    async (rows) => {
      const key = await tenantKey(tx)
      const sealed = rows.map((r) => seal(key, `account_events.sealed:${r.id}`, r.value))
      await sql`update account_events e set sealed = x.s, value = null from unnest(${rows.map((r) => r.id)}::uuid[], ${sealed}::bytea[]) x(id, s)
        where e.id = x.id`.execute(tx)
    },
  )

/** Seals what older versions kept in the clear, tenant by tenant. Files are sealed afterwards, while the server runs. */
export async function up(tx: SystemTx): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from tenants order by id`.execute(tx)
  for (const { id } of rows) {
    const mine = await enterTenant(tx, id)
    // Before the messages: asks which contact a message belongs to, and nothing of what it says.
    await sealMedia(mine, id)
    await sealMessages(mine, id)
    await nameReactions(mine, id)
    await sealChanges(mine, id)
    await reduceStatuses(mine, id)
    await sealDeliveries(mine, id)
    await sealAccountEvents(mine, id)
  }
  await sealNobodys(tx)
  // What is still to be checked would forbid the next migrations to change these tables.
  await sql`set constraints all immediate`.execute(tx)
  await sql`select set_config('app.tenant_id', '', true)`.execute(tx)
}

import { sql } from 'kysely'
import { messageMarks, sealRealId } from '../src/features/messages/message-ids.ts'
import { enterTenant, type SystemTx, type TenantTx } from '../src/platform/database.ts'
import { type DataKey, seal } from '../src/platform/vault/sealed-value.ts'
import { contactKeys, openerFor, tenantKey } from '../src/platform/vault/vault.ts'

const BATCH = 1000
type MarkOf = (realId: string) => string

/** Goes through what a query finds now, a batch at a time, whatever the work changes meanwhile. */
async function eachBatch<R>(tx: TenantTx, query: ReturnType<typeof sql>, work: (rows: R[]) => Promise<unknown>): Promise<void> {
  await sql`declare to_hash no scroll cursor for ${query}`.execute(tx)
  for (;;) {
    const { rows } = await sql<R>`fetch forward ${sql.lit(BATCH)} from to_hash`.execute(tx)
    if (rows.length === 0) break
    await work(rows)
  }
  await sql`close to_hash`.execute(tx)
}

type MessageRow = { id: string; contact_id: string; type: string; provider_id: string | null; quoted_provider_id: string | null }
const hashMessages = (tx: TenantTx, tenantId: string, mark: MarkOf) =>
  eachBatch<MessageRow>(
    tx,
    sql`select m.id, c.contact_id, m.type, m.provider_id, m.quoted_provider_id from messages m join conversations c on c.id = m.conversation_id
      where m.tenant_id = ${sql.lit(tenantId)}::uuid and (m.provider_id is not null or m.quoted_provider_id is not null)`,
    async (rows) => {
      const keys = await contactKeys(
        tx,
        rows.map((r) => r.contact_id),
      )
      const hashed = (id: string | null) => (id === null ? null : mark(id))
      const sealed = rows.map((r) => {
        const key = keys.get(r.contact_id)
        // Nobody answers a line of what happened.
        return key && r.provider_id !== null && r.type !== 'activity' ? sealRealId(key, r.id, r.provider_id) : null
      })
      await sql`update messages m set provider_id = x.p, quoted_provider_id = x.q, provider_id_sealed = x.s
        from unnest(${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => hashed(r.provider_id))}::text[], ${rows.map((r) => hashed(r.quoted_provider_id))}::text[],
          ${sealed}::bytea[]) x(id, p, q, s) where m.id = x.id`.execute(tx)
    },
  )

/** Tables whose rows have an id of their own. */
const hashById = (tx: TenantTx, tenantId: string, table: 'message_statuses' | 'send_attempts', mark: MarkOf) =>
  eachBatch<{ id: string; provider_id: string }>(
    tx,
    sql`select id, provider_id from ${sql.table(table)} where tenant_id = ${sql.lit(tenantId)}::uuid and provider_id is not null`,
    (rows) =>
      sql`update ${sql.table(table)} t set provider_id = x.p from unnest(${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => mark(r.provider_id))}::text[]) x(id, p)
        where t.id = x.id`.execute(tx),
  )

const hashPrices = (tx: TenantTx, tenantId: string, mark: MarkOf) =>
  eachBatch<{ channel_id: string; provider_id: string }>(
    tx,
    sql`select channel_id, provider_id from priced_messages where tenant_id = ${sql.lit(tenantId)}::uuid`,
    (rows) =>
      sql`update priced_messages p set provider_id = x.h from unnest(${rows.map((r) => r.channel_id)}::uuid[], ${rows.map((r) => r.provider_id)}::text[],
        ${rows.map((r) => mark(r.provider_id))}::text[]) x(c, p, h) where p.channel_id = x.c and p.provider_id = x.p`.execute(tx),
  )

type ChangeRow = { channel_id: string; provider_id: string; target_provider_id: string | null; sealed: Buffer | null; contact_id: string | null }
/** The id of a notice is part of the place of its words: these are sealed anew. Before the messages, by whose ids their people are found. */
const hashChanges = (tx: TenantTx, tenantId: string, mark: MarkOf) =>
  eachBatch<ChangeRow>(
    tx,
    sql`select x.channel_id, x.provider_id, x.target_provider_id, x.sealed, c.contact_id from message_changes x
      left join messages m on m.channel_id = x.channel_id and m.provider_id = x.target_provider_id left join conversations c on c.id = m.conversation_id
      where x.tenant_id = ${sql.lit(tenantId)}::uuid`,
    async (rows) => {
      const own = await tenantKey(tx)
      const keys: ReadonlyMap<string, DataKey> = await contactKeys(
        tx,
        rows.flatMap((r) => (r.sealed && r.contact_id ? [r.contact_id] : [])),
      )
      const opener = await openerFor(
        tx,
        rows.map((r) => r.sealed),
      )
      const place = (channelId: string, id: string) => `message_changes.sealed:${channelId}/${id}`
      const sealed = rows.map((r) => {
        const text = opener.text(place(r.channel_id, r.provider_id), r.sealed)
        return typeof text === 'string' ? seal(keys.get(r.contact_id ?? '') ?? own, place(r.channel_id, mark(r.provider_id)), text) : r.sealed
      })
      await sql`update message_changes c set provider_id = x.h, target_provider_id = x.t, sealed = x.s
        from unnest(${rows.map((r) => r.channel_id)}::uuid[], ${rows.map((r) => r.provider_id)}::text[], ${rows.map((r) => mark(r.provider_id))}::text[],
          ${rows.map((r) => (r.target_provider_id === null ? null : mark(r.target_provider_id)))}::text[], ${sealed}::bytea[]) x(c, p, h, t, s)
        where c.channel_id = x.c and c.provider_id = x.p`.execute(tx)
    },
  )

/** WhatsApp's ids of messages hold the customer's number in base64: they become keyed hashes, and stay readable as sealed values. */
export async function up(tx: SystemTx): Promise<void> {
  await sql`alter table messages add column provider_id_sealed bytea`.execute(tx)
  const { rows } = await sql<{ id: string }>`select id from tenants order by id`.execute(tx)
  for (const { id } of rows) {
    const mine = await enterTenant(tx, id)
    const mark = await messageMarks(mine)
    await hashChanges(mine, id, mark)
    await hashMessages(mine, id, mark)
    await hashById(mine, id, 'message_statuses', mark)
    await hashById(mine, id, 'send_attempts', mark)
    await hashPrices(mine, id, mark)
  }
  // What is still to be checked would forbid the next migrations to change these tables.
  await sql`set constraints all immediate`.execute(tx)
  await sql`set constraints all deferred`.execute(tx)
  await sql`select set_config('app.tenant_id', '', true)`.execute(tx)
}

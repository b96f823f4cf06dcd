import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { knownBy, rewritePeople, touch } from './people.db.ts'
import type { Key } from './person.ts'
import { identityMarks, openCurrent, sealCurrent, sealFormer } from './sealed-identity.ts'

/** Who makes contacts of a tenant, or changes how people are known, holds this lock: two that meet the same newcomer agree on one. */
export const lockMaking = (tx: TenantTx, tenantId: string) => sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, 1))`.execute(tx)

/**
 * Whoever files something under a contact holds this shared; whoever makes two contacts one holds it alone. So nothing is filed under
 * a contact that has just become another. Always taken before `lockMaking`.
 */
export const lockFiling = (tx: TenantTx, tenantId: string) => sql`select pg_advisory_xact_lock_shared(hashtextextended(${tenantId}, 2))`.execute(tx)
export const lockMerging = async (tx: TenantTx, tenantId: string): Promise<void> => {
  await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, 2))`.execute(tx)
  await lockMaking(tx, tenantId)
}

/** In which account each channel is: what a business-scoped id counts within, as far as we know. */
export async function scopesOf(tx: TenantTx, channelIds: readonly string[]): Promise<Map<string, string>> {
  if (channelIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('channels')
    .select(['id', 'waba_id'])
    .where('id', 'in', [...channelIds])
    .execute()
  return new Map(rows.map((r) => [r.id, r.waba_id]))
}

export type NewIdentity = Key & { contactId: string; scope: string; since: Date | null }
/** Answers which were nobody's before, by their place in the list. */
export async function insertIdentities(tx: TenantTx, tenantId: string, list: readonly NewIdentity[]): Promise<void> {
  if (list.length === 0) return
  const markOf = await identityMarks(tx)
  const rows = list.map((r) => ({ ...r, hash: markOf(r) }))
  const sealed = await sealCurrent(tx, rows)
  await sql`insert into contact_identities (tenant_id, kind, hash, contact_id, sealed, scope, since)
    select ${tenantId}::uuid, a, b, c, d, e, f from unnest(${rows.map((r) => r.kind)}::text[], ${rows.map((r) => r.hash)}::bytea[],
      ${rows.map((r) => r.contactId)}::uuid[], ${sealed}::bytea[], ${rows.map((r) => r.scope)}::text[],
      ${rows.map((r) => r.since)}::timestamptz[]) x(a, b, c, d, e, f) on conflict do nothing`.execute(tx)
  await sql`delete from former_identities f using unnest(${rows.map((r) => r.kind)}::text[], ${rows.map((r) => r.hash)}::bytea[], ${rows.map((r) => r.contactId)}::uuid[]) x(k, v, c)
    where f.tenant_id = ${tenantId}::uuid and f.contact_id = x.c and f.kind = x.k and f.hash = x.v`.execute(tx)
}

export type FormerIdentity = {
  kind: string
  value: string
  contactId: string
  scope: string
  until: Date
  reason: 'number_changed' | 'id_changed' | 'taken_over'
}
/** Of the same person and thing the latest end counts. */
export async function insertFormer(tx: TenantTx, tenantId: string, list: readonly FormerIdentity[]): Promise<void> {
  if (list.length === 0) return
  const markOf = await identityMarks(tx)
  const rows = list.map((r) => ({ ...r, hash: markOf(r) }))
  const sealed = await sealFormer(tx, rows)
  await sql`insert into former_identities as f (tenant_id, contact_id, kind, hash, sealed, scope, until, reason)
    select distinct on (c, k, v) ${tenantId}::uuid, c, k, v, w, s, u, r from unnest(${rows.map((x) => x.contactId)}::uuid[], ${rows.map((x) => x.kind)}::text[],
      ${rows.map((x) => x.hash)}::bytea[], ${sealed}::bytea[], ${rows.map((x) => x.scope)}::text[], ${rows.map((x) => x.until)}::timestamptz[],
      ${rows.map((x) => x.reason)}::text[]) x(c, k, v, w, s, u, r) order by c, k, v, u desc
    on conflict (tenant_id, contact_id, kind, hash) do update set until = greatest(f.until, excluded.until),
      reason = case when excluded.until > f.until then excluded.reason else f.reason end`.execute(tx)
  touch(
    tx,
    rows.map((r) => r.contactId),
  )
}

export type Earlier = { key: Key; contactId: string; since: Date }
/** They had these already then: before anybody else that we know of, or it would have been another's. */
export async function beginEarlier(tx: TenantTx, list: readonly Earlier[]): Promise<void> {
  if (list.length === 0) return
  const markOf = await identityMarks(tx)
  const rows = sql`(select k, h, c, min(s) as s from unnest(${list.map((e) => e.key.kind)}::text[], ${list.map((e) => markOf(e.key))}::bytea[],
    ${list.map((e) => e.contactId)}::uuid[], ${list.map((e) => e.since)}::timestamptz[]) x(k, h, c, s) group by k, h, c)`
  await sql`update contact_identities i set since = x.s from ${rows} x
    where i.tenant_id = (select current_tenant()) and i.kind = x.k and i.hash = x.h and i.contact_id = x.c and i.since > x.s`.execute(tx)
  await sql`update former_identities i set since = x.s from ${rows} x
    where i.tenant_id = (select current_tenant()) and i.kind = x.k and i.hash = x.h and i.contact_id = x.c and i.since > x.s`.execute(tx)
}

export const identitiesOf = async (tx: TenantTx, contactId: string) => (await knownBy(tx, [contactId])).get(contactId)?.identities ?? []

const newest = (a: { since: Date | null; value: string }, b: { since: Date | null; value: string }) =>
  (b.since?.getTime() ?? -1) - (a.since?.getTime() ?? -1) || (a.value < b.value ? -1 : 1)

/** The shown phone is one that still is theirs: the one it was, else the newest. */
export const refreshPhones = (tx: TenantTx, contactIds: readonly string[]) =>
  rewritePeople(tx, contactIds, ({ fields, identities }) => {
    const phones = identities.filter((i) => i.kind === 'phone').toSorted(newest)
    const still = phones.some((p) => `+${p.value}` === fields.phone)
    return { phone: still ? fields.phone : phones[0] ? `+${phones[0].value}` : null }
  })

/** A person took these contacts apart: they are not made one again by what WhatsApp says. */
export const wereParted = async (tx: TenantTx, a: string, b: string): Promise<boolean> =>
  (
    await sql`select from contact_merges where undone_at is not null
    and (kept_id, other_id) in ((${a}::uuid, ${b}::uuid), (${b}::uuid, ${a}::uuid)) limit 1`.execute(tx)
  ).rows.length > 0

/** The username goes to who showed it last; who had it, and the one they had before, keep theirs as former. */
export async function claimUsername(tx: TenantTx, tenantId: string, claim: { contactId: string; value: string; at: Date }): Promise<void> {
  const key = { kind: 'username', value: claim.value, address: claim.value }
  const { rows } = await sql<{ contact_id: string; kind: string; hash: Buffer; sealed: Buffer }>`
    delete from contact_identities where tenant_id = ${tenantId}::uuid and kind = 'username'
      and (hash = ${(await identityMarks(tx))(key)} or contact_id = ${claim.contactId}::uuid) returning contact_id, kind, hash, sealed`.execute(tx)
  await insertFormer(
    tx,
    tenantId,
    (await openCurrent(tx, rows)).map((r) => ({
      kind: 'username',
      value: r.value,
      contactId: r.contact_id,
      scope: '',
      until: claim.at,
      reason: r.contact_id === claim.contactId ? 'id_changed' : 'taken_over',
    })),
  )
  await insertIdentities(tx, tenantId, [{ ...key, contactId: claim.contactId, scope: '', since: claim.at }])
  touch(tx, [claim.contactId])
}

/** Where merged contacts went; the others as they are. */
export async function followMerges<K>(tx: TenantTx, ids: ReadonlyMap<K, string>): Promise<Map<K, string>> {
  const { rows } = await sql<{ id: string; kept: string }>`
    with recursive w as (
      select id, merged_into as kept from contacts where id = any(${[...new Set(ids.values())]}::uuid[]) and merged_into is not null
      union all select w.id, c.merged_into from w join contacts c on c.id = w.kept where c.merged_into is not null)
    select w.id, w.kept from w join contacts c on c.id = w.kept where c.merged_into is null`.execute(tx)
  const kept = new Map(rows.map((r) => [r.id, r.kept]))
  return new Map([...ids].map(([key, id]) => [key, kept.get(id) ?? id]))
}

/** A contact that was only ever called by its number is called by its new one. */
export const renameFromPhone = (tx: TenantTx, id: string, from: string | null, to: string | null): Promise<void> =>
  from === null || to === null ? Promise.resolve() : rewritePeople(tx, [id], ({ fields }) => (fields.name === from ? { name: to } : undefined))

/** Answers the contacts whose standing changed. A word older than what we know says nothing. */
export async function setPreferences(tx: TenantTx, list: readonly { contactId: string; at: Date; stop: boolean }[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update contacts c set marketing_opt_out_at = case when x.stop then coalesce(c.marketing_opt_out_at, x.at) end, marketing_opt_out_changed_at = x.at,
      updated_at = greatest(clock_timestamp(), c.updated_at + interval '1 millisecond')
    from unnest(${list.map((p) => p.contactId)}::uuid[], ${list.map((p) => p.at)}::timestamptz[], ${list.map((p) => p.stop)}::bool[]) x(id, at, stop)
    where c.id = x.id and (c.marketing_opt_out_changed_at is null or c.marketing_opt_out_changed_at < x.at
      or (c.marketing_opt_out_changed_at = x.at and x.stop and c.marketing_opt_out_at is null)) returning c.id`.execute(tx)
  return rows.map((r) => r.id)
}

export const conversationsOf = async (tx: TenantTx, contactIds: readonly string[]): Promise<string[]> =>
  (
    await tx
      .selectFrom('conversations')
      .select('id')
      .where('contact_id', 'in', [...contactIds])
      .where('merged_into', 'is', null)
      .execute()
  ).map((r) => r.id)

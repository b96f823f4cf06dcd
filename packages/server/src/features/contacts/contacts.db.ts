import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'

/** More hits than anybody pages through. */
const SEARCH_MAX = 5000

const identitiesOf = sql<
  { kind: string; value: string }[]
>`coalesce((select jsonb_agg(jsonb_build_object('kind', i.kind, 'value', i.value) order by i.kind, i.value)
  from contact_identities i where i.contact_id = contacts.id), '[]')`

const formerOf = sql<
  { kind: string; value: string; until: string; reason: string }[]
>`coalesce((select jsonb_agg(jsonb_build_object('kind', f.kind, 'value', f.value, 'until', f.until, 'reason', f.reason) order by f.until desc)
  from former_identities f where f.contact_id = contacts.id), '[]')`

const mergesOf = sql<
  { id: string; name: string; at: string; by: string | null; reason: string }[]
>`coalesce((select jsonb_agg(jsonb_build_object('id', m.id, 'name', m.other_name, 'at', m.at, 'by', u.name, 'reason', m.reason) order by m.at desc)
  from contact_merges m left join users u on u.id = m.by_user_id where m.kept_id = contacts.id and m.undone_at is null), '[]')`

const base = (tx: TenantTx) =>
  tx
    .selectFrom('contacts')
    .selectAll()
    .select([identitiesOf.as('identities'), formerOf.as('former'), mergesOf.as('merges')])

export type ContactRow = Awaited<ReturnType<typeof list>>[number]

export function list(tx: TenantTx, f: { q?: string | undefined; after?: { name: string; id: string } | undefined; limit: number }) {
  let query = base(tx).where('merged_into', 'is', null).orderBy('sort_name').orderBy('id').limit(f.limit)
  if (f.after) query = query.where(sql<boolean>`(sort_name, id) > (${f.after.name}, ${f.after.id}::uuid)`)
  if (f.q) query = query.where(sql<boolean>`id in (select s.id from door_search_contacts('%' || plain(${literal(f.q)}) || '%', ${SEARCH_MAX}) s)`)
  return query.execute()
}

/** Wildcards that a person typed are ordinary characters; a phone is found however it is spaced, a username with and without its `@`. */
function literal(q: string): string {
  const text = /^[\d\s().+-]*\d[\d\s().+-]*$/.test(q) ? q.replace(/\D/g, '') : q.replace(/^@(?=[\w.]+$)/, '')
  return text.replace(/[\\%_]/g, '\\$&')
}

export const find = (tx: TenantTx, id: string) => base(tx).where('id', '=', id).executeTakeFirst()

export const lockRow = (tx: TenantTx, id: string) =>
  tx.selectFrom('contacts').select(['id', 'phone', 'updated_at', 'merged_into']).where('id', '=', id).forNoKeyUpdate().executeTakeFirst()

export type ContactFields = {
  name?: string | undefined
  phone?: string | null | undefined
  email?: string | null | undefined
  notes?: string | null | undefined
}

export async function insert(tx: TenantTx, tenantId: string, fields: ContactFields & { name: string }): Promise<string> {
  const id = uuidv7()
  await tx
    .insertInto('contacts')
    .values({ id, tenant_id: tenantId, ...fields })
    .execute()
  return id
}

/** The new time is always a later millisecond, which is what an ETag shows. */
export const update = (tx: TenantTx, id: string, change: ContactFields) =>
  tx
    .updateTable('contacts')
    .set({ ...change, updated_at: sql<Date>`greatest(clock_timestamp(), updated_at + interval '1 millisecond')` })
    .where('id', '=', id)
    .execute()

/** False when another contact has this phone. */
export async function addPhone(tx: TenantTx, tenantId: string, contactId: string, value: string): Promise<boolean> {
  const added = await tx
    .insertInto('contact_identities')
    .values({ tenant_id: tenantId, kind: 'phone', value, contact_id: contactId, address: value, since: new Date() })
    .onConflict((c) => c.columns(['tenant_id', 'kind', 'value']).doNothing())
    .returning('value')
    .executeTakeFirst()
  return added !== undefined
}

export const removePhone = (tx: TenantTx, contactId: string, value: string) =>
  tx.deleteFrom('contact_identities').where('contact_id', '=', contactId).where('kind', '=', 'phone').where('value', '=', value).execute()

export const ownsPhone = async (tx: TenantTx, contactId: string, value: string): Promise<boolean> =>
  (await tx
    .selectFrom('contact_identities')
    .select('value')
    .where('contact_id', '=', contactId)
    .where('kind', '=', 'phone')
    .where('value', '=', value)
    .executeTakeFirst()) !== undefined

/** One that became part of another is removed with that one only. */
export const remove = (tx: TenantTx, id: string) =>
  tx.deleteFrom('contacts').where('id', '=', id).where('merged_into', 'is', null).returning('id').executeTakeFirst()

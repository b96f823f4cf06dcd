import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { insertIdentities } from './identities.db.ts'
import { openTraces } from './merge.db.ts'
import { type Known, knownBy } from './people.db.ts'
import { identityMarks } from './sealed-identity.ts'
import { BROKEN, type OpenedPerson, openPeople } from './sealed-person.ts'
import type { AskedPerson } from './search-people.ts'

/** More hits than anybody pages through. */
const SEARCH_MAX = 5000

const base = (tx: TenantTx) => tx.selectFrom('contacts').select(['id', 'kind', 'sealed', 'merged_into', 'marketing_opt_out_at', 'created_at', 'updated_at'])
type Row = Awaited<ReturnType<ReturnType<typeof base>['execute']>>[number]

type Merge = { id: string; name: string; at: Date; by: string | null; reason: string }
async function mergesOf(tx: TenantTx, contactIds: readonly string[]): Promise<Map<string, Merge[]>> {
  const { rows } = await sql<{ id: string; kept_id: string; sealed: Buffer | null; at: Date; by: string | null; reason: string }>`
    select m.id, m.kept_id, m.sealed, m.at, u.name as by, m.reason from contact_merges m left join users u on u.id = m.by_user_id
    where m.kept_id = any(${[...contactIds]}::uuid[]) and m.undone_at is null order by m.at desc`.execute(tx)
  const opened = await openTraces(tx, rows)
  const nameOf = (content: unknown): string =>
    typeof content === 'object' && content !== null && 'otherName' in content && typeof content.otherName === 'string' ? content.otherName : BROKEN.name
  const merges = rows.map(({ kept_id, id, at, by, reason }) => ({ kept_id, merge: { id, name: nameOf(opened.get(id)), at, by, reason } }))
  return new Map([...Map.groupBy(merges, (m) => m.kept_id)].map(([id, list]) => [id, list.map((m) => m.merge)]))
}

/** A contact as it can be read. */
export type ContactRow = Omit<Row, 'sealed'> & { fields: OpenedPerson; known: Known; merges: Merge[] }

async function open(tx: TenantTx, rows: readonly Row[]): Promise<ContactRow[]> {
  if (rows.length === 0) return []
  const ids = rows.map((r) => r.id)
  const fields = await openPeople(tx, rows)
  const known = await knownBy(tx, ids)
  const merges = await mergesOf(tx, ids)
  return rows.map(({ sealed: _, ...row }) => ({
    ...row,
    fields: fields.get(row.id) ?? BROKEN,
    known: known.get(row.id) ?? { identities: [], former: [] },
    merges: merges.get(row.id) ?? [],
  }))
}

/** The newest first; a uuid of version 7 carries its time. */
export async function list(tx: TenantTx, f: { asked?: AskedPerson | undefined; after?: string | undefined; limit: number }): Promise<ContactRow[]> {
  let query = base(tx).where('merged_into', 'is', null).orderBy('id', 'desc').limit(f.limit)
  if (f.after) query = query.where('id', '<', f.after)
  if (f.asked)
    query = query.where(sql<boolean>`id in (select s.id from door_search_contacts(${f.asked.whole}::bigint[], ${f.asked.parts}::bigint[], ${SEARCH_MAX}) s)`)
  return open(tx, await query.execute())
}

export async function find(tx: TenantTx, id: string): Promise<ContactRow | undefined> {
  const row = await base(tx).where('id', '=', id).executeTakeFirst()
  return row && (await open(tx, [row]))[0]
}

export const lockRow = (tx: TenantTx, id: string) =>
  tx.selectFrom('contacts').select(['id', 'sealed', 'updated_at', 'merged_into']).where('id', '=', id).forNoKeyUpdate().executeTakeFirst()

/** False when another contact has this phone. */
export async function addPhone(tx: TenantTx, tenantId: string, contactId: string, value: string): Promise<boolean> {
  const key = { kind: 'phone', value, address: value }
  await insertIdentities(tx, tenantId, [{ ...key, contactId, scope: '', since: new Date() }])
  return ownsPhone(tx, contactId, value)
}

export const removePhone = async (tx: TenantTx, contactId: string, value: string) => {
  const hash = (await identityMarks(tx))({ kind: 'phone', value })
  await tx.deleteFrom('contact_identities').where('contact_id', '=', contactId).where('kind', '=', 'phone').where('hash', '=', hash).execute()
}

export const ownsPhone = async (tx: TenantTx, contactId: string, value: string): Promise<boolean> => {
  const hash = (await identityMarks(tx))({ kind: 'phone', value })
  const owned = tx.selectFrom('contact_identities').select('hash').where('contact_id', '=', contactId).where('kind', '=', 'phone').where('hash', '=', hash)
  return (await owned.executeTakeFirst()) !== undefined
}

/** The contact and those that became part of it. */
export const familyOf = async (tx: TenantTx, id: string): Promise<string[]> =>
  (
    await sql<{
      id: string
    }>`with recursive f as (select ${id}::uuid as id union select c.id from f join contacts c on c.merged_into = f.id) select id from f`.execute(tx)
  ).rows.map((r) => r.id)

/** One that became part of another is removed with that one only. */
export const remove = (tx: TenantTx, id: string) =>
  tx.deleteFrom('contacts').where('id', '=', id).where('merged_into', 'is', null).returning('id').executeTakeFirst()

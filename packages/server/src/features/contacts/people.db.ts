import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { searchIndex } from '../../platform/vault/vault.ts'
import { type Findable, personWords } from './person-words.ts'
import { openCurrent, openFormer } from './sealed-identity.ts'
import { type OpenedPerson, openPeople, type PersonFields, sealPeople } from './sealed-person.ts'

export type IdentityRow = { contact_id: string; kind: string; hash: Buffer; value: string; address: string; scope: string; since: Date | null }
export type FormerRow = { contact_id: string; kind: string; hash: Buffer; value: string; scope: string; until: Date; reason: string }
export type Known = { identities: IdentityRow[]; former: FormerRow[] }

/** What these contacts are and were known by, readable. */
export async function knownBy(tx: TenantTx, contactIds: readonly string[]): Promise<Map<string, Known>> {
  const ids = [...contactIds]
  const now = await sql<Omit<IdentityRow, 'value' | 'address'> & { sealed: Buffer }>`
    select contact_id, kind, hash, sealed, scope, since from contact_identities where contact_id = any(${ids}::uuid[])`.execute(tx)
  const past = await sql<Omit<FormerRow, 'value'> & { sealed: Buffer }>`
    select contact_id, kind, hash, sealed, scope, until, reason from former_identities where contact_id = any(${ids}::uuid[]) order by until desc`.execute(tx)
  const identities = Map.groupBy(await openCurrent(tx, now.rows), (i) => i.contact_id)
  const former = Map.groupBy(await openFormer(tx, past.rows), (i) => i.contact_id)
  return new Map(ids.map((id) => [id, { identities: identities.get(id) ?? [], former: former.get(id) ?? [] }]))
}

/** What a person is found by: names, numbers of today and before, usernames and ids. */
export function findableOf(
  fields: Pick<PersonFields, 'name' | 'profileName' | 'phone' | 'email'>,
  known: readonly { kind: string; value: string }[],
): Findable {
  const of = (kind: string) => known.filter((k) => k.kind === kind).map((k) => k.value)
  return {
    names: [fields.name, fields.profileName],
    email: fields.email,
    phones: [...new Set([...(fields.phone ? [fields.phone.replace(/\D/g, '')] : []), ...of('phone')])],
    usernames: of('username'),
    ids: [...of('bsuid'), ...of('group')],
  }
}

/** The fields of these contacts, as they are now. */
export async function readPeople(tx: TenantTx, ids: readonly string[]): Promise<Map<string, OpenedPerson>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; sealed: Buffer | null }>`select id, sealed from contacts where id = any(${[...ids]}::uuid[])`.execute(tx)
  return openPeople(tx, rows)
}

export type Whole = { id: string; fields: OpenedPerson; identities: readonly IdentityRow[] }
type Decide = (who: Whole) => Partial<PersonFields> | undefined
type Row = { id: string; sealed: Buffer | null; merged_into: string | null; words: string[] | null }

/** Whose words have to be made anew before the transaction ends: see `indexTouched`. */
const touched = new WeakMap<object, Set<string>>()
export function touch(tx: TenantTx, ids: readonly string[]): void {
  const set = touched.get(tx) ?? new Set()
  for (const id of ids) set.add(id)
  touched.set(tx, set)
}

function sameWords(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (!a || !b || a.length !== b.length) return a === b
  const known = new Set(a)
  return b.every((word) => known.has(word))
}

/**
 * Changes what these contacts say, as `decide` finds it once their rows are locked (in the order of their ids, in one statement),
 * and brings the words by which they are found up to date. A broken row stays as it is.
 */
export async function rewritePeople(tx: TenantTx, ids: readonly string[], decide: Decide = () => undefined): Promise<void> {
  const all = [...new Set([...ids, ...(touched.get(tx) ?? [])])].toSorted()
  touched.delete(tx)
  if (all.length === 0) return
  const { rows } = await sql<Row>`select id, sealed, merged_into, words from contacts where id = any(${all}::uuid[]) order by id for no key update`.execute(tx)
  const opened = await openPeople(tx, rows)
  const known = await knownBy(tx, all)
  const index = await searchIndex(tx)
  const next = rows.flatMap((row) => {
    const fields = opened.get(row.id)
    const { identities = [], former = [] } = known.get(row.id) ?? {}
    if (!fields || fields.state === 'broken') return []
    const change = row.merged_into ? undefined : decide({ id: row.id, fields, identities })
    if (fields.state === 'erased' && !change) return []
    const now = { ...fields, ...change }
    // A hidden row is not found; the contact that it became part of has its words.
    const words = row.merged_into ? null : personWords(index, findableOf(now, [...identities, ...former]))
    const other = Object.entries(change ?? {}).some(([k, v]) => fields[k as keyof PersonFields] !== v)
    return other || !sameWords(words, row.words) ? [{ id: row.id, fields: now, words }] : []
  })
  await writePeople(tx, next)
}

/** Brings the words up to date of everybody who was touched in this transaction. */
export const indexTouched = (tx: TenantTx): Promise<void> => rewritePeople(tx, [])

/** Words travel as one text per row, since rows have different numbers of them. */
const wordsText = (words: readonly string[] | null): string | null => words && `{${words.join(',')}}`

async function writePeople(tx: TenantTx, list: readonly { id: string; fields: PersonFields; words: string[] | null }[]): Promise<void> {
  if (list.length === 0) return
  const sealed = await sealPeople(tx, list)
  await sql`update contacts c set sealed = x.s, words = x.w::bigint[], updated_at = greatest(clock_timestamp(), c.updated_at + interval '1 millisecond')
    from unnest(${list.map((p) => p.id)}::uuid[], ${list.map((p) => sealed.get(p.id) ?? null)}::bytea[], ${list.map((p) => wordsText(p.words))}::text[]) x(id, s, w)
    where c.id = x.id`.execute(tx)
}

export type NewPerson = { id: string; fields: PersonFields; kind?: 'person' | 'group'; known: readonly { kind: string; value: string }[] }
export async function insertPeople(tx: TenantTx, tenantId: string, made: readonly NewPerson[]): Promise<void> {
  if (made.length === 0) return
  const sealed = await sealPeople(tx, made)
  const index = await searchIndex(tx)
  const words = made.map((m) => wordsText(personWords(index, findableOf(m.fields, m.known))))
  await sql`insert into contacts (id, tenant_id, sealed, kind, words)
    select a, ${tenantId}::uuid, b, c, d::bigint[] from unnest(${made.map((m) => m.id)}::uuid[], ${made.map((m) => sealed.get(m.id) ?? null)}::bytea[],
      ${made.map((m) => m.kind ?? 'person')}::text[], ${words}::text[]) x(a, b, c, d)`.execute(tx)
}

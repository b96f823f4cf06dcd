import { sql } from 'kysely'
import { findableOf } from '../src/features/contacts/people.db.ts'
import { personWords } from '../src/features/contacts/person-words.ts'
import { identityMarks, sealCurrent, sealFormer } from '../src/features/contacts/sealed-identity.ts'
import { sealPeople } from '../src/features/contacts/sealed-person.ts'
import { enterTenant, type SystemTx, type TenantTx } from '../src/platform/database.ts'
import { seal } from '../src/platform/vault/sealed-value.ts'
import { contactKey, searchIndex } from '../src/platform/vault/vault.ts'

const BATCH = 1000
const FIRST = '00000000-0000-0000-0000-000000000000'

type Person = {
  id: string
  name: string
  profile_name: string | null
  phone: string | null
  email: string | null
  notes: string | null
  merged_into: string | null
}
type Current = { contact_id: string; kind: string; value: string; address: string }
type Former = { contact_id: string; kind: string; value: string }
type Fields = { name?: string | null; profile_name?: string | null; phone?: string | null; email?: string | null; notes?: string | null }
type Merge = {
  id: string
  kept_id: string
  other_name: string
  kept_before: Fields
  kept_after: Fields
  moved: Record<string, unknown>
  undone_at: Date | null
}

async function sealIdentities(tx: TenantTx, contactIds: readonly string[]): Promise<(Current | Former)[]> {
  const ids = [...contactIds]
  const markOf = await identityMarks(tx)
  const { rows: now } = await sql<Current>`select contact_id, kind, value, address from contact_identities where contact_id = any(${ids}::uuid[])`.execute(tx)
  const current = now.map((r) => ({ ...r, contactId: r.contact_id, hash: markOf(r) }))
  await sql`update contact_identities i set hash = x.h, sealed = x.s from unnest(${now.map((r) => r.contact_id)}::uuid[], ${now.map((r) => r.kind)}::text[],
      ${now.map((r) => r.value)}::text[], ${current.map((r) => r.hash)}::bytea[], ${await sealCurrent(tx, current)}::bytea[]) x(c, k, v, h, s)
    where i.contact_id = x.c and i.kind = x.k and i.value = x.v`.execute(tx)
  const { rows: past } = await sql<Former>`select contact_id, kind, value from former_identities where contact_id = any(${ids}::uuid[])`.execute(tx)
  const former = past.map((r) => ({ ...r, contactId: r.contact_id, hash: markOf(r) }))
  await sql`update former_identities i set hash = x.h, sealed = x.s from unnest(${past.map((r) => r.contact_id)}::uuid[], ${past.map((r) => r.kind)}::text[],
      ${past.map((r) => r.value)}::text[], ${former.map((r) => r.hash)}::bytea[], ${await sealFormer(tx, former)}::bytea[]) x(c, k, v, h, s)
    where i.contact_id = x.c and i.kind = x.k and i.value = x.v`.execute(tx)
  return [...now, ...past]
}

/** The next people after this one. Answers the last of them; undefined when there are no more. */
async function sealBatch(tx: TenantTx, tenantId: string, after: string): Promise<string | undefined> {
  const { rows } = await sql<Person>`select id, name, profile_name, phone, email, notes, merged_into from contacts
    where tenant_id = ${tenantId}::uuid and id > ${after}::uuid order by id limit ${BATCH}`.execute(tx)
  if (rows.length === 0) return undefined
  const people = rows.map((r) => ({ id: r.id, fields: { name: r.name, profileName: r.profile_name, phone: r.phone, email: r.email, notes: r.notes } }))
  const sealed = await sealPeople(tx, people)
  const known = Map.groupBy(
    await sealIdentities(
      tx,
      rows.map((r) => r.id),
    ),
    (k) => k.contact_id,
  )
  const index = await searchIndex(tx)
  const words = people.map((p, i) => (rows[i]?.merged_into ? null : `{${personWords(index, findableOf(p.fields, known.get(p.id) ?? [])).join(',')}}`))
  await sql`update contacts c set sealed = x.s, words = x.w::bigint[]
    from unnest(${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => sealed.get(r.id) ?? null)}::bytea[], ${words}::text[]) x(id, s, w) where c.id = x.id`.execute(
    tx,
  )
  return rows.at(-1)?.id
}

async function sealMerges(tx: TenantTx): Promise<void> {
  const markOf = await identityMarks(tx)
  const keys = (list: unknown) =>
    (Array.isArray(list) ? (list as { kind: string; value: string }[]) : []).map((k) => ({ kind: k.kind, hash: markOf(k).toString('hex') }))
  const fields = ({ profile_name, ...rest }: Fields) => ({ ...rest, profileName: profile_name ?? null })
  const { rows } = await sql<Merge>`select id, kept_id, other_name, kept_before, kept_after, moved, undone_at from contact_merges`.execute(tx)
  for (const m of rows.filter((r) => r.undone_at === null)) {
    const moved = { ...m.moved, identities: keys(m.moved.identities), former: keys(m.moved.former) }
    const content = { otherName: m.other_name, before: fields(m.kept_before), after: fields(m.kept_after), moved }
    const sealed = seal(await contactKey(tx, m.kept_id), `contact_merges.sealed:${m.id}`, JSON.stringify(content))
    await sql`update contact_merges set sealed = ${sealed} where id = ${m.id}::uuid`.execute(tx)
  }
}

/** Seals the people that an older version kept in the clear, tenant by tenant; 0016 then takes the clear columns away. */
export async function up(tx: SystemTx): Promise<void> {
  const { rows } = await sql<{ id: string }>`select id from tenants order by id`.execute(tx)
  for (const { id } of rows) {
    const own = await enterTenant(tx, id)
    for (let after: string | undefined = FIRST; after !== undefined; ) after = await sealBatch(own, id, after)
    await sealMerges(own)
  }
  // The next migrations alter these tables, which they cannot while checks are pending.
  await sql`set constraints all immediate`.execute(tx)
  await sql`set constraints all deferred`.execute(tx)
  await sql`select set_config('app.tenant_id', '', true)`.execute(tx)
}

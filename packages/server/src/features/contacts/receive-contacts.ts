import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { canonicalPhone } from './phone.ts'

/** Somebody who wrote: as the provider names them. */
export type Person = { phone: string | null; bsuid: string | null; username: string | null; name: string | null }
type Key = { kind: string; value: string; address: string }

/** Ways to recognise a person, the most lasting first. */
export function identityKeys(p: Person): Key[] {
  const keys: Key[] = []
  if (p.bsuid) keys.push({ kind: 'bsuid', value: p.bsuid, address: p.bsuid })
  if (p.phone) keys.push({ kind: 'phone', value: canonicalPhone(p.phone), address: p.phone })
  return keys
}

export const personKey = (p: Person): string =>
  identityKeys(p)
    .map((k) => `${k.kind}:${k.value}`)
    .join('|')

const shownPhone = (p: Person) => (p.phone ? `+${canonicalPhone(p.phone)}` : null)
const shownName = (p: Person) => p.name?.trim() || shownPhone(p) || p.username || 'Sem nome'

async function findKnown(tx: TenantTx, keys: readonly Key[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ kind: string; value: string; contact_id: string }>`
    select i.kind, i.value, i.contact_id from unnest(${keys.map((k) => k.kind)}::text[], ${keys.map((k) => k.value)}::text[]) x(k, v)
    join contact_identities i on i.tenant_id = (select current_tenant()) and i.kind = x.k and i.value = x.v`.execute(tx)
  return new Map(rows.map((r) => [`${r.kind}:${r.value}`, r.contact_id]))
}

type Made = { id: string; person: Person }

async function insertContacts(tx: TenantTx, tenantId: string, made: readonly Made[]): Promise<void> {
  await sql`insert into contacts (id, tenant_id, name, profile_name, phone)
    select a, ${tenantId}::uuid, b, c, d from unnest(${made.map((m) => m.id)}::uuid[], ${made.map((m) => shownName(m.person))}::text[],
      ${made.map((m) => m.person.name)}::text[], ${made.map((m) => shownPhone(m.person))}::text[]) x(a, b, c, d)`.execute(tx)
}

async function insertIdentities(tx: TenantTx, tenantId: string, rows: readonly (Key & { contactId: string })[]): Promise<void> {
  if (rows.length === 0) return
  await sql`insert into contact_identities (tenant_id, kind, value, contact_id, address)
    select ${tenantId}::uuid, a, b, c, d from unnest(${rows.map((r) => r.kind)}::text[], ${rows.map((r) => r.value)}::text[],
      ${rows.map((r) => r.contactId)}::uuid[], ${rows.map((r) => r.address)}::text[]) x(a, b, c, d) on conflict do nothing`.execute(tx)
}

/** Learns what is new of people we know: another identity, a phone, the name they show. One statement each, only when something changed. */
async function learn(tx: TenantTx, tenantId: string, found: readonly Made[], known: Map<string, string>): Promise<void> {
  const fresh = found.flatMap(({ id, person }) =>
    identityKeys(person)
      .filter((k) => !known.has(`${k.kind}:${k.value}`))
      .map((k) => ({ ...k, contactId: id })),
  )
  await insertIdentities(tx, tenantId, fresh)
  await sql`update contacts c set profile_name = coalesce(x.n, c.profile_name), phone = coalesce(c.phone, x.p), updated_at = now()
    from unnest(${found.map((f) => f.id)}::uuid[], ${found.map((f) => f.person.name)}::text[], ${found.map((f) => shownPhone(f.person))}::text[]) x(id, n, p)
    where c.id = x.id and (c.profile_name is distinct from coalesce(x.n, c.profile_name) or (c.phone is null and x.p is not null))`.execute(tx)
}

/**
 * The contacts of these people, made where they are new. A few statements for the whole list. Answers contact id by `personKey`.
 * Two processes that meet the same newcomer at once agree on one contact: who makes contacts of a tenant holds its lock.
 */
export async function receiveContacts(tx: TenantTx, tenantId: string, people: readonly Person[]): Promise<Map<string, string>> {
  const distinct = [...new Map(people.map((p) => [personKey(p), p])).values()]
  const keys = distinct.flatMap(identityKeys)
  let known = await findKnown(tx, keys)
  const lookUp = (p: Person) =>
    identityKeys(p)
      .map((k) => known.get(`${k.kind}:${k.value}`))
      .find((id) => id !== undefined)
  if (distinct.some((p) => lookUp(p) === undefined)) {
    await sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, 1))`.execute(tx)
    known = await findKnown(tx, keys)
    const made: Made[] = []
    for (const person of distinct) {
      if (lookUp(person) !== undefined) continue
      const id = uuidv7()
      made.push({ id, person })
      // One list may show the same person twice, once with an identity more.
      for (const k of identityKeys(person)) known.set(`${k.kind}:${k.value}`, id)
    }
    await insertContacts(tx, tenantId, made)
    await insertIdentities(
      tx,
      tenantId,
      made.flatMap((m) => identityKeys(m.person).map((k) => ({ ...k, contactId: m.id }))),
    )
  }
  const out = new Map<string, string>()
  const found: Made[] = []
  for (const person of distinct) {
    const id = lookUp(person)
    if (!id) continue
    out.set(personKey(person), id)
    found.push({ id, person })
  }
  await learn(tx, tenantId, found, known)
  return out
}

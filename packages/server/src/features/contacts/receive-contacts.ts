import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { type Book, judge, loadBook, sightedAt } from './book.ts'
import * as db from './identities.db.ts'
import { indexTouched, insertPeople, readPeople, rewritePeople, touch } from './people.db.ts'
import { firstName, identityKeys, keyName, type Person, personKey, phoneKey, plainUsername, shownPhone, UNNAMED } from './person.ts'
import { identityMarks } from './sealed-identity.ts'
import type { OpenedPerson, PersonFields } from './sealed-person.ts'
import { settlePerson } from './settle-person.ts'

type Plan = {
  made: { id: string; fields: PersonFields }[]
  identities: db.NewIdentity[]
  earlier: db.Earlier[]
  found: { id: string; person: Person }[]
  unclear: Person[]
}

const scopeOf = (scopes: Map<string, string>, p: Person): string => (p.channelId ? (scopes.get(p.channelId) ?? '') : '')

/** Who these people are, as far as the book tells; newcomers are written into it, so that one list may show the same person twice. */
function plan(book: Book, people: readonly Person[], scopes: Map<string, string>): Plan {
  const out: Plan = { made: [], identities: [], earlier: [], found: [], unclear: [] }
  for (const person of people) {
    const scope = scopeOf(scopes, person)
    const verdict = judge(book, person, scope)
    const since = sightedAt(person)
    const learn = (contactId: string, keys: readonly db.NewIdentity[]) => {
      for (const k of keys) book.learn(k, { contactId, since: k.since, scope: k.scope })
      out.identities.push(...keys)
    }
    const fresh = verdict.is === 'new' ? identityKeys(person) : verdict.is === 'known' ? verdict.fresh.map((f) => f.key) : []
    // Something that had another owner before, or that had ended, is weighed against all that is known of it.
    const isPast = verdict.is === 'known' && verdict.fresh.some((f) => f.until !== null)
    if (verdict.is === 'unclear' || isPast || fresh.some((key) => book.isKnown(key))) {
      out.unclear.push(person)
      continue
    }
    const id = verdict.is === 'new' ? uuidv7() : verdict.contactId
    if (verdict.is === 'new') {
      const fields = { name: firstName(person), profileName: person.name, phone: shownPhone(person.phone), email: null, notes: null }
      out.made.push({ id, fields })
    }
    learn(
      id,
      fresh.map((key) => ({ ...key, contactId: id, scope: key.kind === 'bsuid' ? scope : '', since })),
    )
    if (verdict.is === 'known') out.earlier.push(...verdict.earlier.map((key) => ({ key, contactId: id, since })))
    out.found.push({ id, person })
  }
  return out
}

/** What somebody shows of themselves: the name they chose, a phone where we knew none. Undefined when that says nothing new. */
type Shown = Pick<Person, 'name' | 'phone'>
function learnt(known: OpenedPerson, person: Shown, isTheirs: (phone: string) => boolean): Partial<PersonFields> | undefined {
  const shown = person.name?.trim() || null
  const change: Partial<PersonFields> = {}
  if (shown !== null && shown !== known.profileName) {
    change.profileName = shown
    if (known.name === UNNAMED || known.name === known.phone || known.state === 'erased') change.name = shown
  }
  if (known.phone === null && person.phone && isTheirs(person.phone)) change.phone = shownPhone(person.phone)
  return Object.keys(change).length > 0 ? change : undefined
}

/**
 * Writes what people show, and only where it says something new: read first, then decided again on the locked rows. Together with
 * the words of everybody who changed in this transaction, so that each row is locked once, in the order of the ids.
 */
async function learnProfiles(tx: TenantTx, { found, made }: Plan, book: Book): Promise<void> {
  const byId = new Map<string, Shown>()
  for (const { id, person } of found) byId.set(id, { name: person.name ?? byId.get(id)?.name ?? null, phone: person.phone ?? byId.get(id)?.phone ?? null })
  // What a newcomer shows stands in their row already.
  for (const { id } of made) byId.delete(id)
  const decide = (id: string, fields: OpenedPerson) => {
    const person = byId.get(id)
    return person && learnt(fields, person, (phone) => book.owner(phoneKey(phone))?.contactId === id)
  }
  const people = await readPeople(tx, [...byId.keys()])
  const changing = [...people].flatMap(([id, fields]) => (fields.state !== 'broken' && decide(id, fields) ? [id] : []))
  await rewritePeople(tx, changing, ({ id, fields }) => decide(id, fields))
}

/**
 * Who has several phones or ids is answered where they wrote last. Writes only when that changed. The rows are looked up one by one
 * through their indexes (`limit` keeps the planner from joining whole tables, which it would for a batch of hundreds).
 */
async function noteUse(tx: TenantTx, people: readonly Person[]): Promise<void> {
  if (people.length === 0) return
  const markOf = await identityMarks(tx)
  const used = people.flatMap((p) => identityKeys(p).map((k) => ({ kind: k.kind, hash: markOf(k), at: sightedAt(p) })))
  const { rows } = await sql<{ kind: string; hash: Buffer; at: Date }>`select x.k as kind, x.v as hash, x.at
    from unnest(${used.map((u) => u.kind)}::text[], ${used.map((u) => u.hash)}::bytea[], ${used.map((u) => u.at)}::timestamptz[]) x(k, v, at)
    cross join lateral (select i.contact_id, i.kind, i.hash, coalesce(i.used_at, i.since, '-infinity') as used from contact_identities i
      where i.tenant_id = (select current_tenant()) and i.kind = x.k and i.hash = x.v limit 1) i
    cross join lateral (select 1 from contact_identities o where o.contact_id = i.contact_id and o.kind = i.kind and o.hash <> i.hash
      and coalesce(o.used_at, o.since, '-infinity') >= i.used limit 1) other
    where x.at > i.used`.execute(tx)
  if (rows.length === 0) return
  await sql`update contact_identities i set used_at = x.at
    from unnest(${rows.map((u) => u.kind)}::text[], ${rows.map((u) => u.hash)}::bytea[], ${rows.map((u) => u.at)}::timestamptz[]) x(k, v, at)
    where i.tenant_id = (select current_tenant()) and i.kind = x.k and i.hash = x.v`.execute(tx)
}

type Claim = { contactId: string; value: string; at: Date }
async function usernamesThatMoved(tx: TenantTx, claims: readonly Claim[]): Promise<Claim[]> {
  const markOf = await identityMarks(tx)
  const hashes = claims.map(({ value }) => markOf({ kind: 'username', value }))
  const { rows } = await sql<{ n: number }>`
    select x.n::int as n from unnest(${claims.map((c) => c.contactId)}::uuid[], ${hashes}::bytea[], ${claims.map((c) => c.at)}::timestamptz[])
      with ordinality x(c, v, at, n)
    left join contact_identities i on i.tenant_id = (select current_tenant()) and i.kind = 'username' and i.hash = x.v
    where (i.hash is null or (i.contact_id <> x.c and (i.since is null or i.since < x.at)))
      and not exists (select from contact_identities o where o.contact_id = x.c and o.kind = 'username' and o.since > x.at)`.execute(tx)
  return rows.flatMap((r) => claims[r.n - 1] ?? [])
}

/** A username is shown and searched, and belongs to who showed it last. */
async function learnUsernames(tx: TenantTx, tenantId: string, found: Plan['found']): Promise<void> {
  const claims = found.flatMap(({ id, person }) => {
    const value = plainUsername(person.username)
    return value ? [{ contactId: id, value, at: sightedAt(person) }] : []
  })
  if (claims.length === 0) return
  const newest = [...new Map(claims.toSorted((a, b) => a.at.getTime() - b.at.getTime()).map((c) => [c.value, c])).values()]
  if ((await usernamesThatMoved(tx, newest)).length === 0) return
  await db.lockMaking(tx, tenantId)
  for (const claim of await usernamesThatMoved(tx, newest)) await db.claimUsername(tx, tenantId, claim)
}

async function write(tx: TenantTx, tenantId: string, p: Plan): Promise<void> {
  const keys = Map.groupBy(p.identities, (i) => i.contactId)
  await insertPeople(
    tx,
    tenantId,
    p.made.map((m) => ({ ...m, known: keys.get(m.id) ?? [] })),
  )
  await db.insertIdentities(tx, tenantId, p.identities)
  await db.beginEarlier(tx, p.earlier)
  const made = new Set(p.made.map((m) => m.id))
  touch(
    tx,
    p.identities.flatMap((i) => (made.has(i.contactId) ? [] : [i.contactId])),
  )
}

/** Of the same person the newest sighting, those that show most first: then fewer have to be made one afterwards. */
function distinctPeople(people: readonly Person[]): Person[] {
  const byKey = new Map<string, Person>()
  for (const p of people) {
    const known = byKey.get(personKey(p))
    if (!known || sightedAt(p) >= sightedAt(known)) byKey.set(personKey(p), p)
  }
  return [...byKey.values()].filter((p) => identityKeys(p).length > 0).toSorted((a, b) => identityKeys(b).length - identityKeys(a).length)
}

/**
 * The contacts of these people, made where they are new, and made one where a sighting shows that two are the same. A few statements
 * for the whole list, unless something is unclear. Answers contact id by `personKey`.
 * Until its transaction ends, none of these contacts becomes another (see `lockFiling`).
 */
export async function receiveContacts(tx: TenantTx, tenantId: string, people: readonly Person[]): Promise<Map<string, string>> {
  const distinct = distinctPeople(people)
  if (distinct.length === 0) return new Map()
  const scopes = await db.scopesOf(tx, [...new Set(distinct.flatMap((p) => (p.bsuid && p.channelId ? [p.channelId] : [])))])
  const keys = [...new Map(distinct.flatMap(identityKeys).map((k) => [keyName(k), k])).values()]
  await db.lockFiling(tx, tenantId)
  let book = await loadBook(tx, keys)
  let result = plan(book, distinct, scopes)
  if (result.unclear.length > 0) await db.lockMerging(tx, tenantId)
  if (result.unclear.length + result.made.length + result.identities.length + result.earlier.length > 0) {
    await db.lockMaking(tx, tenantId)
    book = await loadBook(tx, keys)
    result = plan(book, distinct, scopes)
    await write(tx, tenantId, result)
  }
  const grown = new Set(result.identities.map((i) => i.contactId))
  await noteUse(
    tx,
    result.found.flatMap(({ id, person }) => (book.hasSeveral(id) || grown.has(id) ? [person] : [])),
  )
  await learnUsernames(tx, tenantId, result.found)
  await learnProfiles(tx, result, book)
  const out = new Map(result.found.map(({ id, person }) => [personKey(person), id]))
  if (result.unclear.length === 0) return out
  await db.lockMerging(tx, tenantId)
  for (const person of result.unclear) {
    const settled = await settlePerson(tx, tenantId, person, scopeOf(scopes, person))
    if (settled) out.set(personKey(person), settled)
    await learnUsernames(tx, tenantId, settled ? [{ id: settled, person }] : [])
  }
  await indexTouched(tx)
  return db.followMerges(tx, out)
}

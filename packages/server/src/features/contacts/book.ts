import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { type Key, type Person, phoneKey } from './person.ts'
import { identityMarks, type MarkOf } from './sealed-identity.ts'

/** Whose an identity is, and since when (the provider's time; null: always). */
type Owner = { contactId: string; since: Date | null; scope: string }
type Former = { contactId: string; until: Date }
/** `until` is set when it was theirs at that time and is no longer. */
export type Hit = { contactId: string; since: Date | null; until: Date | null }

type Row = {
  what: 'current' | 'sibling' | 'former' | 'several'
  kind: string
  hash: Buffer | null
  contact_id: string
  scope: string
  since: Date | null
  until: Date | null
}
type Named = Pick<Key, 'kind' | 'value'>
const nameOf = (kind: string, hash: Buffer | null): string => `${kind}:${hash?.toString('hex') ?? ''}`

/** What is known of a few identities: who has them, who had them, and by which ids the same people are known. */
export class Book {
  readonly #current = new Map<string, Owner>()
  readonly #former = new Map<string, Former[]>()
  readonly #ids = new Map<string, Map<string, string>>()
  readonly #several = new Set<string>()
  readonly #markOf: MarkOf

  /** Everything is known by keyed hashes; those who ask name the thing itself. */
  constructor(rows: readonly Row[], markOf: MarkOf) {
    this.#markOf = markOf
    for (const r of rows) {
      const name = nameOf(r.kind, r.hash)
      if (r.what === 'former' && r.until) {
        this.#former.set(name, [...(this.#former.get(name) ?? []), { contactId: r.contact_id, until: r.until }])
      } else if (r.what === 'several') this.#several.add(r.contact_id)
      else if (r.what === 'current') this.#learn(r.kind, name, { contactId: r.contact_id, since: r.since, scope: r.scope })
      else this.#learnId(r.contact_id, name, r.scope)
    }
  }

  #name(key: Named): string {
    return nameOf(key.kind, this.#markOf(key))
  }

  learn(key: Named, owner: Owner): void {
    this.#learn(key.kind, this.#name(key), owner)
  }

  #learn(kind: string, name: string, owner: Owner): void {
    this.#current.set(name, owner)
    if (kind === 'bsuid') this.#learnId(owner.contactId, name, owner.scope)
  }

  #learnId(contactId: string, name: string, scope: string): void {
    const mine = this.#ids.get(contactId) ?? new Map<string, string>()
    this.#ids.set(contactId, mine.set(name, scope))
  }

  /** Has more than one number, or more than one id. */
  hasSeveral(contactId: string): boolean {
    return this.#several.has(contactId)
  }

  owner(key: Named): Owner | undefined {
    return this.#current.get(this.#name(key))
  }

  /** Whose it was at a time: a late message under an old number still finds its person. */
  find(key: Named, at: Date): Hit | undefined {
    const name = this.#name(key)
    const now = this.#current.get(name)
    const past = (this.#former.get(name) ?? []).toSorted((a, b) => a.until.getTime() - b.until.getTime())
    const then = past.find((f) => f.until > at)
    if (now && (!then || now.since === null || now.since <= at)) return { contactId: now.contactId, since: now.since, until: null }
    // A business-scoped id never becomes another person's; a number may.
    const hit = then ?? (key.kind === 'bsuid' ? past.at(-1) : undefined)
    return hit && { contactId: hit.contactId, since: null, until: hit.until }
  }

  /** This contact is known by another id of the same portfolio: somebody else. */
  isSomebodyElse(contactId: string, bsuid: string, scope: string): boolean {
    const ids = this.#ids.get(contactId)
    if (!ids || ids.has(this.#name({ kind: 'bsuid', value: bsuid }))) return false
    return [...ids.values()].some((s) => s === scope || s === '' || scope === '')
  }
}

/** Looked up one by one through the indexes: `limit` and `offset 0` keep the planner from joining whole tables for a batch. */
export async function loadBook(tx: TenantTx, keys: readonly Key[]): Promise<Book> {
  const markOf = await identityMarks(tx)
  const { rows } = await sql<Row>`
    with k as materialized (select * from unnest(${keys.map((k) => k.kind)}::text[], ${keys.map(markOf)}::bytea[]) k(kind, hash)),
      now as materialized (select i.* from k cross join lateral (select kind, hash, contact_id, scope, since from contact_identities c
        where c.tenant_id = (select current_tenant()) and c.kind = k.kind and c.hash = k.hash limit 1) i),
      past as materialized (select f.* from k cross join lateral (select kind, hash, contact_id, scope, until from former_identities c
        where c.tenant_id = (select current_tenant()) and c.kind = k.kind and c.hash = k.hash offset 0) f),
      who as materialized (select contact_id from now union select contact_id from past)
    select 'current' as what, kind, hash, contact_id, scope, since, null::timestamptz as until from now
    union all select 'former', kind, hash, contact_id, scope, null, until from past
    union all select 'sibling', i.kind, i.hash, i.contact_id, i.scope, null, null from who cross join lateral (
      select kind, hash, contact_id, scope from contact_identities c where c.contact_id = who.contact_id and c.kind = 'bsuid' offset 0) i
    union all select 'several', i.kind, null, who.contact_id, '', null, null from who cross join lateral (
      select kind from contact_identities c where c.contact_id = who.contact_id group by kind having count(*) > 1) i`.execute(tx)
  return new Book(rows, markOf)
}

/** What a sighting says: known people (with what of theirs is new), a newcomer, or something that needs a closer look. */
type Verdict =
  | { is: 'known'; contactId: string; fresh: { key: Key; until: Date | null }[] }
  | { is: 'new' }
  | { is: 'unclear'; id: Hit | undefined; phone: Hit }

export const sightedAt = (p: Person): Date => p.at ?? new Date()

export function judge(book: Book, p: Person, scope: string): Verdict {
  const at = sightedAt(p)
  const idKey: Key | undefined = p.bsuid ? { kind: 'bsuid', value: p.bsuid, address: p.bsuid } : undefined
  const numberKey = p.phone ? phoneKey(p.phone) : undefined
  const id = idKey && book.find(idKey, at)
  const phone = numberKey && book.find(numberKey, at)
  if (id && phone) return id.contactId === phone.contactId ? { is: 'known', contactId: id.contactId, fresh: [] } : { is: 'unclear', id, phone }
  // What is learnt beside something that is no longer theirs is no longer theirs either.
  if (id) return { is: 'known', contactId: id.contactId, fresh: numberKey ? [{ key: numberKey, until: id.until }] : [] }
  if (!phone) return { is: 'new' }
  if (p.bsuid && book.isSomebodyElse(phone.contactId, p.bsuid, scope)) return { is: 'unclear', id, phone }
  return { is: 'known', contactId: phone.contactId, fresh: idKey ? [{ key: idKey, until: phone.until }] : [] }
}

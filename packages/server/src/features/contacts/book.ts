import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { type Key, type Person, phoneKey } from './person.ts'
import { identityMarks, type MarkOf } from './sealed-identity.ts'
import { holderAt, inOrder, isTold, type Tenure } from './tenures.ts'

/** Whose an identity is, and since when (the provider's time; null: always). */
type Owner = { contactId: string; since: Date | null; scope: string }
/** `until` is set when it was theirs at that time and is no longer. */
export type Hit = { contactId: string; since: Date | null; until: Date | null }

type Row = { what: 'tenure' | 'life' | 'several'; kind: string; hash: Buffer | null; contact_id: string } & Pick<Tenure, 'scope' | 'since' | 'until' | 'reason'>
type Named = Pick<Key, 'kind' | 'value'>
type Id = { name: string; scope: string; since: number; until: number }
/** The ids of a person, and the moments at which they became another number's or another id's. */
type Life = { ids: Map<string, Id>; changes: number[] }
const nameOf = (kind: string, hash: Buffer | null): string => `${kind}:${hash?.toString('hex') ?? ''}`

/** What is known of a few identities: who has them, who had them when, and by which ids the same people are known. */
export class Book {
  readonly #tenures = new Map<string, Tenure[]>()
  readonly #lives = new Map<string, Life>()
  readonly #several = new Set<string>()
  readonly #markOf: MarkOf

  /** Everything is known by keyed hashes; those who ask name the thing itself. */
  constructor(rows: readonly Row[], markOf: MarkOf) {
    this.#markOf = markOf
    for (const r of rows) {
      const name = nameOf(r.kind, r.hash)
      const tenure: Tenure = { contactId: r.contact_id, scope: r.scope, since: r.since, until: r.until, reason: r.reason }
      if (r.what === 'tenure') this.#tenures.set(name, [...(this.#tenures.get(name) ?? []), tenure])
      else if (r.what === 'several') this.#several.add(r.contact_id)
      else this.#live(r.kind, name, tenure)
    }
    for (const [name, list] of this.#tenures) this.#tenures.set(name, inOrder(list))
  }

  #name(key: Named): string {
    return nameOf(key.kind, this.#markOf(key))
  }

  #live(kind: string, name: string, t: Tenure): void {
    const life = this.#lives.get(t.contactId) ?? { ids: new Map<string, Id>(), changes: [] }
    this.#lives.set(t.contactId, life)
    if (t.until && isTold(t)) life.changes.push(t.until.getTime())
    if (kind !== 'bsuid') return
    life.ids.set(name, {
      name,
      scope: t.scope,
      since: t.since?.getTime() ?? Number.NEGATIVE_INFINITY,
      until: t.until?.getTime() ?? Number.POSITIVE_INFINITY,
    })
  }

  /** A newcomer's, or what nobody ever had. */
  learn(key: Named, { contactId, since, scope }: Owner): void {
    const name = this.#name(key)
    const tenure: Tenure = { contactId, scope, since, until: null, reason: null }
    this.#tenures.set(name, inOrder([...(this.#tenures.get(name) ?? []), tenure]))
    this.#live(key.kind, name, tenure)
  }

  /** Has more than one number, or more than one id. */
  hasSeveral(contactId: string): boolean {
    return this.#several.has(contactId)
  }

  owner(key: Named): Owner | undefined {
    return this.#tenures.get(this.#name(key))?.find((t) => t.until === null)
  }

  /** Somebody had it once, or has it. */
  isKnown(key: Named): boolean {
    return this.#tenures.has(this.#name(key))
  }

  /** Whose it was at a time: a late message under an old number still finds its person. */
  find(key: Named, at: Date): Hit | undefined {
    const list = this.#tenures.get(this.#name(key)) ?? []
    // A business-scoped id never becomes another person's; a number may.
    const hit = holderAt(list, at) ?? (key.kind === 'bsuid' ? list.at(-1) : undefined)
    return hit && { contactId: hit.contactId, since: hit.since, until: hit.until }
  }

  /**
   * At that time this contact was known by another id of the same portfolio: somebody else. Between two changes a person has one
   * number and one id (Cloud API, business-scoped ids); what they were called before or after says nothing.
   */
  isSomebodyElse(contactId: string, bsuid: string, scope: string, at: Date): boolean {
    const life = this.#lives.get(contactId)
    if (!life) return false
    const time = at.getTime()
    const from = Math.max(Number.NEGATIVE_INFINITY, ...life.changes.filter((c) => c <= time))
    const to = Math.min(Number.POSITIVE_INFINITY, ...life.changes.filter((c) => c > time))
    const ids = [...life.ids.values()].filter((i) => i.since < to && i.until > from && (i.scope === scope || i.scope === '' || scope === ''))
    const name = this.#name({ kind: 'bsuid', value: bsuid })
    return ids.length > 0 && !ids.some((i) => i.name === name)
  }
}

/** Looked up one by one through the indexes: `limit` and `offset 0` keep the planner from joining whole tables for a batch. */
export async function loadBook(tx: TenantTx, keys: readonly Key[]): Promise<Book> {
  const markOf = await identityMarks(tx)
  const { rows } = await sql<Row>`
    with k as materialized (select * from unnest(${keys.map((k) => k.kind)}::text[], ${keys.map(markOf)}::bytea[]) k(kind, hash)),
      now as materialized (select i.* from k cross join lateral (select kind, hash, contact_id, scope, since from contact_identities c
        where c.tenant_id = (select current_tenant()) and c.kind = k.kind and c.hash = k.hash limit 1) i),
      past as materialized (select f.* from k cross join lateral (select kind, hash, contact_id, scope, since, until, reason from former_identities c
        where c.tenant_id = (select current_tenant()) and c.kind = k.kind and c.hash = k.hash offset 0) f),
      who as materialized (select contact_id from now union select contact_id from past)
    select 'tenure' as what, kind, hash, contact_id, scope, since, null::timestamptz as until, null::text as reason from now
    union all select 'tenure', kind, hash, contact_id, scope, since, until, reason from past
    union all select 'life', i.kind, i.hash, i.contact_id, i.scope, i.since, null, null from who cross join lateral (
      select kind, hash, contact_id, scope, since from contact_identities c where c.contact_id = who.contact_id and c.kind = 'bsuid' offset 0) i
    union all select 'life', f.kind, f.hash, f.contact_id, f.scope, f.since, f.until, f.reason from who cross join lateral (
      select * from former_identities c where c.contact_id = who.contact_id and c.kind in ('bsuid', 'phone') offset 0) f
    union all select 'several', i.kind, null, who.contact_id, '', null, null, null from who cross join lateral (
      select kind from contact_identities c where c.contact_id = who.contact_id group by kind having count(*) > 1) i`.execute(tx)
  return new Book(rows, markOf)
}

/** Something that is learnt beside something known; `until` where that had ended. */
type Fresh = { key: Key; until: Date | null }
/** What a sighting says: known people (with what of theirs is new, or older than was known), a newcomer, or something that needs a closer look. */
type Verdict = { is: 'known'; contactId: string; fresh: Fresh[]; earlier: Key[] } | { is: 'new' } | { is: 'unclear'; id: Hit | undefined; phone: Hit }

export const sightedAt = (p: Person): Date => p.at ?? new Date()

export function judge(book: Book, p: Person, scope: string): Verdict {
  const at = sightedAt(p)
  const idKey: Key | undefined = p.bsuid ? { kind: 'bsuid', value: p.bsuid, address: p.bsuid } : undefined
  const numberKey = p.phone ? phoneKey(p.phone) : undefined
  const id = idKey && book.find(idKey, at)
  const phone = numberKey && book.find(numberKey, at)
  const known = (contactId: string, fresh: Fresh[]): Verdict => ({ is: 'known', contactId, fresh, earlier: [] })
  if (id && phone) {
    if (id.contactId !== phone.contactId) return { is: 'unclear', id, phone }
    const isEarlier = (hit: Hit) => hit.since !== null && hit.since > at
    const earlier = [...(isEarlier(id) ? [idKey] : []), ...(isEarlier(phone) ? [numberKey] : [])]
    return { is: 'known', contactId: id.contactId, fresh: [], earlier }
  }
  // What is learnt beside something that is no longer theirs is no longer theirs either.
  if (id) return known(id.contactId, numberKey ? [{ key: numberKey, until: id.until }] : [])
  if (!phone) return { is: 'new' }
  if (p.bsuid && book.isSomebodyElse(phone.contactId, p.bsuid, scope, at)) return { is: 'unclear', id, phone }
  return known(phone.contactId, idKey ? [{ key: idKey, until: phone.until }] : [])
}

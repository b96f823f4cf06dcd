import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { type Key, keyName, type Person, phoneKey } from './person.ts'

/** Whose an identity is, and since when (the provider's time; null: always). */
type Owner = { contactId: string; since: Date | null; scope: string }
type Former = { contactId: string; until: Date }
/** `until` is set when it was theirs at that time and is no longer. */
export type Hit = { contactId: string; since: Date | null; until: Date | null }

type Row = {
  what: 'current' | 'sibling' | 'former' | 'several'
  kind: string
  value: string
  contact_id: string
  scope: string
  since: Date | null
  until: Date | null
}

/** What is known of a few identities: who has them, who had them, and by which ids the same people are known. */
export class Book {
  readonly #current = new Map<string, Owner>()
  readonly #former = new Map<string, Former[]>()
  readonly #ids = new Map<string, Map<string, string>>()
  readonly #several = new Set<string>()

  constructor(rows: readonly Row[]) {
    for (const r of rows) {
      if (r.what === 'former' && r.until) {
        const key = keyName(r)
        this.#former.set(key, [...(this.#former.get(key) ?? []), { contactId: r.contact_id, until: r.until }])
      } else if (r.what === 'several') this.#several.add(r.contact_id)
      else if (r.what === 'current') this.learn(r, { contactId: r.contact_id, since: r.since, scope: r.scope })
      else this.#learnId(r.contact_id, r.value, r.scope)
    }
  }

  learn(key: Pick<Key, 'kind' | 'value'>, owner: Owner): void {
    this.#current.set(keyName(key), owner)
    if (key.kind === 'bsuid') this.#learnId(owner.contactId, key.value, owner.scope)
  }

  #learnId(contactId: string, value: string, scope: string): void {
    const mine = this.#ids.get(contactId) ?? new Map<string, string>()
    this.#ids.set(contactId, mine.set(value, scope))
  }

  /** Has more than one number, or more than one id. */
  hasSeveral(contactId: string): boolean {
    return this.#several.has(contactId)
  }

  owner(key: Pick<Key, 'kind' | 'value'>): Owner | undefined {
    return this.#current.get(keyName(key))
  }

  /** Whose it was at a time: a late message under an old number still finds its person. */
  find(key: Pick<Key, 'kind' | 'value'>, at: Date): Hit | undefined {
    const now = this.#current.get(keyName(key))
    const past = (this.#former.get(keyName(key)) ?? []).toSorted((a, b) => a.until.getTime() - b.until.getTime())
    const then = past.find((f) => f.until > at)
    if (now && (!then || now.since === null || now.since <= at)) return { contactId: now.contactId, since: now.since, until: null }
    // A business-scoped id never becomes another person's; a number may.
    const hit = then ?? (key.kind === 'bsuid' ? past.at(-1) : undefined)
    return hit && { contactId: hit.contactId, since: null, until: hit.until }
  }

  /** This contact is known by another id of the same portfolio: somebody else. */
  isSomebodyElse(contactId: string, bsuid: string, scope: string): boolean {
    const ids = this.#ids.get(contactId)
    if (!ids || ids.has(bsuid)) return false
    return [...ids.values()].some((s) => s === scope || s === '' || scope === '')
  }
}

/** Looked up one by one through the indexes: `limit` and `offset 0` keep the planner from joining whole tables for a batch. */
export async function loadBook(tx: TenantTx, keys: readonly Key[]): Promise<Book> {
  const { rows } = await sql<Row>`
    with k as materialized (select * from unnest(${keys.map((k) => k.kind)}::text[], ${keys.map((k) => k.value)}::text[]) k(kind, value)),
      now as materialized (select i.* from k cross join lateral (select kind, value, contact_id, scope, since from contact_identities c
        where c.tenant_id = (select current_tenant()) and c.kind = k.kind and c.value = k.value limit 1) i),
      past as materialized (select f.* from k cross join lateral (select kind, value, contact_id, scope, until from former_identities c
        where c.tenant_id = (select current_tenant()) and c.kind = k.kind and c.value = k.value offset 0) f),
      who as materialized (select contact_id from now union select contact_id from past)
    select 'current' as what, kind, value, contact_id, scope, since, null::timestamptz as until from now
    union all select 'former', kind, value, contact_id, scope, null, until from past
    union all select 'sibling', i.kind, i.value, i.contact_id, i.scope, null, null from who cross join lateral (
      select kind, value, contact_id, scope from contact_identities c where c.contact_id = who.contact_id and c.kind = 'bsuid' offset 0) i
    union all select 'several', i.kind, '', who.contact_id, '', null, null from who cross join lateral (
      select kind from contact_identities c where c.contact_id = who.contact_id group by kind having count(*) > 1) i`.execute(tx)
  return new Book(rows)
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

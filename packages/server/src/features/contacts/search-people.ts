import type { ContactHit } from '@atende/contracts/contacts'
import type { TenantTx } from '../../platform/database.ts'
import { searchIndex } from '../../platform/vault/vault.ts'
import { findableOf, type Known, knownBy, readPeople } from './people.db.ts'
import { answers, type PersonQuery, rangesInName, readPersonQuery, termsOf } from './person-words.ts'
import type { OpenedPerson } from './sealed-person.ts'

/** What is asked, and its keyed hashes as the index has them. */
export type AskedPerson = { query: PersonQuery; whole: string[]; parts: string[] }
export async function askForPerson(tx: TenantTx, q: string): Promise<AskedPerson> {
  const index = await searchIndex(tx)
  const query = readPersonQuery(q)
  const hash = (terms: readonly string[]) => terms.map((t) => index.word('person', t))
  return { query, whole: hash(query.whole), parts: hash(query.parts) }
}

/**
 * What of a contact answers what was asked; undefined when nothing readable does: hashes may collide, so what was found is looked at
 * again once it is open.
 */
export function hitOf(fields: OpenedPerson, { identities, former }: Known, query: PersonQuery): ContactHit | undefined {
  if (fields.state !== 'open') return undefined
  const now = findableOf(fields, identities)
  const parts = {
    name: termsOf.name(fields.name),
    profileName: termsOf.name(fields.profileName),
    phone: termsOf.phones(now.phones),
    email: termsOf.email(fields.email),
  }
  const by = PARTS.find((part) => answers(parts[part], query))
  if (by) return { name: by === 'name' ? rangesInName(fields.name, query) : [], by }
  const before = findableOf(fields, former)
  const others = [termsOf.usernames([...now.usernames, ...before.usernames]), termsOf.phones(before.phones), termsOf.ids([...now.ids, ...before.ids])]
  const all = new Set([...Object.values(parts), ...others].flatMap((terms) => [...terms]))
  return answers(all, query) ? { name: rangesInName(fields.name, query), by: 'other' } : undefined
}
const PARTS = ['name', 'profileName', 'phone', 'email'] as const

/** The same for a few contacts by id; who does not answer is left out. */
export async function hitsOf(tx: TenantTx, contactIds: readonly string[], query: PersonQuery): Promise<Map<string, ContactHit>> {
  if (contactIds.length === 0) return new Map()
  const people = await readPeople(tx, contactIds)
  const known = await knownBy(tx, contactIds)
  return new Map(
    [...people].flatMap(([id, fields]) => {
      const hit = hitOf(fields, known.get(id) ?? { identities: [], former: [] }, query)
      return hit ? [[id, hit]] : []
    }),
  )
}

import type { ContactHit } from '@atende/contracts/contacts'
import type { TenantTx } from '../../platform/database.ts'
import { searchIndex } from '../../platform/vault/vault.ts'
import { findableOf, type Known, knownBy, readPeople } from './people.db.ts'
import { isMeant, type PersonQuery, rangesInName, readPersonQuery } from './person-words.ts'
import type { OpenedPerson } from './sealed-person.ts'

/** What is asked, and its keyed hashes as the index has them. */
export type AskedPerson = { query: PersonQuery; whole: string[]; parts: string[] }
export async function askForPerson(tx: TenantTx, q: string): Promise<AskedPerson> {
  const index = await searchIndex(tx)
  const query = readPersonQuery(q)
  const hash = (terms: readonly string[]) => terms.map((t) => index.word('person', t))
  return { query, whole: hash(query.whole), parts: hash(query.parts) }
}

/** What of a contact answers what was asked; undefined when nothing readable does. */
export function hitOf(fields: OpenedPerson, { identities, former }: Known, query: PersonQuery): ContactHit | undefined {
  if (fields.state !== 'open' || !isMeant(findableOf(fields, [...identities, ...former]), query)) return undefined
  const only = (part: Partial<Parameters<typeof isMeant>[0]>) => isMeant({ names: [], email: null, phones: [], usernames: [], ids: [], ...part }, query)
  const { phones } = findableOf(
    fields,
    identities.filter((i) => i.kind === 'phone'),
  )
  const by = only({ names: [fields.name] })
    ? 'name'
    : only({ names: [fields.profileName] })
      ? 'profileName'
      : only({ phones })
        ? 'phone'
        : only({ email: fields.email })
          ? 'email'
          : 'other'
  return { name: rangesInName(fields.name, query), by }
}

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

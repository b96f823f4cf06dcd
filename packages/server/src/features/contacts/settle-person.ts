import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { judge, loadBook, sightedAt } from './book.ts'
import * as db from './identities.db.ts'
import { mergeContacts } from './merge-contacts.ts'
import { insertPeople } from './people.db.ts'
import { firstName, identityKeys, type Key, type Person, phoneKey } from './person.ts'
import { tenuresOf, writeTenures } from './tenures.db.ts'
import { type EndReason, ended, had } from './tenures.ts'

/** The contact that is there longer keeps its address; ids are made in order of time. */
const older = (a: string, b: string): [keepId: string, otherId: string] => (a < b ? [a, b] : [b, a])

/**
 * Something was this contact's at a time (`at`), and until when (`until`), as far as that is known. Whose it is today follows from
 * everything that is known of it, whatever came first. The caller holds `lockMaking`.
 */
export type Claim = { contactId: string; key: Key; scope: string; at?: Date; exact?: boolean; until?: Date | null; reason?: EndReason }
export async function claim(tx: TenantTx, tenantId: string, { contactId, key, scope, at, exact, until, reason = 'number_changed' }: Claim): Promise<void> {
  const before = await tenuresOf(tx, key)
  const within = key.kind === 'bsuid' ? scope : ''
  let after = at ? had(before, { contactId, scope: within, at, exact: exact ?? false }) : before
  if (until) after = ended(after, { contactId, scope: within, at: until, reason })
  await db.refreshPhones(tx, await writeTenures(tx, tenantId, key, before, after))
}

async function makeContact(tx: TenantTx, tenantId: string, p: Person): Promise<string> {
  const id = uuidv7()
  const fields = { name: firstName(p), profileName: p.name, phone: null, email: null, notes: null }
  await insertPeople(tx, tenantId, [{ id, fields, known: identityKeys(p) }])
  return id
}

/**
 * One sighting that touches two contacts, or a number whose person has another id. Either both are one person, and become one
 * contact; or the number has gone over to somebody else (a recycled number), and then nobody is glued to anybody.
 * The caller holds `lockMerging`. With `make` false nobody new is made. Answers the contact; undefined when there is none.
 */
export async function settlePerson(tx: TenantTx, tenantId: string, p: Person, scope: string, make = true): Promise<string | undefined> {
  const keys = identityKeys(p)
  const book = await loadBook(tx, keys)
  const verdict = judge(book, p, scope)
  const at = sightedAt(p)
  const give = async (contactId: string, list: readonly { key: Key; until?: Date | null }[]): Promise<string> => {
    for (const { key, until } of list) await claim(tx, tenantId, { contactId, key, scope, at, until: until ?? null })
    return contactId
  }
  if (verdict.is === 'known') return give(verdict.contactId, [...verdict.fresh, ...verdict.earlier.map((key) => ({ key }))])
  const all = keys.map((key) => ({ key }))
  if (verdict.is === 'new' || !verdict.id) return make ? give(await makeContact(tx, tenantId, p), all) : undefined
  const { id, phone } = verdict
  const number = phoneKey(p.phone ?? '')
  const apart = (p.bsuid && book.isSomebodyElse(phone.contactId, p.bsuid, scope, at)) || (await db.wereParted(tx, id.contactId, phone.contactId))
  if (apart) return give(id.contactId, [{ key: number, until: id.until }])
  const [keepId, otherId] = older(id.contactId, phone.contactId)
  await mergeContacts(tx, tenantId, { keepId, otherId, reason: 'identity', by: null })
  // What one of them had given up by then, the other one had given up as well.
  return give(
    keepId,
    keys.map((key) => ({ key, until: key.kind === 'bsuid' ? phone.until : id.until })),
  )
}

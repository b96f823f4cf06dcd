import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { type Book, type Hit, judge, loadBook, sightedAt } from './book.ts'
import * as db from './identities.db.ts'
import { mergeContacts } from './merge-contacts.ts'
import { insertPeople } from './people.db.ts'
import { firstName, identityKeys, type Key, type Person, phoneKey } from './person.ts'

/** The contact that is there longer keeps its address; ids are made in order of time. */
const older = (a: string, b: string): [keepId: string, otherId: string] => (a < b ? [a, b] : [b, a])

/** The number is this person's as of this sighting; another had it before, or got it after. */
async function givePhone(tx: TenantTx, tenantId: string, book: Book, key: Key, from: Hit, to: string, at: Date): Promise<void> {
  const owner = book.owner(key)
  if (from.until) {
    await db.endEarlier(tx, from.contactId, key, at)
    if (owner?.contactId === to) await db.beginEarlier(tx, key, at)
  } else if (owner && (owner.since === null || owner.since < at)) {
    await db.takeOver(tx, tenantId, key, owner.contactId, to, at)
  } else if (owner?.since) {
    // A late delivery of somebody who had the number before its present owner.
    await db.insertFormer(tx, tenantId, [{ ...key, contactId: to, scope: '', until: owner.since, reason: 'taken_over' }])
  }
}

async function makeContact(tx: TenantTx, tenantId: string, p: Person, scope: string, keys: readonly Key[]): Promise<string> {
  const id = uuidv7()
  const fields = { name: firstName(p), profileName: p.name, phone: null, email: null, notes: null }
  await insertPeople(tx, tenantId, [{ id, fields, known: keys }])
  const since = sightedAt(p)
  await db.insertIdentities(
    tx,
    tenantId,
    keys.map((k) => ({ ...k, contactId: id, scope: k.kind === 'bsuid' ? scope : '', since })),
  )
  await db.refreshPhones(tx, [id])
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
  if (verdict.is === 'new') return make ? makeContact(tx, tenantId, p, scope, keys) : undefined
  if (verdict.is === 'known') {
    await attach(tx, tenantId, verdict, scope, at)
    return verdict.contactId
  }
  const { id, phone } = verdict
  const number = phoneKey(p.phone ?? '')
  if (!id) {
    if (!make) return undefined
    const made = await makeContact(
      tx,
      tenantId,
      p,
      scope,
      keys.filter((k) => k.kind === 'bsuid'),
    )
    await givePhone(tx, tenantId, book, number, phone, made, at)
    await db.refreshPhones(tx, [made])
    return made
  }
  const apart = (p.bsuid && book.isSomebodyElse(phone.contactId, p.bsuid, scope)) || (await db.wereParted(tx, id.contactId, phone.contactId))
  if (apart) {
    await givePhone(tx, tenantId, book, number, phone, id.contactId, at)
    return id.contactId
  }
  const [keepId, otherId] = older(id.contactId, phone.contactId)
  await mergeContacts(tx, tenantId, { keepId, otherId, reason: 'identity', by: null })
  return keepId
}

type Known = Extract<ReturnType<typeof judge>, { is: 'known' }>
export async function attach(tx: TenantTx, tenantId: string, { contactId, fresh }: Known, scope: string, at: Date): Promise<void> {
  const now = fresh.filter((f) => f.until === null).map(({ key }) => ({ ...key, contactId, scope: key.kind === 'bsuid' ? scope : '', since: at }))
  await db.insertIdentities(tx, tenantId, now)
  await db.insertFormer(
    tx,
    tenantId,
    fresh.flatMap(({ key, until }) => (until ? [{ ...key, contactId, scope: '', until, reason: 'number_changed' as const }] : [])),
  )
  if (now.length > 0) await db.refreshPhones(tx, [contactId])
}

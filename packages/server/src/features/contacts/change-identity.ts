import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { loadBook } from './book.ts'
import * as db from './identities.db.ts'
import { mergeContacts } from './merge-contacts.ts'
import { insertPeople, readPeople } from './people.db.ts'
import { firstName, identityKeys, type Key, keyName, type Person, personKey, phoneKey, shownPhone } from './person.ts'
import { receiveContacts } from './receive-contacts.ts'
import { claim, settlePerson } from './settle-person.ts'

/** A person changed number or id (Cloud API, system messages): `previous` names who it was, `next` who it is now. */
export type IdentityChange = {
  channelId: string
  providerId: string
  at: Date
  kind: 'number' | 'id' | 'identity'
  previous: { phone: string | null; bsuid: string | null }
  next: { phone: string | null; bsuid: string | null }
  /** Meta's English sentence. */
  body: string | null
}

/** A person stopped or resumed marketing (Cloud API, user_preferences). */
export type PreferenceChange = { channelId: string; who: Person; category: string; value: 'stop' | 'resume'; at: Date }

const asPerson = (who: { phone: string | null; bsuid: string | null }, change: IdentityChange, at: Date): Person => ({
  ...who,
  username: null,
  name: null,
  channelId: change.channelId,
  at,
})

/** Who has the new number now had it already before the change, and is known by an id of their own: a recycled number. */
async function isRecycled(tx: TenantTx, change: IdentityChange): Promise<boolean> {
  if (!change.next.phone || change.next.bsuid) return false
  const key = phoneKey(change.next.phone)
  const owner = (await loadBook(tx, [key])).owner(key)
  if (!owner || (owner.since !== null && owner.since >= change.at)) return false
  return (await db.identitiesOf(tx, owner.contactId)).some((i) => i.kind === 'bsuid')
}

const justBefore = (at: Date) => new Date(at.getTime() - 1)

/** The two that the notice names become one contact; none of both is glued to somebody who only has the number now. */
async function joinBoth(tx: TenantTx, tenantId: string, change: IdentityChange, scope: string): Promise<string | undefined> {
  const previous = await settlePerson(tx, tenantId, asPerson(change.previous, change, justBefore(change.at)), scope, false)
  const next = (await isRecycled(tx, change)) ? undefined : await settlePerson(tx, tenantId, asPerson(change.next, change, change.at), scope, false)
  if (!previous || !next || previous === next) return previous ?? next
  if (await db.wereParted(tx, previous, next)) return next
  const [keepId, otherId] = previous < next ? [previous, next] : [next, previous]
  await mergeContacts(tx, tenantId, { keepId, otherId, reason: 'identity', by: null })
  return keepId
}

/** What ended with the change: what the notice names, and what cannot be true any more after it. */
async function endedKeys(tx: TenantTx, contactId: string, change: IdentityChange, scope: string): Promise<{ named: Key[]; stale: Key[] }> {
  const next = new Set(identityKeys(change.next).map(keyName))
  const named = identityKeys(change.previous).filter((k) => !next.has(keyName(k)))
  const names = new Set(named.map(keyName))
  const stale = (await db.identitiesOf(tx, contactId)).filter((i) => {
    // A new number brings a new id, and an id changes only with the number (Cloud API, business-scoped ids).
    const staleId = i.kind === 'bsuid' && i.scope === scope
    const staleNumber = i.kind === 'phone' && change.kind === 'id' && !change.next.phone && !change.previous.phone
    return (staleId || staleNumber) && !next.has(keyName(i)) && !names.has(keyName(i))
  })
  return { named, stale }
}

async function change(tx: TenantTx, tenantId: string, c: IdentityChange, scope: string): Promise<string | undefined> {
  const keys = identityKeys(c.next)
  let contactId = await joinBoth(tx, tenantId, c, scope)
  if (!contactId) {
    if (keys.length + identityKeys(c.previous).length === 0) return undefined
    contactId = uuidv7()
    const shown = { ...asPerson(c.next, c, c.at), phone: c.next.phone ?? c.previous.phone }
    const fields = { name: firstName(shown), profileName: null, phone: null, email: null, notes: null }
    await insertPeople(tx, tenantId, [{ id: contactId, fields, known: [] }])
  }
  const id = contactId
  const oldPhone = (await readPeople(tx, [id])).get(id)?.phone ?? null
  const reason = c.kind === 'number' ? 'number_changed' : 'id_changed'
  const { named, stale } = await endedKeys(tx, id, c, scope)
  for (const key of named) await claim(tx, tenantId, { contactId: id, key, scope, at: justBefore(c.at), until: c.at, reason })
  for (const key of stale) await claim(tx, tenantId, { contactId: id, key, scope, until: c.at, reason })
  for (const key of keys) await claim(tx, tenantId, { contactId: id, key, scope, at: c.at, exact: true })
  await db.refreshPhones(tx, [id])
  await db.renameFromPhone(tx, id, oldPhone, shownPhone(c.next.phone))
  return id
}

/**
 * Persons changed number or id: the contact stays one, with its history, and keeps what it was known by as former. Two contacts that
 * turn out to be one are merged with a trace. Answers which contact each change concerned, by `providerId`.
 * Call it before anything else is filed in the transaction.
 */
export async function changeIdentities(tx: TenantTx, tenantId: string, list: readonly IdentityChange[]): Promise<Map<string, string>> {
  if (list.length === 0) return new Map()
  const scopes = await db.scopesOf(tx, [...new Set(list.map((c) => c.channelId))])
  await db.lockMerging(tx, tenantId)
  const out = new Map<string, string>()
  for (const c of list.toSorted((a, b) => a.at.getTime() - b.at.getTime())) {
    const scope = scopes.get(c.channelId) ?? ''
    // A new security code says that the device is new: the person is the same.
    const id =
      c.kind === 'identity'
        ? await settlePerson(tx, tenantId, asPerson(identityKeys(c.next).length > 0 ? c.next : c.previous, c, c.at), scope)
        : await change(tx, tenantId, c, scope)
    if (id) out.set(c.providerId, id)
  }
  await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'contacts' } }])
  return db.followMerges(tx, out)
}

/** Persons stopped or resumed marketing: the newest word counts, and of two of the same second the stop. */
export async function applyPreferences(tx: TenantTx, tenantId: string, list: readonly PreferenceChange[]): Promise<void> {
  const marketing = list.filter((p) => p.category.toLowerCase().startsWith('marketing'))
  if (marketing.length === 0) return
  const ids = await receiveContacts(
    tx,
    tenantId,
    marketing.map((p) => ({ ...p.who, channelId: p.channelId, at: p.at })),
  )
  const newest = new Map<string, PreferenceChange>()
  for (const p of marketing) {
    const id = ids.get(personKey(p.who))
    const known = id && newest.get(id)
    if (id && (!known || p.at > known.at || (p.at.getTime() === known.at.getTime() && p.value === 'stop'))) newest.set(id, p)
  }
  const changed = await db.setPreferences(
    tx,
    [...newest].map(([contactId, p]) => ({ contactId, at: p.at, stop: p.value === 'stop' })),
  )
  if (changed.length === 0) return
  const conversations = await db.conversationsOf(tx, changed)
  await publish(tx, tenantId, [
    { kind: 'list.changed', payload: { list: 'contacts' } },
    ...conversations.map((conversationId) => ({ kind: 'conversation.updated' as const, payload: { conversationId } })),
  ])
}

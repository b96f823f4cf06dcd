import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import { readPeople, rewritePeople } from './people.db.ts'
import { type Person, personKey, UNNAMED } from './person.ts'
import { receiveContacts } from './receive-contacts.ts'
import type { OpenedPerson } from './sealed-person.ts'

/**
 * The address book of the phone (Cloud API, coexistence): people are added and named, never removed. A name that somebody here
 * wrote stays; one that WhatsApp or the phone gave follows the phone.
 */
export async function syncContacts(tx: TenantTx, tenantId: string, list: readonly Person[]): Promise<void> {
  if (list.length === 0) return
  const named = [...new Map(list.map((p) => [personKey(p), p])).values()]
  // Without names first: only who is new gets one here, so that what stood before can still be told apart below.
  const ids = await receiveContacts(
    tx,
    tenantId,
    named.map((p) => ({ ...p, name: null })),
  )
  const names = new Map(
    named.flatMap((p) => {
      const id = ids.get(personKey(p))
      return id && p.name ? [[id, p.name]] : []
    }),
  )
  const followed = (id: string, was: OpenedPerson) => {
    const name = names.get(id)
    const fromOutside = was.name === was.profileName || was.name === was.phone || was.name === UNNAMED
    if (name === undefined || was.name === name || !fromOutside) return undefined
    return { name, profileName: was.profileName === null || was.profileName === was.name ? name : was.profileName }
  }
  const changing = [...(await readPeople(tx, [...names.keys()]))].flatMap(([id, was]) => (was.state !== 'broken' && followed(id, was) ? [id] : []))
  await rewritePeople(tx, changing, ({ id, fields }) => followed(id, fields))
  await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'contacts' } }])
}

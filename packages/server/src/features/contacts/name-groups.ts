import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import { readPeople, rewritePeople } from './people.db.ts'
import { receiveGroups } from './receive-groups.ts'
import type { OpenedPerson } from './sealed-person.ts'

/** The names that groups have on WhatsApp; one that a person here has given stays. A group is told of before anybody writes in it. */
export async function nameGroups(tx: TenantTx, tenantId: string, list: readonly { groupId: string; name: string }[]): Promise<void> {
  if (list.length === 0) return
  const newest = new Map(list.map((g) => [g.groupId, g.name]))
  const contacts = await receiveGroups(tx, tenantId, [...newest.keys()])
  const names = new Map([...contacts].map(([groupId, id]) => [id, newest.get(groupId) ?? null]))
  const named = (id: string, was: OpenedPerson) => {
    const name = names.get(id) ?? null
    if (name === null || was.profileName === name) return undefined
    return { profileName: name, name: was.profileName === null || was.name === was.profileName ? name : was.name }
  }
  const changing = [...(await readPeople(tx, [...names.keys()]))].flatMap(([id, was]) => (was.state !== 'broken' && named(id, was) ? [id] : []))
  await rewritePeople(tx, changing, ({ id, fields }) => named(id, fields))
  if (changing.length > 0) await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'contacts' } }])
}

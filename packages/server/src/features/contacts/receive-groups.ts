import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { loadBook } from './book.ts'
import * as db from './identities.db.ts'
import { insertPeople } from './people.db.ts'

const UNNAMED_GROUP = 'Grupo do WhatsApp'
const keyOf = (groupId: string) => ({ kind: 'group', value: groupId, address: groupId })

/** The contacts that stand for these WhatsApp groups, made where they are new. Answers contact id by group id. */
export async function receiveGroups(tx: TenantTx, tenantId: string, groupIds: readonly string[]): Promise<Map<string, string>> {
  const distinct = [...new Set(groupIds)]
  if (distinct.length === 0) return new Map()
  const keys = distinct.map(keyOf)
  const read = async () => {
    const book = await loadBook(tx, keys)
    return new Map(keys.flatMap((k) => (book.owner(k) ? [[k.value, book.owner(k)?.contactId ?? '']] : [])))
  }
  const known = await read()
  if (known.size === distinct.length) return known
  await db.lockMaking(tx, tenantId)
  const again = await read()
  const made = keys.filter((k) => !again.has(k.value)).map((k) => ({ ...k, contactId: uuidv7(), scope: '', since: new Date() }))
  const fields = { name: UNNAMED_GROUP, profileName: null, phone: null, email: null, notes: null }
  await insertPeople(
    tx,
    tenantId,
    made.map((m) => ({ id: m.contactId, fields, kind: 'group' as const, known: [m] })),
  )
  await db.insertIdentities(tx, tenantId, made)
  return new Map([...again, ...made.map((m): [string, string] => [m.value, m.contactId])])
}

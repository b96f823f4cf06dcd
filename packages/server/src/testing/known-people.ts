import { insertIdentities } from '../features/contacts/identities.db.ts'
import { type IdentityRow, insertPeople, knownBy } from '../features/contacts/people.db.ts'
import { phoneKey } from '../features/contacts/person.ts'
import { identityMarks } from '../features/contacts/sealed-identity.ts'
import { inTenant } from '../platform/database.ts'
import { uuidv7 } from '../platform/ids.ts'
import type { TestServer } from './test-server.ts'

type Server = Pick<TestServer, 'ctx'>

/** What recognises these numbers, ids, usernames or groups in the database, for a query by `hash`. */
export const marksOf = (server: Server, tenantId: string, values: readonly string[]): Promise<Buffer[]> =>
  inTenant(server.ctx.db, tenantId, async (tx) => {
    const markOf = await identityMarks(tx)
    return values.flatMap((value) => ['phone', 'bsuid', 'username', 'group'].map((kind) => markOf({ kind, value })))
  })

/** What a contact is known by, readable. */
export const identitiesOf = (server: Server, tenantId: string, contactId: string): Promise<IdentityRow[]> =>
  inTenant(server.ctx.db, tenantId, async (tx) => (await knownBy(tx, [contactId])).get(contactId)?.identities ?? [])

/** A contact with a number, straight into the database. */
export const plantContact = (server: Server, tenantId: string, name: string, phone: string): Promise<string> =>
  inTenant(server.ctx.db, tenantId, async (tx) => {
    const id = uuidv7()
    const key = phoneKey(phone)
    await insertPeople(tx, tenantId, [{ id, fields: { name, profileName: null, phone: `+${key.value}`, email: null, notes: null }, known: [key] }])
    await insertIdentities(tx, tenantId, [{ ...key, contactId: id, scope: '', since: null }])
    return id
  })

import type { Permission } from '@atende/contracts/access'
import type { CustomRole } from '@atende/contracts/roles'
import type { TestServer } from '../../testing/test-server.ts'
import { joinTenant } from './test-people.ts'

let count = 0
/** A role of the company's own. */
export async function makeRole(server: TestServer, owner: { token: string }, permissions: readonly Permission[], name = `Perfil ${++count}`) {
  const made = await server.call<CustomRole>('POST', '/api/roles', { token: owner.token, body: { name, permissions } })
  if (made.status !== 201) throw new Error(`role: ${made.status} ${JSON.stringify(made.body)}`)
  return made.body
}

/** Somebody of the owner's tenant with a role of its own that holds exactly these. */
export async function joinWith(server: TestServer, owner: { token: string }, permissions: readonly Permission[]) {
  const role = await makeRole(server, owner, permissions)
  const person = await joinTenant(server, owner, 'ATTENDANT')
  const moved = await server.call('PATCH', `/api/users/${person.userId}`, { token: owner.token, body: { roleId: role.id } })
  if (moved.status !== 200) throw new Error(`role of ${person.email}: ${moved.status} ${JSON.stringify(moved.body)}`)
  return { ...person, roleId: role.id }
}

import type { Me, User } from '@atende/contracts/access'
import type { CustomRole, Roles } from '@atende/contracts/roles'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant, PASSWORD, tokenOf } from '../access/test-people.ts'
import { joinWith, makeRole } from '../access/test-roles.ts'

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  await server.sql("update tenants set plan = 'ENTERPRISE' where id = $1", [owner.tenantId])
})
afterAll(() => server.close())

const ask = <T = Record<string, unknown>>(who: { token: string }, method: string, url: string, body?: unknown) =>
  server.call<T>(method, url, { token: who.token, ...(body === undefined ? {} : { body }) })
const roles = async () => (await ask<Roles>(owner, 'GET', '/api/roles')).body

it('the table shows what each role may do, the company’s own too', async () => {
  const made = await makeRole(server, owner, ['contacts.read', 'conversations.read', 'contacts.read'], 'Só leitura')
  expect(made).toMatchObject({ name: 'Só leitura', permissions: ['conversations.read', 'contacts.read'], members: 0 })
  const { builtIn, custom } = await roles()
  expect(builtIn.map((r) => r.role)).toEqual(['OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO'])
  expect(builtIn.find((r) => r.role === 'OWNER')?.members).toBe(1)
  expect(custom).toContainEqual(made)
  expect((await ask(owner, 'POST', '/api/roles', { name: 'só LEITURA', permissions: [] })).body.code).toBe('already_exists')
  expect((await ask(owner, 'POST', '/api/roles', { name: 'Dono do servidor', permissions: ['server.manage'] })).status).toBe(400)
})

it('a role of the company’s own counts at once, in what the person may do and in what they are told', async () => {
  const person = await joinWith(server, owner, ['contacts.read'])
  const me = async () => (await ask<Me>(person, 'GET', '/api/auth/me')).body.user
  expect(await me()).toMatchObject({ role: 'CUSTOM', roleId: person.roleId, permissions: ['contacts.read'] })
  expect((await ask(person, 'GET', '/api/contacts')).status).toBe(200)
  expect((await ask(person, 'GET', '/api/tags')).status).toBe(403)
  const socket = await server.connect(person.token)
  const closed = new Promise((done) => socket.once('disconnect', done))
  const changed = await ask<CustomRole>(owner, 'PATCH', `/api/roles/${person.roleId}`, { permissions: ['tags.read'] })
  expect(changed.body).toMatchObject({ permissions: ['tags.read'], members: 1 })
  expect(await closed).toBe('io server disconnect')
  expect((await ask(person, 'GET', '/api/contacts')).status).toBe(403)
  expect((await ask(person, 'GET', '/api/tags')).status).toBe(200)
  expect((await me()).permissions).toEqual(['tags.read'])
})

it('sockets follow the role: without reading conversations nothing is joined', async () => {
  const person = await joinWith(server, owner, ['contacts.read'])
  const socket = await server.connect(person.token)
  const answer = await socket.emitWithAck('join:conversation', { conversationId: crypto.randomUUID() })
  expect(answer).toEqual({ ok: false, code: 'forbidden' })
  socket.close()
})

it('nobody grants what they do not hold, nor touches who holds more', async () => {
  const chief = await joinWith(server, owner, ['users.read', 'users.manage', 'contacts.read', 'contacts.write'])
  const small = await makeRole(server, chief, ['contacts.read'])
  const big = await makeRole(server, owner, ['contacts.read', 'channels.manage'])
  expect((await ask(chief, 'POST', '/api/roles', { name: 'Mais', permissions: ['contacts.read', 'channels.manage'] })).status).toBe(403)
  expect((await ask(chief, 'PATCH', `/api/roles/${small.id}`, { permissions: ['audit.read'] })).status).toBe(403)
  expect((await ask(chief, 'PATCH', `/api/roles/${big.id}`, { permissions: [] })).status).toBe(403)
  expect((await ask(chief, 'DELETE', `/api/roles/${big.id}`)).status).toBe(403)
  const invite = (choice: object) => ask(chief, 'POST', '/api/users/invitations', { email: `x${Math.random()}@example.com`, ...choice })
  for (const role of ['OWNER', 'ADMIN', 'SUPERVISOR', 'ATTENDANT', 'DPO']) expect([role, (await invite({ role })).status]).toEqual([role, 403])
  expect((await invite({ roleId: big.id })).status).toBe(403)
  expect((await invite({ roleId: small.id })).status).toBe(201)
  const [attendant, admin] = [await joinTenant(server, owner, 'ATTENDANT'), await joinTenant(server, owner, 'ADMIN')]
  for (const userId of [attendant.userId, admin.userId, owner.userId]) {
    expect((await ask(chief, 'PATCH', `/api/users/${userId}`, { roleId: small.id })).status).toBe(403)
    expect((await ask(chief, 'PATCH', `/api/users/${userId}`, { active: false })).status).toBe(403)
  }
  // Not even upwards for themselves; an admin may not touch an owner.
  expect((await ask(chief, 'PATCH', `/api/users/${chief.userId}`, { role: 'OWNER' })).status).toBe(403)
  expect((await ask(admin, 'PATCH', `/api/users/${owner.userId}`, { roleId: small.id })).status).toBe(403)
  expect((await ask(admin, 'PATCH', `/api/users/${attendant.userId}`, { roleId: small.id })).status).toBe(200)
})

it('a role that is in use goes only when its people have another; waiting invitations too', async () => {
  const person = await joinWith(server, owner, ['contacts.read'])
  const email = 'convidada.de.perfil@example.com'
  const invited = await ask<{ link: string; roleName: string }>(owner, 'POST', '/api/users/invitations', { email, roleId: person.roleId })
  const url = `/api/roles/${person.roleId}`
  expect((await ask(owner, 'DELETE', url)).body.code).toBe('role_in_use')
  expect((await ask(owner, 'DELETE', `${url}?roleId=${person.roleId}`)).status).toBe(400)
  expect((await ask(owner, 'DELETE', `${url}?roleId=${crypto.randomUUID()}`)).status).toBe(400)
  const admin = await joinTenant(server, owner, 'ADMIN')
  expect((await ask(admin, 'DELETE', `${url}?role=OWNER`)).status).toBe(403)
  expect((await ask(admin, 'DELETE', `${url}?role=DPO`)).status).toBe(204)
  expect((await ask<Me>(person, 'GET', '/api/auth/me')).body.user).toMatchObject({ role: 'DPO', roleId: null })
  const token = tokenOf(invited.body.link)
  const accepted = await server.call<{ me: Me }>('POST', `/api/auth/invitations/${token}/accept`, { body: { name: 'Convidada', password: PASSWORD } })
  expect([accepted.status, accepted.body.me.user.role]).toEqual([200, 'DPO'])
  expect((await ask(owner, 'DELETE', url)).status).toBe(404)
  // With nobody in it no choice is needed; invitations of the past do not hold it.
  const empty = await makeRole(server, owner, [])
  const old = await ask<{ id: string }>(owner, 'POST', '/api/users/invitations', { email: 'velha@example.com', roleId: empty.id })
  await ask(owner, 'DELETE', `/api/users/invitations/${old.body.id}`)
  expect((await ask(owner, 'DELETE', `/api/roles/${empty.id}`)).status).toBe(204)
})

it('who came by an invitation has the role that it named', async () => {
  const role = await makeRole(server, owner, ['tags.read'], 'Etiquetas')
  const invited = await ask<{ link: string }>(owner, 'POST', '/api/users/invitations', { email: 'nova.de.perfil@example.com', roleId: role.id })
  const token = tokenOf(invited.body.link)
  expect((await server.call('GET', `/api/auth/invitations/${token}`)).body).toMatchObject({ role: 'CUSTOM', roleName: 'Etiquetas' })
  const accepted = await server.call<{ me: Me }>('POST', `/api/auth/invitations/${token}/accept`, { body: { name: 'Nova', password: PASSWORD } })
  expect(accepted.body.me.user).toMatchObject({ role: 'CUSTOM', roleName: 'Etiquetas', permissions: ['tags.read'] })
  const users = await ask<{ items: User[] }>(owner, 'GET', '/api/users')
  expect(users.body.items.find((u) => u.roleId === role.id)).toMatchObject({ roleName: 'Etiquetas', answers: false })
  for (const body of [{ email: 'a@example.com' }, { email: 'a@example.com', role: 'DPO', roleId: role.id }]) {
    expect((await ask(owner, 'POST', '/api/users/invitations', body)).status).toBe(400)
  }
})

it('there is always an owner, and only who may answer gets conversations', async () => {
  const role = await makeRole(server, owner, ['tags.read'])
  expect((await ask(owner, 'PATCH', `/api/users/${owner.userId}`, { roleId: role.id })).body.code).toBe('last_owner')
  expect((await ask(owner, 'PATCH', `/api/users/${owner.userId}`, { role: 'ADMIN', roleId: role.id })).status).toBe(400)
})

it('every change stands in the diary', async () => {
  const lines = await server.sql<{ action: string }>("select distinct action from audit_logs where action like 'role.%' order by 1")
  expect(lines.map((l) => l.action)).toEqual(['role.create', 'role.delete', 'role.update'])
})

import { User } from '@atende/contracts/access'
import { AuthenticateAck } from '@atende/contracts/realtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant, PASSWORD } from '../access/test-people.ts'
import { createUser } from './users.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const change = (token: string, id: string, body: Record<string, unknown>) => server.call('PATCH', `/api/users/${id}`, { token, body })
const listed = async (token: string) => (await server.call<{ items: unknown[] }>('GET', '/api/users', { token })).body.items.map((u) => User.parse(u))
const statusOf = async (token: string) => (await server.call('GET', '/api/auth/me', { token })).status

test('everybody sees the team; only who manages it changes it', async () => {
  const owner = await server.register()
  const attendant = await joinTenant(server, owner, 'ATTENDANT')
  const team = await listed(attendant.token)
  expect(team.map((u) => u.role).toSorted()).toEqual(['ATTENDANT', 'OWNER'])
  expect((await change(attendant.token, attendant.userId, { role: 'ADMIN' })).status).toBe(403)
})

test('a new role counts at once, without a new login', async () => {
  const owner = await server.register()
  const person = await joinTenant(server, owner, 'ATTENDANT')
  const makeTag = (name: string) => server.call('POST', '/api/tags', { token: person.token, body: { name } })
  expect((await makeTag('um')).status).toBe(403)
  expect(User.parse((await change(owner.token, person.userId, { role: 'SUPERVISOR' })).body)).toMatchObject({ role: 'SUPERVISOR', active: true })
  expect((await makeTag('um')).status).toBe(201)
  await change(owner.token, person.userId, { role: 'ATTENDANT' })
  expect((await makeTag('dois')).status).toBe(403)
})

test('deactivating ends the logins of this tenant at once, on sockets too; reactivating needs a new login', async () => {
  const owner = await server.register()
  const person = await joinTenant(server, owner, 'ATTENDANT')
  const socket = await server.connect()
  AuthenticateAck.parse(await socket.emitWithAck('authenticate', { token: person.token }))
  const told = new Promise((done) => socket.once('session:ended', done))
  expect((await change(owner.token, person.userId, { active: false })).body).toMatchObject({ active: false })
  expect(await told).toEqual({ reason: 'deactivated' })
  expect(await statusOf(person.token)).toBe(401)
  expect((await server.call('POST', '/api/auth/refresh', { headers: { cookie: person.cookie } })).status).toBe(401)
  await change(owner.token, person.userId, { active: true })
  expect(await statusOf(person.token)).toBe(401)
  expect((await server.call('POST', '/api/auth/login', { body: { email: person.email, password: PASSWORD } })).status).toBe(200)
})

test('the last active owner stays one', async () => {
  const owner = await server.register()
  for (const body of [{ role: 'ADMIN' }, { active: false }, { role: 'ATTENDANT', active: false }]) {
    expect((await change(owner.token, owner.userId, body)).body).toMatchObject({ status: 409, code: 'last_owner' })
  }
  const second = await joinTenant(server, owner, 'OWNER')
  await change(owner.token, second.userId, { active: false })
  expect((await change(owner.token, owner.userId, { role: 'ADMIN' })).body).toMatchObject({ code: 'last_owner' })
  await change(owner.token, second.userId, { active: true })
  expect((await change(owner.token, owner.userId, { role: 'ADMIN' })).status).toBe(200)
})

test('two owners who demote each other at the same moment leave one', async () => {
  for (let round = 0; round < 5; round++) {
    const owner = await server.register()
    const second = await joinTenant(server, owner, 'OWNER')
    await Promise.all([change(owner.token, second.userId, { role: 'ADMIN' }), change(second.token, owner.userId, { active: false })])
    const owners = await server.sql("select from memberships where tenant_id = $1 and role = 'OWNER' and deactivated_at is null", [owner.tenantId])
    expect(owners).toHaveLength(1)
  }
})

test('an admin neither makes an owner nor touches one', async () => {
  const owner = await server.register()
  await joinTenant(server, owner, 'OWNER')
  const admin = await joinTenant(server, owner, 'ADMIN')
  const person = await joinTenant(server, owner, 'ATTENDANT')
  expect((await change(admin.token, person.userId, { role: 'OWNER' })).status).toBe(403)
  expect((await change(admin.token, admin.userId, { role: 'OWNER' })).status).toBe(403)
  expect((await change(admin.token, owner.userId, { active: false })).status).toBe(403)
  expect((await change(admin.token, owner.userId, { role: 'ATTENDANT' })).status).toBe(403)
  expect((await change(admin.token, person.userId, { role: 'ADMIN' })).status).toBe(200)
})

test('coming back needs a place in the plan', async () => {
  const owner = await server.register()
  const gone = await joinTenant(server, owner, 'ATTENDANT')
  await change(owner.token, gone.userId, { active: false })
  for (let i = 0; i < 9; i++) {
    await createUser(server.ctx, {
      tenantId: owner.tenantId,
      name: `P${i}`,
      email: `p${i}.${owner.tenantId}@example.com`,
      password: PASSWORD,
      role: 'ATTENDANT',
    })
  }
  expect((await change(owner.token, gone.userId, { active: true })).body).toMatchObject({ status: 409, code: 'plan_limit' })
  const twin = { tenantId: owner.tenantId, name: 'P', email: owner.email, password: PASSWORD, role: 'ATTENDANT' } as const
  await expect(createUser(server.ctx, twin)).rejects.toMatchObject({ code: 'plan_limit' })
  await change(owner.token, (await listed(owner.token)).find((u) => u.name === 'P0')?.id ?? '', { active: false })
  await expect(createUser(server.ctx, twin)).rejects.toMatchObject({ code: 'email_taken' })
})

test('a foreign person is an absent one', async () => {
  const owner = await server.register()
  const other = await server.register()
  expect((await change(other.token, owner.userId, { active: false })).body).toMatchObject({ status: 404, code: 'not_found' })
  expect((await change(other.token, '01930000-0000-7000-8000-000000000001', { active: false })).status).toBe(404)
  expect((await listed(other.token)).map((u) => u.id)).toEqual([other.userId])
})

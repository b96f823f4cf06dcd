import { Login } from '@atende/contracts/access'
import { AuthenticateAck } from '@atende/contracts/realtime'
import { Tenant, Usage } from '@atende/contracts/tenants'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTenant, type TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant, PASSWORD } from '../access/test-people.ts'
import { createTenantWithOwner } from './create-tenant.ts'
import { ensureSuperAdmin } from './super-admin.ts'
import { addMembership, addUser, countUsage, requirePlanRoom } from './tenants.ts'

let server: TestServer
let root: string
beforeAll(async () => {
  server = await startTestServer()
  await ensureSuperAdmin(server.database.ownerUrl, 'root@example.com', PASSWORD)
  const answer = await server.call('POST', '/api/auth/login', { body: { email: 'root@example.com', password: PASSWORD } })
  root = Login.parse(answer.body).accessToken
})
afterAll(() => server.close())

test('the own company is read and changed; an attendant only reads it', async () => {
  const owner = await server.register('Casa Velha')
  const attendant = await joinTenant(server, owner, 'ATTENDANT')
  const path = '/api/tenants/current'
  const body = { name: 'Casa Nova', email: 'Contato@Casa.example', onboarded: true }
  expect((await server.call('PATCH', path, { token: attendant.token, body })).status).toBe(403)
  const changed = Tenant.parse((await server.call('PATCH', path, { token: owner.token, body })).body)
  expect(changed).toMatchObject({ name: 'Casa Nova', email: 'contato@casa.example', slug: 'casa-velha', plan: 'BASIC', limits: { users: 10, channels: 2 } })
  expect(changed.onboardedAt).not.toBeNull()
  const again = Tenant.parse((await server.call('PATCH', path, { token: owner.token, body: { onboarded: true } })).body)
  expect(again.onboardedAt).toBe(changed.onboardedAt)
  expect(Tenant.parse((await server.call('GET', path, { token: attendant.token })).body)).toEqual(again)
  const lines = (await server.diary("tenant_id = $1 and action = 'tenant.update'", [owner.tenantId])).slice(0, 1)
  expect(lines).toMatchObject([{ details: { fields: ['name', 'email', 'onboarded'] } }])
})

test('usage is counted by month, exactly under concurrency, and never across tenants', async () => {
  const owner = await server.register()
  const other = await server.register()
  const count = (n: number, at?: Date) => inTenant(server.ctx.db, owner.tenantId, (tx) => countUsage(tx, owner.tenantId, 'messages_in', n, at))
  await Promise.all(Array.from({ length: 20 }, () => count(3)))
  await count(1000, new Date('2020-01-15T00:00:00Z'))
  // The last evening of January in São Paulo is already February in UTC.
  await count(7, new Date('2020-02-01T01:00:00Z'))
  await count(0)
  const usage = Usage.parse((await server.call('GET', '/api/tenants/current/usage', { token: owner.token })).body)
  expect(usage).toMatchObject({ metrics: { messages_in: 60 }, users: 1, channels: 0, month: expect.stringMatching(/^\d{4}-\d\d$/) })
  const old = await server.sql("select count from usage_tracking where tenant_id = $1 and month = '2020-01-01'", [owner.tenantId])
  expect(old).toEqual([{ count: '1007' }])
  const foreign = Usage.parse((await server.call('GET', '/api/tenants/current/usage', { token: other.token })).body)
  expect(foreign.metrics).toEqual({})
})

test('the last places of the plan are taken once each, however many come at once', async () => {
  const { tenantId } = await server.register()
  const join = async (tx: TenantTx) => {
    await requirePlanRoom(tx, tenantId, 'users')
    const userId = uuidv7()
    await addUser(tx, { id: userId, email: `${userId}@example.com`, name: 'P', passwordHash: 'none' })
    await addMembership(tx, { tenantId, userId, role: 'ATTENDANT' })
  }
  const done = await Promise.allSettled(Array.from({ length: 16 }, () => inTenant(server.ctx.db, tenantId, join)))
  expect(done.filter((d) => d.status === 'fulfilled')).toHaveLength(9)
  expect(done.find((d) => d.status === 'rejected')).toMatchObject({ reason: { code: 'plan_limit' } })
})

test('only who runs the server sees and makes tenants', async () => {
  const owner = await server.register()
  const body = { name: 'Hotel Novo', email: 'hotel@example.com', plan: 'PRO', owner: { name: 'Rui', email: 'rui@example.com', password: PASSWORD } }
  for (const [method, url] of [
    ['GET', '/api/tenants'],
    ['POST', '/api/tenants'],
    ['PATCH', `/api/tenants/${owner.tenantId}`],
  ] as const) {
    const sent = method === 'GET' ? {} : { body: method === 'POST' ? body : { plan: 'ENTERPRISE' } }
    expect((await server.call(method, url, { token: owner.token, ...sent })).status, `${method} ${url}`).toBe(403)
    expect((await server.call(method, url, sent)).status).toBe(401)
  }
  const made = await server.call('POST', '/api/tenants', { token: root, body })
  expect(made.status).toBe(201)
  const hotel = Tenant.parse(made.body)
  expect(hotel).toMatchObject({ slug: 'hotel-novo', plan: 'PRO', status: 'ACTIVE', limits: { users: 50, channels: 10 } })
  const list = await server.call<{ items: unknown[] }>('GET', '/api/tenants', { token: root })
  expect(list.body.items.map((t) => Tenant.parse(t).id)).toEqual(expect.arrayContaining([owner.tenantId, hotel.id]))
  expect((await server.call('POST', '/api/auth/login', { body: { email: 'rui@example.com', password: PASSWORD } })).status).toBe(200)
  expect((await server.call('POST', '/api/tenants', { token: root, body })).body).toMatchObject({ code: 'email_taken' })
  const sameSlug = { ...body, slug: 'hotel-novo', owner: { ...body.owner, email: 'outro@example.com' } }
  expect((await server.call('POST', '/api/tenants', { token: root, body: sameSlug })).body).toMatchObject({ code: 'already_exists' })
  expect(await server.sql("select from users where email = 'outro@example.com'")).toHaveLength(0)
})

test('a suspended tenant is out at once, on REST and on sockets, and comes back with its logins', async () => {
  const owner = await server.register()
  const socket = await server.connect()
  AuthenticateAck.parse(await socket.emitWithAck('authenticate', { token: owner.token }))
  const closed = new Promise((done) => socket.once('disconnect', done))
  const set = (status: string) => server.call('PATCH', `/api/tenants/${owner.tenantId}`, { token: root, body: { status } })
  expect((await set('SUSPENDED')).body).toMatchObject({ status: 'SUSPENDED' })
  await closed
  expect((await server.call('GET', '/api/tags', { token: owner.token })).body).toMatchObject({ status: 403, code: 'tenant_suspended' })
  await set('ACTIVE')
  expect((await server.call('GET', '/api/tags', { token: owner.token })).status).toBe(200)
  const lines = await server.diary("tenant_id = $1 and action = 'tenant.admin_update'", [owner.tenantId])
  expect(lines.map((l) => l.details?.status)).toEqual(['SUSPENDED', 'ACTIVE'])
  const absent = await server.call('PATCH', '/api/tenants/01930000-0000-7000-8000-000000000001', { token: root, body: { status: 'ACTIVE' } })
  expect(absent.status).toBe(404)
})

test('the command line makes the same tenant', async () => {
  const made = await createTenantWithOwner(server.ctx, {
    name: 'Oficina',
    email: 'o@example.com',
    owner: { name: 'Zé', email: 'ze@example.com', password: PASSWORD },
  })
  expect(made.slug).toBe('oficina')
  expect((await server.call('POST', '/api/auth/login', { body: { email: 'ze@example.com', password: PASSWORD } })).status).toBe(200)
})

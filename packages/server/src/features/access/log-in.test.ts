import { Login } from '@atende/contracts/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { ensureSuperAdmin } from '../tenants/super-admin.ts'
import { joinTenant, PASSWORD, tokenOf } from './test-people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1', BASE_DOMAIN: 'atende.test' })
})
afterAll(() => server.close())

let network = 0
/** Each from a network of its own, unless told. */
const logIn = (email: string, password: string, more: { tenantId?: string; ip?: string; host?: string } = {}) =>
  server.call('POST', '/api/auth/login', {
    body: { email, password, ...(more.tenantId ? { tenantId: more.tenantId } : {}) },
    headers: { 'x-forwarded-for': more.ip ?? `10.1.${network >> 8}.${network++ & 255}`, ...(more.host ? { 'x-forwarded-host': more.host } : {}) },
  })
const withoutIds = ({ status, body }: { status: number; body: Record<string, unknown> }) => ({ status, body: { ...body, requestId: '' } })

test('the right password opens a session, the address in any spelling', async () => {
  const owner = await server.register()
  const answer = await logIn(` ${owner.email.toUpperCase()}`, owner.password)
  expect(answer.status).toBe(200)
  const { accessToken, me } = Login.parse(answer.body)
  expect(me.tenant?.id).toBe(owner.tenantId)
  expect((await server.call('GET', '/api/tags', { token: accessToken })).status).toBe(200)
  const lines = await server.sql("select outcome from audit_logs where tenant_id = $1 and action = 'session.login'", [owner.tenantId])
  expect(lines).toEqual([{ outcome: 'success' }])
})

test('unknown, wrong, deactivated and foreign are one answer, in the same time', async () => {
  const owner = await server.register()
  const other = await server.register()
  const gone = await joinTenant(server, owner, 'ATTENDANT')
  await server.call('PATCH', `/api/users/${gone.userId}`, { token: owner.token, body: { active: false } })
  const timed = async (work: () => ReturnType<typeof logIn>) => {
    const began = performance.now()
    return { answer: withoutIds(await work()), ms: performance.now() - began }
  }
  const results = [
    await timed(() => logIn('ninguem@example.com', PASSWORD)),
    await timed(() => logIn(owner.email, 'senha errada aqui')),
    await timed(() => logIn(gone.email, PASSWORD)),
    await timed(() => logIn(owner.email, owner.password, { tenantId: other.tenantId })),
  ]
  for (const r of results) {
    expect(r.answer).toEqual(results[0]?.answer)
    expect(r.ms).toBeGreaterThan(140)
  }
  expect(results[0]?.answer).toMatchObject({ status: 401, body: { code: 'login_failed' } })
  const lines = await server.diary("tenant_id = $1 and action = 'session.login'", [owner.tenantId])
  expect(lines).toMatchObject([{ outcome: 'failure', details: { reason: 'wrong_password' } }])
})

test('the sixth try of an account is refused with a time to wait, from anywhere and with the right password', async () => {
  const owner = await server.register()
  for (let i = 0; i < 5; i++) expect((await logIn(owner.email, 'senha errada aqui')).status).toBe(401)
  const refused = await logIn(owner.email, owner.password)
  expect(refused.status).toBe(429)
  expect(refused.body).toMatchObject({ code: 'too_many_requests', retryAfter: expect.any(Number) })
  expect(Number(refused.headers.get('retry-after'))).toBe(refused.body.retryAfter)
  expect(Number(refused.body.retryAfter)).toBeGreaterThan(800)
})

test('an account that does not exist is closed just the same', async () => {
  for (let i = 0; i < 5; i++) await logIn('fantasma@example.com', 'senha errada aqui')
  expect((await logIn('fantasma@example.com', 'senha errada aqui')).status).toBe(429)
})

test('five failures of one network close it for everybody there, and for nobody else', async () => {
  const owner = await server.register()
  const tries = Array.from({ length: 20 }, (_, i) => logIn(`x${i}@example.com`, 'senha errada aqui', { ip: '203.0.113.7' }))
  const statuses = (await Promise.all(tries)).map((a) => a.status)
  expect(statuses.filter((s) => s === 401)).toHaveLength(5)
  expect((await logIn(owner.email, owner.password, { ip: '203.0.113.7' })).status).toBe(429)
  expect((await logIn(owner.email, owner.password, { ip: '203.0.113.8' })).status).toBe(200)
})

test('successes do not count, and forget the failures of the account', async () => {
  const owner = await server.register()
  for (let i = 0; i < 8; i++) expect((await logIn(owner.email, owner.password, { ip: '203.0.113.50' })).status).toBe(200)
  for (let i = 0; i < 4; i++) await logIn(owner.email, 'senha errada aqui')
  expect((await logIn(owner.email, owner.password)).status).toBe(200)
  for (let i = 0; i < 4; i++) await logIn(owner.email, 'senha errada aqui')
  expect((await logIn(owner.email, owner.password)).status).toBe(200)
})

test('who works for two: by id, by the address in the browser, otherwise the one used last', async () => {
  const first = await server.register('Casa Um')
  const second = await server.register('Casa Dois')
  const invited = await server.call<{ link: string }>('POST', '/api/users/invitations', {
    token: second.token,
    body: { email: first.email, role: 'ATTENDANT' },
  })
  await server.call('POST', `/api/auth/invitations/${tokenOf(invited.body.link)}/accept`, { body: { name: 'x', password: first.password } })
  const tenantAt = async (more: { tenantId?: string; host?: string } = {}) => Login.parse((await logIn(first.email, first.password, more)).body).me.tenant?.id
  expect(await tenantAt()).toBe(second.tenantId)
  expect(await tenantAt({ host: 'casa-um.atende.test' })).toBe(first.tenantId)
  expect(await tenantAt()).toBe(first.tenantId)
  expect(await tenantAt({ tenantId: second.tenantId, host: 'casa-um.atende.test' })).toBe(second.tenantId)
  expect(await tenantAt({ host: 'painel.atende.test' })).toBe(second.tenantId)
  await server.register('Casa Alheia')
  expect((await logIn(first.email, first.password, { host: 'casa-alheia.atende.test' })).status).toBe(401)
})

test('a suspended tenant says so, but only to who knows the password', async () => {
  const owner = await server.register()
  await server.sql("update tenants set status = 'SUSPENDED' where id = $1", [owner.tenantId])
  expect((await logIn(owner.email, 'senha errada aqui')).body).toMatchObject({ code: 'login_failed' })
  const answer = await logIn(owner.email, owner.password)
  expect(answer.status).toBe(403)
  expect(answer.body).toMatchObject({ code: 'tenant_suspended' })
  expect(answer.headers.getSetCookie()).toEqual([])
  const old = await server.call('POST', '/api/auth/refresh', { headers: { cookie: owner.cookie } })
  expect(old.body).toMatchObject({ code: 'tenant_suspended' })
})

test('a super admin logs in outside of any tenant, refreshes, and leaves', async () => {
  await ensureSuperAdmin(server.database.ownerUrl, 'Root@example.com', PASSWORD)
  await Promise.all([1, 2, 3].map(() => ensureSuperAdmin(server.database.ownerUrl, 'root@example.com', 'outra senha longa')))
  expect((await logIn('root@example.com', PASSWORD)).status).toBe(401)
  const answer = await logIn('root@example.com', 'outra senha longa')
  const { accessToken, me } = Login.parse(answer.body)
  expect(me).toMatchObject({ tenant: null, memberships: [], user: { role: 'SUPER_ADMIN', permissions: ['server.manage'] } })
  expect((await server.call('GET', '/api/tags', { token: accessToken })).status).toBe(403)
  const cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
  const again = await server.call('POST', '/api/auth/refresh', { headers: { cookie } })
  expect(Login.parse(again.body).me.sessionId).toBe(me.sessionId)
  const sessions = await server.call<{ items: unknown[] }>('GET', '/api/auth/sessions', { token: accessToken })
  expect(sessions.body.items).toHaveLength(1)
  expect((await server.call('POST', '/api/auth/logout-all', { token: accessToken })).status).toBe(204)
  expect((await server.call('GET', '/api/auth/me', { token: accessToken })).status).toBe(401)
})

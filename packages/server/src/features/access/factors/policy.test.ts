import { Login, Me } from '@atende/contracts/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { joinTenant, PASSWORD } from '../test-people.ts'
import { joinWith } from '../test-roles.ts'
import { finishLogin } from './finish-login.ts'
import { ageProof, auditOf, codeOf, enrolTotp, logIn, readFactors } from './test-factors.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1' })
})
afterAll(() => server.close())

let network = 0
const ip = () => `10.23.0.${network++ & 255}`
const require = (owner: { token: string }, secondFactor: string) =>
  server.call('PATCH', '/api/tenants/current/security', { token: owner.token, body: { secondFactor } })
const refused = { status: 403, code: 'second_factor_required' }

test('who has none when the company requires it can do nothing but set one up', async () => {
  const owner = await server.register()
  const person = await joinTenant(server, owner, 'ATTENDANT')
  await enrolTotp(server, owner)
  expect((await require(owner, 'everybody')).body).toEqual({ secondFactor: 'everybody', people: 2, protected: 1 })
  // At once, also for a session from before.
  const routes = server.routes.filter((r) => r.access !== 'public' && r.method !== 'HEAD')
  const open = ['/api/auth/me GET', '/api/auth/logout-all POST', '/api/auth/step-up POST', '/api/auth/step-up/passkey POST']
  for (const { method, url } of routes) {
    if (url.startsWith('/api/auth/factors') || open.includes(`${url} ${method}`)) continue
    const answer = await server.call(method, url.replaceAll(/:\w+/g, person.userId), { token: person.token })
    expect([method, url, answer.body]).toMatchObject([method, url, refused])
  }
  expect((await server.call('GET', '/api/tags', { token: owner.token })).status).toBe(200)
  // A new login is let in as far as that.
  const login = Login.parse((await logIn(server, { email: person.email, password: PASSWORD }, ip())).body)
  expect(login.me.mustEnrol).toBe(true)
  const again = { token: login.accessToken }
  expect(await readFactors(server, again)).toMatchObject({ required: true, totp: null })
  await enrolTotp(server, again)
  expect(Me.parse((await server.call('GET', '/api/auth/me', again)).body).mustEnrol).toBe(false)
  expect((await server.call('GET', '/api/tags', again)).status).toBe(200)
  expect(await auditOf(server, owner.tenantId, 'tenant.security')).toEqual([{ outcome: 'success', details: { secondFactor: 'everybody', before: 'optional' } }])
})

test('sockets close at once and stay closed until then', async () => {
  const owner = await server.register()
  const person = await joinTenant(server, owner, 'ATTENDANT')
  await enrolTotp(server, owner)
  const socket = await server.connect(person.token)
  await require(owner, 'everybody')
  await eventually(() => socket.disconnected)
  await expect(server.connect(person.token)).rejects.toThrow('unauthenticated')
  const late = await server.connect()
  const ack = await late.emitWithAck('authenticate', { token: person.token })
  expect(ack).toEqual({ ok: false, code: 'second_factor_required' })
  late.close()
  await enrolTotp(server, person)
  const back = await server.connect(person.token)
  expect(back.connected).toBe(true)
  back.close()
})

test('"managers" means owners and admins, and a role counts at once', async () => {
  const owner = await server.register()
  const admin = await joinTenant(server, owner, 'ADMIN')
  const person = await joinTenant(server, owner, 'ATTENDANT')
  await enrolTotp(server, owner)
  await require(owner, 'managers')
  const tags = async (who: { token: string }) => (await server.call('GET', '/api/tags', { token: who.token })).status
  expect([await tags(owner), await tags(admin), await tags(person)]).toEqual([200, 403, 200])
  await server.call('PATCH', `/api/users/${person.userId}`, { token: owner.token, body: { role: 'ADMIN' } })
  expect(await tags(person)).toBe(403)
  await require(owner, 'optional')
  expect([await tags(admin), await tags(person)]).toEqual([200, 200])
})

test.each(['users.manage', 'api_keys.manage', 'tenant.manage', 'channels.manage'])(
  'a role of the company’s own with %s makes a manager, at once',
  async (managing) => {
    const owner = await server.register()
    await enrolTotp(server, owner)
    await require(owner, 'managers')
    const person = await joinWith(server, owner, ['tags.read', 'audit.read', 'contacts.delete'])
    const tags = async () => (await server.call('GET', '/api/tags', { token: person.token })).status
    expect(await tags()).toBe(200)
    expect(await readFactors(server, person)).toMatchObject({ required: false })
    await server.call('PATCH', `/api/roles/${person.roleId}`, { token: owner.token, body: { permissions: ['tags.read', managing] } })
    expect(await tags()).toBe(403)
    expect(await readFactors(server, person)).toMatchObject({ required: true })
  },
)

test('it is this company’s rule, not that of another one where the person works', async () => {
  const [owner, other] = [await server.register(), await server.register()]
  const person = await joinTenant(server, other, 'ATTENDANT')
  await enrolTotp(server, owner)
  await require(owner, 'everybody')
  expect((await server.call('GET', '/api/tags', { token: person.token })).status).toBe(200)
})

test('only who manages the company may see and change it', async () => {
  const owner = await server.register()
  const person = await joinTenant(server, owner, 'SUPERVISOR')
  expect((await server.call('GET', '/api/tenants/current/security', { token: person.token })).body).toMatchObject({ status: 403, code: 'forbidden' })
  expect((await require(person, 'everybody')).body).toMatchObject({ status: 403, code: 'forbidden' })
  expect((await require(owner, 'nobody')).status).toBe(400)
})

test('every way in ends at the same gate: a reset asks for the factor, a provider’s word is enough unless the company requires more', async () => {
  const owner = await server.register()
  const { secret } = await enrolTotp(server, owner)
  const entry = { userId: owner.userId, tenant: { tenantId: owner.tenantId, status: 'TRIAL', slug: 'x', role: 'OWNER' } }
  const client = { ip: ip(), userAgent: null, requestId: 'r', host: 'localhost' }
  const by = async (proven: 'reset' | 'sso') => Object.keys(await finishLogin(server.ctx, entry, client, proven))[0]
  expect([await by('reset'), await by('sso')]).toEqual(['asked', 'opened'])
  await require(owner, 'managers')
  expect([await by('reset'), await by('sso')]).toEqual(['asked', 'asked'])
  const outcome = await finishLogin(server.ctx, entry, client, 'sso')
  const token = 'asked' in outcome ? outcome.asked.token : ''
  const opened = await server.call('POST', '/api/auth/login/second', { body: { token, proof: { method: 'totp', code: await codeOf(secret) } } })
  expect(Login.parse(opened.body).me.user.id).toBe(owner.userId)
})

test('setting a factor up needs a fresh proof too, so that a stolen session cannot lock its person out', async () => {
  const owner = await server.register()
  await require(owner, 'everybody')
  await ageProof(server, owner.userId)
  const asked = await server.call('POST', '/api/auth/factors/totp', { token: owner.token })
  expect(asked.body).toMatchObject({ status: 403, code: 'step_up_required', methods: ['password'] })
  const proof = { method: 'password', password: owner.password }
  expect((await server.call('POST', '/api/auth/step-up', { token: owner.token, body: proof })).status).toBe(204)
  expect((await enrolTotp(server, owner)).codes).toHaveLength(10)
})

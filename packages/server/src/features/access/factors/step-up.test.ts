import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectChannel } from '../../../testing/test-channel.ts'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { joinTenant } from '../test-people.ts'
import { ageProof, auditOf, codeOf, enrolPasskey, enrolTotp, ORIGIN } from './test-factors.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1', ALLOWED_ORIGINS: ORIGIN, NODE_ENV: 'development' })
})
afterAll(() => server.close())

type Owner = Awaited<ReturnType<TestServer['register']>>
let network = 0
const stepUp = (who: { token: string }, body: unknown) =>
  server.call('POST', '/api/auth/step-up', { token: who.token, body, headers: { 'x-forwarded-for': `10.22.0.${network++ & 255}` } })
const dangerous = (who: { token: string }) => server.call('PATCH', '/api/tenants/current/security', { token: who.token, body: { secondFactor: 'optional' } })

test('every dangerous action asks a session whose proof is old, and no other', async () => {
  const owner = await server.register()
  const channel = await connectChannel(server, owner)
  const colleague = await joinTenant(server, owner, 'ATTENDANT')
  const contact = await server.call<{ id: string }>('POST', '/api/contacts', { ...owner, body: { name: 'Rui', phone: '+55 11 97777-1234' } })
  await ageProof(server, owner.userId)
  const asks: [string, string, unknown?][] = [
    ['PATCH', `/api/users/${colleague.userId}`, { role: 'SUPERVISOR' }],
    ['PATCH', `/api/channels/${channel.id}`, { appSecret: 'outro segredo' }],
    ['PATCH', `/api/channels/${channel.id}`, { accessToken: 'outro token qualquer' }],
    ['POST', `/api/channels/${channel.id}/deregister`],
    ['POST', `/api/channels/${channel.id}/pin`, { pin: '123456' }],
    ['DELETE', `/api/channels/${channel.id}`],
    ['DELETE', `/api/contacts/${contact.body.id}`],
    ['PATCH', '/api/auth/me', { currentPassword: owner.password, newPassword: 'outra senha bem longa' }],
    ['PATCH', '/api/tenants/current/security', { secondFactor: 'everybody' }],
    ['POST', '/api/auth/factors/totp'],
    ['DELETE', '/api/auth/factors/totp'],
    ['POST', '/api/auth/factors/recovery-codes'],
    ['POST', '/api/auth/factors/passkeys/options'],
    ['DELETE', `/api/auth/factors/passkeys/${colleague.userId}`],
  ]
  for (const [method, url, body] of asks) {
    const answer = await server.call(method, url, { ...owner, ...(body ? { body } : {}) })
    expect([method, url, answer.body]).toMatchObject([method, url, { status: 403, code: 'step_up_required', methods: ['password'] }])
  }
  const open: [string, string, unknown][] = [
    ['PATCH', `/api/channels/${channel.id}`, { name: 'Recepção' }],
    ['PATCH', '/api/auth/me', { name: 'Helena' }],
    ['PATCH', `/api/contacts/${contact.body.id}`, { name: 'Rui Lima' }],
  ]
  for (const [method, url, body] of open) expect([url, (await server.call(method, url, { ...owner, body })).status]).toEqual([url, 200])
  expect((await stepUp(owner, { method: 'password', password: owner.password })).status).toBe(204)
  expect((await server.call('DELETE', `/api/contacts/${contact.body.id}`, owner)).status).toBe(204)
})

test('a fresh login counts as proven, for ten minutes', async () => {
  const owner = await server.register()
  expect((await dangerous(owner)).status).toBe(200)
  await server.sql("update sessions set proven_at = now() - interval '9 minutes 50 seconds' where user_id = $1", [owner.userId])
  expect((await dangerous(owner)).status).toBe(200)
  await ageProof(server, owner.userId)
  expect((await dangerous(owner)).status).toBe(403)
})

test('a refresh is no proof', async () => {
  const owner = await server.register()
  await ageProof(server, owner.userId)
  const { body } = await server.call<{ accessToken: string }>('POST', '/api/auth/refresh', { headers: { cookie: owner.cookie } })
  expect((await dangerous({ token: body.accessToken })).status).toBe(403)
})

test('password, code, recovery code and passkey each prove it, for this session only', async () => {
  const owner = await server.register()
  const { secret, codes } = await enrolTotp(server, owner)
  const { key } = await enrolPasskey(server, owner)
  const other = await server.call<{ secondFactor: { token: string } }>('POST', '/api/auth/login', { body: { email: owner.email, password: owner.password } })
  const proof = { method: 'recovery', code: codes[1] }
  const elsewhere = await server.call<{ accessToken: string }>('POST', '/api/auth/login/second', { body: { token: other.body.secondFactor.token, proof } })
  const options = async () => (await server.call('POST', '/api/auth/step-up/passkey', owner)).body
  const proofs: [string, () => Promise<unknown>][] = [
    ['password', async () => ({ method: 'password', password: owner.password })],
    ['totp', async () => ({ method: 'totp', code: await codeOf(secret) })],
    ['recovery', async () => ({ method: 'recovery', code: codes[0] })],
    ['passkey', async () => ({ method: 'passkey', response: key.assert(await options()) })],
  ]
  for (const [name, make] of proofs) {
    await ageProof(server, owner.userId)
    const asked = await dangerous(owner)
    expect([name, asked.body.methods]).toEqual([name, ['passkey', 'totp', 'password', 'recovery']])
    expect([name, (await stepUp(owner, await make())).status]).toEqual([name, 204])
    expect([name, (await dangerous(owner)).status]).toEqual([name, 200])
    expect([name, (await dangerous({ token: elsewhere.body.accessToken })).status]).toEqual([name, 403])
  }
  const lines = await auditOf(server, owner.tenantId, 'session.step_up')
  expect(lines).toEqual(proofs.map(([method]) => ({ outcome: 'success', details: { method } })))
})

test('wrong proofs prove nothing, are written down, and are limited', async () => {
  const owner = await server.register()
  await enrolTotp(server, owner)
  await ageProof(server, owner.userId)
  expect((await stepUp(owner, { method: 'password', password: 'errada' })).body).toMatchObject({
    status: 400,
    errors: [{ path: 'password', code: 'wrong_password' }],
  })
  for (let i = 0; i < 5; i++) expect((await stepUp(owner, { method: 'totp', code: '000000' })).body).toMatchObject({ status: 422, code: 'code_wrong' })
  expect((await stepUp(owner, { method: 'totp', code: '000000' })).status).toBe(429)
  expect((await dangerous(owner)).status).toBe(403)
  expect((await stepUp(owner, { method: 'password', password: owner.password })).status).toBe(204)
  const lines = await auditOf(server, owner.tenantId, 'session.step_up')
  expect(lines.map((l) => l.outcome)).toEqual([...Array(7).fill('failure'), 'success'])
})

test('who may not do it at all is told so, without being asked to prove anything', async () => {
  const owner: Owner = await server.register()
  const colleague = await joinTenant(server, owner, 'ATTENDANT')
  await ageProof(server, colleague.userId)
  expect((await dangerous(colleague)).body).toMatchObject({ status: 403, code: 'forbidden' })
})

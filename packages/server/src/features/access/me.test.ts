import { Login, Me } from '@atende/contracts/access'
import { AuthenticateAck } from '@atende/contracts/realtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant, tokenOf } from './test-people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1' })
})
afterAll(() => server.close())

const statusOf = async (token: string) => (await server.call('GET', '/api/auth/me', { token })).status
const logIn = async (who: { email: string; password: string }, ip: string, tenantId?: string) => {
  const answer = await server.call('POST', '/api/auth/login', {
    body: { email: who.email, password: who.password, tenantId },
    headers: { 'x-forwarded-for': ip },
  })
  return Login.parse(answer.body)
}

test('without a login there is no account', async () => {
  expect((await server.call('GET', '/api/auth/me')).body).toMatchObject({ status: 401, code: 'unauthenticated' })
  expect(await statusOf('abc')).toBe(401)
})

test('name and language change, and colleagues hear of it', async () => {
  const owner = await server.register()
  const answer = await server.call('PATCH', '/api/auth/me', { token: owner.token, body: { name: 'Ana Maria', locale: 'en' } })
  expect(Me.parse(answer.body).user).toMatchObject({ name: 'Ana Maria', locale: 'en' })
  const events = await server.sql("select payload from outgoing_events where tenant_id = $1 and kind = 'list.changed'", [owner.tenantId])
  expect(events).toEqual([{ payload: { list: 'users' } }])
})

test('a new password needs the current one, and ends the other sessions but not this one', async () => {
  const owner = await server.register()
  const other = await logIn(owner, '10.2.0.1')
  const change = (currentPassword: string | undefined) =>
    server.call('PATCH', '/api/auth/me', { token: owner.token, body: { currentPassword, newPassword: 'outra senha bem longa' } })
  expect((await change(undefined)).body).toMatchObject({ code: 'validation_failed', errors: [{ path: 'currentPassword' }] })
  expect((await change('senha errada aqui')).body).toMatchObject({ code: 'validation_failed', errors: [{ path: 'currentPassword', code: 'wrong_password' }] })
  expect(await statusOf(other.accessToken)).toBe(200)
  expect((await change(owner.password)).status).toBe(200)
  expect(await statusOf(other.accessToken)).toBe(401)
  expect(await statusOf(owner.token)).toBe(200)
  const old = await server.call('POST', '/api/auth/login', {
    body: { email: owner.email, password: owner.password },
    headers: { 'x-forwarded-for': '10.2.0.2' },
  })
  expect(old.status).toBe(401)
  await logIn({ email: owner.email, password: 'outra senha bem longa' }, '10.2.0.3')
})

test('guessing the current password from a stolen login is limited too', async () => {
  const owner = await server.register()
  const guess = (n: number) =>
    server.call('PATCH', '/api/auth/me', {
      token: owner.token,
      body: { currentPassword: `chute ${n}`, newPassword: 'senha do ladrão' },
      headers: { 'x-forwarded-for': `10.3.0.${n}` },
    })
  for (let n = 0; n < 5; n++) expect((await guess(n)).status).toBe(400)
  expect((await guess(6)).status).toBe(429)
})

test('own logins are listed, and one of them can be ended; those of others are not there', async () => {
  const owner = await server.register()
  const colleague = await joinTenant(server, owner, 'ATTENDANT')
  const other = await logIn(owner, '10.2.0.4')
  const list = await server.call<{ items: { id: string; current: boolean; ip: string }[] }>('GET', '/api/auth/sessions', { token: owner.token })
  expect(list.body.items).toHaveLength(2)
  expect(list.body.items.filter((s) => s.current)).toHaveLength(1)
  expect(list.body.items.find((s) => s.id === other.me.sessionId)).toMatchObject({ ip: '10.2.0.4', current: false })
  const end = (id: string) => server.call('DELETE', `/api/auth/sessions/${id}`, { token: owner.token })
  expect((await end(colleague.sessionId)).body).toMatchObject({ status: 404, code: 'not_found' })
  expect(await statusOf(colleague.token)).toBe(200)
  expect((await end(other.me.sessionId)).status).toBe(204)
  expect((await end(other.me.sessionId)).status).toBe(404)
  expect(await statusOf(other.accessToken)).toBe(401)
})

test('logout-all ends every login in every tenant at once, on sockets too, and nobody else', async () => {
  const owner = await server.register()
  const second = await server.register()
  const colleague = await joinTenant(server, owner, 'ATTENDANT')
  const invited = await server.call<{ link: string }>('POST', '/api/users/invitations', { token: second.token, body: { email: owner.email, role: 'ADMIN' } })
  const joined = await server.call('POST', `/api/auth/invitations/${tokenOf(invited.body.link)}/accept`, { body: { name: 'x', password: owner.password } })
  const elsewhere = Login.parse(joined.body)
  const socket = await server.connect()
  AuthenticateAck.parse(await socket.emitWithAck('authenticate', { token: elsewhere.accessToken }))
  const closed = new Promise((done) => socket.once('session:ended', done))
  expect((await server.call('POST', '/api/auth/logout-all', { token: owner.token })).status).toBe(204)
  expect(await statusOf(owner.token)).toBe(401)
  expect(await statusOf(elsewhere.accessToken)).toBe(401)
  expect(await closed).toEqual({ reason: 'logout_all' })
  expect(await statusOf(colleague.token)).toBe(200)
  expect(await statusOf(second.token)).toBe(200)
  const lines = await server.sql("select outcome from audit_logs where action = 'session.logout_all' and actor_user_id = $1", [owner.userId])
  expect(lines).toHaveLength(1)
})

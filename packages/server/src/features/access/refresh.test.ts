import { Login } from '@atende/contracts/access'
import { AuthenticateAck } from '@atende/contracts/realtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { cookieOf } from './test-people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ ALLOWED_ORIGINS: 'https://painel.example.com' })
})
afterAll(() => server.close())

const refresh = (cookie: string, headers: Record<string, string> = {}) => server.call('POST', '/api/auth/refresh', { headers: { cookie, ...headers } })
const isAlive = async (token: string) => (await server.call('GET', '/api/auth/me', { token })).status === 200
const sessionOf = async (id: string) => (await server.sql<{ end_reason: string | null; generation: number }>('select * from sessions where id = $1', [id]))[0]

test('each use gives a new token, and prolongs the session', async () => {
  const owner = await server.register()
  await server.sql("update sessions set expires_at = now() + interval '1 day' where tenant_id = $1", [owner.tenantId])
  const first = await refresh(owner.cookie)
  expect(first.status).toBe(200)
  const { accessToken, me } = Login.parse(first.body)
  expect(await isAlive(accessToken)).toBe(true)
  const second = await refresh(cookieOf(first))
  expect(second.status).toBe(200)
  expect(Login.parse(second.body).me.sessionId).toBe(me.sessionId)
  const rows = await server.sql("select generation, expires_at > now() + interval '29 days' as long from sessions where tenant_id = $1", [owner.tenantId])
  expect(rows).toEqual([{ generation: 3, long: true }])
})

test('an old token ends the whole session, for the thief and for the owner, on REST and on sockets', async () => {
  const owner = await server.register()
  const socket = await server.connect()
  AuthenticateAck.parse(await socket.emitWithAck('authenticate', { token: owner.token }))
  const told = new Promise((done) => socket.once('session:ended', done))
  const closed = new Promise((done) => socket.once('disconnect', done))
  const fresh = await refresh(owner.cookie)
  expect((await refresh(owner.cookie)).body).toMatchObject({ status: 401, code: 'refresh_invalid' })
  expect(await told).toEqual({ reason: 'reuse_detected' })
  await closed
  const { accessToken, me } = Login.parse(fresh.body)
  expect(await isAlive(accessToken)).toBe(false)
  expect((await refresh(cookieOf(fresh))).status).toBe(401)
  expect(await sessionOf(me.sessionId)).toMatchObject({ end_reason: 'reuse_detected' })
  const lines = await server.sql("select outcome from audit_logs where action = 'session.reuse_detected' and object_id = $1", [me.sessionId])
  expect(lines).toEqual([{ outcome: 'failure' }])
})

test('a wrong secret for a live session ends it too', async () => {
  const owner = await server.register()
  const forged = `${owner.cookie.split('.').slice(0, 3).join('.')}.${'A'.repeat(43)}`
  expect((await refresh(forged)).status).toBe(401)
  expect(await isAlive(owner.token)).toBe(false)
})

test('of many uses at once at most one wins, and the session is over', async () => {
  const owner = await server.register()
  const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(owner.cookie)))
  expect(answers.filter((a) => a.status === 200)).toHaveLength(1)
  expect(await isAlive(owner.token)).toBe(false)
})

test.each([
  ['nothing', ''],
  ['rubbish', 'atende_refresh=abc'],
  ['a session that never was', `atende_refresh=${'A'.repeat(22)}.${'A'.repeat(22)}.1.${'A'.repeat(43)}`],
])('%s is refused', async (_what, cookie) => {
  expect((await refresh(cookie)).body).toMatchObject({ status: 401, code: 'refresh_invalid' })
})

test('a token under the name of another tenant is refused and harms nobody', async () => {
  const owner = await server.register()
  const other = await server.register()
  const [, ...rest] = owner.cookie.split('.')
  expect((await refresh([other.cookie.split('.')[0], ...rest].join('.'))).status).toBe(401)
  expect(await isAlive(owner.token)).toBe(true)
})

test('an expired session is over', async () => {
  const owner = await server.register()
  await server.sql("update sessions set expires_at = now() - interval '1 second' where tenant_id = $1", [owner.tenantId])
  expect((await refresh(owner.cookie)).status).toBe(401)
  expect(await isAlive(owner.token)).toBe(false)
})

test('a foreign page may not refresh; our own and the allowed ones may', async () => {
  const owner = await server.register()
  for (const origin of ['https://evil.example', 'null']) {
    expect((await refresh(owner.cookie, { origin })).body).toMatchObject({ status: 403, code: 'origin_refused' })
  }
  const own = await refresh(owner.cookie, { origin: server.url })
  expect(own.status).toBe(200)
  expect((await refresh(cookieOf(own), { origin: 'https://painel.example.com' })).status).toBe(200)
})

test('logout ends the session of the cookie, or of the access token, and refuses nobody', async () => {
  const byCookie = await server.register()
  const out = await server.call('POST', '/api/auth/logout', { headers: { cookie: byCookie.cookie } })
  expect(out.status).toBe(204)
  expect(out.headers.getSetCookie()[0]).toMatch(/^atende_refresh=; .*Path=\/api\/auth.*Expires=Thu, 01 Jan 1970/)
  expect(await isAlive(byCookie.token)).toBe(false)
  const byToken = await server.register()
  await server.call('POST', '/api/auth/logout', { token: byToken.token })
  expect((await refresh(byToken.cookie)).status).toBe(401)
  expect((await server.call('POST', '/api/auth/logout')).status).toBe(204)
  expect((await server.call('POST', '/api/auth/logout', { headers: { cookie: byToken.cookie } })).status).toBe(204)
  const forged = await server.register()
  await server.call('POST', '/api/auth/logout', { headers: { cookie: `${forged.cookie.split('.').slice(0, 3).join('.')}.${'A'.repeat(43)}` } })
  expect(await isAlive(forged.token)).toBe(true)
})

test('behind https the cookie is secure', async () => {
  const secure = await startTestServer({ PUBLIC_URL: 'https://atende.example.com' })
  try {
    const answer = await fetch(`http://127.0.0.1:${secure.port}/api/auth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ companyName: 'Casa', name: 'Ana', email: 'ana@example.com', password: 'uma senha bem longa' }),
    })
    expect(answer.headers.getSetCookie()[0]).toContain('; Secure')
  } finally {
    await secure.close()
  }
})

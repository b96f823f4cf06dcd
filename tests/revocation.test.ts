import { Login } from '@atende/contracts/access'
import { AuthenticateAck } from '@atende/contracts/realtime'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServerProcess, startServerProcess } from '../packages/server/src/testing/server-process.ts'
import { startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

/** Two server processes on one database and nothing else between them: what one ends is over in the other. */
let one: TestServer
let other: ServerProcess
beforeAll(async () => {
  one = await startTestServer()
  other = await startServerProcess({
    ROLE: 'web',
    PORT: '19380',
    PORT_SEARCH: 'true',
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATA_DIR: one.home,
    DATABASE_URL: one.database.appUrl,
    DATABASE_OWNER_URL: one.database.ownerUrl,
    ENCRYPTION_KEY: '11'.repeat(32),
  })
})
afterAll(async () => {
  await other?.stop()
  await one?.close()
})

const statusAt = async (url: string, token: string) => (await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })).status

/** A socket at the other process; its two promises tell that it was told, and closed. */
async function listen(token: string) {
  const socket = io(other.url, { transports: ['websocket'], forceNew: true, reconnection: false })
  await new Promise<void>((done, failed) => {
    socket.once('connect', () => done())
    socket.once('connect_error', failed)
  })
  AuthenticateAck.parse(await socket.emitWithAck('authenticate', { token }))
  const told = new Promise<{ reason: string }>((done) => socket.once('session:ended', done))
  const closed = new Promise<void>((done) => socket.once('disconnect', () => done()))
  return { told, closed }
}

type Act = (owner: { token: string; email: string; password: string }, victim: Login) => Promise<{ status: number }>
const ways: [name: string, reason: string, act: Act][] = [
  ['one session ended', 'ended_by_user', (owner, victim) => one.call('DELETE', `/api/auth/sessions/${victim.me.sessionId}`, { token: owner.token })],
  ['all others ended', 'logout_all', (owner) => one.call('POST', '/api/auth/sessions/end-others', { token: owner.token })],
  [
    'a changed password',
    'password_changed',
    (owner) => one.call('PATCH', '/api/auth/me', { token: owner.token, body: { currentPassword: owner.password, newPassword: 'outra senha bem longa' } }),
  ],
]

it.each(ways)('%s counts at once in the other process, for calls and for sockets', async (_, reason, act) => {
  const owner = await one.register()
  const answer = await fetch(`${other.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: owner.email, password: owner.password }),
  })
  const victim = Login.parse(await answer.json())
  const { told, closed } = await listen(victim.accessToken)
  expect(await statusAt(other.url, victim.accessToken)).toBe(200)
  expect((await act(owner, victim)).status).toBeLessThan(300)
  // The very next call: no waiting, no trying again.
  expect(await statusAt(other.url, victim.accessToken)).toBe(401)
  expect(await told).toEqual({ reason })
  await closed
  expect(await statusAt(one.url, owner.token)).toBe(200)
})

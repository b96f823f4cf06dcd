import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../packages/server/src/platform/embedded-postgres.ts'
import { processMarks } from '../packages/server/src/testing/process-marks.ts'
import { type ServerProcess, startServerProcess } from '../packages/server/src/testing/server-process.ts'
import { delivery, inbound, newWamid, post } from '../packages/server/src/testing/test-channel.ts'
import { sqlAs } from '../packages/server/src/testing/test-database.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'

/** The database goes away under a running server and comes back: nothing is acknowledged meanwhile, nothing acknowledged is lost. */
const home = mkdtempSync(path.join(tmpdir(), 'atende-outage-'))
const channel = { wabaId: '555000111', phoneNumberId: '555000222', appSecret: 'outage-secret' }
const people = { email: 'queda@example.com', password: 'uma senha bem longa' }
let postgres: EmbeddedPostgres
let server: ServerProcess
let admin = ''

beforeAll(async () => {
  chmodSync(home, 0o755)
  postgres = await startEmbeddedPostgres(home, 'outage', 25_700)
  admin = `postgres://postgres:outage@127.0.0.1:${postgres.port}/postgres`
  // One address with the right to make roles is all an operator gives.
  server = await startServerProcess({
    DATABASE_URL: admin,
    DATABASE_OWNER_URL: '',
    DATA_DIR: path.join(home, 'atende'),
    PORT: '19700',
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
  })
})
afterAll(async () => {
  await server?.stop()
  await postgres?.stop()
  rmSync(home, { recursive: true, force: true })
})

const call = async (url: string, body: object, token?: string) => {
  const response = await fetch(server.url + url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: await response.json() }
}
let mark: (realId: string) => string
const stored = async (id: string) => (await sqlAs(admin, 'select 1 from messages where provider_id = $1', [mark(id)])).length === 1
const send = (id: string) =>
  post(server, channel, delivery(channel, { messages: [inbound({ id })] })).then(
    (r) => r.status,
    () => 0,
  )

it('survives and goes on by itself', { timeout: 90_000 }, async () => {
  const { body } = await call('/api/auth/register', { companyName: 'Queda', name: 'Teste', ...people })
  await call('/api/channels', { name: 'c', accessToken: 'token-of-the-test', graphUrl: 'http://127.0.0.1:9', ...channel }, body.accessToken)
  mark = await processMarks(admin, path.join(home, 'atende'), body.me.tenant.id)
  const before = newWamid()
  expect(await send(before)).toBe(200)

  await postgres.stop()
  const during = newWamid()
  expect(await send(during)).toBeGreaterThanOrEqual(500)
  expect((await fetch(`${server.url}/ready`)).status).toBe(503)
  expect((await fetch(`${server.url}/alive`)).status).toBe(200)
  const refused = await call('/api/auth/login', people)
  expect(refused.status).toBeGreaterThanOrEqual(500)
  expect(refused.body).toMatchObject({ code: expect.stringMatching(/internal|unavailable/) })

  await new Promise((r) => setTimeout(r, 3000))
  postgres = await startEmbeddedPostgres(home, 'outage', postgres.port)
  await eventually(async () => (await fetch(`${server.url}/ready`)).status === 200, 20_000)
  await eventually(() => stored(before))
  // Meta repeats what was not acknowledged.
  expect(await send(during)).toBe(200)
  await eventually(() => stored(during))
  // Nobody hammers the database that came back.
  const [{ n } = { n: 0 }] = await sqlAs<{ n: number }>(
    admin,
    "select count(*)::int n from pg_stat_activity where application_name like 'atende%' or application_name = 'pgboss'",
  )
  expect(n).toBeLessThan(40)
  expect((await call('/api/auth/login', people)).status).toBe(200)
})

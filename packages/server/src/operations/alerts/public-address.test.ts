import { rmSync, writeFileSync } from 'node:fs'
import { createServer as createSilent } from 'node:net'
import path from 'node:path'
import type { ServerStatus } from '@atende/contracts/server-status'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../platform/ports.ts'
import { readMetrics, seriesValue } from '../../testing/read-metrics.ts'
import { startSlackStandIn } from '../../testing/slack-stand-in.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { createAuthority, startTlsProxy } from '../../testing/tls-stand-in.ts'

/** What stands in front of the server goes away, or falls silent: nobody gets in, though the server itself is well. */
const OPERATOR = { email: 'operadora@example.com', password: 'uma senha bem longa' }
const HOST = 'atende.test'
const authority = createAuthority()
let slack: Awaited<ReturnType<typeof startSlackStandIn>>
let server: TestServer
let port = 0
const front = () => startTlsProxy(authority.issue(HOST, 60), 'http://127.0.0.1:9', { port })
let proxy: Awaited<ReturnType<typeof front>>

beforeAll(async () => {
  slack = await startSlackStandIn()
  port = await freePort(27_800, '127.0.0.1')
  proxy = await front()
  server = await startTestServer({
    SUPER_ADMIN_EMAIL: OPERATOR.email,
    SUPER_ADMIN_PASSWORD: OPERATOR.password,
    ALERT_MINUTE_MS: '60',
    ALERT_SLACK_URL: slack.url,
    PUBLIC_URL: `https://${HOST}:${port}`,
    OUTGOING_HOSTS: `${HOST}=127.0.0.1`,
  })
})
afterAll(async () => {
  await server.close()
  await proxy.close()
  await slack.stop()
  authority.remove()
})

const isTold = (part: string) => eventually(() => slack.state.texts.some((t) => t.includes(part)), 60_000)
const isOver = (part: string) =>
  eventually(() => slack.state.texts.some((t) => t.split('\n').some((l) => l.includes('Resolvido: ') && l.includes(part))), 60_000)
const reached = async (of: TestServer) => seriesValue(await readMetrics(of), 'atende_public_address_up')

it('nobody answers at the public address: told, and its end', { timeout: 120_000 }, async () => {
  expect(await reached(server)).toBe(1)
  await proxy.close()
  await isTold('O endereço público não responde (ECONNREFUSED)')
  const fresh = await startTestServer({ PUBLIC_URL: `https://${HOST}:${port}`, OUTGOING_HOSTS: `${HOST}=127.0.0.1` }, server)
  expect(await reached(fresh)).toBe(0)
  await fresh.stop()
  proxy = await front()
  await isOver('O endereço público não responde')
})

it('what takes the connection and says nothing is no server without a certificate', { timeout: 120_000 }, async () => {
  await proxy.close()
  const silent = createSilent((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((done) => silent.listen(port, '127.0.0.1', done))
  await isTold('O endereço público não responde')
  // While the one makes room for the other nobody is there at all; an alert that began so goes on with what is so now.
  const silence = `select 1 from server_alerts where code = 'public_unreached' and firing_at is not null and resolved_at is null and details ->> 'error' = 'ETIMEDOUT'`
  await eventually(async () => (await server.sql(silence)).length === 1, 60_000)
  // Past what stands in front.
  const call = async <T>(address: string, init: RequestInit): Promise<T> => (await fetch(`http://127.0.0.1:${server.port}${address}`, init)).json() as T
  const headers = { 'content-type': 'application/json' }
  const { accessToken } = await call<{ accessToken: string }>('/api/auth/login', { method: 'POST', headers, body: JSON.stringify(OPERATOR) })
  const status = await call<ServerStatus>('/api/admin/status', { headers: { authorization: `Bearer ${accessToken}` } })
  expect(status.certificate).toEqual({ from: 'address', days: null, notAfter: null, error: 'ETIMEDOUT' })
  // Those that still wait give up by themselves.
  await new Promise((done) => silent.close(done))
  proxy = await front()
})

it('a file that cannot be read is told as well', { timeout: 120_000 }, async () => {
  const file = path.join(server.home, 'certificate.pem')
  const other = await startTestServer({ ALERT_MINUTE_MS: '60', ALERT_SLACK_URL: slack.url, CERTIFICATE_FILE: file })
  await isTold('Não dá para ler o certificado (ENOENT)')
  writeFileSync(file, authority.issue(HOST, new Date('2020-06-01')).cert)
  await isOver('Não dá para ler o certificado')
  await isTold('O certificado venceu há')
  rmSync(file)
  await other.close()
})

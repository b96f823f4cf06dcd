import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { poolState } from '../../platform/database.ts'
import { readMetrics, seriesValue } from '../../testing/read-metrics.ts'
import { connectChannel, delivery, inbound, post } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { beginRun } from '../server-runs.ts'

const TOKEN = 'uma-ficha-bem-comprida-4711'
let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ METRICS_TOKEN: TOKEN, METRICS_ALLOW: '10.20.0.0/16' })
})
afterAll(() => server.close())

const statusWith = (headers: Record<string, string>, to = server): Promise<number> =>
  new Promise((done, failed) => {
    const r = httpRequest(`http://127.0.0.1:${to.port}/metrics`, { headers }, (response) => {
      response.resume()
      done(response.statusCode ?? 0)
    })
    r.once('error', failed)
    r.end()
  })

describe('who may read /metrics', () => {
  it('this machine may, directly; what came through a proxy needs the token', async () => {
    expect(await statusWith({})).toBe(200)
    for (const header of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-forwarded-proto', 'via']) {
      expect([header, await statusWith({ [header]: '127.0.0.1' })]).toEqual([header, 404])
      expect([header, await statusWith({ [header]: '127.0.0.1', authorization: `Bearer ${TOKEN}` })]).toEqual([header, 200])
    }
    for (const wrong of [`${TOKEN}x`, TOKEN.slice(1), '', 'undefined']) {
      expect([wrong, await statusWith({ 'x-forwarded-for': '203.0.113.7', authorization: `Bearer ${wrong}` })]).toEqual([wrong, 404])
    }
    // A foreign page whose name was rebound to this machine.
    expect(await statusWith({ host: 'evil.example' })).toBe(404)
  })

  it('a proxy that is trusted changes nothing, whoever it says that it is for', async () => {
    const behind = await startTestServer({ TRUSTED_PROXIES: 'loopback,uniquelocal', METRICS_ALLOW: 'uniquelocal' })
    try {
      for (const said of ['127.0.0.1', '10.20.0.1', '127.0.0.1, 10.0.0.9', '203.0.113.7'])
        expect(await statusWith({ 'x-forwarded-for': said }, behind)).toBe(404)
      expect(await statusWith({ authorization: 'Bearer undefined', 'x-forwarded-for': '127.0.0.1' }, behind)).toBe(404)
      expect(await statusWith({}, behind)).toBe(200)
    } finally {
      await behind.close()
    }
  })

  it('a network that is named may, also by a name of the inner network', async () => {
    const inner = await startTestServer({ METRICS_ALLOW: '127.0.0.0/8' })
    try {
      expect(await statusWith({ host: 'web-blue:3000' }, inner)).toBe(200)
    } finally {
      await inner.close()
    }
  })
})

describe('what it says', () => {
  it('requests by pattern and class of status, never by address', async () => {
    await server.call('GET', '/api/contacts/01890000-0000-7000-8000-000000000000?q=segredo')
    await server.call('GET', '/nenhum/lugar/segredo')
    const labels = { method: 'GET', route: '/api/contacts/:id', status: '4xx' }
    await eventually(async () => seriesValue(await readMetrics(server), 'atende_http_request_duration_seconds_count', labels) === 1)
    const metrics = await readMetrics(server)
    // Where the web client is built, it answers for addresses that nobody knows.
    const nowhere = ['2xx', '4xx'].map((status) => seriesValue(metrics, 'atende_http_request_duration_seconds_count', { method: 'GET', route: 'none', status }))
    expect(nowhere.filter((n) => n > 0)).toHaveLength(1)
    expect(metrics).not.toMatch(/segredo|01890000/)
  })

  it('deliveries and messages as they come, logins as they end', async () => {
    const owner = await server.register()
    const channel = await connectChannel(server, owner)
    const before = await readMetrics(server)
    const rise = async (name: string, labels: Record<string, string>) =>
      seriesValue(await readMetrics(server), name, labels) - seriesValue(before, name, labels)
    const kind = { channel: 'whatsapp_cloud' }
    const message = inbound()
    await post(server, channel, delivery(channel, { messages: [message, inbound()] }))
    await post(server, channel, delivery(channel, { messages: [message] }))
    const unheard = { field: 'never_heard_of', value: { x: 1 } }
    await post(server, channel, { object: 'whatsapp_business_account', entry: [{ id: channel.wabaId, changes: [unheard] }] })
    await post(server, channel, delivery(channel, { messages: [inbound()] }), { secret: 'not the secret' })
    await eventually(async () => (await rise('atende_messages_received_total', kind)) === 2)
    const seen = async () => ({
      accepted: await rise('atende_webhook_deliveries_total', { ...kind, outcome: 'accepted' }),
      refused: await rise('atende_webhook_deliveries_total', { ...kind, outcome: 'refused' }),
      whole: await rise('atende_webhook_understood_total', { ...kind, outcome: 'whole' }),
      partly: await rise('atende_webhook_understood_total', { ...kind, outcome: 'partly' }),
      failed: await rise('atende_webhook_understood_total', { ...kind, outcome: 'failed' }),
    })
    await eventually(async () => (await seen()).partly === 1)
    expect(await seen()).toEqual({ accepted: 3, refused: 1, whole: 2, partly: 1, failed: 0 })

    await server.call('POST', '/api/auth/login', { body: { email: owner.email, password: owner.password } })
    await server.call('POST', '/api/auth/login', { body: { email: owner.email, password: 'outra senha qualquer' } })
    // They are counted when the answer has left.
    await eventually(async () => (await rise('atende_logins_total', { outcome: 'refused' })) === 1)
    expect(await rise('atende_logins_total', { outcome: 'accepted' })).toBe(1)
  })

  it('sockets, of the whole process and of a company by its id', async () => {
    const owner = await server.register()
    const sockets = [await server.connect(owner.token), await server.connect(owner.token)]
    const metrics = await readMetrics(server)
    expect(seriesValue(metrics, 'atende_tenant_sockets', { tenant: owner.tenantId })).toBe(2)
    expect(seriesValue(metrics, 'atende_sockets')).toBeGreaterThanOrEqual(2)
    for (const s of sockets) s.disconnect()
  })

  it('what a limit refused', async () => {
    const strict = await startTestServer({ RATE_LIMIT_PUBLIC: '2' })
    try {
      for (let i = 0; i < 4; i++) await strict.call('GET', '/api/auth/entry')
      await eventually(async () => seriesValue(await readMetrics(strict), 'atende_http_too_many_total') === 2)
      expect(seriesValue(await readMetrics(strict), 'atende_limit_refusals_total', { rule: 'public' })).toBe(2)
    } finally {
      await strict.close()
    }
  })

  it('backups: when the last good one was, and that the last one failed', async () => {
    const own = await startTestServer()
    try {
      expect(seriesValue(await readMetrics(own), 'atende_run_success_timestamp_seconds', { kind: 'backup' })).toBe(0)
      await (await beginRun(own.ctx.db, 'backup')).end('ok', { bytes: 1234, seconds: 5, to: 'disk', base: 'b1' })
      await (await beginRun(own.ctx.db, 'backup')).end('failed', { error: 'disk_full' })
      const archive = await beginRun(own.ctx.db, 'archive', { minutes: 5 })
      const [old, now] = [new Date(Date.now() - 3_600_000).toISOString(), new Date().toISOString()]
      await archive.note({ dir_at: now, dir_seen: now, dir_gap: false, s3_at: old, s3_seen: now, s3_gap: true, waiting: 33_554_432 })
      // A server that has not collected yet.
      const fresh = await startTestServer({}, own)
      const metrics = await readMetrics(fresh)
      expect(seriesValue(metrics, 'atende_run_success_timestamp_seconds', { kind: 'backup' })).toBeGreaterThan(Date.now() / 1000 - 60)
      expect(seriesValue(metrics, 'atende_run_failed', { kind: 'backup' })).toBe(1)
      expect([seriesValue(metrics, 'atende_backup_bytes'), seriesValue(metrics, 'atende_backup_seconds')]).toEqual([1234, 5])
      const late = (place: string) => [seriesValue(metrics, 'atende_archive_late', { place }), seriesValue(metrics, 'atende_archive_gap', { place })]
      expect([late('dir'), late('s3')]).toEqual([
        [0, 0],
        [1, 1],
      ])
      expect(seriesValue(metrics, 'atende_archive_waiting_bytes')).toBe(33_554_432)
      await archive.end('ok')
      const health = await fresh.call<{ checks: Record<string, unknown> }>('GET', '/health')
      expect(health.body.checks.backups).toEqual({ status: 'degraded', ageHours: 0, last: 'failed' })
      await fresh.stop()
    } finally {
      await own.close()
    }
  })

  it('the load of the machine is held against the cores of the machine, however few this process may use', async () => {
    const taskset = (...args: string[]) => spawnSync('taskset', args, { encoding: 'utf8' }).stdout
    const all = taskset('-pc', String(process.pid)).split(':')[1]?.trim() ?? ''
    taskset('-acp', '0', String(process.pid))
    try {
      const fresh = await startTestServer({}, server)
      expect(seriesValue(await readMetrics(fresh), 'atende_machine_cores')).toBe(cpus().length)
      const { checks } = (await fresh.call<{ checks: Record<string, { cores?: number }> }>('GET', '/health')).body
      expect(checks.cpu?.cores).toBe(cpus().length)
      await fresh.stop()
    } finally {
      taskset('-acp', all, String(process.pid))
    }
  })

  it('companies only as many as wanted, or none', async () => {
    const few = await startTestServer({ METRICS_TENANTS: '2' })
    const none = await startTestServer({ METRICS_TENANTS: 'off' }, few)
    try {
      for (let i = 0; i < 4; i++) await few.connect((await few.register()).token)
      expect((await readMetrics(few)).match(/^atende_tenant_sockets\{/gm)).toHaveLength(2)
      await none.connect((await none.register()).token)
      expect(await readMetrics(none)).not.toContain('atende_tenant_')
    } finally {
      await none.stop()
      await few.close()
    }
  })

  it('without its database it answers at once, and says so', async () => {
    const own = await startTestServer()
    await own.database.drop()
    const metrics = await readMetrics(own)
    expect(seriesValue(metrics, 'atende_database_up')).toBe(0)
    expect(seriesValue(metrics, 'atende_collector_up', { collector: 'database' })).toBe(0)
    expect(seriesValue(metrics, 'atende_collector_up', { collector: 'machine' })).toBe(1)
    expect(seriesValue(metrics, 'atende_disk_free_bytes')).toBeGreaterThan(0)
    await own.close().catch(() => {})
  })

  it('with a database that does not answer it answers all the same, and asks it no more than once', async () => {
    const own = await startTestServer()
    let release = () => {}
    const held = new Promise<void>((done) => {
      release = done
    })
    // Every connection of the pool is taken.
    const { max } = poolState(own.ctx.db)
    const taken = Array.from({ length: max }, () => own.ctx.db.connection().execute(() => held))
    try {
      await eventually(() => poolState(own.ctx.db).open === max)
      await readMetrics(own)
      const waiting = poolState(own.ctx.db).waiting
      const metrics = await readMetrics(own)
      expect(seriesValue(metrics, 'atende_database_up')).toBe(0)
      expect(seriesValue(metrics, 'atende_database_pool_connections', { state: 'busy' })).toBe(max)
      expect(seriesValue(metrics, 'atende_database_pool_waiting')).toBeGreaterThan(0)
      expect(poolState(own.ctx.db).waiting).toBeLessThanOrEqual(waiting + 4)
    } finally {
      release()
      await Promise.all(taken)
      await own.close()
    }
  })
})

describe('the certificate', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'atende-certificate-'))
  const file = path.join(folder, 'cert.pem')
  const made = spawnSync(process.env.OPENSSL ?? 'openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '40', '-subj', '/CN=localhost'],
    ...['-keyout', path.join(folder, 'key.pem'), '-out', file],
  ])
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is asked of the public address, or read from its file', { timeout: 60_000 }, async () => {
    expect([made.status, made.stderr?.toString()]).toEqual([0, expect.anything()])
    const tls = createTlsServer({ key: readFileSync(path.join(folder, 'key.pem')), cert: readFileSync(file) })
    await new Promise<void>((done) => tls.listen(0, '127.0.0.1', done))
    const PUBLIC_URL = `https://localhost:${(tls.address() as AddressInfo).port}`
    const servers = [await startTestServer({ PUBLIC_URL }), await startTestServer({ CERTIFICATE_FILE: file })]
    servers.push(await startTestServer({ CERTIFICATE_FILE: path.join(folder, 'not-there.pem') }))
    try {
      const read = await Promise.all(servers.map(readMetrics))
      const days = read.map((m) => (seriesValue(m, 'atende_certificate_expiry_timestamp_seconds') - Date.now() / 1000) / 86_400)
      expect(days.map(Math.round)).toEqual([40, 40, Number.NaN])
      expect(read.map((m) => seriesValue(m, 'atende_collector_up', { collector: 'certificate' }))).toEqual([1, 1, 0])
    } finally {
      for (const s of servers) await s.close()
      tls.close()
    }
  })
})

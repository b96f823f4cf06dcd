import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
    const metrics = await readMetrics(server)
    expect(seriesValue(metrics, 'atende_http_request_duration_seconds_count', { method: 'GET', route: '/api/contacts/:id', status: '4xx' })).toBe(1)
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
    expect(await rise('atende_webhook_deliveries_total', { ...kind, outcome: 'accepted' })).toBe(3)
    expect(await rise('atende_webhook_deliveries_total', { ...kind, outcome: 'refused' })).toBe(1)
    await eventually(async () => (await rise('atende_webhook_understood_total', { ...kind, outcome: 'whole' })) === 2)
    expect(await rise('atende_webhook_understood_total', { ...kind, outcome: 'partly' })).toBe(1)

    await server.call('POST', '/api/auth/login', { body: { email: owner.email, password: owner.password } })
    await server.call('POST', '/api/auth/login', { body: { email: owner.email, password: 'outra senha qualquer' } })
    expect(await rise('atende_logins_total', { outcome: 'accepted' })).toBe(1)
    expect(await rise('atende_logins_total', { outcome: 'refused' })).toBe(1)
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
      const metrics = await readMetrics(strict)
      expect(seriesValue(metrics, 'atende_limit_refusals_total', { rule: 'public' })).toBe(2)
      expect(seriesValue(metrics, 'atende_http_too_many_total')).toBe(2)
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
      // A server that has not collected yet.
      const fresh = await startTestServer({}, own)
      const metrics = await readMetrics(fresh)
      expect(seriesValue(metrics, 'atende_run_success_timestamp_seconds', { kind: 'backup' })).toBeGreaterThan(Date.now() / 1000 - 60)
      expect(seriesValue(metrics, 'atende_run_failed', { kind: 'backup' })).toBe(1)
      expect([seriesValue(metrics, 'atende_backup_bytes'), seriesValue(metrics, 'atende_backup_seconds')]).toEqual([1234, 5])
      const health = await fresh.call<{ checks: Record<string, unknown> }>('GET', '/health')
      expect(health.body.checks.backups).toEqual({ status: 'degraded', ageHours: 0, last: 'failed' })
      await fresh.stop()
    } finally {
      await own.close()
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
})

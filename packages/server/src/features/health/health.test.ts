import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

type Report = { status: string; uptime: number; version: string; timestamp: string; checks: Record<string, Record<string, unknown>> }

describe('health', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.close())

  test('GET /health tells about every component, without a login', async () => {
    const { status, body } = await server.call<Report>('GET', '/health')
    expect(status).toBe(200)
    expect(Object.keys(body.checks).sort()).toEqual([
      'backups',
      'cache',
      'cpu',
      'database',
      'disk',
      'jobs',
      'limiter',
      'links',
      'memory',
      'receiver',
      'sender',
      'sockets',
      'storage',
    ])
    expect(body.checks.database).toMatchObject({
      status: expect.stringMatching(/up|degraded/),
      latencyMs: expect.any(Number),
      pool: { max: 16, open: expect.any(Number), waiting: expect.any(Number) },
    })
    expect(body.checks.receiver).toMatchObject({ waiting: 0 })
    expect(body.checks.cache).toEqual({ status: 'off' })
    expect(body.checks).toMatchObject({ links: { status: 'off', connected: 0, held: 0 }, backups: { status: 'off' } })
    expect(['healthy', 'degraded']).toContain(body.status)
  })

  test('it counts sockets that are open', async () => {
    const socket = await server.connect()
    await new Promise((r) => setTimeout(r, 1100))
    const { body } = await server.call<Report>('GET', '/health')
    expect(body.checks.sockets?.connected).toBe(1)
    socket.disconnect()
  })

  test('it names no address, user or secret', async () => {
    const { body } = await server.call('GET', '/health')
    expect(JSON.stringify(body)).not.toMatch(/postgres|127\.0\.0\.1|atende_app|password/i)
  })

  test('GET /ready and /alive', async () => {
    expect(await server.call('GET', '/ready')).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { database: true, migrations: true, running: true } },
    })
    expect(await server.call('GET', '/alive')).toMatchObject({ status: 200, body: { status: 'alive' } })
  })

  test('/alive proves which process it is to who can read its id, and says it to nobody else', async () => {
    const nonce = '00112233445566778899aabbccddeeff'
    const ask = async (text: string) => (await server.call<{ status: string; proof?: string }>('GET', `/alive?nonce=${text}`)).body
    const { proof } = await ask(nonce)
    const ids = (await server.sql<{ id: string }>('select id::text id from server_processes')).map((r) => r.id)
    expect(ids.map((id) => createHmac('sha256', id).update(`atende/alive/${nonce}`).digest('hex'))).toContain(proof)
    expect((await ask(nonce.replace('0', 'f'))).proof).not.toBe(proof)
    for (const none of ['', 'x', `${nonce}${nonce}00`]) expect(await ask(none)).toEqual({ status: 'alive' })
  })

  test('outside of development there is no /debug', async () => {
    for (const page of ['routes', 'config', 'jobs']) expect((await server.call('GET', `/debug/${page}`)).status).toBe(404)
  })

  test('without its database the server says so, and stays alive', async () => {
    const own = await startTestServer()
    await own.database.drop()
    expect(await own.call('GET', '/alive')).toMatchObject({ status: 200 })
    expect(await own.call('GET', '/ready')).toMatchObject({ status: 503, body: { status: 'not_ready', checks: { database: false } } })
    expect(await own.call<Report>('GET', '/health')).toMatchObject({ status: 503, body: { status: 'unhealthy', checks: { database: { status: 'down' } } } })
    await own.close().catch(() => {})
  })
})

describe('debug pages in development', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer({ NODE_ENV: 'development', META_APP_SECRET: 'never-shown-secret', SUPER_ADMIN_PASSWORD: 'never-shown-password' })
  })
  afterAll(() => server.close())

  test('routes say who may call them', async () => {
    const { body } = await server.call<{ items: { method: string; url: string; access: string }[] }>('GET', '/debug/routes')
    expect(body.items).toContainEqual(expect.objectContaining({ method: 'POST', url: '/api/tags', access: 'tags.write' }))
    expect(body.items).toContainEqual(expect.objectContaining({ method: 'GET', url: '/health', access: 'public' }))
  })

  test('settings come without secrets', async () => {
    const { body } = await server.call('GET', '/debug/config')
    expect(body).toMatchObject({ NODE_ENV: 'development', META_APP_SECRET: '[set]' })
    expect(JSON.stringify(body)).not.toMatch(/never-shown|postgres:/)
  })

  test('queues are listed', async () => {
    const { body } = await server.call<{ items: { name: string }[] }>('GET', '/debug/jobs')
    expect(body.items.map((q) => q.name)).toContain('media.download')
  })

  test('a name that was rebound to this machine is refused', async () => {
    const { request } = await import('node:http')
    const status = await new Promise((done, failed) => {
      const r = request(`${server.url}/debug/config`, { headers: { host: 'evil.example' } }, (response) => done(response.statusCode))
      r.once('error', failed)
      r.end()
    })
    expect(status).toBe(404)
  })
})

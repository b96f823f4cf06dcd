import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { joinTenant } from '../packages/server/src/features/access/test-people.ts'
import { type ServerProcess, startServerProcess } from '../packages/server/src/testing/server-process.ts'
import { connectChannel, delivery, inbound, post } from '../packages/server/src/testing/test-channel.ts'
import { startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

type Owner = Awaited<ReturnType<TestServer['register']>>
const statusesOf = (answers: { status: number }[]) => ({
  passed: answers.filter((a) => a.status !== 429 && a.status < 500).length,
  refused: answers.filter((a) => a.status === 429).length,
})

describe('requests of people', () => {
  const SESSION = 120
  let server: TestServer
  let owner: Owner
  let colleague: Awaited<ReturnType<typeof joinTenant>>
  beforeAll(async () => {
    server = await startTestServer({
      RATE_LIMIT_SESSION: String(SESSION),
      RATE_LIMIT_TENANT_BASIC: '200',
      RATE_LIMIT_TENANT_PRO: '2000',
      RATE_LIMIT_SEND: '30',
    })
    owner = await server.register()
    colleague = await joinTenant(server, owner, 'ATTENDANT')
  })
  afterAll(() => server.close())
  const ask = (who: { token: string }, url = '/api/tags') => server.call('GET', url, { token: who.token })

  it('of two hundred at once exactly as many pass as the limit says; the refused ones say when to come back', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask(owner)))
    expect(statusesOf(answers)).toEqual({ passed: SESSION - 1, refused: 201 - SESSION })
    const refused = answers.find((a) => a.status === 429)
    expect(refused?.headers.get('content-type')).toContain('application/problem+json')
    const seconds = Number(refused?.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(refused?.body).toMatchObject({
      code: 'too_many_requests',
      title: 'Muitas tentativas. Aguarde um pouco.',
      detail: `Muitos pedidos em pouco tempo. Tente de novo em ${seconds} s.`,
      retryAfter: seconds,
    })
    expect(refused?.headers.get('ratelimit-remaining')).toBe('0')
  })

  it('a colleague is not held up by it, but the company has a limit for all together, and a larger plan a larger one', async () => {
    const answers = await Promise.all(Array.from({ length: 150 }, () => ask(colleague)))
    // Of the company's 200 the owner has used 120, one of them to invite the colleague.
    expect(statusesOf(answers)).toEqual({ passed: 200 - SESSION, refused: SESSION - 50 })
    expect(answers.find((a) => a.status === 429)?.body.detail).toMatch(/^A sua empresa fez muitos pedidos/)
    const other = await server.register()
    await server.sql("update tenants set plan = 'PRO' where id = $1", [other.tenantId])
    expect((await ask(other)).headers.get('ratelimit-policy')).toBe('"session";q=120;w=60, "tenant";q=2000;w=60')
  })

  it('each answer carries the standard fields', async () => {
    const { token } = await server.register()
    await ask({ token })
    const { headers } = await ask({ token })
    expect(headers.get('ratelimit-policy')).toBe('"session";q=120;w=60, "tenant";q=200;w=60')
    expect(headers.get('ratelimit')).toMatch(/^"session";r=118;t=60, "tenant";r=198;t=60$/)
    expect([headers.get('ratelimit-limit'), headers.get('ratelimit-remaining'), headers.get('ratelimit-reset')]).toEqual(['120', '118', '60'])
    expect(headers.get('retry-after')).toBeNull()
  })

  it('thirty messages a minute leave; reading goes on', async () => {
    const writer = await server.register()
    const send = () => server.call('POST', '/api/messages', { token: writer.token, body: { conversationId: writer.tenantId } })
    const answers = await Promise.all(Array.from({ length: 40 }, send))
    expect(statusesOf(answers)).toEqual({ passed: 30, refused: 10 })
    expect(answers.find((a) => a.status === 429)?.body.detail).toMatch(/^Já saíram 30 mensagens suas no último minuto\. A próxima pode ir em \d+ s\.$/)
    expect((await ask(writer)).status).toBe(200)
  })
})

test('an API key pays for itself, a person for themselves', async () => {
  const server = await startTestServer({ RATE_LIMIT_API: '20' })
  const owner = await server.register()
  const { body } = await server.call<{ key: string }>('POST', '/api/api-keys', { token: owner.token, body: { name: 'Loja', scopes: ['tags.read'], days: 30 } })
  const answers = await Promise.all(Array.from({ length: 30 }, () => server.call('GET', '/api/tags', { token: body.key })))
  expect(statusesOf(answers)).toEqual({ passed: 20, refused: 10 })
  expect((await server.call('GET', '/api/tags', { token: owner.token })).status).toBe(200)
  await server.close()
})

describe('requests of nobody', () => {
  let server: TestServer
  let owner: Owner
  beforeAll(async () => {
    server = await startTestServer({
      TRUSTED_PROXIES: '127.0.0.1',
      RATE_LIMIT_PUBLIC: '50',
      RATE_LIMIT_REFUSED: '20',
      RATE_LIMIT_WEBHOOK_REFUSED: '15',
      IP_ALLOW_LIST: '198.51.100.0/24',
    })
    owner = await server.register()
  })
  afterAll(() => server.close())
  const at = (ip: string) => ({ 'x-forwarded-for': ip })
  const get = (url: string, ip: string, token?: string) => server.call('GET', url, { headers: at(ip), ...(token ? { token } : {}) })

  it('public pages of the API count per network, exactly, and files, health and other networks do not', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => get('/api/openapi.json', '203.0.113.1')))
    expect(statusesOf(answers)).toEqual({ passed: 50, refused: 150 })
    expect((await get('/api/openapi.json', '203.0.113.2')).headers.get('ratelimit-policy')).toBe('"public";q=50;w=60')
    expect((await get('/alive', '203.0.113.1')).status).toBe(200)
  })

  it('who has a login is served from there all the same', async () => {
    expect((await get('/api/openapi.json', '203.0.113.1')).status).toBe(429)
    expect((await get('/api/tags', '203.0.113.1', owner.token)).status).toBe(200)
  })

  it('addresses of one IPv6 network count together', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => get('/api/openapi.json', `2001:db8:5:5::${i.toString(16)}`)))
    expect(statusesOf(answers)).toEqual({ passed: 50, refused: 10 })
    expect((await get('/api/openapi.json', '2001:db8:5:6::1')).status).toBe(200)
  })

  it('what a stranger writes into X-Forwarded-For is nobody’s address', async () => {
    const seen = async (forwarded: string) => {
      const login = await server.call<{ accessToken: string }>('POST', '/api/auth/login', {
        body: { email: owner.email, password: owner.password },
        headers: at(forwarded),
      })
      const sessions = await server.call<{ items: { current: boolean; ip: string }[] }>('GET', '/api/auth/sessions', { token: login.body.accessToken })
      return sessions.body.items.find((s) => s.current)?.ip
    }
    expect(await seen('203.0.113.200')).toBe('203.0.113.200')
    expect(await seen('10.0.0.1, ::ffff:203.0.113.201')).toBe('203.0.113.201')
    expect(await seen("x'; drop table users")).toBe('127.0.0.1')
    expect(await seen('203.0.113.202, nobody')).toBe('127.0.0.1')
  })

  it('a network on the allow list is not counted', async () => {
    const answers = await Promise.all(Array.from({ length: 80 }, () => get('/api/openapi.json', '198.51.100.9')))
    expect(statusesOf(answers)).toEqual({ passed: 80, refused: 0 })
  })

  it('guessing tokens and invitations ends soon', async () => {
    const guess = (i: number) => (i % 2 === 0 ? get('/api/tags', '203.0.113.5', 'x.y.z') : get(`/api/auth/invitations/none${i}`, '203.0.113.5'))
    const guesses = Array.from({ length: 20 }, (_, i) => guess(i))
    expect((await Promise.all(guesses)).map((a) => a.status).filter((s) => s === 429)).toHaveLength(0)
    expect((await get('/api/tags', '203.0.113.5', 'x.y.z')).status).toBe(429)
    expect((await get('/api/tags', '203.0.113.5', owner.token)).status).toBe(200)
  })

  it('deliveries with a bad signature are limited by themselves; genuine ones from the same network are not, and nobody is banned', async () => {
    const channel = await connectChannel(server, owner)
    const body = delivery(channel, { messages: [inbound()] })
    const forge = () =>
      server.call('POST', '/webhooks/whatsapp', { body, headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}`, ...at('203.0.113.6') } })
    const answers = await Promise.all(Array.from({ length: 120 }, forge))
    expect([answers.filter((a) => a.status === 401).length, answers.filter((a) => a.status === 429).length]).toEqual([15, 105])
    expect(server.ctx.addresses.bans().map((b) => b.network)).not.toContain('203.0.113.6')
    const genuine = await Promise.all(Array.from({ length: 40 }, () => post(server, channel, delivery(channel, { messages: [inbound()] }))))
    expect(genuine.map((r) => r.status)).toEqual(Array(40).fill(200))
  })
})

describe('two servers on one database', () => {
  const processes: ServerProcess[] = []
  let first: TestServer
  const start = async (): Promise<ServerProcess> => {
    const process = await startServerProcess({
      ROLE: 'web',
      PORT: '19420',
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      DATA_DIR: first.home,
      DATABASE_URL: first.database.appUrl,
      DATABASE_OWNER_URL: first.database.ownerUrl,
      ENCRYPTION_KEY: '11'.repeat(32),
      RATE_LIMIT_SESSION: '70',
    })
    processes.push(process)
    return process
  }
  beforeAll(async () => {
    first = await startTestServer()
  })
  afterAll(async () => {
    for (const p of processes) await p.stop()
    await first.close()
  })

  it('share their limits without being told to', { timeout: 90_000 }, async () => {
    const owner = await first.register()
    const [a, b] = [await start(), await start()]
    const ask = (url: string) => fetch(`${url}/api/tags`, { headers: { authorization: `Bearer ${owner.token}` } })
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(i % 2 === 0 ? a.url : b.url)))
    expect(statusesOf(answers)).toEqual({ passed: 70, refused: 130 })
    expect((await ask(b.url)).status).toBe(429)
  })
})

import type { ServerLimits } from '@atende/contracts/limits'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clearFromOutside, readBans } from '../packages/server/src/cli/clear-limits.ts'
import { joinTenant, PASSWORD } from '../packages/server/src/features/access/test-people.ts'
import { ensureSuperAdmin } from '../packages/server/src/features/tenants/super-admin.ts'
import { sqlAs } from '../packages/server/src/testing/test-database.ts'
import { eventually, startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

type Owner = Awaited<ReturnType<TestServer['register']>>
let server: TestServer
let owner: Owner
let operator = ''
const at = (ip: string) => ({ 'x-forwarded-for': ip })
const OPERATOR_IP = '192.0.2.200'

beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1', RATE_LIMIT_PUBLIC: '40', IP_BLOCK_LIST: '192.0.2.66' })
  owner = await server.register()
  await ensureSuperAdmin(server.database.ownerUrl, 'root@example.com', PASSWORD)
  operator = (
    await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: { email: 'root@example.com', password: PASSWORD }, headers: at(OPERATOR_IP) })
  ).body.accessToken
})
afterAll(() => server.close())

const asOperator = <T = ServerLimits>(method: string, url: string, body?: unknown, ip = OPERATOR_IP) =>
  server.call<T>(method, url, { token: operator, headers: at(ip), ...(body === undefined ? {} : { body }) })
const knock = (ip: string) => server.call('GET', '/api/openapi.json', { headers: at(ip) })
const flood = (ip: string, times = 70) => Promise.all(Array.from({ length: times }, () => knock(ip)))
const bansOf = async () => (await asOperator('GET', '/api/admin/rate-limit')).body.bans
const logIn = (email: string, password: string, ip: string, cookie?: string) =>
  server.call('POST', '/api/auth/login', { body: { email, password }, headers: { ...at(ip), ...(cookie ? { cookie } : {}) } })
/** One was taken from the database's clock, the other after its answer: a second more or less on a busy machine. */
const secondsOf = (ban: { bannedAt: string; until: string }) => Math.round((Date.parse(ban.until) - Date.parse(ban.bannedAt)) / 5000) * 5
/** What was read before the ban may overwrite it for a moment. */
const banOf = (network: string) => eventually(async () => (await bansOf()).find((b) => b.network === network))

describe('bans', () => {
  it('who goes on although refused is banned, longer each time, up to an hour; a quiet day forgives', async () => {
    const lengths: number[] = []
    for (let round = 0; round < 5; round++) {
      await flood('203.0.113.20')
      lengths.push(secondsOf(await banOf('203.0.113.20')))
      expect((await knock('203.0.113.20')).status).toBe(429)
      // The ban ends: as time would do it.
      await server.sql("update address_bans set banned_until = now() - interval '1 second'")
      await server.ctx.addresses.refresh()
      await server.ctx.addresses.clearCounts([{ name: 'public' }, { name: 'strikes' }], '203.0.113.20')
      expect((await knock('203.0.113.20')).status).toBe(200)
    }
    expect(lengths).toEqual([60, 300, 900, 3600, 3600])
    await server.sql("update address_bans set banned_until = now() - interval '25 hours'")
    await flood('203.0.113.20')
    expect(secondsOf(await banOf('203.0.113.20'))).toBe(60)
  })

  it('a network that was banned still serves who has a login there, and nobody else pays for it', async () => {
    await flood('203.0.113.21')
    const refused = await logIn(owner.email, owner.password, '203.0.113.21')
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests', retryAfter: expect.any(Number) } })
    expect((await server.call('GET', '/api/tags', { token: owner.token, headers: at('203.0.113.21') })).status).toBe(200)
    expect((await server.call('GET', '/api/tags', { token: 'x', headers: at('203.0.113.21') })).status).toBe(429)
    // A login lasts for as long as it is renewed.
    const renew = (cookie: string) => server.call('POST', '/api/auth/refresh', { headers: { ...at('203.0.113.21'), cookie } })
    expect((await renew(owner.cookie)).status).toBe(200)
    expect((await renew('atende_refresh=x')).status).toBe(429)
    expect((await logIn(owner.email, owner.password, '203.0.113.22')).status).toBe(200)
  })

  it('the operator sees it and lifts it: at once, with all that was counted', async () => {
    await flood('2001:db8:77:1::9')
    await banOf('2001:db8:77:1::/64')
    const done = await asOperator('POST', '/api/admin/rate-limit/clear', { ip: '2001:db8:77:1::abc' })
    expect(done).toMatchObject({ status: 200, body: { network: '2001:db8:77:1::/64', bans: 1 } })
    expect((await knock('2001:db8:77:1::9')).status).toBe(200)
    expect(await asOperator('POST', '/api/admin/rate-limit/clear', { ip: '2001:db8:77:1::/64' })).toMatchObject({ status: 200, body: { bans: 0 } })
    expect(await asOperator('POST', '/api/admin/rate-limit/clear', { ip: 'ontem' })).toMatchObject({ status: 400, body: { errors: [{ path: 'ip' }] } })
  })

  it('the command line lifts it beside the running server', async () => {
    await flood('203.0.113.24')
    expect((await knock('203.0.113.24')).status).toBe(429)
    const opened = { config: server.ctx.config, installation: server.installation, applied: [] }
    expect((await readBans(opened)).map((b) => b.network)).toContain('203.0.113.24')
    expect(await clearFromOutside(opened, '203.0.113.24')).toEqual({ network: '203.0.113.24', bans: 1 })
    await eventually(async () => (await knock('203.0.113.24')).status === 200)
  })

  it('wrong passwords of a network ban it from logging in; nothing of it lies open in the database', async () => {
    for (let i = 0; i < 5; i++) expect((await logIn(`x${i}@example.com`, 'senha errada aqui', '203.0.113.23')).status).toBe(401)
    expect((await bansOf()).find((b) => b.network === '203.0.113.23')).toMatchObject({ scope: 'login', level: 1 })
    const rows = await server.sql<{ text: string }>("select scope || encode(key, 'escape') || encode(network_enc, 'escape') as text from address_bans")
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row.text).not.toMatch(/203\.0\.113|2001:db8/)
    await asOperator('POST', '/api/admin/rate-limit/clear', { ip: '203.0.113.23' })
    expect((await logIn(owner.email, owner.password, '203.0.113.23')).status).toBe(200)
  })
})

describe('who guesses a password cannot lock its owner out', () => {
  it('a browser in which the account has logged in has tries of its own, five of them, and nobody can invent one', async () => {
    const victim = await joinTenant(server, owner, 'ATTENDANT')
    const login = await logIn(victim.email, PASSWORD, '203.0.113.30')
    const cookie =
      login.headers
        .getSetCookie()
        .find((c) => c.startsWith('atende_device='))
        ?.split(';')[0] ?? ''
    for (let i = 0; i < 5; i++) await logIn(victim.email, 'senha errada aqui', `203.0.113.${40 + i}`)
    expect((await logIn(victim.email, PASSWORD, '203.0.113.50')).status).toBe(429)

    expect((await logIn(victim.email, PASSWORD, '203.0.113.51', cookie)).status).toBe(200)
    // Even from the network of the one who guesses.
    for (let i = 0; i < 5; i++) await logIn(`y${i}@example.com`, 'senha errada aqui', '203.0.113.40')
    expect((await logIn(victim.email, PASSWORD, '203.0.113.40', cookie)).status).toBe(200)

    const other = await joinTenant(server, owner, 'ATTENDANT')
    const foreign =
      (await logIn(other.email, PASSWORD, '203.0.113.52')).headers
        .getSetCookie()
        .find((c) => c.startsWith('atende_device='))
        ?.split(';')[0] ?? ''
    const [id, tag] = cookie.replace('atende_device=', '').split('.')
    for (const forged of [foreign, `atende_device=${id}.${'A'.repeat(22)}`, `atende_device=${'A'.repeat(22)}.${tag}`, 'atende_device=', 'atende_device=....']) {
      expect([forged.length, (await logIn(victim.email, PASSWORD, '203.0.113.53', forged)).status]).toEqual([forged.length, 429])
    }
    for (let i = 0; i < 5; i++) expect((await logIn(victim.email, 'senha errada aqui', '203.0.113.54', cookie)).status).toBe(401)
    expect((await logIn(victim.email, PASSWORD, '203.0.113.54', cookie)).status).toBe(429)
  })
})

describe('lists', () => {
  const empty = { allow: [], block: [] }
  const save = (lists: unknown, ip?: string) => asOperator('PUT', '/api/admin/rate-limit/lists', lists, ip)

  it('what is blocked gets no answer but a refusal, with or without a login, first of all', async () => {
    expect((await save({ allow: [], block: [{ range: '203.0.113.64/26', note: 'varredura' }] })).status).toBe(200)
    for (const [url, token] of [
      ['/api/tags', owner.token],
      ['/api/openapi.json', undefined],
      ['/', undefined],
      ['/no/such', undefined],
      ['/webhooks/whatsapp', undefined],
    ] as const) {
      const answer = await server.call('GET', url, { headers: at('203.0.113.70'), ...(token ? { token } : {}) })
      expect([url, answer.status, answer.body.code]).toEqual([url, 403, 'address_blocked'])
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'self'")
    }
    expect((await knock('203.0.113.63')).status).toBe(200)
    expect((await server.call('GET', '/api/tags', { token: owner.token, headers: at('192.0.2.66') })).status).toBe(403)
    await save(empty)
    expect((await knock('203.0.113.70')).status).toBe(200)
  })

  it('are kept in one spelling, each range once, and read back with what the settings fix', async () => {
    const saved = await save({
      allow: [
        { range: '2001:DB8:9::1/48', note: 'escritório' },
        { range: '::ffff:198.51.100.0/120', note: 'a' },
        { range: '198.51.100.7/24', note: 'b' },
      ],
      block: [],
    })
    expect(saved.body).toMatchObject({
      lists: {
        allow: [
          { range: '2001:db8:9::/48', note: 'escritório' },
          { range: '198.51.100.0/24', note: 'b' },
        ],
        block: [],
      },
      fixed: { allow: [], block: ['192.0.2.66'] },
      yourAddress: OPERATOR_IP,
      store: 'memory',
    })
    expect((await flood('198.51.100.4')).map((a) => a.status)).toEqual(Array(70).fill(200))
    expect((await bansOf()).map((b) => b.network)).not.toContain('198.51.100.4')
    const rows = await server.sql<{ text: string }>("select encode(lists_enc, 'escape') as text from address_lists")
    expect(rows).toHaveLength(1)
    expect(rows[0]?.text).not.toMatch(/198\.51|escrit/)
    await save(empty)
  })

  it('what is no range is named, and nobody locks themselves out', async () => {
    const bad = await save({
      allow: [{ range: '10.0.0.0/8', note: '' }],
      block: [
        { range: '203.0.113.1', note: '' },
        { range: '300.1.1.1', note: '' },
      ],
    })
    expect(bad).toMatchObject({ status: 400, body: { errors: [{ path: 'block.1.range', code: 'invalid' }] } })
    const own = await save({ allow: [], block: [{ range: '0.0.0.0/0', note: '' }] })
    expect(own).toMatchObject({ status: 400, body: { errors: [{ path: 'block.0.range', code: 'own_address' }] } })
    expect((await asOperator('GET', '/api/admin/rate-limit')).body.lists).toEqual(empty)
  })

  it('only who runs the server sees or changes any of it', async () => {
    for (const [method, url, body] of [
      ['GET', '/api/admin/rate-limit', undefined],
      ['PUT', '/api/admin/rate-limit/lists', empty],
      ['POST', '/api/admin/rate-limit/clear', { ip: '203.0.113.1' }],
    ] as const) {
      expect((await server.call(method, url, { token: owner.token, ...(body ? { body } : {}) })).status).toBe(403)
    }
    // The application itself may do neither unless a super admin asks.
    const door = async (call: string) => Object.values((await sqlAs(server.database.appUrl, `select ${call}`))[0] ?? {})[0]
    expect([await door("door_save_address_lists('x')"), await door('door_lift_bans(array(select key from door_active_bans()))')]).toEqual([false, 0])
    expect((await asOperator('GET', '/api/admin/rate-limit')).body.lists).toEqual(empty)
  })

  it('another process hears of lists and bans at once', async () => {
    const { startServer } = await import('../packages/server/src/main.ts')
    const { Keys } = await import('../packages/server/src/platform/keys.ts')
    const { MasterKeys } = await import('../packages/server/src/platform/master-keys.ts')
    const { openDatabase } = await import('../packages/server/src/platform/database.ts')
    const { appUrl, ownerUrl } = server.database
    const { db } = openDatabase(appUrl, 4)
    const installation = {
      home: server.home,
      keys: new Keys(new MasterKeys(['11'.repeat(32)])),
      db,
      appUrl,
      ownerUrl,
      appRole: 'atende_app',
      embedded: undefined,
      close: () => db.destroy(),
    }
    const other = await startServer({ ...server.ctx.config, PORT: 0, ROLE: 'web' }, installation)
    try {
      const there = async (ip: string) => (await fetch(`${other.url}/api/openapi.json`, { headers: at(ip) })).status
      expect(await there('203.0.113.90')).toBe(200)
      await save({ allow: [], block: [{ range: '203.0.113.90', note: '' }] })
      await eventually(async () => (await there('203.0.113.90')) === 403)
      await save(empty)
      await eventually(async () => (await there('203.0.113.90')) === 200)
      await flood('203.0.113.91')
      await eventually(async () => (await there('203.0.113.91')) === 429)
      await asOperator('POST', '/api/admin/rate-limit/clear', { ip: '203.0.113.91' })
      await eventually(async () => (await there('203.0.113.91')) === 200)
    } finally {
      await other.stop()
      await db.destroy()
    }
  })
})

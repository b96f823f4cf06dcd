import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEmulator } from 'whatsapp-emulator'
import { codeOf } from '../features/access/factors/test-factors.ts'

const CLI = path.resolve(import.meta.dirname, '../cli.ts')
const home = mkdtempSync(path.join(tmpdir(), 'atende-cli-'))
// PostgreSQL runs as another user when the tests run as root.
chmodSync(home, 0o755)

const begin = (args: readonly string[], env: Record<string, string> = {}) =>
  spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], { env: { DATA_DIR: home, PORT: '0', ...env }, stdio: 'pipe' })

async function atende(args: readonly string[], options: { stdin?: string; env?: Record<string, string> } = {}) {
  const child = begin(args, options.env)
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (d) => (stdout += d))
  child.stderr.on('data', (d) => (stderr += d))
  child.stdin.end(options.stdin ?? '')
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, stdout, stderr }
}
async function json(args: readonly string[], options: Parameters<typeof atende>[1] = {}) {
  const { code, stdout, stderr } = await atende([...args, '--json'], options)
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

const OWNER = ['--email', 'contato@recanto.example', '--owner-name', 'Helena Prado']
const CREDENTIALS = ['--kind', 'whatsapp-cloud', '--phone-number-id', '106540352242922', '--waba-id', '102290129340398']
const SECRETS = ['--access-token', 'a-token-of-the-test', '--app-secret', 'an-app-secret', '--verify-token', 'a-verify-token']

afterAll(() => rmSync(home, { recursive: true, force: true }))

describe('used wrongly: exit code 2, and what is expected', () => {
  test.each([
    [['tenant', 'create', '--name', 'X'], /required option '--email/],
    [['no-such-command'], /unknown command/],
    [['limits', 'clear', 'yesterday'], /yesterday is no address/],
    [['channel', 'add', '--tenant', 'x', '--kind', 'telegram', '--phone-number-id', '1', '--waba-id', '1'], /choices are whatsapp-cloud/i],
    [['tenant', 'create', '--name', 'Recanto', ...OWNER, '--owner-email', 'h@x.example', '--owner-password', 'short'], /--owner-password/],
    [['channel', 'add', '--tenant', 'x', ...CREDENTIALS, '--access-token-file', '/no/such/file'], /cannot read \/no\/such\/file/],
    [['user', 'create', '--tenant', 'x', '--name', 'B', '--email', 'b@x.example', '--role', 'SUPER_ADMIN', '--password', 'long enough'], /choices/],
  ])('%j', async (args, said) => {
    const { code, stdout, stderr } = await atende(args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(said)
  })

  test('a setting that cannot work is named', async () => {
    const { code, stderr } = await atende(['tenant', 'list'], { env: { PORT: 'many' } })
    expect(code).toBe(2)
    expect(stderr).toContain('PORT')
  })

  test('help is no error and shows an example', async () => {
    for (const args of [['--help'], ['channel', 'add', '--help'], ['db', 'url', '--help']]) {
      const { code, stdout } = await atende(args)
      expect(code).toBe(0)
      expect(stdout).toMatch(/Examples?:/)
    }
  })
})

describe('without a running server', () => {
  test('migrate, twice', async () => {
    expect((await json(['migrate'])).applied.length).toBeGreaterThan(2)
    expect(await json(['migrate'])).toEqual({ applied: [] })
  })

  test('a tenant with its owner; the password comes from standard input', async () => {
    const args = ['tenant', 'create', '--name', 'Pousada Recanto', ...OWNER, '--owner-email', 'Helena@Recanto.example', '--owner-password', '-']
    expect(await json(args, { stdin: 'uma senha bem longa\n' })).toMatchObject({ slug: 'pousada-recanto', plan: 'BASIC', ownerEmail: 'helena@recanto.example' })
    const again = await atende([...args, '--json'], { stdin: 'uma senha bem longa\n' })
    expect(again).toMatchObject({ code: 1, stdout: '' })
    expect(JSON.parse(again.stderr)).toMatchObject({ error: { code: 'email_taken', hint: expect.any(String) } })
  })

  test('the address of the database says that nothing runs there now', async () => {
    expect(await json(['db', 'url'])).toMatchObject({ url: expect.stringContaining('atende_app'), role: 'app', running: false })
  })

  test('a database that is not there is a failure with a hint', async () => {
    const { code, stderr } = await atende(['tenant', 'list'], { env: { DATABASE_URL: 'postgres://x:k7-pedra-mar@127.0.0.1:1/z' } })
    expect(code).toBe(1)
    expect(stderr).toMatch(/ECONNREFUSED[\s\S]*DATABASE_URL/)
  })
})

describe('beside a running server', () => {
  let server: ReturnType<typeof begin>
  let url = ''
  beforeAll(async () => {
    server = begin(['start', '--json'])
    const first = await new Promise<string>((done, failed) => {
      let out = ''
      server.stdout.on('data', (d) => {
        out += d
        const line = out.split('\n').find((l) => l.startsWith('{"url"') && l.endsWith('}'))
        if (line) done(line)
      })
      server.once('close', (code) => failed(new Error(`the server ended with ${code}`)))
    })
    url = JSON.parse(first).url
  })
  afterAll(async () => {
    const gone = new Promise((done) => server.once('close', done))
    if (server.exitCode === null && server.signalCode === null && server.kill('SIGKILL')) await gone
  })

  test('a user made here can log in there', async () => {
    const made = await json(['user', 'create', '--tenant', 'pousada-recanto', '--name', 'Bruno', '--email', 'bruno@recanto.example', '--role', 'ATTENDANT'], {
      env: { ATENDE_PASSWORD: 'outra senha longa' },
    })
    expect(made).toMatchObject({ role: 'ATTENDANT', tenantSlug: 'pousada-recanto' })
    const answer = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'bruno@recanto.example', password: 'outra senha longa' }),
    })
    expect(answer.status).toBe(200)
  })

  test('whoever has lost phone and recovery codes logs in with the password again', async () => {
    const post = async (where: string, body: unknown, token = '') => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
      const answer = await fetch(`${url}/api/auth/${where}`, { method: 'POST', headers, body: JSON.stringify(body) })
      return (await answer.json()) as Record<string, string>
    }
    const who = { email: 'bruno@recanto.example', password: 'outra senha longa' }
    const { accessToken } = await post('login', who)
    const { secret = '' } = await post('factors/totp', {}, accessToken)
    await post('factors/totp/confirm', { code: await codeOf(secret) }, accessToken)
    expect(await post('login', who)).toHaveProperty('secondFactor')
    expect(await json(['user', 'reset-factors', '--email', who.email])).toEqual({ email: who.email })
    expect(await post('login', who)).toHaveProperty('accessToken')
    expect((await atende(['user', 'reset-factors', '--email', 'ninguem@recanto.example'])).code).toBe(2)
  })

  test('a channel, tested against Graph; the secrets do not come back', async () => {
    const emulator = await startEmulator({ quiet: true })
    const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.defaults
    const file = path.join(home, 'token')
    writeFileSync(file, `${accessToken}\n`)
    const args = ['channel', 'add', '--tenant', 'pousada-recanto', '--kind', 'whatsapp-cloud', '--phone-number-id', phoneNumberId, '--waba-id', wabaId]
    const rest = ['--access-token-file', file, '--app-secret', appSecret, '--verify-token', verifyToken, '--graph-url', emulator.graphUrl]
    // In production an address of this machine is called only when the operator says so.
    const made = await json([...args, ...rest], { env: { OUTGOING_ALLOW: '127.0.0.1' } })
    await emulator.stop()
    expect(made).toMatchObject({ status: 'connected', phoneNumberId, tenantSlug: 'pousada-recanto', verifyToken, test: { ok: true } })
    expect(JSON.stringify(made)).not.toContain(accessToken)
    expect(JSON.stringify(made)).not.toContain(appSecret)
    const handshake = await fetch(`${url}/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=42&hub.verify_token=${verifyToken}`)
    expect(await handshake.text()).toBe('42')
  })

  test('a channel whose Graph does not answer is connected all the same, and says so', async () => {
    const made = await json(['channel', 'add', '--tenant', 'pousada-recanto', ...CREDENTIALS, ...SECRETS, '--graph-url', 'http://127.0.0.1:9'])
    expect(made).toMatchObject({ status: 'error', test: { ok: false } })
    const twin = await atende(['channel', 'add', '--tenant', 'pousada-recanto', ...CREDENTIALS, ...SECRETS, '--no-test'])
    expect(twin.code).toBe(1)
    expect(twin.stderr).toMatch(/plan_limit|number_taken/)
  })

  test('channel list and tenant list', async () => {
    expect(await json(['channel', 'list', '--tenant', 'pousada-recanto'])).toHaveLength(2)
    expect(await json(['tenant', 'list'])).toMatchObject([{ slug: 'pousada-recanto', users: 2, channels: 2 }])
    const { code, stderr } = await atende(['channel', 'list', '--tenant', 'nobody'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/not_found[\s\S]*tenant list/)
  })

  test('a channel is given up', async () => {
    const release = (id: string, tenant = 'pousada-recanto') => atende(['channel', 'release', id, '--tenant', tenant])
    const [first] = await json(['channel', 'list', '--tenant', 'pousada-recanto'])
    expect((await release('not-an-id')).stderr).toContain('not_found')
    expect((await release('01990000-0000-7000-8000-000000000000')).code).toBe(1)
    expect(await release(first.id)).toMatchObject({ code: 0, stdout: expect.stringContaining('Removed') })
    expect(await json(['channel', 'list', '--tenant', 'pousada-recanto'])).toHaveLength(1)
  })

  test('new keys, while the server runs', async () => {
    const kept = () => JSON.parse(readFileSync(path.join(home, 'secrets.json'), 'utf8'))
    const before = kept()
    expect((await atende(['keys', 'rotate', 'tenant'])).code).toBe(2)
    expect(await json(['keys', 'rotate', 'tenant', '--all'])).toMatchObject([{ version: expect.any(Number) }])
    expect(await json(['keys', 'rotate', 'master'])).toMatchObject({ removePrevious: false })
    expect((await atende(['keys', 'rotate', 'server', '--wait', 'long'])).code).toBe(2)
    expect(await json(['keys', 'rotate', 'server', '--wait', '2'])).toMatchObject({ version: 2, broken: 0 })
    expect(kept()).toEqual({ ...before, encryptionKey: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(kept().encryptionKey).not.toBe(before.encryptionKey)
    expect(await json(['keys', 'status'])).toMatchObject([{ slug: 'pousada-recanto', versions: [expect.any(Number)], stale: false }])
    const body = JSON.stringify({ email: 'bruno@recanto.example', password: 'outra senha longa' })
    const answer = await fetch(`${url}/api/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    expect(answer.status).toBe(200)
    // A master key that is lost opens nothing: said, not guessed.
    const wrong = await atende(['tenant', 'list'], { env: { ENCRYPTION_KEY: randomBytes(32).toString('hex') } })
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('ENCRYPTION_KEY_PREVIOUS') })
  })

  test('the address of the database works', async () => {
    const { url: address, running } = await json(['db', 'url', '--owner'])
    expect(running).toBe(true)
    const client = new pg.Client({ connectionString: address })
    await client.connect()
    const { rows } = await client.query('select slug from tenants')
    await client.end()
    expect(rows).toEqual([{ slug: 'pousada-recanto' }])
  })

  test('limits of an address are forgotten, and bans listed', async () => {
    expect(await json(['limits', 'clear', '2001:db8::7'])).toEqual({ network: '2001:db8::/64', bans: 0 })
    expect(await json(['limits', 'bans'])).toEqual({ bans: [] })
  })

  test('what was changed here stands in the diary, in the order in which it was done', async () => {
    const { url: address } = await json(['db', 'url', '--owner'])
    const client = new pg.Client({ connectionString: address })
    await client.connect()
    const { rows } = await client.query(
      "select action, tenant_id is null as server, actor_user_id from audit_logs where action !~ '^(session|factor.totp|admin)' order by at, seq",
    )
    await client.end()
    expect(rows.every((r) => r.actor_user_id === null || r.action.startsWith('factor'))).toBe(true)
    expect(rows.filter((r) => !r.server).map((r) => r.action)).toEqual(
      expect.arrayContaining(['tenant.create', 'user.create', 'factor.reset_by_operator', 'channel.create', 'channel.delete', 'keys.rotate']),
    )
    expect(rows.filter((r) => r.server).map((r) => r.action)).toEqual(['keys.rotate', 'keys.rotate', 'limits.clear'])
    expect(await json(['audit', 'verify'])).toMatchObject({})
  })

  test('SIGTERM ends it cleanly, the database too', async () => {
    const ended = new Promise((done) => server.once('close', done))
    server.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(await json(['db', 'url'])).toMatchObject({ running: false })
  })
})

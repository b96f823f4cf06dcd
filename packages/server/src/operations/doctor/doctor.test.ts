import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { generateIdentity, identityToRecipient } from 'age-encryption'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { alive } from '../../platform/embedded-postgres.ts'
import { freePort } from '../../platform/ports.ts'
import { atende, type Started, startAtende } from '../../testing/atende-command.ts'
import { startRedis } from '../../testing/redis-process.ts'
import { startSmtpStandIn } from '../../testing/smtp-stand-in.ts'
import { sqlAs } from '../../testing/test-database.ts'
import { eventually } from '../../testing/test-server.ts'
import { createAuthority, startTlsProxy } from '../../testing/tls-stand-in.ts'
import { peekEmbedded, peekSecrets } from './peek.ts'

type Check = { id: string; status: string; message: string; todo: string | null; runbook: string | null; fix?: string }
type Report = { ok: boolean; checks: Check[]; mended?: { id: string; what: string; error?: string }[] }

/** What depends on the machine that runs the tests, and on how busy it is. */
const OF_MACHINE = /^(machine|disk\.space|disk\.inodes|network\.(closed_ports|own_ports|clock)|host|server\.health|backup\.elsewhere)/
const HOST = 'atende.test'
// Each step starts a process or two; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const home = mkdtempSync(path.join(tmpdir(), 'atende-doctor-home-'))
// PostgreSQL runs as another user when the tests run as root.
chmodSync(home, 0o755)
const authority = createAuthority()
let env: Record<string, string> = {}
let server: Started
let redis: Awaited<ReturnType<typeof startRedis>>
let smtp: Awaited<ReturnType<typeof startSmtpStandIn>>
let proxy: Awaited<ReturnType<typeof startTlsProxy>>

async function doctor(args: readonly string[] = [], more: Record<string, string> = {}) {
  const { code, stdout, stderr } = await atende(['doctor', ...args, '--json'], { ...env, ...more })
  if (!stdout.startsWith('{')) throw new Error(`exit ${code}: ${stderr}`)
  const report: Report = JSON.parse(stdout)
  const by = new Map(report.checks.map((c) => [c.id, c]))
  return { code, report, of: (id: string) => by.get(id), status: Object.fromEntries(report.checks.map((c) => [c.id, c.status])) }
}
const superUrl = (): string => `postgres://postgres:${peekSecrets(home)?.postgresPassword}@127.0.0.1:${peekEmbedded(home)?.port}/atende`
const sql = (text: string, values: unknown[] = []) => sqlAs(superUrl(), text, values)

beforeAll(async () => {
  ;[redis, smtp] = await Promise.all([startRedis(), startSmtpStandIn({ refuseFirst: 0 })])
  const port = await freePort(27_300)
  proxy = await startTlsProxy(authority.issue(HOST, 60), `http://127.0.0.1:${port}`)
  env = {
    DATA_DIR: home,
    // Whatever the tests run in.
    container: '',
    PORT: String(port),
    LOG_LEVEL: 'error',
    GRAPH_URL: 'http://127.0.0.1:9',
    PUBLIC_URL: `https://${HOST}:${proxy.port}`,
    OUTGOING_HOSTS: `${HOST}=127.0.0.1`,
    TRUSTED_PROXIES: 'loopback',
    NODE_EXTRA_CA_CERTS: authority.file,
    REDIS_URL: redis.url,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtp.port),
    MAIL_FROM: 'Atende <atende@example.com>',
    BACKUP_DIR: home,
    BACKUP_RUN: 'elsewhere',
    BACKUP_RECIPIENT: await identityToRecipient(await generateIdentity()),
  }
  server = await startAtende(env)
  const owner = ['--email', 'contato@recanto.example', '--owner-name', 'Helena Prado', '--owner-email', 'helena@recanto.example', '--owner-password', '-']
  const make = async (args: string[], stdin?: string) => expect(await atende(args, env, stdin)).toMatchObject({ code: 0 })
  await make(['tenant', 'create', '--name', 'Recanto', ...owner], 'uma senha bem longa\n')
  const number = [
    '--phone-number-id',
    '106540352242922',
    '--waba-id',
    '102290129340398',
    '--access-token',
    'a-token-of-the-test',
    '--app-secret',
    'an-app-secret',
  ]
  await make(['channel', 'add', '--tenant', 'recanto', '--kind', 'whatsapp-cloud', '--name', 'Recepção', ...number])
  await sql("update channels set handshake_at = now(), last_webhook_at = now(), token_valid = true, status = 'connected', last_error = null")
  for (const kind of ['backup', 'restore-test']) {
    const run = [kind, JSON.stringify({ bytes: 5_000_000 })]
    await sql("insert into server_runs (id, kind, host, ended_at, outcome, details) values (gen_random_uuid(), $1, 'here', now(), 'ok', $2)", run)
  }
})
afterAll(async () => {
  await server.end('SIGTERM').catch(() => {})
  await Promise.all([redis.close(), smtp.stop(), proxy.close()])
  authority.remove()
  rmSync(home, { recursive: true, force: true })
})

describe('everything well', () => {
  it('a copy of the key is confirmed by naming the check, not by --yes alone', async () => {
    const first = await doctor(['--fix', '--yes'])
    expect(first.of('keys.copy')).toMatchObject({ status: 'warn', runbook: 'lost-master-key' })
    // Nor by naming its kind, or another one beside it.
    for (const named of ['keys', 'keys.master,disk.folders']) await doctor(['--fix', '--yes', '--only', named])
    expect((await doctor(['--only', 'keys.copy'])).status).toEqual({ 'keys.copy': 'warn' })
    expect((await doctor(['--fix', '--yes', '--only', 'keys.copy'])).of('keys.copy')).toMatchObject({ status: 'ok' })
  })

  it('answers 0, also with --strict, and says little', async () => {
    const all = await doctor()
    const ill = all.report.checks.filter((c) => !OF_MACHINE.test(c.id) && !['ok', 'skipped'].includes(c.status))
    expect(ill).toEqual([])
    expect(all.report.checks.length).toBeGreaterThan(60)
    const ids = all.report.checks.filter((c) => !OF_MACHINE.test(c.id)).map((c) => c.id)
    const { code, stdout } = await atende(['doctor', '--strict', '--lang', 'pt-BR', '--only', ids.join(',')], env)
    expect([code, stdout.trim().split('\n').length]).toEqual([0, 1])
    expect(stdout).toMatch(/^Tudo bem: \d+ ok/)
  })
})

describe('its verdict on record', () => {
  const newest = async () => (await sql("select outcome, details from server_runs where kind = 'doctor' order by started_at desc limit 1"))[0]

  it('is kept when asked for, with what was wrong', async () => {
    const looked = await doctor(['--record'])
    const ids = (status: string) => looked.report.checks.filter((c) => c.status === status).map((c) => c.id)
    const details = { fail: ids('fail').length, warn: ids('warn').length, ids: [...ids('fail'), ...ids('warn')] }
    expect(await newest()).toEqual({ outcome: looked.code === 0 ? 'ok' : 'failed', details })
    const ill = await doctor(['--record'], { SUPER_ADMIN_PASSWORD: 'changeme' })
    expect(ill.code).toBe(1)
    expect(await newest()).toMatchObject({ outcome: 'failed', details: { ids: expect.arrayContaining(['secrets.strength']) } })
    await sql("delete from server_runs where kind = 'doctor'")
  })

  it('is about everything, or there is none', async () => {
    expect(await atende(['doctor', '--record', '--only', 'disk'], env)).toMatchObject({ code: 2, stderr: expect.stringContaining('--only') })
    await doctor()
    expect(await newest()).toBeUndefined()
  })
})

describe('faults of the settings', () => {
  it('names each, and looks at everything else all the same', async () => {
    const wrong = {
      TRUSTED_PROXYES: 'x',
      RATE_LIMIT_SENT: '3',
      LOG_LEVEL: 'loud',
      STORAGE: 's3',
      SUPER_ADMIN_PASSWORD: 'changeme',
      OUTGOING_ALLOW: '10.0.0.0/8',
      SMTP_HOST: '',
      MAIL_FROM: '',
    }
    const { code, of } = await doctor([], wrong)
    expect(code).toBe(1)
    expect(of('config.valid')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/LOG_LEVEL.*S3_BUCKET: is needed/),
      todo: expect.stringContaining('restart'),
    })
    expect(of('config.names')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/TRUSTED_PROXYES is unknown; TRUSTED_PROXIES .*RATE_LIMIT_SENT is unknown/),
    })
    expect(of('secrets.strength')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('SUPER_ADMIN_PASSWORD'),
      todo: expect.stringContaining('atende secrets make'),
    })
    expect(of('secrets.strength')?.message).not.toContain('changeme')
    expect(of('config.outgoing')).toMatchObject({ status: 'warn', message: expect.stringContaining('10.0.0.0/8') })
    expect(of('mail.connect')?.status).toBe('warn')
    expect(of('database.rls')?.status).toBe('ok')
  })

  it('a wrong master key, a missing folder, a missing file of a secret, no proxy, backups that can be read', async () => {
    const folder = path.join(home, 'not-yet')
    const wrong = {
      ENCRYPTION_KEY: `${'3f9a'.repeat(15)}c0de`,
      AUDIT_COPY_DIR: folder,
      META_APP_SECRET_FILE: '/no/such/file',
      TRUSTED_PROXIES: '',
      BACKUP_RECIPIENT: 'AGE-SECRET-KEY-1X',
      NODE_ENV: 'development',
    }
    const { status, of } = await doctor([], wrong)
    expect(status).toMatchObject({
      'keys.master': 'fail',
      'disk.folders': 'fail',
      'config.valid': 'fail',
      'config.proxies': 'fail',
      'backup.recipient': 'fail',
      'config.contradictions': 'fail',
    })
    expect(of('keys.master')).toMatchObject({ runbook: 'lost-master-key', todo: expect.stringContaining('never make a new one') })
    const mended = await doctor(['--fix', '--yes', '--only', 'disk.folders'], { AUDIT_COPY_DIR: folder })
    expect([mended.code, mended.status['disk.folders'], existsSync(folder)]).toEqual([0, 'ok', true])
  })
})

describe('faults of the database', () => {
  const ids = ['secrets.files', 'database.roles', 'database.rls', 'database.indexes', 'database.bloat', 'jobs.failed']
  it('finds them, mends what is safe, and is well again', async () => {
    // Not secrets.json: a server that looks after its keys meanwhile closes that one by itself.
    const secret = path.join(home, 'metrics.token')
    writeFileSync(secret, 'c2'.repeat(20))
    chmodSync(secret, 0o644)
    const more = { METRICS_TOKEN_FILE: secret }
    await sql('alter role atende_app superuser')
    await sql('alter table messages no force row level security')
    await sql("update pg_index set indisvalid = false where indexrelid = 'messages_words'::regclass")
    await sql('alter table server_runs set (autovacuum_enabled = false)')
    await sql("insert into server_runs (id, kind, host) select gen_random_uuid(), 'update', 'here' from generate_series(1, 20000)")
    await sql("delete from server_runs where kind = 'update'")
    await sql(
      "insert into pgboss.job (id, name, data, state, completed_on) select gen_random_uuid(), 'messages.mark-read', jsonb_build_object('tenantId', id, 'conversationId', id), 'failed', now() from tenants",
    )
    await eventually(async () => (await sql("select 1 from pg_stat_user_tables where relname = 'server_runs' and n_dead_tup > 10000")).length > 0)

    const only = ['--only', ids.join(',')]
    const found = await doctor(only, more)
    expect(found.code).toBe(1)
    expect(found.status).toEqual({
      'secrets.files': 'fail',
      'database.roles': 'fail',
      'database.rls': 'fail',
      'database.indexes': 'fail',
      'database.bloat': 'warn',
      'jobs.failed': 'warn',
    })
    for (const check of found.report.checks) expect(check).toMatchObject({ todo: expect.stringMatching(/\w/), fix: expect.stringMatching(/\w/) })
    expect(found.of('database.rls')?.message).toBe('messages is open to every company')

    const asked = await atende(['doctor', '--fix', ...only], { ...env, ...more })
    expect([asked.code, asked.stdout.includes('Would mend:'), /^mended/m.test(asked.stdout)]).toEqual([1, true, false])

    const mended = await doctor(['--fix', '--yes', ...only], more)
    expect(mended.report.mended?.filter((m) => m.error !== undefined)).toEqual([])
    expect(new Set(mended.report.mended?.map((m) => m.id))).toEqual(new Set(ids))
    // It has looked again by itself.
    expect(mended).toMatchObject({ code: 0, status: Object.fromEntries(ids.map((id) => [id, 'ok'])) })
    await eventually(async () => (await sql("select 1 from pgboss.job where state = 'completed' and name = 'messages.mark-read'")).length > 0)
  })

  it('tells work that does not move, numbers that stand still, and a diary that was changed', async () => {
    await sql("insert into pgboss.job (id, name, data, state, completed_on) select gen_random_uuid(), 'access.send-mail', '{}', 'failed', now()")
    await sql(
      `insert into webhook_events (id, tenant_id, body, received_at, retry_at, attempts) select gen_random_uuid(), id, 'x', now() - interval '2 hours', now() + interval '1 hour', a.n
      from tenants, (values (1), (25)) a (n)`,
    )
    await sql(
      "insert into send_pace (channel_id, tenant_id, hold_until, hold_code) select id, tenant_id, now() + interval '1 hour', 190 from channels on conflict (channel_id) do update set hold_code = 190",
    )
    await sql("update channels set token_valid = false, last_webhook_at = now() - interval '30 days', can_send = 'BLOCKED'")
    await sql("update server_runs set ended_at = now() - interval '4 days', started_at = now() - interval '4 days' where kind = 'backup'")
    await sql(
      "insert into server_runs (id, kind, host, ended_at, outcome, details) values (gen_random_uuid(), 'restore-test', 'here', now(), 'failed', '{\"error\":\"counts_differ\"}')",
    )
    await sql(
      "insert into server_runs (id, kind, host, details) values (gen_random_uuid(), 'archive', 'here', jsonb_build_object('s3_seen', now(), 's3_at', now() - interval '2 hours', 's3_gap', true, 's3_error', 'target_unreachable'))",
    )
    const [last] = await sql('select max(name) name from kysely_migration')
    await sql('update kysely_migration set name = $1 where name = $2', ['9999_of_tomorrow', last?.name])
    await sql(
      "alter table audit_logs disable trigger all; update audit_logs set action = 'nothing.happened' where seq = 1; alter table audit_logs enable trigger all",
    )
    const { of, status } = await doctor()
    const expected = {
      'jobs.failed': 'warn',
      'deliveries.waiting': 'fail',
      'deliveries.failed': 'warn',
      'messages.waiting': 'fail',
      'channels.token': 'fail',
      'channels.state': 'fail',
      'channels.webhook': 'warn',
      'backup.age': 'fail',
      'backup.restore_test': 'fail',
      'backup.archive': 'fail',
      'database.migrations': 'fail',
      'audit.chain': 'fail',
    }
    expect(status).toMatchObject(expected)
    // A mail of hours ago is not sent again by a command.
    expect(of('jobs.failed')?.fix).toBeUndefined()
    expect(of('channels.token')).toMatchObject({
      message: 'recanto/Recepção: refused or expired',
      runbook: 'token-revoked',
      todo: expect.stringContaining('Settings › Channels'),
    })
    expect(of('backup.archive')?.message).toMatch(/s3: complete 2 h ago \(target_unreachable\).*a piece of the archive is missing/s)
    expect(of('backup.restore_test')?.message).toContain('counts_differ')
    expect(of('database.migrations')).toMatchObject({ message: expect.stringContaining(String(last?.name)), todo: expect.stringContaining('atende migrate') })
    await sql('update kysely_migration set name = $2 where name = $1', ['9999_of_tomorrow', last?.name])
  })
})

describe('faults of what stands around', () => {
  it('Redis: its policy, its absence', async () => {
    const client = new Redis(redis.url)
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
    expect((await doctor(['--only', 'redis'])).of('redis.policy')).toMatchObject({
      status: 'fail',
      todo: expect.stringContaining('noeviction'),
      runbook: 'redis',
    })
    await client.config('SET', 'maxmemory-policy', 'noeviction')
    client.disconnect()
    await redis.kill()
    expect((await doctor(['--only', 'redis'])).status).toEqual({ 'redis.reachable': 'fail', 'redis.policy': 'skipped', 'redis.memory': 'skipped' })
    await redis.start()
  })

  it('the certificate: expired, of another name, nearly over, of nobody', async () => {
    const seen = async (more: Record<string, string> = {}) => (await doctor(['--only', 'network.certificate'], more)).of('network.certificate')
    proxy.use(authority.issue(HOST, -3))
    expect(await seen()).toMatchObject({ status: 'fail', message: expect.stringMatching(/expired \d days ago/), runbook: 'certificate' })
    proxy.use(authority.issue('another.test', 60))
    expect(await seen()).toMatchObject({ status: 'fail', message: `it is for another.test, not for ${HOST}` })
    proxy.use(authority.issue(HOST, 10))
    expect(await seen()).toMatchObject({ status: 'warn' })
    expect(await seen({ NODE_EXTRA_CA_CERTS: '' })).toMatchObject({ status: 'fail', message: expect.stringContaining('nobody trusts it') })
    proxy.use(authority.issue(HOST, 60))
  })

  it('a clock that is off, a webhook that somebody else answers, a name without address, mails that are not taken', async () => {
    proxy.change.date = new Date(Date.now() - 300_000).toUTCString()
    proxy.change.answer = (url) => (url.startsWith('/webhooks') ? '<html>Please log in</html>' : undefined)
    const { status, of } = await doctor(['--only', 'network,mail'], { SMTP_PORT: '9' })
    expect(status).toMatchObject({ 'network.clock': 'fail', 'network.webhook': 'fail', 'network.public_url': 'ok', 'mail.connect': 'fail' })
    expect(of('network.webhook')).toMatchObject({ runbook: 'webhook', message: expect.stringContaining('200') })
    Object.assign(proxy.change, { date: undefined, answer: undefined })
    const lost = await doctor(['--only', 'network'], { PUBLIC_URL: 'https://nowhere.invalid' })
    expect(lost.status).toMatchObject({ 'network.dns': 'fail', 'network.public_url': 'fail', 'network.webhook': 'skipped', 'network.certificate': 'fail' })
  })
})

describe('used wrongly, and when nothing runs', () => {
  it('an unknown check is a mistake of the caller; --list has every id', async () => {
    expect(await atende(['doctor', '--only', 'heart'], env)).toMatchObject({ code: 2, stderr: expect.stringContaining('--list') })
    expect((await atende(['doctor', '--list'], env)).stdout).toContain('keys.copy')
  })

  it('warnings alone answer 3 with --strict', async () => {
    expect((await doctor(['--only', 'config.names', '--strict'], { SMTP_PORTT: '1' })).code).toBe(3)
  })

  it('server and database killed: it says so, skips what it cannot know, and clears what they left', async () => {
    const pid = peekEmbedded(home)?.pid ?? 0
    await server.end('SIGKILL')
    process.kill(pid, 'SIGKILL')
    await eventually(() => !alive(pid))
    const { code, status, of } = await doctor()
    expect(code).toBe(1)
    expect(status).toMatchObject({
      'server.running': 'fail',
      'database.reachable': 'fail',
      'database.rls': 'skipped',
      'jobs.failed': 'skipped',
      'network.public_url': 'fail',
      'redis.policy': 'ok',
      'server.leftovers': 'warn',
    })
    expect(of('server.leftovers')?.message).toMatch(/running\.json.*postmaster\.pid/)
    expect((await doctor(['--fix', '--yes', '--only', 'server.leftovers'])).status).toEqual({ 'server.leftovers': 'ok' })
    server = await startAtende(env)
    const again = await doctor(['--only', 'server.running,database.reachable,server.leftovers'])
    expect([again.code, again.status['database.reachable']]).toEqual([0, 'ok'])
  })

  it('makes nothing where nothing is', async () => {
    const nowhere = path.join(home, 'nowhere')
    const { status } = await doctor([], { DATA_DIR: nowhere })
    expect([status['keys.master'], existsSync(nowhere)]).toEqual(['fail', false])
    writeFileSync(path.join(home, 'broken.json'), 'no')
    expect(readFileSync(path.join(home, 'secrets.json'), 'utf8')).toContain('encryptionKey')
  })
})

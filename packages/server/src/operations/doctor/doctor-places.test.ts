import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { proofOf } from '../../features/health/health.ts'
import { freePort } from '../../platform/ports.ts'
import { atende, type Started, startAtende } from '../../testing/atende-command.ts'
import { sqlAs } from '../../testing/test-database.ts'
import { eventually } from '../../testing/test-server.ts'
import { createAuthority, startTlsProxy } from '../../testing/tls-stand-in.ts'
import { peekEmbedded, peekSecrets } from './peek.ts'

/** Where the doctor stands: in a container, behind an address that may be another's, beside clocks that agree with themselves. */
const HOST = 'atende.test'
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const home = mkdtempSync(path.join(tmpdir(), 'atende-places-'))
chmodSync(home, 0o755)
const authority = createAuthority()
/** In front of the PATH of the server: what systemd says of the clock here, where there is one. */
const tools = mkdtempSync(path.join(tmpdir(), 'atende-tools-'))
let env: Record<string, string> = {}
let server: Started
/** What stands where WhatsApp is; its clock is two hours ahead of ours at first. */
let ahead = 7_200_000
const meta = createServer((_, answer) => answer.writeHead(400, { date: new Date(Date.now() + ahead).toUTCString() }).end())
let proxy: Awaited<ReturnType<typeof startTlsProxy>>

type Check = { id: string; status: string; message: string; todo: string | null; fix?: string }
async function doctor(only: string, more: Record<string, string> = {}, args: readonly string[] = []) {
  const { code, stdout, stderr } = await atende(['doctor', '--only', only, ...args, '--json'], { ...env, ...more })
  if (!stdout.startsWith('{')) throw new Error(`exit ${code}: ${stderr}`)
  const checks: Check[] = JSON.parse(stdout).checks
  return { code, of: (id: string) => checks.find((c) => c.id === id), status: Object.fromEntries(checks.map((c) => [c.id, c.status])) }
}
const superUrl = (): string => `postgres://postgres:${peekSecrets(home)?.postgresPassword}@127.0.0.1:${peekEmbedded(home)?.port}/atende`
const sql = <R extends Record<string, unknown>>(text: string) => sqlAs<R>(superUrl(), text)

beforeAll(async () => {
  await new Promise<void>((done) => meta.listen(0, '127.0.0.1', done))
  const address = meta.address()
  const port = await freePort(27_500)
  // An address of this machine that no interface names, as behind the translation of a cloud.
  proxy = await startTlsProxy(authority.issue(HOST, 60), `http://127.0.0.1:${port}`, { host: '127.0.0.2' })
  env = {
    DATA_DIR: home,
    container: '',
    PORT: String(port),
    LOG_LEVEL: 'error',
    GRAPH_URL: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    ALERT_MINUTE_MS: '200',
    PUBLIC_URL: `https://${HOST}:${proxy.port}`,
    OUTGOING_HOSTS: `${HOST}=127.0.0.2`,
    TRUSTED_PROXIES: 'loopback',
    NODE_EXTRA_CA_CERTS: authority.file,
  }
  writeFileSync(path.join(tools, 'timedatectl'), '#!/bin/sh\necho no\n', { mode: 0o755 })
  server = await startAtende({ ...env, PATH: `${tools}:${process.env.PATH}` })
})
afterAll(async () => {
  await server.end('SIGTERM').catch(() => {})
  await proxy.close()
  meta.closeAllConnections()
  await new Promise((done) => meta.close(done))
  authority.remove()
  for (const folder of [home, tools]) rmSync(folder, { recursive: true, force: true })
})

describe('whose server answers at PUBLIC_URL', () => {
  const names = 'network.dns,network.public_url,network.webhook'
  const docker = { container: 'docker' }

  it('this one, also where the machine does not know its own address', async () => {
    expect((await doctor(names, docker)).status).toEqual({ 'network.dns': 'ok', 'network.public_url': 'ok', 'network.webhook': 'ok' })
  })

  it('the one that was left behind, with a copy of the data: it beats in another database', async () => {
    proxy.change.answer = (url) => (url.startsWith('/alive') ? JSON.stringify({ status: 'alive', proof: 'ab'.repeat(32) }) : undefined)
    const { code, status, of } = await doctor(`${names},server.running`, docker)
    expect([code, status]).toEqual([1, { 'server.running': 'ok', 'network.dns': 'fail', 'network.public_url': 'fail', 'network.webhook': 'skipped' }])
    expect(of('network.public_url')?.todo).toContain('stop the old one')
  })

  it('one that is too busy to say so in the database is no stranger, while others of it do', async () => {
    const [silent] = await sql<{ id: string }>(
      "insert into server_processes select gen_random_uuid(), 'web', host, port, pid, version, started_at, now() - interval '2 minutes', rss_mib, memory_percent, answers, errors from server_processes returning id::text",
    )
    const proof = (url: string) => proofOf(silent?.id ?? '', new URL(url, 'http://x').searchParams.get('nonce') ?? '')
    proxy.change.answer = (url) => (url.startsWith('/alive') ? JSON.stringify({ status: 'alive', proof: proof(url) }) : undefined)
    const { status, of } = await doctor(names, docker)
    expect(status).toEqual({ 'network.dns': 'skipped', 'network.public_url': 'ok', 'network.webhook': 'ok' })
    expect(of('network.public_url')?.message).toContain('could not be seen')
    await sql(`delete from server_processes where id = '${silent?.id}'`)
  })

  it('nobody knows, when it proves nothing: skipped, and not well', async () => {
    proxy.change.answer = (url) => (url.startsWith('/alive') ? '{"status":"alive"}' : undefined)
    const { status, of } = await doctor(names, docker)
    expect(status).toEqual({ 'network.dns': 'skipped', 'network.public_url': 'ok', 'network.webhook': 'ok' })
    expect(of('network.public_url')?.message).toContain('could not be seen')
    proxy.change.answer = undefined
  })
})

describe('the clock', () => {
  const clock = async (more: Record<string, string> = {}) => (await doctor('network.clock', more)).of('network.clock')
  const folder = mkdtempSync(path.join(tmpdir(), 'atende-clock-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('is compared with one that stands elsewhere: its own proxy and database agree with any', async () => {
    expect(await clock()).toMatchObject({ status: 'fail', message: expect.stringMatching(/WhatsApp: 7(19\d|200) s apart/) })
    await eventually(
      async () => (await sql("select 1 from server_alerts where code = 'clock_skew' and details ->> 'seconds' ~ '^-7(19[0-9]|200)$'")).length > 0,
    )
    ahead = 0
    // What was wrong is looked at again before long.
    await eventually(async () => (await sql("select 1 from server_alerts where code = 'clock_skew' and resolved_at is not null")).length > 0)
    expect(await clock()).toMatchObject({ status: 'ok', message: expect.stringContaining('WhatsApp') })
  })

  it('or systemd knows; and where nobody does, nobody says that it is right', async () => {
    const say = (word: string) => writeFileSync(path.join(folder, 'timedatectl'), `#!/bin/sh\necho ${word}\n`, { mode: 0o755 })
    expect(await clock({ GRAPH_URL: 'http://127.0.0.1:9', PATH: '/nonexistent' })).toMatchObject({ status: 'skipped' })
    say('yes')
    expect(await clock({ GRAPH_URL: 'http://127.0.0.1:9', PATH: `${folder}:/bin` })).toMatchObject({ status: 'ok' })
    say('no')
    expect(await clock({ GRAPH_URL: 'http://127.0.0.1:9', PATH: `${folder}:/bin` })).toMatchObject({ status: 'warn', todo: expect.stringContaining('set-ntp') })
  })
})

describe('in a container', () => {
  it('the folder and the bucket of backups that another container makes are not missed', async () => {
    const compose = { BACKUP_RUN: 'elsewhere', BACKUP_DIR: path.join(home, 'nowhere'), BACKUP_S3_BUCKET: '', BACKUP_RECIPIENT: `age1${'q'.repeat(58)}` }
    expect((await doctor('disk.folders,backup.elsewhere', { ...compose, container: 'docker' })).status).toEqual({
      'disk.folders': 'ok',
      'backup.elsewhere': 'skipped',
    })
    // On a plain server a folder that is gone is a disk that is gone.
    expect((await doctor('disk.folders,backup.elsewhere', compose)).status).toEqual({ 'disk.folders': 'fail', 'backup.elsewhere': 'warn' })
  })

  it('where no backups are made, as compose names their folder all the same, that is told once; nobody has a key to miss', async () => {
    const { status, of } = await doctor('backup', {
      BACKUP_RUN: 'elsewhere',
      BACKUP_DIR: '/backups',
      BACKUP_S3_BUCKET: '',
      BACKUP_RECIPIENT: '',
      container: 'docker',
    })
    expect(Object.entries(status).filter(([, s]) => s !== 'skipped')).toEqual([['backup.age', 'warn']])
    expect(of('backup.age')).toMatchObject({ message: 'no backups are set up', todo: expect.stringContaining('BACKUP_RECIPIENT') })
  })

  it('what may belong to a process of another one is neither dead nor cleared away; nor is what still answers', async () => {
    const other = mkdtempSync(path.join(tmpdir(), 'atende-other-'))
    mkdirSync(path.join(other, 'postgres/data'), { recursive: true })
    const plant = (port: number) => writeFileSync(path.join(other, 'postgres/data/postmaster.pid'), `4194000\n${other}/postgres/data\n0\n${port}\n`)
    const look = async (container: string) => (await doctor('server.leftovers', { DATA_DIR: other, container, PORT: '9' })).of('server.leftovers')
    plant(peekEmbedded(home)?.port ?? 0)
    expect(await look('')).toMatchObject({ status: 'ok' })
    plant(await freePort(27_700))
    expect(await look('')).toMatchObject({ status: 'warn', fix: expect.stringContaining('postmaster.pid') })
    const inside = await look('docker')
    expect([inside?.status, inside?.fix]).toEqual(['skipped', undefined])
    rmSync(other, { recursive: true, force: true })
  })

  it('ports of the machine are tried from outside, and what only the machine knows is not guessed', async () => {
    const found = (await doctor('network.closed_ports', { container: 'docker' })).of('network.closed_ports')
    expect(found?.status === 'fail' ? found.message : (found?.message ?? '')).toMatch(/answers from outside the containers|sudo ss -Hltn/)
    expect(found?.status).toMatch(/fail|skipped/)
  })
})

describe('the server, and not the doctor', () => {
  it('has the limit of open files that counts', async () => {
    const limit = (soft: string) => execFileSync('prlimit', ['--pid', String(server.pid), `--nofile=${soft}:`])
    const before = execFileSync('prlimit', ['--pid', String(server.pid), '--nofile', '--noheadings', '-o', 'SOFT'], { encoding: 'utf8' }).trim()
    expect((await doctor('machine.files')).of('machine.files')).toMatchObject({ status: 'ok', message: `limit ${before}` })
    limit('512')
    expect((await doctor('machine.files')).of('machine.files')).toMatchObject({
      status: 'warn',
      message: 'limit 512',
      todo: expect.stringContaining('LimitNOFILE'),
    })
    limit(before)
  })

  it('a look that breaks is not well: exit 1', async () => {
    await sql('alter table audit_heads rename to audit_heads_away')
    const { code, status, of } = await doctor('audit')
    await sql('alter table audit_heads_away rename to audit_heads')
    expect([code, status]).toEqual([1, { 'audit.chain': 'fail', 'audit.checkpoints': 'fail' }])
    expect(of('audit.chain')?.message).toContain('could not be checked')
  })

  it('counts its statements in the embedded database, without their values, for nobody but the operator', async () => {
    expect((await doctor('database.slow')).status).not.toEqual({ 'database.slow': 'skipped' })
    await Promise.all(Array.from({ length: 20 }, () => sql("select pg_sleep(0.6), 'zqxjwvk'")))
    expect((await doctor('database.slow')).of('database.slow')).toMatchObject({
      status: 'warn',
      message: expect.stringMatching(/\d+: \d+ ms on average, 20 times/),
    })
    const texts = await sql<{ query: string }>(
      "select query from server_stats.pg_stat_statements where query like '%pg_sleep%' or query ilike '%password%' or query like '%zqxjwvk%'",
    )
    expect(texts.map((t) => t.query)).toContain('select pg_sleep($1), $2')
    expect(JSON.stringify(texts)).not.toMatch(/zqxjwvk|password '/)
    expect(
      await sql("select has_schema_privilege('atende_app', 'server_stats', 'usage') may, has_schema_privilege('atende_owner', 'server_stats', 'usage') owner"),
    ).toEqual([{ may: false, owner: false }])
  })
})

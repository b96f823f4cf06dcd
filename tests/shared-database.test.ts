import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { freePort } from '../packages/server/src/platform/ports.ts'
import { type ServerProcess, startServerProcess } from '../packages/server/src/testing/server-process.ts'
import { delivery, inbound, post } from '../packages/server/src/testing/test-channel.ts'
import { sqlAs } from '../packages/server/src/testing/test-database.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'

/** The embedded PostgreSQL as a service of its own, with two web processes and a worker on one data folder, as a small server runs. */
const CLI = path.resolve(import.meta.dirname, '../packages/server/src/cli.ts')
const home = mkdtempSync(path.join(tmpdir(), 'atende-shared-'))
chmodSync(home, 0o755)
const PORT = await freePort(25_900)
const env = {
  DATA_DIR: home,
  EMBEDDED_DATABASE: 'shared',
  EMBEDDED_PORT: String(PORT),
  NODE_ENV: 'test',
  DATABASE_URL: '',
  DATABASE_OWNER_URL: '',
  REDIS_URL: '',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'info',
}
const channel = { wabaId: '555000333', phoneNumberId: '555000444', appSecret: 'shared-secret' }
const login = { email: 'junta@example.com', password: 'uma senha bem longa' }

type Run = { child: ChildProcess; out: () => string; err: () => string; ended: Promise<number | null> }
function run(args: readonly string[], more: Record<string, string> = {}, stdin = ''): Run {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], { env: { ...process.env, ...env, ...more }, stdio: 'pipe' })
  let [out, err] = ['', '']
  child.stdout.on('data', (d) => (out += d))
  child.stderr.on('data', (d) => (err += d))
  child.stdin.end(stdin)
  return { child, out: () => out, err: () => err, ended: new Promise((done) => child.once('close', done)) }
}
const started: Run[] = []
async function serve(more: Record<string, string> = {}): Promise<Run> {
  const service = run(['db', 'serve'], more)
  started.push(service)
  await eventually(async () => service.child.exitCode !== null || service.out().includes('the database is ready'), 60_000)
  return service
}
const postmaster = (): number => Number(readFileSync(path.join(home, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0])
const start = (port: number, role: string) => startServerProcess({ ...env, LOG_LEVEL: 'silent', PORT: String(port), ROLE: role })

let [one, two, worker]: (ServerProcess | undefined)[] = []
afterAll(async () => {
  for (const server of [one, two, worker]) if (server?.child.exitCode === null) await server.stop()
  for (const service of started) if (service.child.exitCode === null && service.child.kill('SIGTERM')) await service.ended
  rmSync(home, { recursive: true, force: true })
})

const call = async (server: ServerProcess | undefined, method: string, url: string, body?: object, token = '') => {
  const response = await fetch(`${server?.url}${url}`, {
    method,
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => undefined)
  return { status: response?.status ?? 0, body: await response?.json().catch(() => undefined) }
}
const logIn = async (server: ServerProcess | undefined) => (await call(server, 'POST', '/api/auth/login', login)).status
let token = ''
const seen = async (server: ServerProcess | undefined, text: string) =>
  JSON.stringify((await call(server, 'GET', '/api/conversations', undefined, token)).body ?? '').includes(text)
const write = (server: ServerProcess | undefined, text: string) =>
  post({ url: server?.url ?? '' }, channel, delivery(channel, { messages: [inbound({ text })] })).then(
    (r) => r.status,
    () => 0,
  )

it('a process that starts before the database says what it waits for, and gives up with what to do', { timeout: 60_000 }, async () => {
  const early = run(['tenant', 'list'], { EMBEDDED_WAIT_SECONDS: '1' })
  expect(await early.ended).toBe(2)
  expect(early.err()).toContain(`waiting: the shared database is not there: nothing listens on 127.0.0.1:${PORT}; start it with "atende db serve"`)
  expect(early.err()).toMatch(/error \(config_invalid\): EMBEDDED_DATABASE=shared/)
})

it('whatever starts first, two web processes and a worker come to work on one database', { timeout: 120_000 }, async () => {
  const waiting = [start(19_910, 'web'), start(19_920, 'web'), start(19_930, 'worker')]
  await serve()
  ;[one, two, worker] = await Promise.all(waiting)
  const made = await call(one, 'POST', '/api/auth/register', { companyName: 'Junta', name: 'Teste', ...login })
  token = made.body.accessToken
  await call(one, 'POST', '/api/channels', { name: 'c', accessToken: 'token-of-the-test', graphUrl: 'http://127.0.0.1:9', ...channel }, token)
  expect(await logIn(two)).toBe(200)
  expect(await write(two, 'escrito à segunda porta')).toBe(200)
  await eventually(() => seen(one, 'escrito à segunda porta'))
  // Limits are counted together.
  for (const web of [one, two]) expect((await call(web, 'GET', '/health')).body.checks.limiter).toMatchObject({ store: 'postgres' })
})

it('its settings are a plain file, for this machine, with a place for the operator; nothing of rows stands in its log', { timeout: 60_000 }, async () => {
  const [row] = await sqlAs<{ file: string; data: string }>(
    superuser(),
    "select current_setting('config_file') file, current_setting('data_directory') as data",
  )
  expect(row?.file).toBe(path.join(home, 'postgres/atende.conf'))
  const text = readFileSync(path.join(home, 'postgres/atende.conf'), 'utf8')
  expect(text).toMatch(/shared_buffers = '\d+MB'/)
  expect(text).toContain("listen_addresses = '127.0.0.1'")
  // So that the doctor can name slow statements; see operations/doctor.
  expect(text).toContain("shared_preload_libraries = 'pg_stat_statements'")
  expect(text).toContain(`include_if_exists = '${home}/postgres/local.conf'`)
  await sqlAs(superuser(), "create temporary table t (e text unique); insert into t values ('rita@hotel.example'), ('rita@hotel.example')").catch(() => {})
  expect(started[0]?.out()).not.toContain('rita@')
  for (const line of started[0]?.out().trim().split('\n') ?? []) expect(JSON.parse(line)).toMatchObject({ level: expect.any(Number), msg: expect.any(String) })
})

const superuser = () => {
  const { postgresPassword } = JSON.parse(readFileSync(path.join(home, 'secrets.json'), 'utf8'))
  return `postgres://postgres:${postgresPassword}@127.0.0.1:${PORT}/postgres`
}

it('nobody takes it over: a second service and a server that wants a database of its own are refused', { timeout: 60_000 }, async () => {
  const before = postmaster()
  const second = run(['db', 'serve'])
  expect(await second.ended).toBe(2)
  expect(second.err()).toContain('served by another "atende db serve"')
  const own = run(['start'], { EMBEDDED_DATABASE: 'own', PORT: '19940' })
  expect(await own.ended).toBe(2)
  expect(own.err()).toContain('set EMBEDDED_DATABASE=shared')
  expect(postmaster()).toBe(before)
})

it('commands work beside it and leave it running, whatever they think whose it is', { timeout: 90_000 }, async () => {
  const before = postmaster()
  for (const kind of ['shared', 'own']) {
    const list = run(['tenant', 'list'], { EMBEDDED_DATABASE: kind })
    expect(await list.ended, list.err()).toBe(0)
    expect(list.out()).toContain('Junta')
  }
  const migrate = run(['migrate'])
  expect(await migrate.ended).toBe(0)
  expect(migrate.out()).toContain('up to date')
  expect(postmaster()).toBe(before)
})

it('the first admin: from a file or standard input, made once, never spoilt by a second run', { timeout: 90_000 }, async () => {
  const file = path.join(home, 'password')
  writeFileSync(file, 'senha da operadora 1\n', { mode: 0o600 })
  const create = async (how: string[], stdin = '') => {
    const r = run(['admin', 'create', '--name', 'Rita Lopes', '--email', 'Rita@hotel.example', ...how, '--json'], {}, stdin)
    return (await r.ended) === 0 ? JSON.parse(r.out()) : r.err()
  }
  const enter = (password: string) => call(one, 'POST', '/api/auth/login', { email: 'rita@hotel.example', password })
  expect(await create(['--password-file', file])).toEqual({ email: 'rita@hotel.example', created: true, granted: false })
  expect(await create(['--password', '-'], 'another password 22\n')).toEqual({ email: 'rita@hotel.example', created: false, granted: false })
  expect(await create(['--password', '-'], 'short\n')).toContain('--password')
  const { status, body } = await enter('senha da operadora 1')
  expect(status).toBe(200)
  expect(body.me.user).toMatchObject({ name: 'Rita Lopes', role: 'SUPER_ADMIN', emailConfirmed: true })
  expect((await enter('another password 22')).status).toBe(401)
})

it('kill -9 of a web process and of the worker: the others go on, nothing accepted is lost', { timeout: 120_000 }, async () => {
  const before = postmaster()
  await one?.kill()
  await worker?.kill()
  expect(await logIn(two)).toBe(200)
  expect(await write(two, 'sem ninguém para ler')).toBe(200)
  ;[one, worker] = await Promise.all([start(19_910, 'web'), start(19_930, 'worker')])
  await eventually(() => seen(one, 'sem ninguém para ler'), 30_000)
  expect(postmaster()).toBe(before)
})

it('kill -9 of the service: the next one ends what it left, and all go on by themselves', { timeout: 120_000 }, async () => {
  const left = postmaster()
  started[0]?.child.kill('SIGKILL')
  await started[0]?.ended
  const next = await serve()
  expect(next.out()).toContain('left running')
  expect(postmaster()).not.toBe(left)
  await eventually(async () => (await logIn(one)) === 200, 30_000)
  await eventually(async () => (await write(two, 'depois da queda')) === 200, 30_000)
  await eventually(() => seen(one, 'depois da queda'), 30_000)
})

it('kill -9 of PostgreSQL itself: the service ends with an error, and starts again at once', { timeout: 120_000 }, async () => {
  const service = started.at(-1)
  process.kill(postmaster(), 'SIGKILL')
  expect(await service?.ended).toBe(1)
  expect(service?.err()).toContain('PostgreSQL ended by itself (SIGKILL)')
  const next = await serve()
  expect(next.child.exitCode).toBeNull()
  await eventually(async () => (await logIn(two)) === 200, 30_000)
  await eventually(() => seen(two, 'depois da queda'), 30_000)
})

it('stopping: servers leave the database running; SIGTERM ends it cleanly, with sessions open', { timeout: 120_000 }, async () => {
  const before = postmaster()
  await one?.stop()
  await worker?.stop()
  expect(postmaster()).toBe(before)
  const service = started.at(-1)
  service?.child.kill('SIGTERM')
  expect(await service?.ended).toBe(0)
  expect(service?.out()).toContain('database system is shut down')
  expect(existsSync(path.join(home, 'postgres/data/postmaster.pid'))).toBe(false)
  expect((await call(two, 'GET', '/ready')).status).toBe(503)
})

it('a foreign listener on its port is named, and left alone; with the master key elsewhere no other is made', { timeout: 60_000 }, async () => {
  const { createServer } = await import('node:net')
  const foreign = createServer((c) => c.end())
  const port = await freePort(25_950)
  await new Promise<void>((done) => foreign.listen(port, '127.0.0.1', done))
  const other = mkdtempSync(path.join(tmpdir(), 'atende-shared-other-'))
  chmodSync(other, 0o755)
  try {
    const service = run(['db', 'serve'], { DATA_DIR: other, EMBEDDED_PORT: String(port), ENCRYPTION_KEY: '1f'.repeat(32) })
    expect(await service.ended).toBe(2)
    expect(service.err()).toContain(`something else uses 127.0.0.1:${port}`)
    expect(Object.keys(JSON.parse(readFileSync(path.join(other, 'secrets.json'), 'utf8')))).toEqual(['postgresPassword'])
    expect(statSync(path.join(other, 'secrets.json')).mode & 0o777).toBe(0o600)
  } finally {
    foreign.close()
    rmSync(other, { recursive: true, force: true })
  }
})

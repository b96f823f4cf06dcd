import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createTestDatabase, sqlAs } from '../packages/server/src/testing/test-database.ts'
import { eventually, GENEROUS } from '../packages/server/src/testing/test-server.ts'

/**
 * A real process with SENTRY_DSN and OTEL_EXPORTER_OTLP_ENDPOINT: its errors, its crash and its traces reach stand-ins of Sentry and of
 * a collector, and nothing of what people wrote does.
 */
const SERVER = path.resolve(import.meta.dirname, '../packages/server/src')
const WORD = 'Zoraide Quixaba'
const EMAIL = 'zoraide.quixaba@example.com'
const PHONE = '5591987650321'
const PASSWORD = 'uma senha que so ela sabe'

type Got = { path: string; headers: Record<string, unknown>; text: string }
type Event = {
  level: string
  release: string
  environment: string
  tags: Record<string, string>
  exception: { values: { type: string; value: string; stacktrace: { frames: { filename: string }[] } }[] }
}
type Span = { name: string; kind: number; attributes: { key: string; value: { stringValue?: string } }[]; traceId: string; parentSpanId?: string }

/** Keeps what it is sent, readable. */
async function standIn(): Promise<{ server: Server; port: number; got: Got[] }> {
  const got: Got[] = []
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const body = Buffer.concat(pieces)
    got.push({
      path: request.url ?? '',
      headers: request.headers,
      text: (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8'),
    })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { server, port: (server.address() as AddressInfo).port, got }
}

const home = mkdtempSync(path.join(tmpdir(), 'atende-reports-'))
let database: Awaited<ReturnType<typeof createTestDatabase>>
let sentry: Awaited<ReturnType<typeof standIn>>
let collector: Awaited<ReturnType<typeof standIn>>
let child: ChildProcess
let url = ''
let token = ''

const call = async (method: string, at: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> => {
  const headers = { ...(body ? { 'content-type': 'application/json' } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) }
  const answer = await fetch(url + at, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  return { status: answer.status, body: (await answer.json().catch(() => ({}))) as Record<string, unknown> }
}
/** Of the envelopes, the events. */
const events = (): Event[] =>
  sentry.got.flatMap(({ text }) => {
    const [, head = '{}', ...rest] = text.split('\n')
    return (JSON.parse(head) as { type?: string }).type === 'event' ? [JSON.parse(rest[0] ?? '{}') as Event] : []
  })
type Traces = { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }
const spans = (): Span[] => collector.got.flatMap(({ text }) => (JSON.parse(text) as Traces).resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans)))
const attribute = (span: Span | undefined, key: string) => span?.attributes.find((a) => a.key === key)?.value.stringValue

beforeAll(async () => {
  chmodSync(home, 0o755)
  database = await createTestDatabase(inject('postgres'))
  ;[sentry, collector] = [await standIn(), await standIn()]
  const env = {
    ...process.env,
    ...GENEROUS,
    NODE_ENV: 'test',
    PORT: '0',
    DATA_DIR: home,
    LOG_LEVEL: 'silent',
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    SENTRY_DSN: `http://chave@127.0.0.1:${sentry.port}/7`,
    SENTRY_ENVIRONMENT: 'prova',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    CRASH_WORDS: WORD,
    CRASH_EMAIL: EMAIL,
  }
  const flags = ['--disable-warning=ExperimentalWarning', '--import', path.join(SERVER, 'testing/crash-on-signal.ts')]
  child = spawn(process.execPath, [...flags, path.join(SERVER, 'cli.ts'), 'start', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  child.stdout?.on('data', (d) => {
    out += d
  })
  let errors = ''
  child.stderr?.on('data', (d) => {
    errors += d
  })
  await eventually(() => {
    if (child.exitCode !== null) throw new Error(`ended: ${errors}`)
    return out.includes('\n')
  }, 30_000)
  url = (JSON.parse(out) as { url: string }).url
})
afterAll(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((done) => child.once('exit', done))
    child.kill('SIGKILL')
    await gone
  }
  for (const { server } of [sentry, collector]) await new Promise((done) => server.close(done))
  await database.drop()
  rmSync(home, { recursive: true, force: true })
})

it('requests and their questions to the database are traced, by the pattern of the route', async () => {
  const registered = await call('POST', '/api/auth/register', { companyName: WORD, name: WORD, email: EMAIL, password: PASSWORD })
  expect(registered.status).toBe(201)
  token = String(registered.body.accessToken)
  await call('POST', '/api/contacts', { name: WORD, phone: `+${PHONE}`, email: EMAIL })
  await call('GET', `/api/contacts?q=${encodeURIComponent(WORD)}`)
  await call('GET', `/api/contacts/${crypto.randomUUID()}`)
  await call('GET', '/health')
  const found = await eventually(() => spans().some((s) => s.name === 'GET /api/contacts/:id') && spans(), 15_000)
  const request = found.find((s) => s.name === 'GET /api/contacts/:id')
  expect(attribute(request, 'http.route')).toBe('/api/contacts/:id')
  const asked = await eventually(() => spans().filter((s) => s.traceId === request?.traceId && s.name.startsWith('pg.query')).length > 0 && spans())
  const statements = asked.map((s) => attribute(s, 'db.statement') ?? attribute(s, 'db.query.text')).filter((s) => s !== undefined)
  expect(statements.some((s) => s.includes('contacts') && s.includes('$1'))).toBe(true)
  expect(asked.filter((s) => s.name.includes('/health'))).toEqual([])
})

it('an error reaches Sentry with its place, and without what was written', async () => {
  await sqlAs(
    database.superUrl,
    `create function planted() returns trigger language plpgsql as $$ begin raise exception 'cannot keep % for ${EMAIL}', new.name; end $$`,
  )
  await sqlAs(database.superUrl, 'create trigger planted before insert on tags for each row execute function planted()')
  expect((await call('POST', '/api/tags', { name: WORD, color: 'blue' })).status).toBe(500)
  const [event] = await eventually(() => events().length > 0 && events(), 15_000)
  expect(event).toMatchObject({ level: 'error', environment: 'prova', release: expect.stringMatching(/^atende@\d/), tags: { route: '/api/tags' } })
  const error = event?.exception.values.at(-1)
  expect(error?.value).toMatch(/unexpected error: PostgreSQL P0001/)
  const files = error?.stacktrace.frames.map((f) => f.filename) ?? []
  expect(files.length).toBeGreaterThan(3)
  expect(files.filter((f) => f.startsWith('/'))).toEqual([])
  expect(sentry.got[0]?.path).toMatch(/^\/api\/7\/envelope\//)
})

it('the same error many times is told once', async () => {
  for (let i = 0; i < 10; i++) await call('POST', '/api/tags', { name: `${WORD} ${i}`, color: 'blue' })
  await call('GET', '/api/tags')
  expect(events().filter((e) => e.tags.route === '/api/tags' && e.exception?.values.at(-1)?.value.includes('unexpected')).length).toBe(1)
})

it('a crash is told before the process ends', async () => {
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  child.kill('SIGUSR2')
  expect(await ended).toBe(1)
  const crash = events().find((e) => e.level === 'fatal')
  expect(crash?.exception.values[0]).toMatchObject({ type: 'Error', value: expect.stringMatching(/^the process ends: cannot greet "…"/) })
  expect(crash?.exception.values[0]?.stacktrace.frames.at(-1)?.filename).toBe('packages/server/src/testing/crash-on-signal.ts')
})

it('nobody is named in any of it', () => {
  const [errors, traces] = [sentry, collector].map((s) => s.got.map((g) => `${g.path} ${JSON.stringify(g.headers)} ${g.text}`).join('\n'))
  expect([errors?.length, traces?.length].every((n) => (n ?? 0) > 500)).toBe(true)
  for (const text of [errors ?? '', traces ?? '']) {
    const planted = [WORD, 'Zoraide', 'Quixaba', 'quixaba', encodeURIComponent(WORD), EMAIL, PHONE, PHONE.slice(-8), PASSWORD, token, 'chave@', home]
    expect(planted.filter((secret) => text.includes(secret))).toEqual([])
    expect(text).not.toMatch(/127\.0\.0\.1:\d+\/api\/contacts|\?q=|user.agent.*node|undici/)
  }
  // Ids of people, conversations and requests stay here as well, but for the id of the request that failed.
  expect(traces).not.toMatch(/"stringValue":"[^"]*[0-9a-f]{8}-[0-9a-f]{4}-7/)
})

it('who names neither loads neither', () => {
  const importing = (what: RegExp) =>
    readdirSync(SERVER, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts') && what.test(readFileSync(path.join(SERVER, f), 'utf8')))
  const rooms = ['operations/errors/sentry.ts', ...['name-spans.ts', 'plain-spans.ts', 'start-tracing.ts'].map((f) => `operations/tracing/${f}`)]
  expect(importing(/from '@(sentry|opentelemetry)\//).sort()).toEqual(rooms)
  // From outside they are reached by import() only.
  expect(importing(/^import (?!type ).*\/(sentry|name-spans|plain-spans|start-tracing)\.ts'/m)).toEqual(['operations/tracing/start-tracing.ts'])
})

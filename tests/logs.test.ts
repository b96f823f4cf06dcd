import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { connectChannel, delivery, inbound, post, type TestChannel } from '../packages/server/src/testing/test-channel.ts'
import { createTestDatabase, sqlAs } from '../packages/server/src/testing/test-database.ts'
import { type Answer, eventually, GENEROUS, type TestServer } from '../packages/server/src/testing/test-server.ts'
import { readContract } from './abuse/contract.ts'
import { generate } from './abuse/generate.ts'
import { createRandom } from './abuse/random.ts'

/**
 * Everything that people write and every secret, sent through every route, socket and webhook of a real process at the loudest
 * level, also where it fails: not a word of it is printed.
 */
const WORD = 'zqxjwvk'
const PHONE = '5591987650123'
const PASSWORD = `${WORD} uma senha longa`
const EMAIL = `${WORD}.pessoa@example.com`
const APP_SECRET = 'f00dfeedc0ffee11aa22bb33'
const KEY = '7c1d9e4fa0b35286d17f3c8e924ab60f5d3e8c7b1a2964f0e7d8c9b0a1f25364'
const home = mkdtempSync(path.join(tmpdir(), 'atende-logs-'))
let database: Awaited<ReturnType<typeof createTestDatabase>>
let child: ChildProcess
let output = ''
let url = ''
let token = ''
let channel: TestChannel
/** Secrets that the server itself made on the way. */
const issued = new Set<string>()
const statuses: Record<string, number> = {}

async function call<T = Record<string, unknown>>(
  method: string,
  at: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const { body } = options
  const sent = body === undefined ? {} : { body: body instanceof FormData || typeof body === 'string' ? body : JSON.stringify(body) }
  const type: Record<string, string> = body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }
  const headers = { ...type, ...(options.token ? { authorization: `Bearer ${options.token}` } : {}), ...options.headers }
  const response = await fetch(url + at, { method, redirect: 'manual', headers, ...sent })
  const text = await response.text()
  statuses[response.status] = (statuses[response.status] ?? 0) + 1
  for (const [, secret] of `${text} ${response.headers.getSetCookie()}`.matchAll(
    /(?:"accessToken":"|atende_refresh=|[?&]s=|"(?:token|verifyToken)":")([\w.-]{20,})/g,
  ))
    issued.add(secret ?? '')
  const json = /\bjson\b/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, body: (json && text ? JSON.parse(text) : text) as T, headers: response.headers }
}

beforeAll(async () => {
  chmodSync(home, 0o755)
  database = await createTestDatabase(inject('postgres'))
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    LOG_LEVEL: 'trace',
    PORT: '0',
    DATA_DIR: home,
    LOG_DIR: path.join(home, 'logs'),
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    ENCRYPTION_KEY: KEY,
    META_APP_SECRET: APP_SECRET,
    SIGN_UP_LIMIT: '100000',
    LOGIN_LIMIT: '100000',
    ...GENEROUS,
  }
  const cli = path.resolve(import.meta.dirname, '../packages/server/src/cli.ts')
  child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cli, 'start', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (d) => (output += d))
  url = await eventually(() => /"url":"(http:[^"]+)"/.exec(output)?.[1], 30_000)
  const made = await call<{ accessToken: string }>('POST', '/api/auth/register', { body: { companyName: WORD, name: WORD, email: EMAIL, password: PASSWORD } })
  expect(made.status).toBe(201)
  token = made.body.accessToken
  channel = await connectChannel({ call: call as TestServer['call'] }, { token })
})
afterAll(async () => {
  const gone = new Promise((done) => child.once('exit', done))
  if (child.kill('SIGKILL')) await gone
  await database.drop()
  rmSync(home, { recursive: true, force: true })
})

const personal = () =>
  delivery(channel, {
    messages: [
      inbound({ text: `${WORD} escreveu`, from: PHONE }),
      inbound({ type: 'location', from: PHONE, extra: { location: { latitude: 1, longitude: 2, name: WORD, address: WORD } } }),
      inbound({ type: WORD, from: PHONE, extra: { [WORD]: WORD } }),
      { id: `wamid.${WORD}`, [WORD]: WORD },
    ],
    contacts: [{ profile: { name: WORD }, wa_id: PHONE }],
    statuses: [{ id: `wamid.${WORD}`, status: WORD, recipient_id: PHONE, errors: [{ code: 1, title: WORD, error_data: { details: `${WORD} ${PHONE}` } }] }],
  })

async function webhooks(): Promise<void> {
  await post({ url }, channel, personal())
  await post({ url }, channel, personal(), { secret: WORD })
  await post({ url }, channel, `{"${WORD}": ${PHONE}`, {})
  await post({ url }, channel, JSON.stringify(personal()).replaceAll('[', `["${WORD}",`))
  await call('GET', `/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=${WORD}&hub.verify_token=${channel.verifyToken}`)
  await call('GET', `/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=${WORD}&hub.verify_token=${WORD}${PHONE}`)
}

/** Each route with what its contract wants, broken, and with secrets in every other place. */
async function routes(): Promise<number> {
  const listed = (await call<{ items: TestServer['routes'] }>('GET', '/debug/routes')).body.items
  const items = listed.map((r) => ({ ...r, url: r.url.replace(/\{(\w+)\}/g, ':$1') }))
  const contract = await readContract({ call: call as TestServer['call'], routes: items })
  const conversations = (await call<{ items: { id: string; contact: { id: string } }[] }>('GET', '/api/conversations?status=any', { token })).body.items
  const ids = [channel.id, ...conversations.flatMap((c) => [c.id, c.contact.id])]
  const world = { random: createRandom(7), ids, resolve: contract.resolve, words: [`${WORD} texto`, `${PHONE} ${WORD}`], email: EMAIL }
  for (const route of contract.routes) {
    // What would end this login, or ask more of it, would end the walk.
    if (/logout|\/sessions\/|current\/security/.test(route.url)) continue
    // The channel keeps its secret: what it delivers afterwards must still be genuine.
    const asked = route.method !== 'GET' && route.url === '/api/channels/:id' ? [...ids.slice(1), crypto.randomUUID()] : ids
    const at = route.url.replace(/:\w+/g, () => world.random.pick(asked)).replace('*', 'x')
    const query = `?${WORD}=${WORD}&q=${WORD}&cursor=${WORD}&access_token=${WORD}&t=${PHONE}`
    const headers = { cookie: `atende_refresh=${WORD}${PHONE}`, 'x-forwarded-for': WORD, 'user-agent': `${WORD} ${PHONE}`, 'if-none-match': WORD }
    const make = () => (route.method === 'GET' ? {} : { body: route.body ? generate(route.body, world) : { [WORD]: WORD } })
    await call(route.method, at, { token, headers, ...make() })
    await call(route.method, at + query, { token, headers, ...make() })
    await call(route.method, at + query, { token: `${WORD}.${PHONE}`, headers, ...make() })
    await call(route.method, at.replace(/[\w-]{36}/, WORD), { token, headers, ...make() })
    if (route.method !== 'GET') for (const body of [`{"${WORD}": ${WORD}`, `["${WORD}"]`, `"${PHONE}"`]) await call(route.method, at, { token, headers, body })
  }
  await call('GET', `/api/${WORD}/${PHONE}?token=${WORD}`, { token })
  return contract.routes.length
}

async function sockets(): Promise<void> {
  for (const auth of [{ token }, { token: `${WORD}.${WORD}.${PHONE}` }]) {
    const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false, auth })
    await new Promise<void>((done) => socket.once('connect', done).once('connect_error', () => done()))
    for (const name of ['authenticate', 'join:conversation', 'typing:start', WORD]) socket.emit(name, { token: WORD, conversationId: WORD, cursor: PHONE })
    await new Promise((r) => setTimeout(r, 200))
    socket.close()
  }
}

/** Every write fails, with an error that holds the whole row; as an error of the database may. */
async function breakDatabase(): Promise<void> {
  await sqlAs(
    database.superUrl,
    `create function tell_everything() returns trigger language plpgsql as $$ begin raise exception 'refused %', new::text using detail = new::text, hint = new::text; end $$;
     do $$ declare t text; begin
       for t in select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely%' and tablename not in ('sessions', 'webhook_events') loop
         execute format('create trigger tell before insert or update on %I for each row execute function tell_everything()', t);
       end loop; end $$`,
  )
}

function leaks(): string[] {
  const dsn = decodeURIComponent(new URL(database.appUrl).pathname)
  const planted = [WORD, PHONE, PASSWORD, APP_SECRET, KEY, channel.appSecret, channel.verifyToken, 'token-of-the-test', dsn, ...issued]
  const files = readdirSync(path.join(home, 'logs')).map((name) => readFileSync(path.join(home, 'logs', name), 'utf8'))
  const lines = [output, ...files]
    .join('\n')
    .split('\n')
    .filter((line) => !line.startsWith('{"url":'))
  return lines.filter((line) => planted.some((secret) => secret !== '' && line.toLowerCase().includes(secret.toLowerCase())))
}

it('nothing that was planted is printed', { timeout: 240_000 }, async () => {
  await webhooks()
  await eventually(async () => (await call<{ items: unknown[] }>('GET', '/api/conversations?status=any', { token })).body.items.length > 0)
  expect(await routes()).toBeGreaterThan(80)
  await sockets()
  expect(leaks()).toEqual([])

  await breakDatabase()
  await webhooks()
  await routes()
  await sockets()
  expect(statuses[500]).toBeGreaterThan(15)
  await eventually(() => /receiver: delivery failed|receiver: batch failed|receiver: trying again/.test(output), 20_000)
  expect(leaks()).toEqual([])

  // It was loud, and said what went wrong.
  expect(issued.size).toBeGreaterThan(1)
  expect(output).toContain('"PostgreSQL P0001"')
  expect(output).toContain('unexpected error')
  expect(output.split('\n').length).toBeGreaterThan(500)
})

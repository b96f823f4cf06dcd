/**
 * `npm run bench:search [-- --quick]`: how long a search takes over a million sealed messages and a hundred thousand people, through
 * HTTP with everything: hashing what is asked, the index, reading, opening, checking, marking. `--quick`: over fifty thousand; `--messages` and `--people`: over so many.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { insertIdentities } from '../packages/server/src/features/contacts/identities.db.ts'
import { insertPeople } from '../packages/server/src/features/contacts/people.db.ts'
import { phoneKey } from '../packages/server/src/features/contacts/person.ts'
import { insertMany, type NewMessage } from '../packages/server/src/features/messages/save-messages.ts'
import { loadConfig } from '../packages/server/src/platform/config.ts'
import { type Database, inTenant, openDatabase, useKeys } from '../packages/server/src/platform/database.ts'
import { readMasterKeys } from '../packages/server/src/platform/home.ts'
import { uuidv7 } from '../packages/server/src/platform/ids.ts'
import { Keys } from '../packages/server/src/platform/keys.ts'
import { MasterKeys } from '../packages/server/src/platform/master-keys.ts'
import { startServerProcess } from '../packages/server/src/testing/server-process.ts'
import { percentile } from './lib/load.ts'
import { dice, personName, vocabulary, zipf } from './lib/portuguese.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, asked: { type: 'string', default: '150' }, messages: { type: 'string' }, people: { type: 'string' } },
})
const MESSAGES = Number(values.messages ?? (values.quick ? 50_000 : 1_000_000))
const PEOPLE = Number(values.people ?? (values.quick ? 5_000 : 100_000))
const ASKED = Number(values.asked)
const MONTHS = 24
const WORDS = 20_000
const BATCH = 1000
const RESULTS = path.join(import.meta.dirname, 'results/search.json')

const roll = dice(20_261)
const words = vocabulary(WORDS, roll)
const rank = zipf(WORDS, roll)
const wordAt = (n: number): string => words[n] ?? 'bom'
const sentence = () => Array.from({ length: 3 + Math.floor(roll() * 15) }, () => wordAt(rank())).join(' ')
const phoneOf = (n: number) => `55${11 + (n % 80)}9${String(70_000_000 + n * 7).slice(0, 8)}`

type Place = { tenantId: string; channelId: string }
async function plantPeople(db: Database, owner: pg.Pool, { tenantId, channelId }: Place): Promise<string[]> {
  const conversations: string[] = []
  for (let n = 0; n < PEOPLE; n += BATCH) {
    const people = await inTenant(db, tenantId, async (tx) => {
      const people = Array.from({ length: Math.min(BATCH, PEOPLE - n) }, (_, i) => ({ id: uuidv7(), name: personName(roll), key: phoneKey(phoneOf(n + i)) }))
      const made = people.map(({ id, name, key }) => {
        const fields = {
          name,
          profileName: name.split(' ')[0] ?? name,
          phone: `+${key.value}`,
          email: `pessoa${key.value.slice(-8)}@exemplo.com.br`,
          notes: null,
        }
        return { id, fields, known: [key] }
      })
      await insertPeople(tx, tenantId, made)
      await insertIdentities(
        tx,
        tenantId,
        people.map(({ id, key }) => ({ ...key, contactId: id, scope: '', since: null })),
      )
      return people.map((p) => p.id)
    })
    const ids = people.map(() => uuidv7())
    await owner.query(
      'insert into conversations (id, tenant_id, channel_id, contact_id, last_activity_at) select a, $1, $2, b, now() from unnest($3::uuid[], $4::uuid[]) x(a, b)',
      [tenantId, channelId, ids, people],
    )
    conversations.push(...ids)
  }
  return conversations
}

const none = { providerId: null, clientId: null, senderUserId: null, mediaId: null, quotedProviderId: null, quotedId: null }
async function plantMessages(db: Database, { tenantId, channelId }: Place, conversations: readonly string[]): Promise<void> {
  const busy = zipf(conversations.length, roll)
  for (let n = 0; n < MESSAGES; n += BATCH) {
    const list = Array.from({ length: BATCH }, (_, i): NewMessage => {
      const ours = roll() < 0.5
      // Evenly over two years, the newest last.
      const at = new Date(Date.now() - (1 - (n + i) / MESSAGES) * MONTHS * 30.4 * 86_400_000)
      const conversationId = conversations[roll() < 0.5 ? busy() : Math.floor(roll() * conversations.length)] ?? ''
      const direction = ours ? 'out' : 'in'
      return {
        ...none,
        id: uuidv7(),
        conversationId,
        channelId,
        direction,
        type: 'text',
        body: sentence(),
        content: {},
        status: ours ? 'read' : 'received',
        at,
      }
    })
    await inTenant(db, tenantId, (tx) => insertMany(tx, tenantId, list))
    if (n % 100_000 === 0) console.log(`  ${n} messages`)
  }
}

async function plant(db: Database, owner: pg.Pool, place: Place): Promise<void> {
  // An index is built faster than it is grown.
  await owner.query('drop index messages_words, contacts_words')
  const conversations = await plantPeople(db, owner, place)
  await plantMessages(db, place, conversations)
  await owner.query(`update conversations c set last_message_id = m.id, last_message_at = m.at, last_activity_at = m.at
    from (select distinct on (conversation_id) conversation_id, id, at from messages order by conversation_id, at desc) m where m.conversation_id = c.id`)
  await owner.query('create index messages_words on messages using gin (words)')
  await owner.query('create index contacts_words on contacts using gin (words)')
  await owner.query('vacuum analyze contacts, contact_identities, conversations, messages, data_keys')
}

/** What people type. Content words begin after those that are never looked for. */
const KINDS: Record<string, () => string> = {
  'rare word': () => wordAt(12_000 + Math.floor(roll() * 7000)),
  'common word': () => wordAt(70 + Math.floor(roll() * 60)),
  'two words': () => `${wordAt(70 + Math.floor(roll() * 60))} ${wordAt(100 + Math.floor(roll() * 300))}`,
  'beginning of a name': () =>
    personName(roll)
      .slice(0, 3 + Math.floor(roll() * 2))
      .trim(),
  'first and last name': () => personName(roll).split(' ').slice(0, 2).join(' '),
  'phone as it is read out': () => phoneOf(Math.floor(roll() * PEOPLE)).slice(2),
  'last digits of a phone': () => phoneOf(Math.floor(roll() * PEOPLE)).slice(-5),
  'no hit': () => `xyz${Math.floor(roll() * 1e9)}`,
}

type Cpu = { server: number; database: number }
/** CPU seconds of the server and of its database so far, which a busy machine does not stretch as it stretches time. */
function cpuSeconds(): Cpu {
  const all = readdirSync('/proc').flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const [own, children] = [Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14])]
      return /^\d+$/.test(pid) ? [{ pid, parent: fields[1], own, children, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') }] : []
    } catch {
      // It ended while we looked.
      return []
    }
  })
  const postmaster = all.find((s) => s.command.includes(home) && s.command.includes('postgres'))
  const backends = all.filter((s) => s.parent === postmaster?.pid).reduce((sum, s) => sum + s.own, 0)
  return {
    server: (all.find((s) => s.pid === String(server.pid))?.own ?? 0) / 100,
    database: ((postmaster?.own ?? 0) + (postmaster?.children ?? 0) + backends) / 100,
  }
}

type Row = Record<string, string | number>
async function measure(url: string, token: string): Promise<Row[]> {
  const all: number[] = []
  const ask = async (q: string) => {
    const begin = performance.now()
    const answer = await fetch(`${url}/api/conversations?status=any&limit=40&q=${encodeURIComponent(q)}`, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`${q}: ${answer.status} ${await answer.text()}`)
    const { items } = (await answer.json()) as { items: unknown[] }
    return { ms: performance.now() - begin, hits: items.length }
  }
  const rows: Row[] = []
  for (const [name, make] of Object.entries(KINDS)) {
    for (let n = 0; n < 10; n++) await ask(make())
    const times: number[] = []
    let hits = 0
    const before = cpuSeconds()
    for (let n = 0; n < ASKED; n++) {
      const answer = await ask(make())
      times.push(answer.ms)
      hits += answer.hits
    }
    all.push(...times)
    const after = cpuSeconds()
    const each = (part: keyof Cpu) => Math.round(((after[part] - before[part]) / ASKED) * 10_000) / 10
    rows.push({ ...rowOf(name, times, hits), 'server CPU ms': each('server'), 'database CPU ms': each('database') })
    console.log(rows.at(-1))
  }
  rows.push(rowOf('all together', all, 0))
  console.log(rows.at(-1))
  return rows
}
const rowOf = (name: string, times: number[], hits: number): Row => ({
  name,
  'p50 ms': percentile(times, 50),
  'p95 ms': percentile(times, 95),
  'p99 ms': percentile(times, 99),
  ...(hits > 0 ? { 'shown on average': Math.round((hits / times.length) * 10) / 10 } : {}),
})

async function sizes(owner: pg.Pool): Promise<Row> {
  const size = (what: string, name: string) => `pg_size_pretty(pg_total_relation_size('${what}')) "${name}"`
  const parts = [
    size('messages', 'messages with indexes'),
    size('messages_words', 'index of message words'),
    size('contacts', 'contacts with indexes'),
    size('contacts_words', 'index of contact words'),
  ]
  return (await owner.query<Row>(`select ${parts.join(', ')}`)).rows[0] ?? {}
}

const home = mkdtempSync(path.join(tmpdir(), 'atende-bench-search-'))
chmodSync(home, 0o755)
const env = { DATA_DIR: home, PORT: process.env.PORT ?? '19150', NODE_ENV: 'production', DATABASE_URL: '', DATABASE_OWNER_URL: '', ROLE: 'web' }
const server = await startServerProcess({ ...env, RATE_LIMIT_SESSION: '1000000', RATE_LIMIT_TENANT_BASIC: '1000000' })
try {
  const call = async (url: string, body: object, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }
    const answer = await fetch(server.url + url, { method: 'POST', headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const account = { companyName: 'Bancada', name: 'Bancada', email: `bench@${Date.now()}.example`, password: 'uma senha de bancada' }
  const login = await call('/api/auth/register', account)
  const channel = { name: 'Bancada', accessToken: 'token-of-the-bench', phoneNumberId: '777000111222', wabaId: '777000111333', appSecret: 'bench-app-secret' }
  const { id: channelId } = await call('/api/channels', channel, login.accessToken)
  const { db } = openDatabase(`${server.ownerUrl}?options=-c%20synchronous_commit%3Doff`, 2)
  useKeys(db, new Keys(new MasterKeys(readMasterKeys(loadConfig({ ...env, NODE_ENV: 'test' }), home))))
  const begin = performance.now()
  const tenantId = login.me.tenant.id
  // Row-level security binds the owner too.
  const owner = new pg.Pool({ connectionString: server.ownerUrl, max: 1, options: `-c app.tenant_id=${tenantId}` })
  await plant(db, owner, { tenantId, channelId })
  console.log(`planted ${MESSAGES} messages and ${PEOPLE} people in ${Math.round((performance.now() - begin) / 1000)} s`)
  // Planting may take longer than an access token lives.
  const { accessToken } = await call('/api/auth/login', { email: account.email, password: account.password })
  const rows = await measure(server.url, accessToken)
  const size = values.quick ? 'quick' : values.messages ? 'chosen' : 'full'
  const known = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {}
  known[size] = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cores: cpus().length,
    'load of the machine': Math.round(loadavg()[0] ?? 0),
    messages: MESSAGES,
    people: PEOPLE,
    sizes: await sizes(owner),
    rows,
  }
  mkdirSync(path.dirname(RESULTS), { recursive: true })
  writeFileSync(RESULTS, `${JSON.stringify(known, null, 2)}\n`)
  if (known.full && known.quick)
    for (const row of known.full.rows as Row[]) {
      const quick = (known.quick.rows as Row[]).find((r) => r.name === row.name)
      console.log(`${row.name}: p95 ${row['p95 ms']} ms, ${(Number(row['p95 ms']) / Number(quick?.['p95 ms'] ?? 1)).toFixed(1)} times that of --quick`)
    }
  await owner.end()
  await db.destroy()
} finally {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
}

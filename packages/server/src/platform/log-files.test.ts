import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, expect, inject, it, vi } from 'vitest'
import { createTestDatabase } from '../testing/test-database.ts'
import { eventually, GENEROUS } from '../testing/test-server.ts'
import { purgeLogs } from './log-files.ts'

vi.setConfig({ testTimeout: 90_000 })

const CLI = path.resolve(import.meta.dirname, '../cli.ts')
const WORD = 'zqxjwvk'
const KEY = '7c1d9e4fa0b35286d17f3c8e924ab60f5d3e8c7b1a2964f0e7d8c9b0a1f25364'
const home = mkdtempSync(path.join(tmpdir(), 'atende-log-files-'))
const logs = path.join(home, 'logs')
let database: Awaited<ReturnType<typeof createTestDatabase>>
let child: ChildProcess | undefined
let output = ''

beforeAll(async () => {
  chmodSync(home, 0o755)
  database = await createTestDatabase(inject('postgres'))
})
const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
  const gone = new Promise<void>((done) => (child && child.exitCode === null ? child.once('exit', () => done()) : done()))
  child?.kill(signal)
  await gone
  child = undefined
}
afterEach(() => end('SIGKILL'))
afterAll(async () => {
  await database.drop()
  rmSync(home, { recursive: true, force: true })
})

async function start(more: Record<string, string> = {}): Promise<string> {
  output = ''
  const own = { NODE_ENV: 'test', LOG_LEVEL: 'info', PORT: '0', LOG_DIR: logs, LOG_NAME: 'um', DATA_DIR: home, ENCRYPTION_KEY: KEY, ...GENEROUS }
  const env = { ...process.env, ...own, DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl, ...more }
  const running = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'start', '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  child = running
  for (const stream of [running.stdout, running.stderr]) stream?.on('data', (d) => (output += d))
  const gone = once(running, 'exit').then(() => '')
  const url = await Promise.race([eventually(() => /"url":"(http:[^"]+)"/.exec(output)?.[1], 60_000).catch(() => ''), gone])
  if (url === '') throw new Error(`it did not start (exit ${running.exitCode}): ${output}`)
  return url
}

const names = () => readdirSync(logs).toSorted()
const read = (name: string): string => {
  const bytes = readFileSync(path.join(logs, name))
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}
const lines = (kind: string) =>
  names()
    .filter((n) => n.startsWith(`${kind}-`))
    .flatMap((n) => read(n).split('\n').filter(Boolean))
    .map((l) => JSON.parse(l) as Record<string, unknown>)

async function visit(url: string, times: number): Promise<void> {
  for (let n = 0; n < times; n++) {
    await fetch(`${url}/api/contacts/${WORD}?q=${WORD}&token=${WORD}`, {
      headers: { authorization: `Bearer ${WORD}`, 'user-agent': WORD, 'x-forwarded-for': WORD },
    })
    await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `${WORD}@example.com`, password: `${WORD} ${WORD}` }),
    })
  }
}

it('lines of each kind in a file of its own, turned round and packed, and none is missing at the end', async () => {
  const url = await start({ LOG_FILE_MB: '0.005' })
  await visit(url, 60)
  await end()
  expect(names().filter((n) => n.endsWith('.log'))).toEqual(expect.arrayContaining(['http-um.log']))
  const packed = names().filter((n) => /^http-um\.\d{8}-\d{4}-\d+\.log\.gz$/.test(n))
  expect(packed.length).toBeGreaterThan(1)
  // Each answer once, in all files together.
  const answers = lines('http')
  expect(answers.filter((l) => l.route === '/api/auth/login')).toHaveLength(60)
  expect(answers.filter((l) => l.route === '/api/contacts/:id')).toHaveLength(60)
  expect(new Set(answers.map((l) => l.reqId)).size).toBe(answers.length)
  expect(answers[0]).toEqual({
    level: 30,
    time: expect.any(Number),
    reqId: expect.any(String),
    method: 'GET',
    route: '/api/contacts/:id',
    status: 401,
    ms: expect.any(Number),
  })
  for (const name of names()) expect([name, (statSync(path.join(logs, name)).mode & 0o777).toString(8)]).toEqual([name, '640'])
  // What stands on standard output stands in the files.
  const printed = output.split('\n').filter((l) => l.startsWith('{"level"'))
  const kept = [...lines('info'), ...lines('warn'), ...lines('error')]
  expect(kept).toHaveLength(printed.length)
  const all = names().map(read).join('')
  const planted = [WORD, KEY, 'example.com', new URL(database.appUrl).password]
  expect(planted.filter((secret) => all.includes(secret))).toEqual([])
  expect(answers.some((l) => JSON.stringify(l).includes('127.0.0.1'))).toBe(false)
})

it('the last words of a process that breaks are on disk', async () => {
  await start({ LOG_NAME: 'dois', NODE_OPTIONS: `--import=${path.join(import.meta.dirname, '../testing/break-on-signal.ts')}` })
  child?.kill('SIGUSR2')
  await eventually(() => child?.exitCode !== null || undefined)
  expect(read('error-dois.log')).toContain('the process ends')
})

it('a folder that cannot be written stops nothing and is told once', async () => {
  const file = path.join(home, 'file')
  writeFileSync(file, '')
  const url = await start({ LOG_DIR: path.join(file, 'logs') })
  await visit(url, 10)
  expect((await fetch(`${url}/ready`)).status).toBe(200)
  await end()
  expect(output.match(/the files cannot be written/g)).toHaveLength(1)
})

it('nor does one that goes away while it is used', async () => {
  const moving = path.join(home, 'moving')
  mkdirSync(moving)
  const url = await start({ LOG_DIR: moving, LOG_FILE_MB: '0.002' })
  await visit(url, 5)
  renameSync(moving, `${moving}-away`)
  writeFileSync(moving, 'in the way')
  await visit(url, 40)
  expect((await fetch(`${url}/ready`)).status).toBe(200)
  await end()
  expect(output.match(/the files cannot be written/g)).toHaveLength(1)
})

it('what is older than its kind is kept goes, and nothing else', async () => {
  const folder = path.join(home, 'old')
  mkdirSync(folder)
  const now = Date.parse('2026-11-29T12:00:00Z')
  const plant = (name: string, days: number) => {
    writeFileSync(path.join(folder, name), 'x')
    utimesSync(path.join(folder, name), now / 1000 - days * 86_400, now / 1000 - days * 86_400)
  }
  const keep = { error: 30, warn: 90, info: 14, http: 7 }
  for (const [kind, days] of Object.entries(keep)) {
    plant(`${kind}-web-3001.20261001-0000-1.log.gz`, days + 1)
    plant(`${kind}-web-3001.20261101-0000-1.log.gz`, days - 1)
    plant(`${kind}-web-3001.log`, 0)
  }
  plant('notes.txt', 400)
  plant('http-notes.txt', 400)
  expect((await purgeLogs(folder, keep, 1, now)).toSorted()).toEqual(['error', 'http', 'info', 'warn'].map((k) => `${k}-web-3001.20261001-0000-1.log.gz`))
  expect(existsSync(path.join(folder, 'notes.txt')) && existsSync(path.join(folder, 'http-notes.txt'))).toBe(true)
  expect(readdirSync(folder)).toHaveLength(10)
})

it('of what was put away of a kind, the oldest goes when there is too much: the files that are written stay', async () => {
  const folder = path.join(home, 'big')
  mkdirSync(folder)
  const now = Date.parse('2026-11-29T12:00:00Z')
  for (const [name, days] of [
    ['http-web-3001.20261126-0000-1.log.gz', 3],
    ['http-web-3002.20261127-0000-1.log.gz', 2],
    ['http-web-3001.20261128-0000-1.log.gz', 1],
    ['warn-web-3001.20261001-0000-1.log.gz', 59],
    ['http-web-3001.log', 0],
  ] as const) {
    writeFileSync(path.join(folder, name), Buffer.alloc(600_000))
    utimesSync(path.join(folder, name), now / 1000 - days * 86_400, now / 1000 - days * 86_400)
  }
  const keep = { error: 30, warn: 90, info: 14, http: 7 }
  expect(await purgeLogs(folder, keep, 1.2, now)).toEqual(['http-web-3001.20261126-0000-1.log.gz'])
  expect(readdirSync(folder)).toHaveLength(4)
})

it('a process that writes much keeps within that by itself', async () => {
  const folder = path.join(home, 'bounded')
  const url = await start({ LOG_DIR: folder, LOG_FILE_MB: '0.002', LOG_KEEP_MB: '0.002' })
  await visit(url, 60)
  await end()
  const packed = readdirSync(folder).filter((n) => /^http-.*\.gz$/.test(n))
  const bytes = packed.reduce((sum, n) => sum + statSync(path.join(folder, n)).size, 0)
  // One more may be put away while the last ones go.
  expect([packed.length > 0, bytes < 4 * 2048]).toEqual([true, true])
})

/**
 * `npm run bench:backup [-- --gb 10]`: a backup of so many gigabytes (half database, half media; 1 unless told), the next one with
 * nothing new, and a restore on a fresh machine: seconds, MB/s, size, peak memory. Needs four times the room. The result is kept.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir, totalmem } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { makeKeyPair } from '../packages/server/src/operations/backup/age-files.ts'
import { startServerProcess } from '../packages/server/src/testing/server-process.ts'

const { values } = parseArgs({ options: { gb: { type: 'string', default: '1' } } })
const GB = Number(values.gb)
const HALF = (GB * 1e9) / 2
const FILE_BYTES = 200_000
const ROW_BYTES = 480
const BATCH_ROWS = 50_000
const RESULTS = path.join(import.meta.dirname, 'results/backup.json')
const CLI = path.resolve(import.meta.dirname, '../packages/server/src/cli.ts')

const folder = mkdtempSync(path.join(tmpdir(), 'atende-bench-backup-'))
chmodSync(folder, 0o755)
const at = (name: string) => path.join(folder, name)
const free = () => {
  const s = statfsSync(folder)
  return s.bavail * s.bsize
}
if (free() < GB * 4e9) throw new Error(`${GB} GB need ${GB * 4} GB of room in ${folder}; ${(free() / 1e9).toFixed(0)} GB are free`)

type Measured = { seconds: number; cpuSeconds: number; peakMb: number; answer: Record<string, unknown> }

/** The highest resident memory of a process and its time on a core, as the kernel kept them. */
function watch(child: ChildProcess): () => { peakMb: number; cpuSeconds: number } {
  let [peak, ticks] = [0, 0]
  const look = () => {
    try {
      peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? peak)
      const [user = 0, system = 0] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13).map(Number) ?? []
      ticks = user + system
    } catch {
      // It has ended.
    }
  }
  const timer = setInterval(look, 50)
  child.once('exit', () => clearInterval(timer))
  return () => ({ peakMb: Math.round(peak / 1024), cpuSeconds: ticks / 100 })
}

async function measure(args: readonly string[], env: Record<string, string>): Promise<Measured> {
  const began = performance.now()
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args, '--json'], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const watched = watch(child)
  let out = ''
  child.stdout.on('data', (d) => {
    out += d
  })
  const code = await new Promise<number | null>((done) => child.once('close', done))
  if (code !== 0) throw new Error(`atende ${args.join(' ')}: exit ${code}`)
  return { seconds: Math.round((performance.now() - began) / 100) / 10, ...watched(), answer: JSON.parse(out.trim().split('\n').at(-1) ?? '{}') }
}

/** Rows that cannot be compressed much, as sealed messages cannot. */
async function fillDatabase(home: string): Promise<number> {
  const { postgresPassword } = JSON.parse(readFileSync(path.join(home, 'secrets.json'), 'utf8'))
  const port = Number(readFileSync(path.join(home, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[3])
  const c = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: postgresPassword, database: 'atende' })
  await c.connect()
  await c.query('create table bench_rows (id bigint generated always as identity primary key, at timestamptz default now(), sealed bytea)')
  const size = async () => Number((await c.query('select pg_database_size(current_database()) n')).rows[0].n)
  while ((await size()) < HALF) {
    await c.query(
      `insert into bench_rows (sealed) select decode((select string_agg(md5(g::text || random()::text || x::text), '') from generate_series(1, ${ROW_BYTES / 16}) x where g > 0), 'hex') from generate_series(1, ${BATCH_ROWS}) g`,
    )
  }
  // What a database does after such a flood of rows is not the subject.
  await c.query('vacuum (analyze) bench_rows')
  await c.query('checkpoint')
  const bytes = await size()
  await c.end()
  return bytes
}

function fillMedia(home: string): number {
  const tenant = path.join(home, 'media', randomUUID())
  mkdirSync(tenant, { recursive: true })
  let files = 0
  for (; files * FILE_BYTES < HALF; files++) writeFileSync(path.join(tenant, randomUUID()), randomBytes(FILE_BYTES))
  return files
}

async function main(): Promise<void> {
  const pair = await makeKeyPair()
  writeFileSync(at('identity'), pair.identity)
  const env = { DATA_DIR: at('home'), BACKUP_DIR: at('target'), BACKUP_RECIPIENT: pair.recipient, BACKUP_RUN: 'elsewhere', LOG_LEVEL: 'fatal' }
  const server = await startServerProcess(env)
  const load = loadavg()[0]
  try {
    const databaseBytes = await fillDatabase(at('home'))
    const files = fillMedia(at('home'))
    console.log(`${(databaseBytes / 1e9).toFixed(2)} GB of database, ${files} files`)
    const first = await measure(['backup'], env)
    console.log('first', first)
    const second = await measure(['backup'], env)
    console.log('second', second)
    mkdirSync(at('fresh'), { mode: 0o755 })
    cpSync(at('home/secrets.json'), at('fresh/secrets.json'))
    const restored = await measure(['restore', '--identity', at('identity'), '--into', at('fresh'), '--yes'], env)
    console.log('restore', restored)
    const total = databaseBytes + files * FILE_BYTES
    const rate = (seconds: number) => Math.round(total / 1e6 / seconds)
    const result = {
      gigabytes: GB,
      databaseBytes,
      mediaFiles: files,
      mediaBytes: files * FILE_BYTES,
      backup: { seconds: first.seconds, mbPerSecond: rate(first.seconds), bytes: first.answer.bytes, cpuSeconds: first.cpuSeconds, peakMb: first.peakMb },
      nextBackup: { seconds: second.seconds, bytes: second.answer.bytes, cpuSeconds: second.cpuSeconds, peakMb: second.peakMb },
      restore: { seconds: restored.seconds, mbPerSecond: rate(restored.seconds), cpuSeconds: restored.cpuSeconds, peakMb: restored.peakMb },
      machine: { cpus: cpus().length, model: cpus()[0]?.model, memoryGb: Math.round(totalmem() / 1e9), loadBefore: load, loadAfter: loadavg()[0] },
      at: new Date().toISOString(),
    }
    const kept: Record<string, unknown> = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {}
    writeFileSync(RESULTS, `${JSON.stringify({ ...kept, [`${GB} GB`]: result }, null, 2)}\n`)
    console.log(result)
  } finally {
    await server.stop()
  }
}

await main().finally(() => rmSync(folder, { recursive: true, force: true }))

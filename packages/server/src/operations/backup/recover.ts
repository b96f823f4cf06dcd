import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { isServed, type PostgresTools } from '../../platform/embedded-postgres.ts'
import { BackupError } from './backup-error.ts'
import type { Owner } from './unpack.ts'

/** How far to go: to the end of the archive, to the end of the copy, or to a moment. */
export type RecoverTo = 'latest' | 'backup' | Date

export type Recovered = {
  /** Of the superuser, over a socket that only this user can reach. */
  url: string
  stop: () => Promise<void>
}

type Recovering = {
  tools: PostgresTools
  data: string
  owner: Owner
  to: RecoverTo
  timeline: string
  restoreCommand: string
  login: { user: string; database: string }
  /** A test's data is thrown away: nothing of it need survive. */
  scratch: boolean
}

const quote = (s: string) => s.replaceAll("'", "''")

/** At most one target is named: PostgreSQL refuses two, also when one of them is empty. What an earlier restore left goes (`writeRecovery`). */
export function recoverySettings(to: RecoverTo, timeline: string, restoreCommand: string): Record<string, string> {
  return {
    restore_command: restoreCommand,
    recovery_target_timeline: timeline,
    recovery_target_action: 'promote',
    ...(to === 'backup' ? { recovery_target: 'immediate' } : {}),
    ...(to instanceof Date ? { recovery_target_time: to.toISOString().replace('T', ' ').replace('Z', '+00') } : {}),
    // Its limits may be others than those of the server that was copied, and nobody should read before it is done.
    hot_standby: 'off',
  }
}

/** For a PostgreSQL that starts by itself later (a container): it reads these from its data folder. */
export async function writeRecovery(data: string, owner: Owner, settings: Record<string, string>): Promise<void> {
  const before = await readFile(path.join(data, 'postgresql.auto.conf'), 'utf8').catch(() => '')
  const kept = before.split('\n').filter((line) => !/^\s*(recovery_target|restore_command|hot_standby)/.test(line))
  const lines = Object.entries(settings).map(([k, v]) => `${k} = '${quote(v)}'`)
  const files = { 'postgresql.auto.conf': `${[...kept, ...lines].join('\n').trim()}\n`, 'recovery.signal': '' }
  for (const [name, text] of Object.entries(files)) {
    await writeFile(path.join(data, name), text, { mode: 0o600 })
    if (owner.uid !== undefined && owner.gid !== undefined) await chown(path.join(data, name), owner.uid, owner.gid)
  }
}

function explain(log: string): BackupError {
  const lines = log.split('\n').filter((l) => /FATAL|PANIC|ERROR/.test(l))
  const said = (lines.at(-1) ?? log.trim().split('\n').at(-1) ?? '').replace(/^.*?(FATAL|PANIC|ERROR):\s*/, '')
  if (/recovery ended before configured recovery target/.test(log)) return new BackupError('time_not_reached', 'the archive ends before that time')
  if (/WAL ends before|could not locate a valid checkpoint|could not locate required checkpoint|requested timeline|invalid checkpoint/.test(log)) {
    return new BackupError('wal_missing', `PostgreSQL: ${said}`)
  }
  return new BackupError('database_failed', `PostgreSQL did not come up: ${said}`)
}

async function untilUp(child: ChildProcess, url: string, log: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw explain(log())
    const c = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 })
    c.on('error', () => {})
    const up = await c.connect().then(
      () => c.query('select pg_is_in_recovery() r').then((r) => r.rows[0]?.r === false),
      () => false,
    )
    await c.end().catch(() => {})
    if (up) return
    await new Promise((r) => setTimeout(r, 100))
  }
}

/** What still runs on files that an earlier run left, when that was killed, ends. */
export async function endServed(data: string): Promise<void> {
  if (isServed(data)) process.kill(Number(readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGQUIT')
  for (let n = 0; n < 100 && isServed(data); n++) await new Promise((r) => setTimeout(r, 50))
}

/** Whoever ends this process ends that PostgreSQL with it: it would wait for an archive that nobody brings. Answers how to undo it. */
function endTogether(child: ChildProcess): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const leave = (signal: NodeJS.Signals) => {
    child.kill('SIGQUIT')
    forget()
    process.kill(process.pid, signal)
  }
  const forget = () => {
    for (const signal of signals) process.off(signal, leave)
  }
  for (const signal of signals) process.once(signal, leave)
  return forget
}

/**
 * Starts PostgreSQL on restored files, waits until it has read the archive as far as it should and is open, and leaves it running.
 * Nobody else can reach it: it listens on a socket in a folder of its own.
 * @throws BackupError time_not_reached, wal_missing, database_failed
 */
export async function recover({ tools, data, owner, to, timeline, restoreCommand, login, scratch }: Recovering): Promise<Recovered> {
  const room = await mkdtemp(path.join(tmpdir(), 'atr-'))
  await chmod(room, 0o711)
  const socket = path.join(room, 's')
  await mkdir(socket, { mode: 0o700 })
  const hba = path.join(room, 'hba')
  await writeFile(hba, 'local all all trust\n', { mode: 0o644 })
  if (owner.uid !== undefined && owner.gid !== undefined) for (const f of [socket, hba]) await chown(f, owner.uid, owner.gid)
  await writeRecovery(data, owner, {})
  const settings = {
    ...recoverySettings(to, timeline, restoreCommand),
    listen_addresses: '',
    unix_socket_directories: socket,
    hba_file: hba,
    archive_mode: 'off',
    logging_collector: 'off',
    log_destination: 'stderr',
    ssl: 'off',
    shared_preload_libraries: '',
    ...(scratch ? { fsync: 'off', full_page_writes: 'off' } : {}),
  }
  const args = Object.entries(settings).flatMap(([k, v]) => ['-c', `${k}=${v}`])
  const child = spawn(path.join(tools.bin, 'postgres'), ['-D', data, ...args], { ...tools.run, ...owner, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr?.on('data', (d) => {
    log = (log + d).slice(-20_000)
  })
  const forget = endTogether(child)
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
    await gone
    forget()
    await rm(room, { recursive: true, force: true })
  }
  const url = `postgres://${encodeURIComponent(login.user)}@/${encodeURIComponent(login.database)}?host=${encodeURIComponent(socket)}`
  try {
    await untilUp(child, url, () => log)
    return { url, stop }
  } catch (e) {
    await stop()
    throw e
  }
}

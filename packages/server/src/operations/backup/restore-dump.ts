import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type pg from 'pg'
import type { Config } from '../../platform/config.ts'
import { startEmbeddedPostgres } from '../../platform/embedded-postgres.ts'
import { BackupError } from './backup-error.ts'
import { settleRestored } from './check-restored.ts'
import { readChunks } from './chunks.ts'
import { connect, one, withRights } from './database-place.ts'
import { requireTool, toolEnvironment } from './dump-database.ts'
import { type Restored, type Restoring, readSettings, recordRun, secondsSince, settleHome, stampNow } from './restore.ts'
import { restoreMedia } from './restore-media.ts'
import { keysFor, type Plan } from './restore-plan.ts'
import { swapIn } from './swap-folder.ts'
import type { Target } from './target.ts'

const mayMake = (owner: string): string =>
  `do $$ begin execute format('grant create on database %I to ${owner.replaceAll("'", "''")}', current_database()); end $$; grant create, usage on schema public to ${owner}`

/**
 * The roles that the dump names: without them its rights cannot be given. Atende lets them log in at its start. The first is the owner of
 * the tables. Answers whether this login sees all rows by itself.
 */
async function prepare(client: pg.Client, roles: readonly string[]): Promise<boolean> {
  const { n } = await one<{ n: number }>(client, "select count(*)::int n from pg_tables where schemaname = 'public'")
  if (n > 0) throw new BackupError('not_empty', 'this database has tables; make an empty one ("create database …")')
  const { all } = await one<{ all: boolean }>(client, 'select rolsuper "all" from pg_roles where rolname = current_user')
  for (const role of roles) {
    const name = `"${role.replaceAll('"', '""')}"`
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role])
    if (!rowCount) await client.query(`create role ${name} nologin`)
    // Who gives a table to its owner must be one of them.
    if (!all && role === roles[0]) await withRights(`be given the role ${role}`, () => client.query(`grant ${name} to current_user`))
    // It owned the database that was dumped: here it must be able to make what is given to it, and what a later version brings.
    if (role === roles[0]) await withRights('let that role make tables', () => client.query(mayMake(name)))
  }
  return all
}

/** As the owner of the tables, to whom their rows are open. */
function asRole(url: string, role: string): string {
  const u = new URL(url)
  u.searchParams.set('options', `-c role=${role.replaceAll(/[\\ ]/g, '\\$&')}`)
  return u.toString()
}

type Feeding = { plan: Plan; target: Target; identities: readonly string[]; told: (bytes: number) => void }

async function feed(url: string, { plan, target, identities, told }: Feeding): Promise<void> {
  const { args, env } = toolEnvironment(url)
  const child = spawn('pg_restore', ['--exit-on-error', '--no-password', ...args], { env, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (d) => {
    said = (said + d).slice(-2000)
  })
  child.stdin.on('error', () => {})
  const ended = once(child, 'close')
  let bytes = 0
  for await (const piece of readChunks(target, plan.manifest.database, identities)) {
    if (!child.stdin.write(piece)) await Promise.race([once(child.stdin, 'drain'), ended])
    bytes += piece.length
    told(bytes)
  }
  child.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new BackupError('database_failed', `pg_restore: ${said.trim()}`)
}

/** Makes the roles and loads the dump. Answers an address at which all rows can be seen. @throws BackupError */
async function load(url: string, feeding: Feeding): Promise<string> {
  const { database } = feeding.plan.manifest
  const client = await connect(url)
  let all: boolean
  try {
    const { v } = await one<{ v: number }>(client, "select current_setting('server_version_num')::int / 10000 v")
    requireTool('pg_restore', Math.max(v, database.postgres))
    all = await prepare(client, database.roles)
  } finally {
    await client.end()
  }
  await feed(url, feeding)
  const [owner] = database.roles
  return all || !owner ? url : asRole(url, owner)
}

/** A dump goes into an empty database of a server that runs. @throws BackupError */
export async function restoreDump(config: Config, plan: Plan, o: Restoring, url: string): Promise<Restored> {
  const began = performance.now()
  const { manifest } = plan
  const { target, identities, places, verifyChains } = o
  const told = (bytes: number) => o.told({ part: 'database', bytes, total: manifest.database.plainBytes })
  const open = await load(url, { plan, target, identities, told })
  const checked = await settleRestored({ url: open, keys: keysFor(config, o.home), places, counts: manifest.counts, verifyChains })
  const { prepared, ...brought } = await restoreMedia(config, plan, o, open)
  const settings = await readSettings(plan, o)
  const aside = prepared ? await swapIn(plan.media, stampNow()) : null
  const found = [...checked.faults, ...brought.faults, ...(await settleHome(o.home, settings))]
  // So that a new backup begins by itself.
  await recordRun(open, { plan, o }, { checked, media: brought, faults: found }, began)
  const { faults: _, ...media } = brought
  return { backup: manifest.id, seconds: secondsSince(began), segments: 0, checked, media, faults: found, aside: aside ? [aside] : [] }
}

const TEST_PORT = 24_532
/** For a test: into a PostgreSQL of its own in that folder, which is gone afterwards. @throws BackupError */
export async function withDumpLoaded<T>(feeding: Omit<Feeding, 'told'>, scratch: string, then: (url: string) => Promise<T>): Promise<T> {
  requireTool('pg_restore', feeding.plan.manifest.database.postgres)
  const password = randomBytes(24).toString('hex')
  const server = await startEmbeddedPostgres(scratch, password, TEST_PORT)
  const at = (database: string) => `postgres://postgres:${password}@127.0.0.1:${server.port}/${database}`
  try {
    const client = await connect(at('postgres'))
    await client.query('create database atende template template0').finally(() => client.end())
    return await then(await load(at('atende'), { ...feeding, told: () => {} }))
  } finally {
    await server.stop()
  }
}

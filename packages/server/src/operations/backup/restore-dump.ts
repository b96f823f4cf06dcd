import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type pg from 'pg'
import type { Config } from '../../platform/config.ts'
import { BackupError } from './backup-error.ts'
import { settleRestored } from './check-restored.ts'
import { readChunks } from './chunks.ts'
import { connect, one } from './database-place.ts'
import { requireTool, toolEnvironment } from './dump-database.ts'
import { type Restored, type Restoring, restoreMedia, secondsSince } from './restore.ts'
import { keysFor, type Plan } from './restore-plan.ts'
import { swapIn } from './swap-folder.ts'

/** The roles that the dump names: without them its rights cannot be given. Atende lets them log in at its start. */
async function prepare(client: pg.Client, roles: readonly string[]): Promise<void> {
  const { n } = await one<{ n: number }>(client, "select count(*)::int n from pg_tables where schemaname = 'public'")
  if (n > 0) throw new BackupError('not_empty', 'this database has tables; make an empty one ("create database …")')
  for (const role of roles) {
    const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role])
    if (!rowCount) await client.query(`create role "${role.replaceAll('"', '""')}" nologin`)
  }
}

async function feed(url: string, plan: Plan, o: Restoring): Promise<void> {
  const { args, env } = toolEnvironment(url)
  const child = spawn('pg_restore', ['--exit-on-error', '--no-password', ...args], { env, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (d) => {
    said = (said + d).slice(-2000)
  })
  child.stdin.on('error', () => {})
  const ended = once(child, 'close')
  let bytes = 0
  for await (const piece of readChunks(o.target, plan.manifest.database, o.identities)) {
    if (!child.stdin.write(piece)) await Promise.race([once(child.stdin, 'drain'), ended])
    bytes += piece.length
    o.told({ part: 'database', bytes, total: plan.manifest.database.plainBytes })
  }
  child.stdin.end()
  const [code] = await ended
  if (code !== 0) throw new BackupError('database_failed', `pg_restore: ${said.trim()}`)
}

/** A dump goes into an empty database of a server that runs. @throws BackupError */
export async function restoreDump(config: Config, plan: Plan, o: Restoring, url: string): Promise<Restored> {
  const began = performance.now()
  const { manifest } = plan
  const client = await connect(url)
  try {
    const { v } = await one<{ v: number }>(client, "select current_setting('server_version_num')::int / 10000 v")
    requireTool('pg_restore', Math.max(v, manifest.database.postgres))
    await prepare(client, manifest.database.roles)
  } finally {
    await client.end()
  }
  await feed(url, plan, o)
  const checked = await settleRestored({ url, keys: keysFor(config, o.home), target: o.target, manifest, verifyChains: o.verifyChains })
  const files = await restoreMedia(plan, o)
  const aside = files > 0 ? await swapIn(plan.media, new Date().toISOString().replace(/[-:]|\.\d+/g, '')) : null
  return { backup: manifest.id, seconds: secondsSince(began), segments: 0, files, checked, aside: aside ? [aside] : [] }
}

import { existsSync, statSync } from 'node:fs'
import { chown, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../platform/config.ts'
import { openDatabase } from '../../platform/database.ts'
import { embeddedTools, type PostgresTools } from '../../platform/embedded-postgres.ts'
import { loadSecrets } from '../../platform/home.ts'
import { beginRun } from '../server-runs.ts'
import { BackupError } from './backup-error.ts'
import { type Checked, settleRestored, type VerifyChains } from './check-restored.ts'
import { readChunks } from './chunks.ts'
import { connect } from './database-place.ts'
import { type Recovered, recover, recoverySettings, writeRecovery } from './recover.ts'
import { keysFor, nearest, type Plan, type RestoreOptions } from './restore-plan.ts'
import { segmentNumber } from './segments.ts'
import { serveWal, type WalSource } from './serve-wal.ts'
import { freshWorkFolder, swapIn, workFolder } from './swap-folder.ts'
import { backupFolder, collect } from './target.ts'
import { type Owner, unpackCluster, unpackMedia } from './unpack.ts'
import { openArchived } from './wal-store.ts'

export type RestoreStep = { part: 'database' | 'archive' | 'check' | 'media'; bytes: number; total: number | undefined }
export type Restoring = RestoreOptions & {
  timeline: string
  /** PostgreSQL (of a container) reads the archive itself at its next start. */
  startLater: boolean
  verifyChains: VerifyChains
  told: (step: RestoreStep) => void
}
export type Restored = { backup: string; seconds: number; segments: number; files: number; checked: Checked | null; aside: string[] }

/**
 * Which segments the archive has. What lies in the copy itself is read there; a number that is missing while a later one is there
 * is a gap, and not the end.
 */
export function walSource({ manifest, wal }: Plan, o: Pick<RestoreOptions, 'target' | 'identities'>): WalSource {
  const byName = new Map(wal.archived.map((a) => [a.segment, a]))
  const { segmentBytes, stopSegment } = manifest.database
  const size = segmentBytes ?? 1
  const numbers = new Set(wal.archived.filter((a) => a.segment.length === 24).map((a) => segmentNumber(a.segment, size)))
  const last = [...numbers].reduce((a, b) => (a > b ? a : b), 0n)
  const inCopy = segmentNumber(stopSegment ?? ''.padEnd(24, '0'), size)
  const ownTimeline = stopSegment?.slice(0, 8) ?? ''
  return async (name) => {
    // The history of its own timeline lies in the copy.
    if (name.endsWith('.history') && name.slice(0, 8) <= ownTimeline) return undefined
    const found = byName.get(name)
    if (found) return openArchived(o.target, found, o.identities)
    const n = /^[0-9A-F]{24}$/.test(name) ? segmentNumber(name, size) : undefined
    if (n !== undefined && n > inCopy && n < last && !numbers.has(n))
      throw new BackupError('wal_missing', `the WAL segment ${name} is not in the archive, later ones are`)
    return undefined
  }
}

/** As whom the files must lie there. */
function ownerOf(o: RestoreOptions, tools: PostgresTools | undefined): Owner {
  if (o.pgdata === undefined) return { ...(tools?.run.uid !== undefined ? { uid: tools.run.uid, gid: tools.run.gid ?? tools.run.uid } : {}) }
  const { uid, gid } = statSync(nearest(o.pgdata))
  return process.getuid?.() === 0 ? { uid, gid } : {}
}

/** The whole archive, for a PostgreSQL that will read it where we are not. */
async function layOut(folder: string, source: WalSource, names: readonly string[], owner: Owner): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const name of names) {
    const data = await source(name)
    if (!data) continue
    await writeFile(path.join(folder, name), data, { mode: 0o600 })
    if (owner.uid !== undefined && owner.gid !== undefined) await chown(path.join(folder, name), owner.uid, owner.gid)
  }
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(folder, owner.uid, owner.gid)
}

async function prepareLater(work: string, plan: Plan, o: Restoring, owner: Owner): Promise<void> {
  await layOut(
    path.join(work, 'atende-archive'),
    walSource(plan, o),
    plan.wal.archived.map((a) => a.segment),
    owner,
  )
  await writeRecovery(work, owner, recoverySettings(o.to, o.timeline, 'cp "atende-archive/%f" "%p"'))
}

/** The embedded server knows its superuser by the password in the data folder, which may be another than that of the backup. */
async function setPassword(url: string, home: string): Promise<void> {
  const client = await connect(url)
  try {
    await client.query(`alter role postgres password '${loadSecrets(home).postgresPassword.replaceAll("'", "''")}'`)
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

async function recordRun(url: string, { plan, o }: { plan: Plan; o: Restoring }, checked: Checked, began: number): Promise<void> {
  const { db } = openDatabase(url, 1, 'atende-restore')
  try {
    const run = await beginRun(db, 'restore', { base: plan.manifest.id, until: o.to instanceof Date ? o.to.toISOString() : o.to })
    await run.end('ok', { seconds: secondsSince(began), bytes: plan.manifest.database.plainBytes, erased: checked.erased, faults: checked.faults.length })
  } finally {
    await db.destroy()
  }
}

export const secondsSince = (began: number): number => Math.round((performance.now() - began) / 100) / 10

type Running = { plan: Plan; o: Restoring; tools: PostgresTools; owner: Owner; work: string; scratch: boolean }

/** Starts the restored files once, and brings them to where they should be. @throws BackupError */
export async function withRecovered<T>(
  { plan, o, tools, owner, work, scratch }: Running,
  then: (url: string) => Promise<T>,
): Promise<{ value: T; segments: number }> {
  const { name, owner: user } = plan.manifest.database
  const source = walSource(plan, o)
  const total = plan.wal.archived.length
  let asked = 0
  const serving = await serveWal(path.join(path.dirname(work), `.wal-${process.pid}`), owner, async (segment) => {
    const data = await source(segment)
    if (data) o.told({ part: 'archive', bytes: ++asked, total })
    return data
  })
  let server: Recovered | undefined
  try {
    const login = { user, database: name }
    server = await recover({ tools, data: work, owner, to: o.to, timeline: o.timeline, restoreCommand: serving.command, login, scratch }).catch(
      (e: unknown) => {
        throw serving.failure() ?? e
      },
    )
    return { value: await then(server.url), segments: serving.served() }
  } finally {
    await server?.stop()
    await serving.stop()
  }
}

type Done = { checked: Checked | null; segments: number }

async function restoreDatabase(config: Config, plan: Plan, o: Restoring, tools: PostgresTools | undefined): Promise<Done> {
  const began = performance.now()
  const owner = ownerOf(o, tools)
  const work = await freshWorkFolder(plan.data)
  const total = plan.manifest.database.plainBytes
  await unpackCluster(plan.manifest, work, owner, { target: o.target, identities: o.identities, told: (bytes) => o.told({ part: 'database', bytes, total }) })
  if (!tools) {
    await prepareLater(work, plan, o, owner)
    return { checked: null, segments: plan.wal.archived.length }
  }
  const { value, segments } = await withRecovered({ plan, o, tools, owner, work, scratch: false }, async (url) => {
    o.told({ part: 'check', bytes: 0, total: undefined })
    const checked = await settleRestored({ url, keys: keysFor(config, o.home), target: o.target, manifest: plan.manifest, verifyChains: o.verifyChains })
    await recordRun(url, { plan, o }, checked, began)
    if (o.pgdata === undefined) await setPassword(url, o.home)
    return checked
  })
  return { checked: value, segments }
}

export async function restoreMedia(plan: Plan, o: Restoring): Promise<number> {
  if (o.skipMedia || plan.manifest.media.packs.length === 0) return 0
  const work = await freshWorkFolder(plan.media)
  await mkdir(work, { recursive: true, mode: 0o700 })
  const owner = process.getuid?.() === 0 && existsSync(o.home) ? { uid: statSync(o.home).uid, gid: statSync(o.home).gid } : {}
  const total = plan.manifest.media.bytes
  return unpackMedia(plan.manifest, work, owner, { target: o.target, identities: o.identities, told: (bytes) => o.told({ part: 'media', bytes, total }) })
}

/** The settings of that day, for the operator to read; nothing reads them by itself. */
async function writeSettings({ manifest }: Plan, { target, identities, home }: Restoring): Promise<void> {
  const text = await collect(readChunks(target, manifest.settings, identities))
  await writeFile(path.join(home, 'restored-settings.env'), text, { mode: 0o600 })
}

/**
 * Puts a backup into place. Everything is prepared and checked beside what is there, and only then moved in; an error on the way
 * leaves the installation as it was.
 * @throws BackupError
 */
export async function restore(config: Config, plan: Plan, o: Restoring): Promise<Restored> {
  const began = performance.now()
  await mkdir(o.home, { recursive: true, mode: 0o755 })
  const tools = o.startLater ? undefined : await embeddedTools(o.home)
  try {
    const { checked, segments } = await restoreDatabase(config, plan, o, tools)
    const files = await restoreMedia(plan, o)
    const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
    const aside = [await swapIn(plan.data, stamp), ...(files > 0 ? [await swapIn(plan.media, stamp)] : [])]
    await writeSettings(plan, o)
    // What the next backup would take for known is not at the places where it was.
    await rm(path.join(backupFolder(o.home), 'media-index.json'), { force: true })
    return { backup: plan.manifest.id, seconds: secondsSince(began), segments, files, checked, aside: aside.filter((a) => a !== null) }
  } catch (e) {
    for (const folder of [plan.data, plan.media]) await rm(workFolder(folder), { recursive: true, force: true })
    throw e
  }
}

import { hostname } from 'node:os'
import type pg from 'pg'
import { type Config, VERSION } from '../../platform/config.ts'
import type { Installation } from '../../platform/installation.ts'
import { beginRun, type Run } from '../server-runs.ts'
import { endGaps, noteGap } from './archive-gaps.ts'
import { BackupError, codeOf } from './backup-error.ts'
import { Outlet, totalBytes, writeChunks } from './chunks.ts'
import { type CopyResult, copyCluster, databaseBytes } from './copy-cluster.ts'
import { copyMedia } from './copy-media.ts'
import {
  type Cluster,
  checkFolder,
  connect,
  type DatabasePlace,
  describeCluster,
  lockBackups,
  one,
  type PhysicalPlace,
  placeOf,
  withLockedWal,
} from './database-place.ts'
import { dumpDatabase, requireTool } from './dump-database.ts'
import { folderOf, listIds, type Manifest, newId, sealManifest } from './manifest.ts'
import { knownMedia, rememberMedia } from './media-index.ts'
import { mediaSource } from './media-source.ts'
import { describeHere, requireOwner } from './place-owner.ts'
import { prune } from './retention.ts'
import { settingsText } from './settings-copy.ts'
import { createShipper } from './shipper.ts'
import { isConfigured, openTargets, type Target } from './target.ts'
import { keepTestKey, makeTestKey } from './test-key.ts'
import { ensureSlot } from './wal-slot.ts'

export type Progress = (step: { part: 'database' | 'media' | 'archive'; bytes: number; total: number | undefined }) => void
export type BackupResult = {
  id: string
  bytes: number
  seconds: number
  to: string
  files: number
  base: string
  walUntil: string | null
  pruned: number
  pruneError?: string
}

type Job = {
  config: Config
  installation: Installation
  targets: Target[]
  place: DatabasePlace
  client: pg.Client
  cluster: Cluster
  id: string
  startedAt: Date
  progress: Progress
}
type Part = { job: Job; outlet: Outlet; recipients: string[] }

/** Counted exactly where the login sees all rows; elsewhere not at all. */
const COUNTED = ['tenants', 'users', 'contacts', 'conversations', 'messages', 'media', 'audit_logs', 'data_keys']
export async function countRows(client: pg.Client): Promise<Record<string, number> | null> {
  const { ok } = await one<{ ok: boolean }>(
    client,
    'select rolsuper or (rolbypassrls and has_table_privilege($1, $2)) ok from pg_roles where rolname = current_user',
    ['messages', 'select'],
  )
  if (!ok) return null
  return one(client, `select ${COUNTED.map((t) => `(select count(*)::int from ${t}) ${t}`).join(', ')}`)
}

const rolesOf = ({ installation: i }: Job): string[] => [...new Set([decodeURIComponent(new URL(i.ownerUrl).username), i.appRole])]

type Copied = { database: Manifest['database']; counts: Record<string, number> | null; takenAt: Date }

/** Before the copy begins, the archive that goes on from it does. */
async function beginArchive({ client, config, installation, targets, startedAt }: Job, place: PhysicalPlace): Promise<void> {
  await withLockedWal(client, async () => {
    const state = await ensureSlot(client, place, config.BACKUP_WAL_KEEP_MB)
    // This backup ends it, when it becomes one.
    if (state !== 'there') await noteGap(installation.home, targets, { at: startedAt.toISOString(), lost: state === 'lost', segment: null })
  })
}

async function copyFiles({ job, outlet, recipients }: Part): Promise<Copied> {
  const { place, client, cluster, id, progress } = job
  if (place.kind !== 'physical') throw new Error('not a place with files')
  await checkFolder(place, cluster.systemId)
  await beginArchive(job, place)
  const total = await databaseBytes(client)
  // On a connection of its own: counting must not wait for the copy's.
  const counter = await connect(place.url)
  try {
    const told = (bytes: number) => progress({ part: 'database', bytes, total })
    const { tar, result } = copyCluster({ client, place, cluster, count: () => countRows(counter), told })
    const chunks = await writeChunks(tar, true, { outlet, recipients, prefix: `${folderOf(id)}/base.tar.zst` })
    const copy: CopyResult = await result
    const { name, owner, postgres, systemId, segmentBytes } = cluster
    const roles = rolesOf(job)
    const { plainBytes, startSegment, stopSegment } = copy
    const database = {
      kind: 'physical' as const,
      chunks,
      compressed: true,
      name,
      owner,
      roles,
      postgres,
      systemId,
      segmentBytes,
      plainBytes,
      startSegment,
      stopSegment,
    }
    return { database, counts: copy.counts, takenAt: copy.takenAt }
  } finally {
    await counter.end()
  }
}

async function copyDump({ job, outlet, recipients }: Part): Promise<Copied> {
  const { place, client, cluster, id, progress } = job
  requireTool('pg_dump', cluster.postgres)
  const takenAt = (await one<{ at: Date }>(client, 'select now() at')).at
  const counts = await countRows(client)
  let plainBytes = 0
  const dump = dumpDatabase(place.url, (bytes) => {
    plainBytes = bytes
    progress({ part: 'database', bytes, total: undefined })
  })
  const chunks = await writeChunks(dump, true, { outlet, recipients, prefix: `${folderOf(id)}/database.dump.zst` })
  const { name, owner, postgres } = cluster
  const none = { systemId: null, startSegment: null, stopSegment: null, segmentBytes: null }
  return { database: { kind: 'dump', chunks, compressed: true, name, owner, roles: rolesOf(job), postgres, plainBytes, ...none }, counts, takenAt }
}

async function* once(data: Buffer): AsyncGenerator<Buffer> {
  yield data
}

/** A place that does not answer, or belongs to another installation, is left out from the beginning. */
async function requireOurs({ client, place, installation }: Job, outlet: Outlet): Promise<void> {
  const here = await describeHere(client, place, installation.home)
  const asked = await Promise.allSettled(outlet.alive.map((target) => requireOwner(target, here, installation.home)))
  for (const [i, target] of [...outlet.alive].entries()) {
    const answer = asked[i]
    if (answer?.status === 'rejected') outlet.drop(target, answer.reason)
  }
}

/** Copies everything; the list of contents comes last and makes a backup of it. */
async function copyAll(job: Job): Promise<{ manifest: Manifest; outlet: Outlet }> {
  const { config, installation, targets, id, startedAt, place, progress } = job
  const { home, keys } = installation
  const { recipient: testRecipient } = await makeTestKey(home, keys.masters)
  const recipients = [...config.BACKUP_RECIPIENT, testRecipient]
  const outlet = new Outlet(targets)
  await requireOurs(job, outlet)
  const part: Part = { job, outlet, recipients }
  const known = await knownMedia(home, outlet)
  const { database, counts, takenAt } = await (place.kind === 'physical' ? copyFiles(part) : copyDump(part))
  const told = (bytes: number) => progress({ part: 'media', bytes, total: undefined })
  const copied = await copyMedia({ id, source: mediaSource(config, home), known, outlet, recipients, told })
  const text = Buffer.from(settingsText(config))
  const settings = { chunks: await writeChunks(once(text), false, { outlet, recipients, prefix: `${folderOf(id)}/settings.env` }), compressed: false }
  const bytes = totalBytes(database.chunks) + copied.bytes + totalBytes(settings.chunks)
  const endedAt = new Date()
  const manifest: Manifest = {
    format: 1,
    id,
    version: VERSION,
    host: hostname(),
    startedAt: startedAt.toISOString(),
    takenAt: takenAt.toISOString(),
    endedAt: endedAt.toISOString(),
    recipients: config.BACKUP_RECIPIENT,
    testRecipient,
    masterKeys: keys.masters.ids,
    counts,
    database,
    media: copied.media,
    settings,
    bytes,
    seconds: Math.round((endedAt.getTime() - startedAt.getTime()) / 100) / 10,
  }
  await outlet.put(`${folderOf(id)}/manifest.json`, sealManifest(manifest, keys.masters))
  await rememberMedia(home, manifest, outlet.alive, copied.lines)
  const namesOf = (places: readonly Target[]) => places.map((t) => t.name)
  await keepTestKey(home, testRecipient, namesOf(outlet.alive), namesOf(targets))
  return { manifest, outlet }
}

/** What was written while it was copied, too. Answers whether all of it is at every place that has this backup. */
async function shipRest({ config, installation, targets }: Job, outlet: Outlet): Promise<boolean> {
  // What a place lacks that failed just now waits for it.
  const shipper = createShipper(config, installation, targets)
  const passes = await shipper.passAll(outlet.alive)
  return passes.every((p) => p.complete)
}

/** That old ones could not be removed does not make the new one worse. */
async function pruneAll({ config, id, cluster }: Job, targets: readonly Target[]): Promise<{ pruned: number; pruneError?: string }> {
  let pruned = 0
  try {
    for (const target of targets) pruned += (await prune(target, config, { now: Date.now(), own: cluster.systemId, running: id })).backups.length
    return { pruned }
  } catch (e) {
    return { pruned, pruneError: codeOf(e) }
  }
}

async function finish(job: Job, run: Run): Promise<BackupResult> {
  const { installation, id, client, startedAt } = job
  const { manifest, outlet } = await copyAll(job)
  const { startSegment, kind } = manifest.database
  await withLockedWal(client, () => endGaps(installation.home, outlet.alive, { startedAt, startSegment }))
  const before = new Date().toISOString()
  const isShipped = await shipRest(job, outlet)
  const { pruned, pruneError } = await pruneAll(job, outlet.alive)
  const to = outlet.alive.map((t) => t.kind).join('+')
  const walUntil = kind === 'dump' ? null : isShipped ? before : manifest.takenAt
  const result = {
    id,
    bytes: manifest.bytes,
    seconds: manifest.seconds,
    to,
    base: id,
    files: manifest.media.files,
    walUntil,
    pruned,
    ...(pruneError ? { pruneError } : {}),
  }
  const [failure] = outlet.failures
  if (failure) {
    await run.end('failed', { ...result, error: failure.error.code, missing: failure.target.kind })
    throw new BackupError(failure.error.code, `${failure.error.message}; the backup ${id} is whole at ${to}, and missing there`)
  }
  await run.end('ok', result)
  return result
}

/** What this backup wrote at a place where it did not become one: when a list of contents stands there, only a later step failed. */
async function removeUnfinished(targets: readonly Target[], id: string): Promise<void> {
  for (const target of targets) {
    try {
      if ((await listIds(target)).includes(id)) continue
      for (const folder of [folderOf(id), `media/${id}`]) for await (const { key } of target.list(folder)) await target.delete(key)
    } catch {
      // The next backup removes it.
    }
  }
}

/** Notes at most every two seconds: a run on record is a row in the database. */
function noting(run: Run, progress: Progress): Progress {
  let last = 0
  return (step) => {
    progress(step)
    if (Date.now() - last < 2000) return
    last = Date.now()
    void run.note({ part: step.part, done: step.bytes, total: step.total ?? null }).catch(() => {})
  }
}

/**
 * Takes a backup of everything that belongs together: database, media, settings. The master key is not in it.
 * @throws BackupError; what had been written is removed
 */
export async function takeBackup(config: Config, installation: Installation, progress: Progress = () => {}): Promise<BackupResult> {
  if (!isConfigured(config)) throw new BackupError('not_configured', 'BACKUP_RECIPIENT is not set: nobody could open this backup')
  const targets = openTargets(config, installation.home)
  const place = placeOf(config, installation)
  const client = await connect(place.url)
  const startedAt = new Date()
  const id = newId(startedAt)
  try {
    await lockBackups(client)
    const run = await beginRun(installation.db, 'backup', { to: targets.map((t) => t.kind).join('+'), base: id })
    try {
      const cluster = await describeCluster(client)
      return await finish({ config, installation, targets, place, client, cluster, id, startedAt, progress: noting(run, progress) }, run)
    } catch (e) {
      await removeUnfinished(targets, id)
      await run.end('failed', { error: codeOf(e) })
      throw e
    }
  } finally {
    await client.end().catch(() => {})
  }
}

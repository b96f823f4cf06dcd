import { type FileHandle, open, readdir } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'
import { BackupError } from './backup-error.ts'
import { type Cluster, one, type PhysicalPlace, withRights } from './database-place.ts'
import { segmentName, segmentNumber, segmentUpTo } from './segments.ts'
import { type AddEntry, packTar } from './tar-stream.ts'

/** Of these only the folder is copied: PostgreSQL makes the rest anew (as pg_basebackup does). */
const EMPTIED = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal/archive_status',
  'pg_wal/summaries',
])
const LEFT_OUT =
  /(^|\/)(postmaster\.pid|postmaster\.opts|pg_internal\.init(\.\d+)?|pgsql_tmp[^/]*|current_logfiles|backup_label(\.old)?|tablespace_map(\.old)?|recovery\.signal|standby\.signal|postgresql\.auto\.conf\.tmp)$/
/** What a restore keeps in the data folder of a PostgreSQL that is a disk of its own, until somebody removes it. */
const OF_A_RESTORE = /^(atende-archive|restoring|before-\d{8}T\d{6}Z)$/
/** Last, as pg_basebackup has it. */
const CONTROL = 'global/pg_control'
const PIECE = 512 * 1024

const gone = (e: unknown): boolean => e instanceof Error && 'code' in e && e.code === 'ENOENT'

/** As many bytes as were announced: a file that shrinks meanwhile ends in zeros, one that grows is cut; the WAL mends both. */
async function* exactly(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(PIECE, size - at)), 0, Math.min(PIECE, size - at), at)
    if (bytesRead === 0) {
      for (; at < size; at += PIECE) yield Buffer.alloc(Math.min(PIECE, size - at))
      return
    }
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

/** Answers its size; nothing when it vanished. */
async function addFile(add: AddEntry, root: string, name: string): Promise<number> {
  const handle = await open(path.join(root, name)).catch((e) => {
    if (gone(e)) return undefined
    throw new BackupError('data_unreadable', `${name} in the data folder cannot be read (${e.code})`)
  })
  if (!handle) return 0
  try {
    const { size, mtime } = await handle.stat()
    await add({ name, size, mtime }, exactly(handle, size))
    return size
  } finally {
    await handle.close()
  }
}

/** @throws BackupError tablespaces, data_unreadable */
async function* filesOf(root: string, folder = ''): AsyncGenerator<{ name: string; isFolder: boolean }> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch((e) => {
    if (gone(e) && folder !== '') return []
    throw new BackupError('data_unreadable', `the data folder cannot be read (${e.code})`)
  })
  if (folder === 'pg_tblspc' && entries.length > 0) throw new BackupError('tablespaces', 'this database uses tablespaces, which lie outside of its data folder')
  for (const e of entries) {
    const name = folder === '' ? e.name : `${folder}/${e.name}`
    if (LEFT_OUT.test(name) || OF_A_RESTORE.test(name) || name === CONTROL) continue
    // pg_wal may be a link to another disk; nothing else may.
    if (e.isDirectory() || EMPTIED.has(name)) {
      yield { name, isFolder: true }
      if (!EMPTIED.has(name)) yield* filesOf(root, name)
      else if (name === 'pg_wal') yield { name: 'pg_wal/archive_status', isFolder: true }
    } else if (e.isFile()) yield { name, isFolder: false }
  }
}

/** How large the data folder is, for the progress. */
export const databaseBytes = async (client: pg.Client): Promise<number> =>
  Number((await one<{ n: string }>(client, 'select sum(pg_database_size(oid))::text n from pg_database where has_database_privilege(oid, $1)', ['connect'])).n)

export type CopyResult = { plainBytes: number; startSegment: string; stopSegment: string; takenAt: Date; counts: Record<string, number> | null }
type Copying = { client: pg.Client; place: PhysicalPlace; cluster: Cluster; count: () => Promise<Record<string, number> | null>; told: (bytes: number) => void }

/**
 * The data folder as a tar while the database runs, with the WAL that makes it whole: it can be restored by itself. The connection
 * must stay open: the copy ends with it.
 */
export function copyCluster(copying: Copying): { tar: AsyncIterable<Buffer>; result: Promise<CopyResult> } {
  const done = Promise.withResolvers<CopyResult>()
  done.promise.catch(() => {})
  const tar = packTar(async (add) => {
    try {
      done.resolve(await fillCopy(add, copying))
    } catch (e) {
      done.reject(e)
      throw e
    }
  })
  return { tar, result: done.promise }
}

async function fillCopy(add: AddEntry, { client, place, cluster, count, told }: Copying): Promise<CopyResult> {
  let plainBytes = 0
  const tell = (bytes: number) => {
    plainBytes += bytes
    told(plainBytes)
  }
  // Keeps the WAL of this copy in its place until it is copied, and goes with the connection.
  await withRights('make a replication slot', () =>
    client.query('select pg_create_physical_replication_slot($1, true, true)', [`atende_copy_${process.pid}_${Date.now().toString(36)}`]),
  )
  await withRights('begin a backup (pg_backup_start)', () => client.query("select pg_backup_start('atende', true)"))
  for await (const { name, isFolder } of filesOf(place.data)) {
    if (isFolder) await add({ name, size: 0, type: 'directory' })
    else tell(await addFile(add, place.data, name))
  }
  tell(await addFile(add, place.data, CONTROL))
  const counts = await count()
  const stop = await one<{ lsn: string; labelfile: string; spcmapfile: string; at: Date }>(
    client,
    'select lsn::text, labelfile, spcmapfile, now() at from pg_backup_stop(false)',
  )
  const label = Buffer.from(stop.labelfile)
  await add(
    { name: 'backup_label', size: label.length },
    (async function* () {
      yield label
    })(),
  )
  const startSegment = /\(file ([0-9A-F]{24})\)/.exec(stop.labelfile)?.[1] ?? ''
  const { segmentBytes } = cluster
  const last = segmentUpTo(stop.lsn, segmentBytes)
  const timeline = startSegment.slice(0, 8)
  for (let n = segmentNumber(startSegment, segmentBytes); n <= last; n++) {
    const bytes = await addFile(add, place.data, `pg_wal/${segmentName(timeline, n, segmentBytes)}`)
    if (bytes !== segmentBytes) throw new BackupError('wal_missing', `the WAL segment ${segmentName(timeline, n, segmentBytes)} of this copy vanished`)
    tell(bytes)
  }
  if (timeline !== '00000001') await addFile(add, place.data, `pg_wal/${timeline}.history`)
  return { plainBytes, startSegment, stopSegment: segmentName(timeline, last, segmentBytes), takenAt: stop.at, counts }
}

import type { Config } from '../../platform/config.ts'
import { BackupError } from './backup-error.ts'
import { chunksOf, folderOf, type Listing, listManifests, type Manifest } from './manifest.ts'
import { segmentNumber } from './segments.ts'
import type { Target } from './target.ts'
import { type Archived, archivedSystems, listArchive } from './wal-store.ts'

type Settings = Pick<Config, 'BACKUP_KEEP_DAILY' | 'BACKUP_KEEP_WEEKLY' | 'BACKUP_KEEP_MONTHLY' | 'BACKUP_POINT_IN_TIME_DAYS' | 'BACKUP_TIMEZONE'>
type Taken = { id: string; takenAt: string }

const DAY_MS = 86_400_000

/** Day, week (by its Monday) and month in which a moment lies, there. */
function periods(at: Date, timeZone: string): { day: string; week: string; month: string } {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at)
  const noon = new Date(`${day}T12:00:00Z`)
  const monday = new Date(noon.getTime() - ((noon.getUTCDay() + 6) % 7) * DAY_MS)
  return { day, week: monday.toISOString().slice(0, 10), month: day.slice(0, 7) }
}

/** All of the last day; the newest of each of the last so many days, weeks and months that have one; the newest of all always. */
export function whatStays(backups: readonly Taken[], c: Settings, now: number): Set<string> {
  const sorted = backups.toSorted((a, b) => (a.takenAt < b.takenAt ? 1 : -1))
  const stays = new Set(sorted.filter((b, n) => n === 0 || now - Date.parse(b.takenAt) < DAY_MS).map((b) => b.id))
  for (const [period, many] of [
    ['day', c.BACKUP_KEEP_DAILY],
    ['week', c.BACKUP_KEEP_WEEKLY],
    ['month', c.BACKUP_KEEP_MONTHLY],
  ] as const) {
    const first = new Map<string, string>()
    for (const b of sorted) {
      const name = periods(new Date(b.takenAt), c.BACKUP_TIMEZONE)[period]
      if (!first.has(name)) first.set(name, b.id)
    }
    for (const id of [...first.values()].slice(0, many)) stays.add(id)
  }
  return stays
}

export type Pruned = { backups: string[]; objects: number; segments: number }

type Archiving = { segmentBytes: number; first: bigint }

/**
 * From where on the archive of this database is kept: what the newest backup that is older than the days one can go back (else the
 * oldest) needs, and each younger one. A younger one may begin before it: after a restore the numbers go on from an earlier place.
 */
function archiveFrom(kept: readonly Manifest[], systemId: string, days: number, now: number): Archiving | undefined {
  const own = kept.filter((m) => m.database.systemId === systemId).toSorted((a, b) => (a.takenAt < b.takenAt ? -1 : 1))
  const from = own.findLast((m) => Date.parse(m.takenAt) <= now - days * DAY_MS) ?? own[0]
  const { segmentBytes } = from?.database ?? {}
  if (!from || !segmentBytes) return undefined
  const starts = own.filter((m) => m.takenAt >= from.takenAt).flatMap((m) => m.database.startSegment ?? [])
  const numbers = starts.map((s) => segmentNumber(s, segmentBytes))
  return numbers.length === 0 ? undefined : { segmentBytes, first: numbers.reduce((a, b) => (a < b ? a : b)) }
}

/** Of a database without a backup nothing can be restored; but one that has just begun to write here has none yet. */
const isLeft = (archive: readonly Archived[], days: number, now: number): boolean => archive.every((a) => now - a.at.getTime() > days * DAY_MS)

async function pruneArchive(target: Target, kept: readonly Manifest[], { days, now, own }: { days: number; now: number; own: string }): Promise<number> {
  let gone = 0
  for (const system of await archivedSystems(target)) {
    const from = archiveFrom(kept, system, days, now)
    const archive = await listArchive(target, system)
    const isOld = (a: Archived) => from !== undefined && a.segment.length === 24 && segmentNumber(a.segment, from.segmentBytes) < from.first
    // Another one than this server's: it was upgraded, or is new.
    const isAll = !from && system !== own && !kept.some((m) => m.database.systemId === system) && isLeft(archive, days, now)
    for (const a of archive) {
      if (!isAll && !isOld(a)) continue
      await target.delete(a.key)
      gone++
    }
  }
  return gone
}

/** Removes what no backup needs; `running` may be one that is under way. */
async function sweep(target: Target, kept: readonly Manifest[], running: string | undefined): Promise<number> {
  const needed = new Set(kept.flatMap((m) => chunksOf(m).map((c) => c.name)))
  let gone = 0
  for (const folder of ['backups', 'media']) {
    for await (const { key } of target.list(folder)) {
      const id = key.split('/')[1] ?? ''
      if (needed.has(key) || id === running || (key.endsWith('/manifest.json') && kept.some((m) => m.id === id))) continue
      await target.delete(key)
      gone++
    }
  }
  return gone
}

/** `own`: the system id of this server's database. */
type Pruning = { now: number; own: string; running?: string }

/**
 * Keeps what the settings say and removes the rest: old backups, what an interrupted one left, media that no backup names, and WAL
 * from before the time to which one can go back. While a list of contents cannot be read, nothing is removed.
 * @throws BackupError chunk_corrupt
 */
export async function prune(target: Target, c: Settings, { now, own, running }: Pruning): Promise<Pruned> {
  const { found, unreadable }: Listing = await listManifests(target)
  if (unreadable.length > 0) {
    throw new BackupError('chunk_corrupt', `${target.name}: the list of contents of ${unreadable.join(', ')} cannot be read, so nothing is removed`)
  }
  const all = found.map((f) => f.manifest)
  if (all.length === 0) return { backups: [], objects: 0, segments: 0 }
  const stays = whatStays(all, c, now)
  const kept = all.filter((m) => stays.has(m.id))
  const old = all.filter((m) => !stays.has(m.id)).map((m) => m.id)
  // The list of contents goes first: what is half removed is no backup.
  for (const id of old) await target.delete(`${folderOf(id)}/manifest.json`)
  return {
    backups: old,
    objects: await sweep(target, kept, running),
    segments: await pruneArchive(target, kept, { days: c.BACKUP_POINT_IN_TIME_DAYS, now, own }),
  }
}

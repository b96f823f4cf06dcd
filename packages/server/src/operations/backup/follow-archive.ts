import { BackupError } from './backup-error.ts'
import { sha256Hex } from './chunks.ts'
import type { Manifest } from './manifest.ts'
import { HISTORY, SEGMENT, segmentName, segmentNumber } from './segments.ts'
import type { WalSource } from './serve-wal.ts'
import type { Target } from './target.ts'
import { continues, nameOf, numberOf, type Path, readHistory, timelineAt, timelineOf } from './timelines.ts'
import { type Archived, listArchive, openArchived } from './wal-store.ts'

type Place = { target: Target; identities: readonly string[] }
/** What of the archive continues a backup. */
export type Following = {
  /** In the order in which PostgreSQL asks for it; what was sent twice is named twice. */
  archived: Archived[]
  path: Path
  /** Its end, the newest history that a restore has begun there, and those whose numbers are taken without a history in the archive. */
  timeline: string
  newest: string
  /** When its history came into the archive. */
  newestAt: Date | null
  taken: string[]
  bytes: number
  until: string | null
  gap: string | null
}

const NOTHING: Following = { archived: [], path: [], timeline: nameOf(1), newest: nameOf(1), newestAt: null, taken: [], bytes: 0, until: null, gap: null }
/** Clocks of a database and of a place for backups may differ. */
const SKEW_MS = 3600_000

/**
 * The content that goes by this name. Two histories may have been given one number (a restore that found none in the archive took it
 * again): what was archived before the copy was taken does not continue it; where that does not decide, nobody guesses.
 * @throws BackupError wal_ambiguous
 */
async function openOne({ target, identities }: Place, candidates: readonly Archived[], takenAt: Date): Promise<Buffer | undefined> {
  const [first] = candidates
  if (!first) return undefined
  if (candidates.length === 1) return openArchived(target, first, identities)
  const contents = new Map<string, { data: Buffer; at: Date }>()
  for (const a of candidates) {
    const data = await openArchived(target, a, identities)
    const sum = sha256Hex(data)
    const known = contents.get(sum)
    if (!known || known.at < a.at) contents.set(sum, { data, at: a.at })
  }
  const all = [...contents.values()]
  const later = all.filter((c) => all.length === 1 || c.at.getTime() >= takenAt.getTime() - SKEW_MS)
  const [only, other] = later
  if (!only || other) throw new BackupError('wal_ambiguous', `the archive holds ${contents.size} different contents of ${first.segment}`)
  return only.data
}

const historyOf = (timeline: string): string => `${timeline}.history`

type Asked = Place & { manifest: Manifest; timeline: string; toCopyOnly: boolean }

/** @throws BackupError wal_missing, wal_ambiguous */
async function findPath({ manifest, timeline, toCopyOnly, ...place }: Asked, all: readonly Archived[]): Promise<Path> {
  const { stopSegment, segmentBytes } = manifest.database
  if (!stopSegment || !segmentBytes) return []
  const own: Path = [{ timeline: timelineOf(stopSegment), from: 0n }]
  const histories = [...new Set(all.filter((a) => HISTORY.test(a.segment)).map((a) => timelineOf(a.segment)))].toSorted().toReversed()
  const asked = /^\d+$/.test(timeline) ? nameOf(BigInt(timeline)) : undefined
  if (toCopyOnly || timeline === 'current' || asked === own[0]?.timeline) return own
  const read = async (t: string): Promise<Path> => {
    const named = all.filter((a) => a.segment === historyOf(t))
    return readHistory((await openOne(place, named, new Date(manifest.takenAt)))?.toString('latin1') ?? '', t)
  }
  if (asked) {
    const path = histories.includes(asked) ? await read(asked) : []
    if (!continues(path, stopSegment, segmentBytes)) {
      throw new BackupError('wal_missing', `timeline ${timeline} does not go on from the backup ${manifest.id}, or its history is not in the archive`)
    }
    return path
  }
  for (const t of histories.filter((h) => h > timelineOf(stopSegment))) {
    const path = await read(t)
    if (continues(path, stopSegment, segmentBytes)) return path
  }
  return own
}

/** @throws BackupError wal_missing, wal_ambiguous */
export async function followArchive(asked: Asked): Promise<Following> {
  const { systemId, stopSegment, segmentBytes } = asked.manifest.database
  if (!systemId || !stopSegment || !segmentBytes) return NOTHING
  const all = await listArchive(asked.target, systemId)
  const path = await findPath(asked, all)
  const histories = all.filter((a) => HISTORY.test(a.segment))
  const newest = histories.map((a) => timelineOf(a.segment)).reduce((a, b) => (a > b ? a : b), timelineOf(stopSegment))
  const newestAt = histories.filter((a) => timelineOf(a.segment) === newest).map((a) => a.at)
  const number = (name: string) => segmentNumber(name, segmentBytes)
  const stop = number(stopSegment)
  // A restore to within the last segment of the copy has written that segment anew.
  const isRenewed = timelineAt(path, stop, segmentBytes) !== timelineOf(stopSegment)
  const first = isRenewed ? stop : stop + 1n
  const isNeeded = (name: string) => HISTORY.test(name) || (number(name) >= first && timelineOf(name) === timelineAt(path, number(name), segmentBytes))
  const archived = all.filter((a) => isNeeded(a.segment))
  const segments = archived.filter((a) => SEGMENT.test(a.segment))
  const numbers = new Set(segments.map((a) => number(a.segment)))
  let gap: bigint | undefined
  for (let n = first, left = numbers.size; left > 0 && gap === undefined; n++, left--) if (!numbers.has(n)) gap = n
  const until = segments.reduce<Date | null>((latest, a) => (latest && latest > a.at ? latest : a.at), null)
  const timeline = path.at(-1)?.timeline ?? timelineOf(stopSegment)
  return {
    archived,
    path,
    timeline,
    newest,
    newestAt: newestAt.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null,
    taken: [...new Set(all.map((a) => timelineOf(a.segment)))].filter((t) => t !== nameOf(1)).toSorted(),
    bytes: archived.reduce((sum, a) => sum + a.bytes, 0),
    until: until?.toISOString() ?? null,
    gap: gap === undefined ? null : segmentName(timelineAt(path, gap, segmentBytes), gap, segmentBytes),
  }
}

type Followed = { manifest: Manifest; wal: Following }

/** All that PostgreSQL may ask for. */
export function namesOf({ manifest, wal }: Followed): string[] {
  const { segmentBytes } = manifest.database
  const own = wal.path.at(-1)
  const beginning = own && own.from > 0n && segmentBytes ? [segmentName(own.timeline, own.from / BigInt(segmentBytes), segmentBytes)] : []
  return [...new Set([...wal.archived.map((a) => a.segment), ...beginning, ...wal.taken.map(historyOf)])]
}

/** What PostgreSQL itself puts into the first segment of a new timeline: what was before, up to where the new one begins. */
function begun(parent: Buffer, at: number): Buffer {
  const copy = Buffer.alloc(parent.length)
  parent.copy(copy, 0, 0, at)
  return copy
}

/**
 * Which segments the archive has. What lies in the copy itself is read there; a number that is missing while a later one is there
 * is a gap, and not the end.
 */
export function walSource({ manifest, wal }: Followed, place: Place): WalSource {
  const { stopSegment, segmentBytes } = manifest.database
  const takenAt = new Date(manifest.takenAt)
  const named = (name: string) => wal.archived.filter((a) => a.segment === name)
  if (!stopSegment || !segmentBytes) return async () => undefined
  const stop = segmentNumber(stopSegment, segmentBytes)
  const last = wal.archived
    .filter((a) => SEGMENT.test(a.segment))
    .reduce((n, a) => (segmentNumber(a.segment, segmentBytes) > n ? segmentNumber(a.segment, segmentBytes) : n), 0n)
  const history = async (name: string) => {
    // The history of its own timeline lies in the copy.
    if (timelineOf(name) <= timelineOf(stopSegment)) return undefined
    if (wal.path.some((s) => historyOf(s.timeline) === name)) return openOne(place, named(name), takenAt)
    const [first] = named(name)
    if (first) return openArchived(place.target, first, place.identities)
    // A number that was given once is not given again, though its history was never archived.
    const isTaken = timelineOf(name) > wal.timeline && wal.taken.includes(timelineOf(name))
    return isTaken ? Buffer.from(`# timeline ${numberOf(timelineOf(name))} is taken\n`) : undefined
  }
  const beginning = async (timeline: string, n: bigint) => {
    const at = wal.path.findIndex((s) => s.timeline === timeline)
    const [parent, own] = [wal.path[at - 1], wal.path[at]]
    const size = BigInt(segmentBytes)
    if (!parent || !own || own.from / size !== n || own.from % size === 0n) return undefined
    const name = segmentName(parent.timeline, n, segmentBytes)
    const all = name === stopSegment ? [] : (await listArchive(place.target, manifest.database.systemId ?? '')).filter((a) => a.segment === name)
    const data = await openOne(place, all, takenAt)
    return data && begun(data, Number(own.from % size))
  }
  return async (name) => {
    if (HISTORY.test(name)) return history(name)
    if (!SEGMENT.test(name) || name === stopSegment) return undefined
    const n = segmentNumber(name, segmentBytes)
    if (n < stop || timelineOf(name) !== timelineAt(wal.path, n, segmentBytes)) return undefined
    const found = await openOne(place, named(name), takenAt)
    if (found) return found
    if (n < last) throw new BackupError('wal_missing', `the WAL segment ${name} is not in the archive, later ones are`)
    return beginning(timelineOf(name), n)
  }
}

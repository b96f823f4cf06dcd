import type { Database } from '../../platform/database.ts'
import { latestRuns, type RunDetails } from '../server-runs.ts'

/** Kinds of places; there is at most one of each. */
export const PLACES = ['dir', 's3'] as const
export type PlaceKind = (typeof PLACES)[number]

/** What the loop notes about a place, in the run on record that lasts as long as itself. */
export const placeNote = (place: PlaceKind, { at, error, gap }: { at: Date | undefined; error: string | null; gap: boolean }): RunDetails => ({
  ...(at ? { [`${place}_at`]: at.toISOString() } : {}),
  [`${place}_error`]: error,
  [`${place}_gap`]: gap,
  [`${place}_seen`]: new Date().toISOString(),
})

export type PlaceState = {
  place: PlaceKind
  /** All that was written until then is there; when nothing ever was, since when it has been tried. */
  completeAt: Date
  error: string | null
  /** Something is missing there; the next backup ends it. */
  gap: boolean
}
export type ArchiveState = {
  places: PlaceState[]
  waitingBytes: number
  /** Older than this is too old. */
  limitMinutes: number
  /** It was stopped on purpose. */
  stopped: boolean
}

const LIMIT_MINUTES = 30
const LOOK_BACK = 10
const text = (v: RunDetails[string]): string | null => (typeof v === 'string' ? v : null)
const number = (v: RunDetails[string], other: number): number => (typeof v === 'number' ? v : other)
const newest = (dates: readonly (string | null)[]): string | null => dates.reduce((a, b) => (a !== null && (b === null || a > b) ? a : b), null)

/** How far the archive is at each place; undefined while nobody has ever sent any. For alerts, metrics and the doctor. */
export async function archiveState(db: Database): Promise<ArchiveState | undefined> {
  const runs = await latestRuns(db, ['archive'], LOOK_BACK)
  const seenAt = (d: RunDetails) => newest(PLACES.map((p) => text(d[`${p}_seen`])))
  const [current] = runs.toSorted((a, b) => ((seenAt(a.details) ?? a.startedAt.toISOString()) > (seenAt(b.details) ?? b.startedAt.toISOString()) ? -1 : 1))
  if (!current) return undefined
  const { details } = current
  const places = PLACES.filter((p) => text(details[`${p}_seen`]) !== null).map((place) => ({
    place,
    completeAt: new Date(newest(runs.map((r) => text(r.details[`${place}_at`]))) ?? current.startedAt),
    error: text(details[`${place}_error`]),
    gap: details[`${place}_gap`] === true,
  }))
  const limitMinutes = Math.max(LIMIT_MINUTES, 3 * number(details.minutes, 0))
  return { places, waitingBytes: number(details.waiting, 0), limitMinutes, stopped: current.outcome === 'ok' }
}

export const minutesSince = (at: Date, now = Date.now()): number => Math.floor((now - at.getTime()) / 60_000)

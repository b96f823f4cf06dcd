import type { Config } from '../../platform/config.ts'
import type { ServerRun } from '../server-runs.ts'

type Settings = Pick<Config, 'BACKUP_AT' | 'BACKUP_TIMEZONE'>
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A backup that failed is tried again so much later, twice as late each time. */
const AGAIN_MS = HOUR_MS
const AGAIN_AT_MOST_MS = 12 * HOUR_MS

/** How far the clocks of a place are ahead of UTC at a moment. */
function offsetMs(at: Date, timeZone: string): number {
  const name = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at).find((p) => p.type === 'timeZoneName')?.value ?? 'GMT'
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR_MS + Number(minutes) * 60_000)
}

/** The moment at which the clocks there show BACKUP_AT on the day of `local` (UTC fields of a date that stands for that place). */
function momentOn(local: Date, { BACKUP_AT, BACKUP_TIMEZONE }: Settings): Date {
  const [hours = 0, minutes = 0] = BACKUP_AT.split(':').map(Number)
  const wall = Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate(), hours, minutes)
  const guess = new Date(wall - offsetMs(new Date(wall), BACKUP_TIMEZONE))
  return new Date(wall - offsetMs(guess, BACKUP_TIMEZONE))
}

const momentBy = (c: Settings, now: Date, days: number): Date => momentOn(new Date(now.getTime() + offsetMs(now, c.BACKUP_TIMEZONE) + days * DAY_MS), c)

/** The next moment of the daily backup. */
export const nextAt = (c: Settings, now: Date): Date => [0, 1, 2].map((d) => momentBy(c, now, d)).find((at) => at > now) ?? momentBy(c, now, 2)
/** The last one that has passed. */
export const lastAt = (c: Settings, now: Date): Date => [0, -1, -2].map((d) => momentBy(c, now, d)).find((at) => at <= now) ?? momentBy(c, now, -2)

/** May one begin now? Not while one runs; and each that failed (and may have left a whole copy at one of two places) is waited after. */
export function mayTry(runs: readonly ServerRun[], now: Date): boolean {
  const [last] = runs
  if (!last || last.outcome === 'ok') return true
  if (last.outcome === 'running') return false
  const firstOk = runs.findIndex((r) => r.outcome === 'ok')
  const failures = firstOk === -1 ? runs.length : firstOk
  const gap = Math.min(AGAIN_MS * 2 ** (failures - 1), AGAIN_AT_MOST_MS)
  return now.getTime() - (last.endedAt ?? last.startedAt).getTime() >= gap
}

/**
 * Was there none since the last moment? One that failed is tried again an hour later, then later; one that runs is left alone. One that
 * is whole at a place, and missing at another that is still `away`, is enough for the day: each try costs the good place a whole copy.
 */
export function isBackupDue(c: Settings, runs: readonly ServerRun[], now: Date, away: ReadonlySet<string> = new Set()): boolean {
  const isDone = (r: ServerRun) => r.outcome === 'ok' || (typeof r.details.missing === 'string' && away.has(r.details.missing))
  return !runs.some((r) => isDone(r) && r.startedAt >= lastAt(c, now)) && mayTry(runs, now)
}

/** A test is due when the last good one is old, and there is a backup that it has not tried. */
export function isTestDue(days: number, tests: readonly ServerRun[], lastBackup: ServerRun | undefined, now: Date): boolean {
  if (days === 0 || lastBackup?.outcome !== 'ok') return false
  const [last] = tests
  if (!last) return true
  if (last.outcome === 'running') return false
  const age = now.getTime() - last.startedAt.getTime()
  // A failed one is repeated with the next backup, not every minute.
  return last.outcome === 'ok' ? age >= days * DAY_MS - HOUR_MS : last.startedAt < lastBackup.startedAt
}

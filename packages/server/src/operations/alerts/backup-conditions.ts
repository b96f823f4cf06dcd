import type { Context } from '../../platform/context.ts'
import { archiveState, minutesSince } from '../backup/archive-state.ts'
import { isConfigured } from '../backup/target.ts'
import { latestRuns, type ServerRun } from '../server-runs.ts'
import { readFigures } from '../status/figures.ts'
import type { Seen } from './alert-state.ts'

const HOUR_MS = 3600_000
const DAY_MS = 24 * HOUR_MS
const TEST_DAYS = 10
const LOOK_BACK = 400

const ended = (runs: readonly ServerRun[]): ServerRun | undefined => runs.find((r) => r.outcome !== 'running')
const good = (runs: readonly ServerRun[]): ServerRun | undefined => runs.find((r) => r.outcome === 'ok')
const older = (at: Date | null | undefined, ms: number): boolean => at !== null && at !== undefined && Date.now() - at.getTime() > ms
const codeOf = (run: ServerRun): string => (run.outcome === 'lost' ? 'lost' : String(run.details.error ?? 'failed'))

/** Whether what would be restored is there, new and known to work. Where nothing lasts (development, tests), no backup is missed. */
export async function lookAtBackups(ctx: Context): Promise<Seen[]> {
  const hours = ctx.config.ALERT_BACKUP_HOURS
  if (hours === 0) return []
  const runs = await latestRuns(ctx.db, ['backup', 'restore-test'], LOOK_BACK)
  const [backups, tests] = [runs.filter((r) => r.kind === 'backup'), runs.filter((r) => r.kind === 'restore-test')]
  const [lastBackup, lastTest] = [ended(backups), ended(tests)]
  const seen = (code: Seen['code'], details: Seen['details']): Seen[] => [{ code, key: '', details }]
  const { installedAt } = await readFigures(ctx.db)
  const begun = backups.at(-1)?.startedAt ?? null
  const expected = backups.length > 0 || ctx.config.NODE_ENV === 'production'
  return [
    ...(lastBackup && lastBackup.outcome !== 'ok' ? seen('backup_failed', { error: codeOf(lastBackup) }) : []),
    ...(expected && older(good(backups)?.endedAt ?? begun ?? installedAt, hours * HOUR_MS) ? seen('backup_old', { hours }) : []),
    ...(lastTest && lastTest.outcome !== 'ok' ? seen('restore_test_failed', { error: codeOf(lastTest) }) : []),
    ...(older(good(tests)?.endedAt ?? begun, TEST_DAYS * DAY_MS) ? seen('restore_test_old', { days: TEST_DAYS }) : []),
  ]
}

/** Whether what was written a while ago is at every place of the backups. */
export async function lookAtArchive(ctx: Context): Promise<Seen[]> {
  if (ctx.config.ALERT_BACKUP_HOURS === 0) return []
  const state = await archiveState(ctx.db)
  // Whoever ended it on purpose and has no backups any more misses nothing.
  if (!state || (state.stopped && !isConfigured(ctx.config))) return []
  return state.places.flatMap(({ place, completeAt, error, gap }): Seen[] => {
    const minutes = minutesSince(completeAt)
    return [
      ...(minutes > state.limitMinutes
        ? [{ code: 'archive_old' as const, key: place, details: { place, minutes, error: error ?? (state.stopped ? 'stopped' : '-') } }]
        : []),
      ...(gap ? [{ code: 'archive_gap' as const, key: place, details: { place } }] : []),
    ]
  })
}

import { archiveState, minutesSince } from '../backup/archive-state.ts'
import { latestRuns, type RunKind, type ServerRun } from '../server-runs.ts'
import type { Collector } from './collectors.ts'
import { gauge, gauges } from './figure.ts'

const KINDS = ['backup', 'restore-test', 'update', 'doctor'] as const satisfies RunKind[]
/** A daily run that fails for a month is known by then. */
const LOOK_BACK = 40

const numberIn = (run: ServerRun | undefined, key: string): number | undefined => {
  const value = run?.details[key]
  return typeof value === 'number' ? value : undefined
}

/** How backups, their tests and updates ended. What never happened has the time 0, so that its age is large. */
export const runFigures: Collector = {
  name: 'runs',
  everyMs: 15_000,
  collect: async (ctx) => {
    const [runs, archive] = [await latestRuns(ctx.db, KINDS, LOOK_BACK), await archiveState(ctx.db)]
    // Whoever ended it on purpose misses nothing.
    const places = archive && !archive.stopped ? archive.places : []
    const limit = archive?.limitMinutes ?? 0
    const of = (kind: RunKind) => runs.filter((r) => r.kind === kind)
    const ended = (kind: RunKind) => of(kind).find((r) => r.outcome !== 'running')
    const good = (kind: RunKind) => of(kind).find((r) => r.outcome === 'ok')
    const backup = good('backup')
    const seconds = backup?.endedAt ? (backup.endedAt.getTime() - backup.startedAt.getTime()) / 1000 : undefined
    return [
      gauges(
        'run_success_timestamp_seconds',
        'When the last one that succeeded ended; 0 when none ever did.',
        KINDS.map((kind) => [{ kind }, good(kind)?.endedAt ?? 0]),
      ),
      gauges(
        'run_failed',
        'Whether the last one failed or was lost.',
        KINDS.map((kind) => [{ kind }, ended(kind) ? ended(kind)?.outcome !== 'ok' : false]),
      ),
      gauges(
        'run_running',
        'Whether one runs at this moment.',
        KINDS.map((kind) => [{ kind }, of(kind).some((r) => r.outcome === 'running')]),
      ),
      gauges(
        'archive_complete_timestamp_seconds',
        'All that was written (and erased) until then is in the archive of this place.',
        places.map((p) => [{ place: p.place }, p.completeAt]),
      ),
      gauges(
        'archive_late',
        'Whether that is longer ago than it should be.',
        places.map((p) => [{ place: p.place }, minutesSince(p.completeAt) > limit]),
      ),
      gauges(
        'archive_gap',
        'Whether a piece of the archive of this place is missing, until its next backup.',
        places.map((p) => [{ place: p.place }, p.gap]),
      ),
      gauge('archive_waiting_bytes', 'What waits for places that are away.', archive?.waitingBytes),
      gauge('backup_bytes', 'Size of the last good backup.', numberIn(backup, 'bytes')),
      gauge('backup_seconds', 'How long the last good backup took.', numberIn(backup, 'seconds') ?? seconds),
    ]
  },
}

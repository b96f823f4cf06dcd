import type { Config } from '../../platform/config.ts'
import type { Database } from '../../platform/database.ts'
import { latestRuns, type ServerRun } from '../server-runs.ts'
import { nextAt } from './schedule.ts'
import { isConfigured } from './target.ts'

export type BackupState = {
  configured: boolean
  lastOk: ServerRun | null
  lastTry: ServerRun | null
  /** When the daily one begins next; null when backups are not configured. */
  nextAt: Date | null
  /** Of the last good one. */
  ageHours: number | null
  lastTest: ServerRun | null
}

/** For the status page, the doctor and the metrics. */
export async function backupState(db: Database, config: Config, now = new Date()): Promise<BackupState> {
  const runs = await latestRuns(db, ['backup'], 60, now.getTime())
  const [lastTest] = await latestRuns(db, ['restore-test'], 1, now.getTime())
  const lastOk = runs.find((r) => r.outcome === 'ok') ?? null
  const configured = isConfigured(config)
  return {
    configured,
    lastOk,
    lastTry: runs[0] ?? null,
    nextAt: configured ? nextAt(config, now) : null,
    ageHours: lastOk ? Math.round((now.getTime() - (lastOk.endedAt ?? lastOk.startedAt).getTime()) / 360_000) / 10 : null,
    lastTest: lastTest ?? null,
  }
}

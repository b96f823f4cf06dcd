import { sql } from 'kysely'
import type { Config } from '../../platform/config.ts'
import type { Database } from '../../platform/database.ts'
import { isConfigured } from '../backup/target.ts'
import { beginRun, latestRuns, type RunDetails } from '../server-runs.ts'

/** A backup that is older says too little about today. */
const FRESH_MS = 24 * 3600_000

export type UpdateFacts = {
  /** `off`: none are set up here, so none can be taken. */
  backups: 'on' | 'off'
  backupFresh: boolean
  lastBackup: Date | null
}

/** What an update must know before it begins. */
export async function updateFacts(db: Database, config: Config, now = Date.now()): Promise<UpdateFacts> {
  const runs = await latestRuns(db, ['backup'], 20)
  const lastBackup = runs.find((r) => r.outcome === 'ok')?.endedAt ?? null
  return { backups: isConfigured(config) ? 'on' : 'off', lastBackup, backupFresh: lastBackup !== null && now - lastBackup.getTime() < FRESH_MS }
}

/** The script that updates is no process of ours: it says when it begins and how it ended, in two commands. */
export const beginUpdate = async (db: Database, details: RunDetails): Promise<string> => (await beginRun(db, 'update', details)).id

/** Answers whether it was running until now. */
export async function endUpdate(db: Database, id: string, outcome: 'ok' | 'failed', details: RunDetails): Promise<boolean> {
  const { rows } = await sql<{ noted: boolean }>`select door_note_run(${id}, ${outcome}, ${JSON.stringify(details)}::jsonb) noted`.execute(db)
  return rows[0]?.noted ?? false
}

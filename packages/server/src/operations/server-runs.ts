import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { Database } from '../platform/database.ts'
import { uuidv7 } from '../platform/ids.ts'

/** What a server does for itself, rather than for a tenant. `archive`: as long as the timer of backups runs. */
export type RunKind = 'backup' | 'restore' | 'restore-test' | 'update' | 'archive' | 'doctor'
/** Figures, file names and codes; never anything about people. */
export type RunDetails = Record<string, string | number | boolean | readonly string[] | null | undefined>
/** `lost`: it has said nothing for ten minutes, so its process has died. */
export type RunOutcome = 'running' | 'ok' | 'failed' | 'lost'
export type ServerRun<K extends RunKind = RunKind> = {
  id: string
  kind: K
  host: string
  startedAt: Date
  endedAt: Date | null
  outcome: RunOutcome
  details: RunDetails
}

const LOST_MS = 600_000
const BEAT_MS = 60_000

export type Run = {
  id: string
  /** How far it is; what was noted before stays. */
  note: (details: RunDetails) => Promise<void>
  end: (outcome: 'ok' | 'failed', details?: RunDetails) => Promise<void>
}

/** Puts the beginning of a run on record. It must be ended; while its process lives, it counts as running. */
export async function beginRun(db: Database, kind: RunKind, details: RunDetails = {}): Promise<Run> {
  const id = uuidv7()
  const write = (outcome: 'running' | 'ok' | 'failed', more: RunDetails) =>
    sql`select door_note_run(${id}, ${outcome}, ${JSON.stringify(more)}::jsonb)`.execute(db)
  await sql`select door_begin_run(${id}, ${kind}, ${hostname()}, ${JSON.stringify(details)}::jsonb)`.execute(db)
  // A beat that is missed is followed by another; only the end must be known to have been written.
  const beat = setInterval(() => void write('running', {}).catch(() => {}), BEAT_MS)
  beat.unref()
  return {
    id,
    note: async (more) => void (await write('running', more)),
    async end(outcome, more = {}) {
      clearInterval(beat)
      await write(outcome, more)
    },
  }
}

type Row<K extends RunKind> = {
  id: string
  kind: K
  host: string
  started_at: Date
  beat_at: Date
  ended_at: Date | null
  outcome: 'running' | 'ok' | 'failed'
  details: RunDetails
}

/** The newest runs of each of these kinds, the newest first. */
export async function latestRuns<K extends RunKind>(db: Database, kinds: readonly K[], each = 1, now = Date.now()): Promise<ServerRun<K>[]> {
  const { rows } = await sql<Row<K>>`select * from door_runs(${[...kinds]}, ${each})`.execute(db)
  return rows.map((r) => ({
    id: r.id,
    kind: r.kind,
    host: r.host,
    startedAt: r.started_at,
    endedAt: r.ended_at,
    outcome: r.outcome === 'running' && now - r.beat_at.getTime() > LOST_MS ? 'lost' : r.outcome,
    details: r.details,
  }))
}

/** `ids`: of the checks that failed, then of those that warned. */
export type DoctorVerdict = { fail: number; warn: number; ids: string[] }

/** Puts on record what the doctor found. Only what is wrong makes it a failure. */
export async function recordDoctor(db: Database, verdict: DoctorVerdict): Promise<void> {
  const run = await beginRun(db, 'doctor')
  await run.end(verdict.fail > 0 ? 'failed' : 'ok', verdict)
}

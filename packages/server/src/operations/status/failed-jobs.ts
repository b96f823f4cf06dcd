import { sql } from 'kysely'
import type { Context } from '../../platform/context.ts'
import type { Database } from '../../platform/database.ts'

export type FailedJob = { id: string; queue: string; at: Date; attempts: number; code: string }
type Row = { id: string; name: string; completed_on: Date; retry_count: number; code: string | null }

/** Jobs that failed for good, the newest first: what and when, never what they carried. */
export async function failedJobs(db: Database, max = 50): Promise<FailedJob[]> {
  const { rows } = await sql<Row>`select id, name, completed_on, retry_count, output ->> 'code' code from pgboss.job
    where state = 'failed' and completed_on is not null order by completed_on desc limit ${max}`.execute(db)
  return rows.map((r) => ({ id: r.id, queue: r.name, at: r.completed_on, attempts: r.retry_count + 1, code: r.code ?? 'unknown' }))
}

export async function countFailedSince(db: Database, minutes: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int n from pgboss.job
    where state = 'failed' and completed_on > now() - make_interval(mins => ${minutes}::int)`.execute(db)
  return rows[0]?.n ?? 0
}

/** Lets them run once more; what is no failed job is passed over. Answers how many. */
export async function replayJobs(ctx: Context, ids: readonly string[]): Promise<number> {
  const { rows } = await sql<{ id: string; name: string }>`select id, name from pgboss.job where state = 'failed' and id = any(${[...ids]}::uuid[])`.execute(
    ctx.db,
  )
  for (const [name, jobs] of Map.groupBy(rows, (r) => r.name)) {
    await ctx.jobs.retry(
      name,
      jobs.map((j) => j.id),
    )
  }
  return rows.length
}

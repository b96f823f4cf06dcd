import { sql } from 'kysely'
import type { Context } from '../../platform/context.ts'
import type { Check } from '../../platform/health.ts'
import { latestRuns } from '../server-runs.ts'

const KEEP_MS = 15_000
const HOUR = 3600_000
/** A daily backup may be late by a night's work, and no more. */
const OLD_HOURS = 36

/** How old the last good backup is. Nobody who never made one is told here: that is the doctor's and the alerts' matter. */
async function checkBackups(ctx: Context): Promise<Check> {
  const runs = (await latestRuns(ctx.db, ['backup'], 40)).filter((r) => r.outcome !== 'running')
  const [last] = runs
  if (!last) return { status: 'off' }
  const good = runs.find((r) => r.outcome === 'ok')?.endedAt
  const ageHours = good ? Number(((Date.now() - good.getTime()) / HOUR).toFixed(1)) : null
  const fine = last.outcome === 'ok' && ageHours !== null && ageHours <= OLD_HOURS
  return { status: fine ? 'up' : 'degraded', ageHours, last: last.outcome }
}

/** Numbers that can send, and those that stand still: their companies' matter, so they do not make the server ill. */
async function checkLinks(ctx: Context): Promise<Check> {
  const { rows } = await sql<{ numbers: string; connected: string; held: string }>`select * from door_numbers()`.execute(ctx.db)
  const { numbers = '0', connected = '0', held = '0' } = rows[0] ?? {}
  return { status: Number(numbers) > 0 ? 'up' : 'off', connected: Number(connected), held: Number(held) }
}

/** Parts of /health that look into several rooms; answers are kept for a while, since anybody may ask. */
export function operationChecks(ctx: Context): () => Record<string, Promise<Check>> {
  const keep = (check: (ctx: Context) => Promise<Check>) => {
    let kept: { at: number; answer: Promise<Check> } | undefined
    return () => {
      if (!kept || Date.now() - kept.at > KEEP_MS) {
        const answer = check(ctx)
        kept = { at: Date.now(), answer }
        // What failed is asked anew.
        answer.catch(() => {
          kept = undefined
        })
      }
      return kept.answer
    }
  }
  const [backups, links] = [keep(checkBackups), keep(checkLinks)]
  return () => ({ backups: backups(), links: links() })
}

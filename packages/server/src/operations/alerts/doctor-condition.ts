import type { Context } from '../../platform/context.ts'
import { latestRuns } from '../server-runs.ts'
import type { Seen } from './alert-state.ts'

const NAMED = 8

/** What the doctor's last look that came to its end found wrong; until a later one finds nothing. */
export async function lookAtDoctor(ctx: Context): Promise<Seen[]> {
  const last = (await latestRuns(ctx.db, ['doctor'], 5)).find((r) => r.outcome === 'ok' || r.outcome === 'failed')
  if (last?.outcome !== 'failed') return []
  const { fail, ids } = last.details
  const count = typeof fail === 'number' ? fail : 1
  const named = Array.isArray(ids) ? ids.slice(0, Math.min(count, NAMED)).join(', ') : '?'
  return [{ code: 'doctor_failed', key: '', details: { count, ids: count > NAMED ? `${named}…` : named } }]
}

import { sql } from 'kysely'
import type { Context } from './platform/context.ts'

const HOUR = 3600_000

/** Removes what has served: told events after a week, understood deliveries after 30 days. Any worker may do it; twice does no harm. */
export function startUpkeep(ctx: Context): { stop: () => void } {
  const purge = () =>
    sql`select door_purge(interval '7 days', interval '30 days')`.execute(ctx.db).catch((err: unknown) => ctx.log.error({ err }, 'upkeep: purge failed'))
  const timer = setInterval(purge, HOUR)
  timer.unref()
  void purge()
  return { stop: () => clearInterval(timer) }
}

import { sql } from 'kysely'
import { scheduleChannelChecks } from './features/channels/schedule-checks.ts'
import { sealOldFiles } from './features/media/seal-old-files.ts'
import type { Context } from './platform/context.ts'
import { sealOldSecrets } from './seal-old-secrets.ts'

const HOUR = 3600_000

/**
 * Removes what has served: told events after a week, understood deliveries after 30 days, access records after six months. Asks once a
 * day how each number is. Seals the files of before there were keys, and old secrets with their company's key. Any worker may do it; twice does no harm.
 */
export function startUpkeep(ctx: Context): { stop: () => void } {
  const purge = () =>
    sql`select door_purge(interval '7 days', interval '30 days')`.execute(ctx.db).catch((err: unknown) => ctx.log.error({ err }, 'upkeep: purge failed'))
  const records = () => sql`select door_purge_records()`.execute(ctx.db).catch((err: unknown) => ctx.log.error({ err }, 'upkeep: access records not purged'))
  const check = () => scheduleChannelChecks(ctx).catch((err: unknown) => ctx.log.error({ err }, 'upkeep: channel checks not planned'))
  const purgeLinks = () => sql`select door_purge_links()`.execute(ctx.db).catch((err: unknown) => ctx.log.error({ err }, 'upkeep: links not purged'))
  let stopped = false
  const sealFiles = () => sealOldFiles(ctx, () => !stopped).catch((err: unknown) => ctx.log.error({ err }, 'upkeep: old files not sealed'))
  const sealSecrets = () => sealOldSecrets(ctx).catch((err: unknown) => ctx.log.error({ err }, 'upkeep: old secrets not sealed anew'))
  const tick = () => void Promise.all([purge(), records(), purgeLinks(), check(), sealFiles(), sealSecrets()])
  const timer = setInterval(tick, HOUR)
  timer.unref()
  tick()
  return {
    stop: () => {
      stopped = true
      clearInterval(timer)
    },
  }
}

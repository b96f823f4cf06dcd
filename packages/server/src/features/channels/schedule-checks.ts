import { sql } from 'kysely'
import type { Context } from '../../platform/context.ts'
import { checkChannelJob } from './channels.jobs.ts'

const AT_ONCE = 100

/** Saves a job for each channel that has not been asked about for a day. Several workers may do it: each channel is taken once. */
export async function scheduleChannelChecks(ctx: Context): Promise<void> {
  await ctx.db.transaction().execute(async (tx) => {
    type Due = { channel_id: string; tenant_id: string }
    const { rows } = await sql<Due>`select * from door_due_channels(${AT_ONCE}, interval '24 hours')`.execute(tx)
    for (const { tenant_id: tenantId, channel_id: channelId } of rows) await ctx.jobs.send(tx, checkChannelJob, { tenantId, channelId })
  })
}

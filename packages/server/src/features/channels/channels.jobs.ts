import { z } from 'zod'
import { defineJob } from '../../platform/jobs.ts'

/** Asks Meta how a number, its account and its token are. Nothing waits for it: what fails is asked again the next day. */
export const checkChannelJob = defineJob('channels.check', z.object({ tenantId: z.uuid(), channelId: z.uuid() }), { retries: 3, retryDelay: 60, expire: 120 })

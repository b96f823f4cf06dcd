import { z } from 'zod'
import { defineJob } from '../../platform/jobs.ts'

/** Tells WhatsApp that the customer's messages were seen. */
export const markReadJob = defineJob('messages.mark-read', z.object({ tenantId: z.uuid(), conversationId: z.uuid() }), { retries: 3, expire: 60 })

import { z } from 'zod'
import { defineJob } from '../../platform/jobs.ts'

/** "Something waits in this conversation": the handler sends the oldest waiting message, so leaving follows the order of the messages, not of the jobs. */
export const sendMessageJob = defineJob('messages.send', z.object({ tenantId: z.uuid(), conversationId: z.uuid() }), {
  ordered: true,
  retries: 8,
  retryDelay: 2,
  retryDelayMax: 300,
  expire: 300,
})

/** Tells WhatsApp that the customer's messages were seen. */
export const markReadJob = defineJob('messages.mark-read', z.object({ tenantId: z.uuid(), conversationId: z.uuid() }), { retries: 3, expire: 60 })

import { z } from 'zod'
import { defineJob } from '../../../platform/jobs.ts'

/** Address, names and the secret of a link travel sealed: the queue shows that a mail waits, and of which tenant. */
export const sendMailJob = defineJob('access.send-mail', z.object({ tenantId: z.uuid(), mailId: z.uuid(), sealed: z.base64() }), {
  retries: 8,
  retryDelay: 15,
  retryDelayMax: 900,
  expire: 60,
})
export type SendMail = z.infer<typeof sendMailJob.payload>

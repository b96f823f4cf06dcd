import { z } from 'zod'
import { defineJob } from '../../platform/jobs.ts'

/** Something of an account's templates is known by name only: read them from Meta. Reading twice does no harm. */
export const syncTemplatesJob = defineJob('templates.sync', z.object({ tenantId: z.uuid(), wabaId: z.string() }), {
  retries: 6,
  retryDelay: 10,
  retryDelayMax: 1800,
})

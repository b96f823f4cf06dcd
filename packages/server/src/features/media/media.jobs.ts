import { z } from 'zod'
import { defineJob } from '../../platform/jobs.ts'

/** Fetches the bytes of a received media. `url` is the webhook's, good for five minutes; after that the id is asked for a new one. */
export const downloadMediaJob = defineJob(
  'media.download',
  z.object({
    tenantId: z.uuid(),
    mediaId: z.uuid(),
    channelId: z.uuid(),
    messageId: z.uuid(),
    providerMediaId: z.string(),
    url: z.string().nullish(),
    /** Base64 or hex. */
    sha256: z.string().nullish(),
  }),
  // Five days of tries; Meta keeps a received media for seven.
  { retries: 30, retryDelay: 5, retryDelayMax: 6 * 3600, expire: 400 },
)
export type DownloadMedia = z.infer<typeof downloadMediaJob.payload>

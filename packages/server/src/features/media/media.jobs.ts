import { z } from 'zod'
import { defineJob } from '../../platform/jobs.ts'

/**
 * Fetches the bytes of a received media. A try that fails plans the next one itself (see retry-plan.ts); the queue's own retries
 * are for a process that dies and a database that is away. `url` is the webhook's, good for five minutes; after that the id is
 * asked for a new one.
 */
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
    /** Which try this is; absent for the first. */
    tryId: z.uuid().nullish(),
  }),
  { retries: 30, retryDelay: 5, retryDelayMax: 2 * 3600, expire: 900 },
)
export type DownloadMedia = z.infer<typeof downloadMediaJob.payload>
/** An ad's picture is no media of WhatsApp's: nobody gives it a new address, so its own is kept for every try. */
export const hasOnlyItsAddress = ({ providerMediaId }: Pick<DownloadMedia, 'providerMediaId'>): boolean => providerMediaId.startsWith('referral:')

/** Makes what can be made of a stored file: thumbnail, version to show, waveform, length, pages. */
export const deriveMediaJob = defineJob('media.derive', z.object({ tenantId: z.uuid(), mediaId: z.uuid() }), {
  retries: 3,
  retryDelay: 10,
  retryDelayMax: 120,
  expire: 180,
})
export type DeriveMedia = z.infer<typeof deriveMediaJob.payload>

import { z } from 'zod'
import { defineJob } from '../../platform/jobs.ts'

/**
 * Fetches the bytes of a received media. A try that fails plans the next one itself (see retry-plan.ts); the queue's own retries
 * are for a process that dies and a database that is away. What the webhook said of the file (its address, good for five minutes; its
 * hash) is sealed in the row: a job holds ids only.
 */
export const downloadMediaJob = defineJob(
  'media.download',
  z.object({
    tenantId: z.uuid(),
    mediaId: z.uuid(),
    channelId: z.uuid(),
    messageId: z.uuid(),
    providerMediaId: z.string(),
    /** Which try this is; absent for the first. */
    tryId: z.uuid().nullish(),
  }),
  { retries: 30, retryDelay: 5, retryDelayMax: 2 * 3600, expire: 900 },
)
export type DownloadMedia = z.infer<typeof downloadMediaJob.payload>
/** What the channel is asked for; `url` is null when there is none, or when it is too old to be worth a try. */
export type WantedMedia = DownloadMedia & { url: string | null }
/** An ad's picture is no media of WhatsApp's: nobody gives it a new address, so its own is kept for every try. */
export const hasOnlyItsAddress = ({ providerMediaId }: Pick<DownloadMedia, 'providerMediaId'>): boolean => providerMediaId.startsWith('referral:')

/** Removes the bytes of files whose rows are gone; a storage that is away is asked again for days. */
export const eraseMediaJob = defineJob('media.erase', z.object({ tenantId: z.uuid(), mediaIds: z.array(z.uuid()).max(100) }), {
  retries: 100,
  retryDelay: 10,
  retryDelayMax: 3600,
  expire: 600,
})
export type EraseMedia = z.infer<typeof eraseMediaJob.payload>

/** Makes what can be made of a stored file: thumbnail, version to show, waveform, length, pages. */
export const deriveMediaJob = defineJob('media.derive', z.object({ tenantId: z.uuid(), mediaId: z.uuid() }), {
  retries: 3,
  retryDelay: 10,
  retryDelayMax: 120,
  expire: 180,
})
export type DeriveMedia = z.infer<typeof deriveMediaJob.payload>

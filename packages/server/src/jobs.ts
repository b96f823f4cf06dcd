import { sendMailJob } from './features/access/mails/mails.jobs.ts'
import { sendSavedMail } from './features/access/mails/mails.ts'
import { checkChannelJob } from './features/channels/channels.jobs.ts'
import { checkChannel } from './features/channels/check-channel.ts'
import { downloadMediaHandler } from './features/channels/whatsapp-cloud/download-media.ts'
import { markConversationRead } from './features/channels/whatsapp-cloud/read-marks.ts'
import { planTemplateSync, syncAccountTemplates } from './features/channels/whatsapp-cloud/templates/sync-templates.ts'
import { deriveMedia } from './features/media/derive/derive-media.ts'
import { eraseMedia } from './features/media/erase-files.ts'
import { deriveMediaJob, downloadMediaJob, eraseMediaJob } from './features/media/media.jobs.ts'
import { markReadJob } from './features/messages/messages.jobs.ts'
import { syncTemplatesJob } from './features/templates/templates.jobs.ts'
import type { Context } from './platform/context.ts'
import { bindJob, type JobBinding } from './platform/jobs.ts'

/** List 2: every job, its handler, and how many run at once in a process. */
export const jobBindings = (ctx: Context): JobBinding[] => [
  bindJob(checkChannelJob, 1, async (job) => {
    await checkChannel(ctx, job)
    await planTemplateSync(ctx, job)
  }),
  bindJob(markReadJob, 2, (job) => markConversationRead(ctx, job)),
  bindJob(downloadMediaJob, 8, downloadMediaHandler(ctx)),
  bindJob(syncTemplatesJob, 1, (job) => syncAccountTemplates(ctx, job)),
  bindJob(sendMailJob, 4, (job) => sendSavedMail(ctx, job)),
  bindJob(eraseMediaJob, 1, (job) => eraseMedia(ctx, job)),
  bindJob(deriveMediaJob, 4, (job, meta) => deriveMedia(ctx, job, meta)),
]

export const JOB_DEFINITIONS = [checkChannelJob, syncTemplatesJob, markReadJob, downloadMediaJob, deriveMediaJob, eraseMediaJob, sendMailJob]

import { downloadMediaHandler } from './features/channels/whatsapp-cloud/download-media.ts'
import { markConversationRead, sendWaiting } from './features/channels/whatsapp-cloud/send.ts'
import { downloadMediaJob } from './features/media/media.jobs.ts'
import { markReadJob, sendMessageJob } from './features/messages/messages.jobs.ts'
import type { Context } from './platform/context.ts'
import { bindJob, type JobBinding } from './platform/jobs.ts'

/** List 2: every job, its handler, and how many run at once in a process. */
export const jobBindings = (ctx: Context): JobBinding[] => [
  bindJob(sendMessageJob, 8, (job, meta) => sendWaiting(ctx, job, meta)),
  bindJob(markReadJob, 2, (job) => markConversationRead(ctx, job)),
  bindJob(downloadMediaJob, 2, downloadMediaHandler(ctx)),
]

export const JOB_DEFINITIONS = [sendMessageJob, markReadJob, downloadMediaJob]

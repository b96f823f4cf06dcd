import { type Context, tenantTx } from '../../../platform/context.ts'
import { downloadInboundMedia, type Fetched, INBOUND_LIMIT } from '../../media/download-inbound.ts'
import { type DownloadMedia, hasOnlyItsAddress, type WantedMedia } from '../../media/media.jobs.ts'
import { getChannelAccess, noteChannelError, type SendingChannel } from '../channels.ts'
import { type Opened, openDownload } from './download-media-stream.ts'
import { explainError } from './error-table.ts'
import { createGraph, type Failure, GraphFailure } from './graph.ts'

/** Meta's ways to say that it has no such media (any more). */
const GONE = new Set([33, 100])
/** What a person must mend at the token or at what it may do (Cloud API, error codes). */
const isAboutToken = (code: number | null, httpStatus: number): boolean =>
  code === null ? httpStatus === 401 || httpStatus === 403 : [0, 3, 10, 190, 368, 131_005, 131_031].includes(code) || (code >= 200 && code <= 299)

const failed = (detail: string): Fetched => ({ outcome: 'failed', detail })

/** The channel says so too: its admins can mend it, attendants cannot. */
async function tokenRefused(ctx: Context, channel: SendingChannel, code: number | null, detail: string): Promise<Fetched> {
  await noteChannelError(ctx, channel.tenantId, channel.id, explainError(code ?? 190))
  return { outcome: 'token', detail }
}

async function understand(ctx: Context, channel: SendingChannel, failure: Failure): Promise<Fetched> {
  if (failure.outcome !== 'refused') return failed(failure.reason)
  const { code, httpStatus, title } = failure.error
  const detail = `${code ?? `HTTP ${httpStatus}`} ${title}`
  if (isAboutToken(code, httpStatus)) return tokenRefused(ctx, channel, code, detail)
  if (code === null ? httpStatus === 404 || httpStatus === 410 : GONE.has(code)) return { outcome: 'gone' }
  const { kind } = explainError(code)
  return { outcome: kind === 'act' || kind === 'never' ? 'refused' : 'failed', detail }
}

async function judge(ctx: Context, channel: SendingChannel, opened: Opened): Promise<Fetched> {
  switch (opened.outcome) {
    case 'opened':
    case 'too_large':
    case 'failed':
      return opened
    case 'over':
      return failed('the address that Graph gave does not work')
    case 'refused': {
      if (opened.failure) return understand(ctx, channel, opened.failure)
      const detail = `HTTP ${opened.httpStatus} on download`
      return isAboutToken(null, opened.httpStatus) ? tokenRefused(ctx, channel, null, detail) : { outcome: 'refused', detail }
    }
  }
}

/** The webhook's address first (it saves a call while it is fresh: five minutes), else the id is asked for a new one. */
async function fetchMedia(ctx: Context, job: WantedMedia): Promise<Fetched> {
  const channel = await tenantTx(ctx, job.tenantId, (tx) => getChannelAccess(ctx, tx, job.channelId))
  if (!channel) return { outcome: 'refused', detail: 'the channel is gone' }
  if (job.url) {
    const first = await openDownload(job.url, channel, INBOUND_LIMIT)
    if (first.outcome === 'opened' || first.outcome === 'too_large') return first
    if (first.outcome === 'failed' && hasOnlyItsAddress(job)) return first
  }
  if (hasOnlyItsAddress(job)) return { outcome: 'gone' }
  try {
    const { url, file_size: size } = await createGraph(channel).getMedia(job.providerMediaId, channel.phoneNumberId)
    if (size !== undefined && size > INBOUND_LIMIT) return { outcome: 'too_large' }
    return await judge(ctx, channel, await openDownload(url, channel, INBOUND_LIMIT))
  } catch (e) {
    if (e instanceof GraphFailure) return understand(ctx, channel, e.failure)
    throw e
  }
}

/** Handler of `media.download` for WhatsApp Cloud channels. */
export const downloadMediaHandler =
  (ctx: Context) =>
  (job: DownloadMedia): Promise<void> =>
    downloadInboundMedia(ctx, job, (wanted) => fetchMedia(ctx, wanted))

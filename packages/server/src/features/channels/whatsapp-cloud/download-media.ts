import { type Context, tenantTx } from '../../../platform/context.ts'
import type { JobMeta } from '../../../platform/jobs.ts'
import { downloadInboundMedia, type Fetched, INBOUND_LIMIT } from '../../media/download-inbound.ts'
import type { DownloadMedia } from '../../media/media.jobs.ts'
import { getChannelAccess } from '../channels.ts'
import { createGraph, type Graph, GraphFailure } from './graph.ts'
import { TooLarge } from './graph-call.ts'

/** Meta's ways to say that it has no such media (any more). */
const GONE = new Set([33, 100])
const isGone = (e: unknown): boolean =>
  e instanceof GraphFailure &&
  e.failure.outcome === 'refused' &&
  (e.failure.error.code === null ? e.failure.error.httpStatus === 404 || e.failure.error.httpStatus === 410 : GONE.has(e.failure.error.code))

async function fetchByUrl(graph: Graph, url: string): Promise<Fetched> {
  const { data } = await graph.downloadMedia(url, INBOUND_LIMIT)
  return { outcome: 'fetched', data }
}

const understand = (e: unknown): Fetched => {
  if (e instanceof TooLarge) return { outcome: 'too_large' }
  if (isGone(e)) return { outcome: 'gone' }
  if (e instanceof GraphFailure) return { outcome: 'failed', reason: e.message.slice(0, 200) }
  throw e
}

/** The webhook's address first (it saves a call while it is fresh: five minutes), else the id is asked for a new one. */
async function fetchMedia(ctx: Context, job: DownloadMedia): Promise<Fetched> {
  const channel = await tenantTx(ctx, job.tenantId, (tx) => getChannelAccess(ctx, tx, job.channelId))
  if (!channel) return { outcome: 'gone' }
  const graph = createGraph(channel)
  if (job.url) {
    const first = await fetchByUrl(graph, job.url).catch(understand)
    if (first.outcome === 'fetched' || first.outcome === 'too_large') return first
  }
  try {
    const { url } = await graph.getMedia(job.providerMediaId, channel.phoneNumberId)
    return await fetchByUrl(graph, url)
  } catch (e) {
    return understand(e)
  }
}

/** Handler of `media.download` for WhatsApp Cloud channels. */
export const downloadMediaHandler =
  (ctx: Context) =>
  (job: DownloadMedia, meta: JobMeta): Promise<void> =>
    downloadInboundMedia(ctx, job, meta, (wanted) => fetchMedia(ctx, wanted))

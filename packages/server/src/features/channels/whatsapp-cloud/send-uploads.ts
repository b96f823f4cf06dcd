import { type Context, tenantTx } from '../../../platform/context.ts'
import type { TenantTx } from '../../../platform/database.ts'
import { getMedia, type MediaRow, readMediaBytes } from '../../media/media.ts'
import { mediaIdsOf } from '../../templates/media-of-message.ts'
import type { SendingChannel } from '../channels.ts'
import { type ExplainedError, explainError, explainOwn } from './error-table.ts'
import { type Graph, GraphFailure } from './graph.ts'
import * as db from './send.db.ts'

type Sendable = Parameters<typeof mediaIdsOf>[0]
/** A file of a message, and Meta's id of it when it was uploaded before. */
export type Attached = { row: MediaRow; providerMediaId: string | null }
/** `again`: the trouble may pass. */
export type UploadEnd =
  | { uploaded: Map<string, { providerMediaId: string; filename: string | null; voice: boolean }> }
  | { error: ExplainedError; again: boolean }

export async function findAttached(tx: TenantTx, channelId: string, m: Sendable): Promise<Attached[]> {
  const ids = mediaIdsOf(m)
  if (ids.length === 0) return []
  const known = await db.findUploads(tx, channelId, ids)
  return Promise.all(ids.map(async (id) => ({ row: await getMedia(tx, id), providerMediaId: known.get(id) ?? null })))
}

/** Channels of an Ogg/Opus file, from the head of its first page (RFC 7845); undefined when it is no such file. */
export function opusChannels(data: Buffer): number | undefined {
  const at = data.subarray(0, 200).indexOf('OpusHead')
  return at >= 0 && data.length > at + 9 ? data[at + 9] : undefined
}

/** WhatsApp plays Ogg only with one channel of Opus (Cloud API, media). */
function soundProblem(row: MediaRow, data: Buffer): ExplainedError | undefined {
  if (row.mime !== 'audio/ogg') return undefined
  const channels = opusChannels(data)
  if (channels === 1) return undefined
  return explainOwn(channels === undefined ? 'ogg_not_opus' : 'ogg_not_mono')
}

/** Uploading twice does no harm, so it comes before the try that is on record. What was uploaded in the last weeks is not sent up again. */
export async function uploadAll(ctx: Context, channel: SendingChannel, graph: Graph, attached: readonly Attached[]): Promise<UploadEnd> {
  const uploaded = new Map<string, { providerMediaId: string; filename: string | null; voice: boolean }>()
  for (const { row, providerMediaId } of attached) {
    const known = providerMediaId ?? (await uploadOne(ctx, channel, graph, row))
    if (typeof known !== 'string') return known
    uploaded.set(row.id, { providerMediaId: known, filename: row.filename, voice: row.voice })
  }
  return { uploaded }
}

async function uploadOne(ctx: Context, channel: SendingChannel, graph: Graph, row: MediaRow): Promise<string | Extract<UploadEnd, { again: boolean }>> {
  const data = await readMediaBytes(ctx, row).catch(() => undefined)
  if (!data) return { error: explainOwn('media_missing'), again: false }
  const problem = soundProblem(row, data)
  if (problem) return { error: problem, again: false }
  const filename = row.filename ?? `arquivo.${row.mime.split('/')[1] ?? 'bin'}`
  const mime = row.voice ? 'audio/ogg; codecs=opus' : row.mime
  try {
    const { id } = await graph.uploadMedia(channel.phoneNumberId, { data, mime, filename })
    await tenantTx(ctx, channel.tenantId, (tx) => db.noteUpload(tx, channel.tenantId, channel.id, row.id, id))
    return id
  } catch (e) {
    if (!(e instanceof GraphFailure)) throw e
    const refused = e.failure.outcome === 'refused' ? e.failure.error : undefined
    if (!refused) return { error: explainOwn('media_upload_failed'), again: true }
    const error = explainError(refused.code, refused.details)
    return { error, again: error.kind === 'back_off' || error.kind === 'limited' }
  }
}

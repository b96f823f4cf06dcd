import type { Context } from '../../platform/context.ts'
import { tenantTx } from '../../platform/context.ts'
import { sameBytes, sha256 } from '../../platform/crypto.ts'
import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import type { JobMeta } from '../../platform/jobs.ts'
import { readImageSize } from './image-size.ts'
import * as db from './media.db.ts'
import type { DownloadMedia } from './media.jobs.ts'
import { decodeSha256, storageKey } from './media.ts'

/** `gone`: the provider says it has no such media; `failed`: try again. */
export type Fetched = { outcome: 'fetched'; data: Buffer } | { outcome: 'gone' } | { outcome: 'too_large' } | { outcome: 'failed'; reason: string }
/** How the channel gets the bytes; media itself knows no channels. */
export type FetchMedia = (wanted: DownloadMedia) => Promise<Fetched>

export const INBOUND_LIMIT = 104_857_600
const PROVIDER_KEEPS_MS = 7 * 24 * 3600_000
/** Short troubles stay invisible: from this try on, the screen says that the file could not be loaded yet. */
const SHOW_FAILURE_FROM = 3

async function change(tx: TenantTx, job: DownloadMedia, to: Parameters<typeof db.updateUnlessStored>[2]): Promise<void> {
  if (!(await db.updateUnlessStored(tx, job.mediaId, to))) return
  const messages = await db.messagesShowing(tx, job.mediaId)
  const events = messages.map((m) => ({ kind: 'message.updated' as const, payload: { messageId: m.id, conversationId: m.conversation_id } }))
  await publish(tx, job.tenantId, events)
}

async function store(ctx: Context, job: DownloadMedia, data: Buffer, image: boolean): Promise<void> {
  const key = storageKey(job.tenantId, job.mediaId)
  await ctx.storage.put(key, data)
  const size = image ? readImageSize(data) : undefined
  await tenantTx(ctx, job.tenantId, (tx) =>
    change(tx, job, {
      status: 'stored',
      storage_key: key,
      size: String(data.length),
      sha256: sha256(data),
      width: size?.width ?? null,
      height: size?.height ?? null,
      error: null,
    }),
  )
}

/**
 * Handler of `media.download`: fetches, checks, stores and tells. Repeating it changes nothing.
 * @throws when it should be tried again
 */
export async function downloadInboundMedia(ctx: Context, job: DownloadMedia, meta: JobMeta, fetchMedia: FetchMedia): Promise<void> {
  const row = await tenantTx(ctx, job.tenantId, (tx) => db.find(tx, job.mediaId))
  if (!row || row.status === 'stored' || row.status === 'expired' || row.status === 'too_large') return
  const set = (to: Parameters<typeof change>[2]) => tenantTx(ctx, job.tenantId, (tx) => change(tx, job, to))

  const fetched = await fetchMedia(job)
  if (fetched.outcome === 'too_large') return set({ status: 'too_large', error: 'too large' })
  if (fetched.outcome === 'gone' && (meta.lastAttempt || Date.now() - row.created_at.getTime() > PROVIDER_KEEPS_MS)) {
    return set({ status: 'expired', error: 'gone' })
  }
  const expected = decodeSha256(job.sha256) ?? row.sha256
  const intact = fetched.outcome === 'fetched' && (!expected || sameBytes(expected, sha256(fetched.data)))
  if (fetched.outcome === 'fetched' && intact) return store(ctx, job, fetched.data, row.mime.startsWith('image/'))

  const reason = fetched.outcome === 'failed' ? fetched.reason : fetched.outcome === 'gone' ? 'gone' : 'checksum differs'
  if (row.status === 'pending' && (meta.attempt >= SHOW_FAILURE_FROM || meta.lastAttempt)) await set({ status: 'failed', error: reason })
  throw new Error(`media not fetched: ${reason}`)
}

import type { MediaReason } from '@atende/contracts/media'
import type { Context } from '../../platform/context.ts'
import { tenantTx } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import type { DataKey } from '../../platform/vault/sealed-value.ts'
import { detectType, mimeOf } from './detect-type.ts'
import { eraseIfGone } from './erase-files.ts'
import { readImageSize } from './image-size.ts'
import { ChecksumDiffers, type Measured, measureStream, TooManyBytes } from './measure-stream.ts'
import * as db from './media.db.ts'
import { type DownloadMedia, deriveMediaJob, downloadMediaJob, hasOnlyItsAddress, type WantedMedia } from './media.jobs.ts'
import { findMedia, type MediaRow, storageKey } from './media.ts'
import { addFacts } from './media-facts.ts'
import { nextTry, PROVIDER_KEEPS_MS, URL_FRESH_MS } from './retry-plan.ts'
import { fileLock, putFile } from './sealed-file.ts'

/**
 * `gone`: the provider says it has no such media; `token`: it does not accept ours; `refused`: it says no for another reason;
 * `failed`: a trouble that passes.
 */
export type Fetched =
  | { outcome: 'opened'; body: AsyncIterable<Uint8Array> }
  | { outcome: 'gone' }
  | { outcome: 'too_large' }
  | { outcome: 'token' | 'refused' | 'failed'; detail: string }
/** How the channel gets the bytes; media itself knows no channels. `url` is absent when it is too old to be worth a try. */
export type FetchMedia = (wanted: WantedMedia) => Promise<Fetched>

/** Meta passes on no more than 100 MB (Cloud API, media). */
export const INBOUND_LIMIT = 104_857_600
/** Short troubles stay invisible: from this try on, the screen says that the file could not be loaded yet. */
const SHOW_FAILURE_FROM = 3
const GONE = 'gone'

type Failed = { why: MediaReason | typeof GONE; detail: string }
type Ended = { outcome: 'kept'; measured: Measured } | { outcome: 'over'; status: 'expired' | 'too_large' } | ({ outcome: 'again' } & Failed)

/** Everything that shows this media is told. */
export async function tellMessages(tx: TenantTx, tenantId: string, mediaId: string): Promise<void> {
  const messages = await db.messagesShowing(tx, mediaId)
  const events = messages.map((m) => ({ kind: 'message.updated' as const, payload: { messageId: m.id, conversationId: m.conversation_id } }))
  await publish(tx, tenantId, events)
}

const again = (why: Failed['why'], detail: string): Ended => ({ outcome: 'again', why, detail: detail.slice(0, 300) })

/** What is awaited, and the key that will seal it. */
type Expected = { row: MediaRow; key: DataKey }

/** Streams into the storage; what is not whole is not kept. */
async function keep(ctx: Context, job: DownloadMedia, { row, key }: Expected, body: AsyncIterable<Uint8Array>): Promise<Ended> {
  const measured = measureStream(body, INBOUND_LIMIT, row.sha256 === null ? null : Buffer.from(row.sha256, 'hex'))
  try {
    await putFile(ctx, key, storageKey(job.tenantId, job.mediaId), measured.stream)
    return { outcome: 'kept', measured: measured.result() }
  } catch (err) {
    if (err instanceof TooManyBytes) return { outcome: 'over', status: 'too_large' }
    if (err instanceof ChecksumDiffers) return again('checksum', 'checksum differs')
    ctx.log.warn({ err, mediaId: job.mediaId, bytes: measured.bytesRead() }, 'media: not stored')
    return again('not_yet', err instanceof Error ? err.message : 'not stored')
  }
}

async function tryOnce(ctx: Context, job: DownloadMedia, expected: Expected, fetchMedia: FetchMedia): Promise<Ended> {
  const { row } = expected
  // Since its announcement: history brings files of messages that are weeks old.
  const age = Date.now() - row.created_at.getTime()
  const fresh = (age < URL_FRESH_MS && !job.tryId) || hasOnlyItsAddress(job)
  const fetched = await fetchMedia({ ...job, url: fresh ? row.url : null })
  switch (fetched.outcome) {
    case 'opened':
      return keep(ctx, job, expected, fetched.body)
    case 'too_large':
      return { outcome: 'over', status: 'too_large' }
    case 'gone': {
      // Twice in a row: "unknown id" is also what Meta says while a permission is missing.
      return age > PROVIDER_KEEPS_MS || row.error === GONE ? { outcome: 'over', status: 'expired' } : again(GONE, GONE)
    }
    case 'token':
    case 'refused':
      return again(fetched.outcome, fetched.detail)
    case 'failed':
      return again('not_yet', fetched.detail)
  }
}

async function saveStored(ctx: Context, tx: TenantTx, job: DownloadMedia, row: MediaRow, { size, sha256, head }: Measured): Promise<boolean> {
  const detected = await detectType(head, row.filename ?? '')
  const image = detected.mime.startsWith('image/') ? readImageSize(head) : undefined
  const changed = await db.updateTry(tx, job.mediaId, job.tryId ?? null, {
    status: 'stored',
    storage_key: storageKey(job.tenantId, job.mediaId),
    size: String(size),
    sealed: await addFacts(tx, row, { sha256: sha256.toString('hex'), url: null }),
    mime: mimeOf(detected, row.kind, row.declared_mime ?? row.mime),
    executable: detected.executable,
    width: image?.width ?? null,
    height: image?.height ?? null,
    ...(image ? { animated: image.animated } : {}),
    error: null,
    reason: null,
    retry_at: null,
    attempts: row.attempts + 1,
  })
  if (changed) await ctx.jobs.send(tx, deriveMediaJob, { tenantId: job.tenantId, mediaId: job.mediaId })
  return changed !== undefined
}

const saveOver = async (tx: TenantTx, job: DownloadMedia, row: MediaRow, status: 'expired' | 'too_large'): Promise<boolean> =>
  (await db.updateTry(tx, job.mediaId, job.tryId ?? null, { status, reason: status, error: status, retry_at: null, attempts: row.attempts + 1 })) !== undefined

/** The next try and the row that promises it are one transaction. Answers whether people see a difference. */
async function saveAgain(ctx: Context, tx: TenantTx, job: DownloadMedia, row: MediaRow, failed: Failed): Promise<boolean> {
  const attempts = row.attempts + 1
  const at = nextTry(attempts, failed.why, row.created_at)
  if (!at) return saveOver(tx, job, row, 'expired')
  const reason: MediaReason = failed.why === GONE ? 'not_yet' : failed.why
  const status = row.status === 'failed' || reason !== 'not_yet' || attempts >= SHOW_FAILURE_FROM ? 'failed' : 'pending'
  const tryId = uuidv7()
  const changed = await db.updateTry(tx, job.mediaId, job.tryId ?? null, { status, reason, error: failed.detail, retry_at: at, attempts, try_id: tryId })
  if (!changed) return false
  const startAfterSeconds = Math.max(1, Math.round((at.getTime() - Date.now()) / 1000))
  await ctx.jobs.send(tx, downloadMediaJob, { ...job, tryId }, { startAfterSeconds })
  return row.status !== status || row.reason !== reason
}

/** Undefined when there is nothing to fetch: it is here, another try has taken over, or whose it was is erased. */
async function expectedOf(tx: TenantTx, job: DownloadMedia): Promise<Expected | undefined> {
  const [row] = await findMedia(tx, [job.mediaId])
  if (!row || (row.status !== 'pending' && row.status !== 'failed') || row.try_id !== (job.tryId ?? null) || row.closing !== 'open') return undefined
  const { key } = await fileLock(tx, row)
  return key ? { row, key } : undefined
}

/**
 * Handler of `media.download`: fetches, checks, stores and tells; or plans the next try. Repeating it changes nothing, and a try
 * that another one has replaced does nothing.
 */
export async function downloadInboundMedia(ctx: Context, job: DownloadMedia, fetchMedia: FetchMedia): Promise<void> {
  const expected = await tenantTx(ctx, job.tenantId, (tx) => expectedOf(tx, job))
  // Who wrote it may have been deleted while it came.
  if (!expected) return eraseIfGone(ctx, job.tenantId, job.mediaId)
  const { row } = expected
  const ended = await tryOnce(ctx, job, expected, fetchMedia)
  await tenantTx(ctx, job.tenantId, async (tx) => {
    const tell =
      ended.outcome === 'kept'
        ? await saveStored(ctx, tx, job, row, ended.measured)
        : ended.outcome === 'over'
          ? await saveOver(tx, job, row, ended.status)
          : await saveAgain(ctx, tx, job, row, ended)
    if (tell) await tellMessages(tx, job.tenantId, job.mediaId)
  })
  if (ended.outcome === 'kept') await eraseIfGone(ctx, job.tenantId, job.mediaId)
}

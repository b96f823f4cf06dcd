import { type Context, tenantTx } from '../../../platform/context.ts'
import type { JobMeta } from '../../../platform/jobs.ts'
import { NoSuchObject } from '../../../platform/storage-keys.ts'
import { type DataKey, SealBroken } from '../../../platform/vault/sealed-value.ts'
import { tellMessages } from '../download-inbound.ts'
import { eraseIfGone } from '../erase-files.ts'
import * as db from '../media.db.ts'
import type { DeriveMedia } from '../media.jobs.ts'
import { findMedia, type MediaRow } from '../media.ts'
import { addFacts, type MediaFacts } from '../media-facts.ts'
import { fileLock, type OpenFile, openFile, putFile, readAll } from '../sealed-file.ts'
import { isHeic } from './convert-upload.ts'
import { derive, Unreadable } from './derive.ts'
import type { Derived, DeriveTask } from './derive-types.ts'
import { type Mp4Facts, readMp4 } from './read-mp4.ts'

const MB = 1024 * 1024
/** Larger files stay without pictures: reading them whole would cost more than it gives. */
const MAX_BYTES: Record<DeriveTask['task'], number> = { image: 40 * MB, heic: 40 * MB, pdf: 64 * MB, opus: 20 * MB, mp3: 20 * MB }
const PICTURES = /^image\/(jpeg|png|webp|gif|avif|tiff)$/
const FILMS = /^(video\/(mp4|3gpp|quicktime)|audio\/mp4)$/

type Row = MediaRow
/** Its bytes, and the key that seals what is made of them. */
type Source = { row: Row; file: OpenFile; key: DataKey }

/** By content only: a sticker is small enough as it is, and text needs no picture. */
function taskFor({ mime, kind }: Row): DeriveTask['task'] | 'film' | undefined {
  if (kind === 'sticker') return undefined
  if (isHeic(mime)) return 'heic'
  if (PICTURES.test(mime)) return 'image'
  if (mime === 'application/pdf') return 'pdf'
  if (mime === 'audio/ogg') return 'opus'
  if (mime === 'audio/mpeg') return 'mp3'
  return FILMS.test(mime) ? 'film' : undefined
}

const readFilm = (file: OpenFile): Promise<Mp4Facts> =>
  readMp4(async (at, length) => (at >= file.size ? Buffer.alloc(0) : readAll(file, { start: at, end: Math.min(at + length, file.size) - 1 })), file.size)

async function make({ row, file }: Source): Promise<Derived> {
  const task = taskFor(row)
  if (!task) return {}
  if (task === 'film') return readFilm(file)
  if (Number(row.size) > MAX_BYTES[task]) throw new Unreadable('too large')
  return derive(task, await readAll(file))
}

async function keepFiles(ctx: Context, lock: DataKey, key: string, { thumbnail, shown }: Derived): Promise<db.Change> {
  if (thumbnail) await putFile(ctx, lock, `${key}.thumb`, Buffer.from(thumbnail))
  if (shown) await putFile(ctx, lock, `${key}.shown`, Buffer.from(shown))
  return {
    ...(thumbnail ? { thumbnail_key: `${key}.thumb` } : {}),
    ...(shown ? { shown_key: `${key}.shown`, shown_mime: 'image/jpeg', shown_size: String(shown.byteLength) } : {}),
  }
}

const columnsOf = (d: Derived): db.Change => ({
  ...(d.width && d.height ? { width: d.width, height: d.height } : {}),
  ...(d.durationMs ? { duration_ms: d.durationMs } : {}),
  ...(d.pages ? { pages: d.pages } : {}),
})

const factsOf = (d: Derived): Partial<MediaFacts> => ({
  ...(d.blur && d.blur.length <= 2000 ? { blur: d.blur } : {}),
  ...(d.waveform ? { waveform: Buffer.from(d.waveform).toString('base64') } : {}),
})

/** Undefined when there is nothing to make: not here, made already, or nobody can read it any more. */
async function sourceOf(ctx: Context, job: DeriveMedia): Promise<Source | undefined> {
  const found = await tenantTx(ctx, job.tenantId, async (tx) => {
    const [row] = await findMedia(tx, [job.mediaId])
    if (row?.status !== 'stored' || !row.storage_key || row.derived_at || row.closing !== 'open') return undefined
    return { row, lock: await fileLock(tx, row) }
  })
  if (!found?.lock.key || !found.row.storage_key) return undefined
  const { row, lock } = found
  return { row, key: found.lock.key, file: await openFile(ctx, lock, found.row.storage_key) }
}

type Made = { change: db.Change; facts: Partial<MediaFacts> }
const noteFailure = (ctx: Context, job: DeriveMedia, e: unknown, last: boolean): Made => {
  const final = e instanceof Unreadable || e instanceof NoSuchObject || e instanceof SealBroken || last
  if (!final) throw e
  ctx.log.info({ mediaId: job.mediaId, reason: e instanceof Error ? e.message : 'unreadable' }, 'media: nothing derived')
  return { change: { derive_error: e instanceof Error ? e.message.slice(0, 200) : 'unreadable' }, facts: {} }
}

/**
 * Handler of `media.derive`. The file works before and without it; repeating it changes nothing. A file that no decoder reads is
 * noted and left alone.
 * @throws when it should be tried again
 */
export async function deriveMedia(ctx: Context, job: DeriveMedia, meta: JobMeta): Promise<void> {
  const made = await sourceOf(ctx, job)
    .then(async (source): Promise<Made | undefined> => {
      if (!source) return undefined
      const derived = await make(source)
      return { change: { ...columnsOf(derived), ...(await keepFiles(ctx, source.key, source.row.storage_key ?? '', derived)) }, facts: factsOf(derived) }
    })
    .catch((e: unknown) => noteFailure(ctx, job, e, meta.lastAttempt))
  if (!made) return
  await tenantTx(ctx, job.tenantId, async (tx) => {
    const row = await db.findLocked(tx, job.mediaId)
    const sealed = row && Object.keys(made.facts).length > 0 ? await addFacts(tx, row, made.facts) : undefined
    const saved = await db.updateUnderived(tx, job.mediaId, { ...made.change, ...(sealed ? { sealed } : {}), derived_at: new Date() })
    if (saved && (sealed || Object.keys(made.change).some((k) => k !== 'derive_error'))) await tellMessages(tx, job.tenantId, job.mediaId)
  })
  await eraseIfGone(ctx, job.tenantId, job.mediaId)
}

import { type Context, tenantTx } from '../../../platform/context.ts'
import type { JobMeta } from '../../../platform/jobs.ts'
import { NoSuchObject } from '../../../platform/storage-keys.ts'
import { tellMessages } from '../download-inbound.ts'
import * as db from '../media.db.ts'
import type { DeriveMedia } from '../media.jobs.ts'
import { isHeic } from './convert-upload.ts'
import { derive, Unreadable } from './derive.ts'
import type { Derived, DeriveTask } from './derive-types.ts'
import { type Mp4Facts, readMp4 } from './read-mp4.ts'

const MB = 1024 * 1024
/** Larger files stay without pictures: reading them whole would cost more than it gives. */
const MAX_BYTES: Record<DeriveTask['task'], number> = { image: 40 * MB, heic: 40 * MB, pdf: 64 * MB, opus: 20 * MB, mp3: 20 * MB }
const PICTURES = /^image\/(jpeg|png|webp|gif|avif|tiff)$/
const FILMS = /^(video\/(mp4|3gpp|quicktime)|audio\/mp4)$/

type Row = db.MediaRow

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

async function readAll(ctx: Context, key: string, range?: { start: number; end: number }): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of await ctx.storage.get(key, range)) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function readFilm(ctx: Context, key: string): Promise<Mp4Facts> {
  const { size } = await ctx.storage.stat(key)
  return readMp4(async (at, length) => (at >= size ? Buffer.alloc(0) : readAll(ctx, key, { start: at, end: Math.min(at + length, size) - 1 })), size)
}

async function make(ctx: Context, row: Row, key: string): Promise<Derived> {
  const task = taskFor(row)
  if (!task) return {}
  if (task === 'film') return readFilm(ctx, key)
  if (Number(row.size) > MAX_BYTES[task]) throw new Unreadable('too large')
  return derive(task, await readAll(ctx, key))
}

async function keepFiles(ctx: Context, key: string, { thumbnail, shown }: Derived): Promise<db.Change> {
  if (thumbnail) await ctx.storage.put(`${key}.thumb`, Buffer.from(thumbnail))
  if (shown) await ctx.storage.put(`${key}.shown`, Buffer.from(shown))
  return {
    ...(thumbnail ? { thumbnail_key: `${key}.thumb` } : {}),
    ...(shown ? { shown_key: `${key}.shown`, shown_mime: 'image/jpeg', shown_size: String(shown.byteLength) } : {}),
  }
}

const columnsOf = (d: Derived): db.Change => ({
  ...(d.blur && d.blur.length <= 2000 ? { blur: d.blur } : {}),
  ...(d.width && d.height ? { width: d.width, height: d.height } : {}),
  ...(d.waveform ? { waveform: Buffer.from(d.waveform) } : {}),
  ...(d.durationMs ? { duration_ms: d.durationMs } : {}),
  ...(d.pages ? { pages: d.pages } : {}),
})

/**
 * Handler of `media.derive`. The file works before and without it; repeating it changes nothing. A file that no decoder reads is
 * noted and left alone.
 * @throws when it should be tried again
 */
export async function deriveMedia(ctx: Context, job: DeriveMedia, meta: JobMeta): Promise<void> {
  const row = await tenantTx(ctx, job.tenantId, (tx) => db.find(tx, job.mediaId))
  if (row?.status !== 'stored' || !row.storage_key || row.derived_at) return
  const key = row.storage_key
  const change = await make(ctx, row, key).then(
    async (derived) => ({ ...columnsOf(derived), ...(await keepFiles(ctx, key, derived)) }),
    (e): db.Change => {
      const final = e instanceof Unreadable || e instanceof NoSuchObject || meta.lastAttempt
      if (!final) throw e
      ctx.log.info({ mediaId: row.id, mime: row.mime, reason: e instanceof Error ? e.message : 'unreadable' }, 'media: nothing derived')
      return { derive_error: e instanceof Error ? e.message.slice(0, 200) : 'unreadable' }
    },
  )
  await tenantTx(ctx, job.tenantId, async (tx) => {
    const saved = await db.updateUnderived(tx, job.mediaId, { ...change, derived_at: new Date() })
    if (saved && Object.keys(change).some((k) => k !== 'derive_error')) await tellMessages(tx, job.tenantId, job.mediaId)
  })
}

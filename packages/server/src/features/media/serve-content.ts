import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../platform/context.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { NoSuchObject } from '../../platform/storage-keys.ts'
import { SealBroken } from '../../platform/vault/sealed-value.ts'
import type { MediaRow } from './media.ts'
import type { MediaVariant } from './media-url.ts'
import { type fileLock, type OpenFile, openFile } from './sealed-file.ts'

/** Types in which a browser runs nothing; everything else is only ever saved to disk. */
const INLINE = /^(image\/(jpeg|png|webp|gif|avif|bmp|heic)|audio\/[\w.+-]+|video\/[\w.+-]+|application\/pdf)$/

export type Range = { start: number; end: number }

/** One byte range of RFC 9110; undefined to send everything (none asked, several, or not understood). */
export function readRange(header: string | undefined, size: number): Range | 'unsatisfiable' | undefined {
  const m = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '')
  if (!m || (m[1] === '' && m[2] === '')) return undefined
  if (m[1] === '') {
    const last = Number(m[2])
    return last === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - last), end: size - 1 }
  }
  const start = Number(m[1])
  const end = m[2] === '' ? size - 1 : Math.min(Number(m[2]), size - 1)
  if (m[2] !== '' && Number(m[2]) < start) return undefined
  return start >= size ? 'unsatisfiable' : { start, end }
}

/** Chrome's own PDF viewer does not start in a sandboxed document; a PDF's scripts stay inside the viewer anyway. */
const policyOf = (mime: string) =>
  mime === 'application/pdf' ? "default-src 'none'; object-src 'self'; frame-ancestors 'self'" : "sandbox; default-src 'none'; frame-ancestors 'self'"

type Served = { key: string; mime: string; filename: string; etag: string; download: boolean }

/** Which object a variant is; undefined when there is none (yet). */
function servedOf(row: MediaRow, variant: MediaVariant): Served | undefined {
  if (row.status !== 'stored' || !row.storage_key) return undefined
  const name = row.filename ?? row.id
  const etag = `"${row.id}${variant === 'original' ? '' : `-${variant}`}"`
  switch (variant) {
    case 'thumb':
      return row.thumbnail_key ? { key: row.thumbnail_key, mime: 'image/webp', filename: `${row.id}.webp`, etag, download: false } : undefined
    case 'shown':
      return row.shown_key
        ? { key: row.shown_key, mime: row.shown_mime ?? 'image/jpeg', filename: `${name.replace(/\.\w{1,5}$/, '')}.jpg`, etag, download: false }
        : undefined
    case 'original':
      return { key: row.storage_key, mime: row.mime, filename: name, etag, download: row.executable }
  }
}

function describe(reply: FastifyReply, { mime, filename, etag, download }: Served): void {
  const inline = !download && INLINE.test(mime)
  const name = encodeURIComponent(filename).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  reply
    .header('content-type', inline ? mime : 'application/octet-stream')
    .header('content-disposition', `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', inline ? policyOf(mime) : policyOf(''))
    .header('cache-control', 'private, max-age=3600')
    .header('accept-ranges', 'bytes')
    .header('etag', etag)
}

type Lock = Awaited<ReturnType<typeof fileLock>>
type Asked = { row: MediaRow; lock: Lock; variant: MediaVariant }

/** What does not open is told from what is not there. */
function refuse(ctx: Context, mediaId: string, err: unknown): never {
  if (err instanceof NoSuchObject) throw notFound()
  if (!(err instanceof SealBroken)) throw err
  ctx.log.error({ err, mediaId }, 'media: a file does not open')
  throw new AppError('content_unreadable')
}

/** The first piece is opened before the answer begins: what was changed or moved is refused, and not cut off in the middle. */
async function begin(file: OpenFile, range: Range | undefined): Promise<Readable> {
  const pieces = (await file.read(range))[Symbol.asyncIterator]()
  const first = await pieces.next()
  async function* all() {
    if (!first.done) yield first.value
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value
  }
  return Readable.from(all(), { objectMode: false })
}

/** Streams the file, or the asked range of it. @throws AppError not_found when the bytes are not here, content_unreadable */
export async function serveContent(ctx: Context, request: FastifyRequest, reply: FastifyReply, { row, lock, variant }: Asked): Promise<FastifyReply> {
  const served = servedOf(row, variant)
  if (!served) throw notFound()
  const { key, etag } = served
  const file = await openFile(ctx, lock, key).catch((e) => refuse(ctx, row.id, e))
  const { size } = file
  if (request.headers['if-none-match'] === etag) {
    describe(reply, served)
    return reply.code(304).send()
  }
  const current = request.headers['if-range'] === undefined || request.headers['if-range'] === etag
  const range = current ? readRange(request.headers.range, size) : undefined
  if (range === 'unsatisfiable') {
    describe(reply, served)
    return reply.code(416).header('content-range', `bytes */${size}`).removeHeader('content-disposition').send()
  }
  const body = await begin(file, range).catch((e) => refuse(ctx, row.id, e))
  describe(reply, served)
  if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`)
  return reply.header('content-length', range ? range.end - range.start + 1 : size).send(body)
}

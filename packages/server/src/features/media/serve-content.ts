import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import type { MediaRow } from './media.db.ts'

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

function describe(reply: FastifyReply, row: MediaRow): void {
  const inline = INLINE.test(row.mime)
  const name = encodeURIComponent(row.filename ?? row.id).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  reply
    .header('content-type', inline ? row.mime : 'application/octet-stream')
    .header('content-disposition', `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', policyOf(row.mime))
    .header('cache-control', 'private, max-age=3600')
    .header('accept-ranges', 'bytes')
    .header('etag', `"${row.id}"`)
}

/** Streams the file, or the asked range of it. @throws AppError not_found when the bytes are not here */
export async function serveContent(ctx: Context, request: FastifyRequest, reply: FastifyReply, row: MediaRow): Promise<FastifyReply> {
  const key = row.storage_key
  if (row.status !== 'stored' || !key) throw notFound()
  const size = await ctx.storage.size(key).catch(() => {
    throw notFound()
  })
  describe(reply, row)
  const etag = `"${row.id}"`
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  const current = request.headers['if-range'] === undefined || request.headers['if-range'] === etag
  const range = current ? readRange(request.headers.range, size) : undefined
  if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${size}`).removeHeader('content-disposition').send()
  if (range) {
    reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`)
    return reply.header('content-length', range.end - range.start + 1).send(await ctx.storage.get(key, range))
  }
  return reply.header('content-length', size).send(await ctx.storage.get(key))
}

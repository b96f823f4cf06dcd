import type { FastifyReply, FastifyRequest } from 'fastify'
import type { MediaFile } from '../emulator-types.ts'

/** Answers with a file, or with the part a player asks for: without ranges browsers cannot seek. */
export function sendMediaBytes(request: FastifyRequest, reply: FastifyReply, file: MediaFile, bytes: Buffer): FastifyReply {
  // The files come from whoever tests: only kinds that run nothing are shown in place.
  const inline = /^(image\/(jpeg|png|webp)|audio\/|video\/)/.test(file.mimeType)
  reply.headers({
    'content-disposition': inline ? 'inline' : `attachment; filename*=UTF-8''${encodeURIComponent(file.filename ?? file.id)}`,
    'cache-control': 'private, max-age=3600',
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
  })
  reply.type(file.mimeType)
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
  const start = Number(range?.[1])
  if (!range || start >= bytes.length) return reply.send(bytes)
  const end = range[2] ? Math.min(Number(range[2]), bytes.length - 1) : bytes.length - 1
  return reply
    .code(206)
    .header('content-range', `bytes ${start}-${end}/${bytes.length}`)
    .send(bytes.subarray(start, end + 1))
}

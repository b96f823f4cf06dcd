import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { MediaFile } from '../emulator-types.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { addMedia, createMediaUrl, deleteMedia, findLiveMedia, isMediaUrlValid, readMediaBytes } from '../state/keep-media.ts'
import { listByToken, requireNumberAccess } from './find-by-token.ts'
import { parameterError, unknownObject } from './graph-error.ts'
import { checkUpload } from './media-limits.ts'
import { readUpload } from './read-upload.ts'

/** Media endpoints (Cloud API, media). `GET` and `DELETE /{MEDIA_ID}` are dispatched by the node routes. */
export function registerMediaRoutes(app: FastifyInstance, engine: Engine): void {
  const { world } = engine

  app.post<{ Params: { id: string } }>('/:id/media', async (request) => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_messaging')
    if (!request.isMultipart()) throw parameterError('The parameter file is required.')
    const { fields, file } = await readUpload(request)
    if (fields.messaging_product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
    if (!file) throw parameterError('The parameter file is required.')
    const declared = fields.type ?? ''
    const mimeType = declared.includes('/') ? declared : file.mimeType
    checkUpload(mimeType, file.tooLarge ? Number.POSITIVE_INFINITY : file.bytes.length)
    return { id: addMedia(world, { phoneNumberId: number.phoneNumberId, origin: 'business', mimeType, filename: file.filename, bytes: file.bytes }).id }
  })

  app.get<{ Params: { id: string }; Querystring: { ext?: string; hash?: string } }>('/media-download/:id', async (request, reply) => {
    const file = world.media.get(request.params.id)
    const reaches = file && listByToken(world, request).some((number) => number.phoneNumberId === file.phoneNumberId)
    const valid =
      reaches && isMediaUrlValid(world, file, request.query.ext ?? '', request.query.hash ?? '') && findLiveMedia(world, file.id, file.phoneNumberId)
    const bytes = valid ? readMediaBytes(world, file.id) : undefined
    if (!file || !bytes) return reply.code(404).type('text/html').send('<html><body>Not Found</body></html>')
    return reply.type(file.mimeType).header('content-disposition', 'attachment').send(bytes)
  })
}

/** The media a request's token may see, also checked against `phone_number_id` when it is given. */
export function findRequestedMedia(engine: Engine, request: FastifyRequest, id: string): MediaFile | undefined {
  const wanted = isObject(request.query) ? request.query.phone_number_id : undefined
  for (const number of listByToken(engine.world, request)) {
    if (typeof wanted === 'string' && wanted !== '' && number.phoneNumberId !== wanted) continue
    const file = findLiveMedia(engine.world, id, number.phoneNumberId)
    if (file) return file
  }
  return undefined
}

/** Answer of `GET /{MEDIA_ID}`. */
export function describeMedia(engine: Engine, file: MediaFile): JsonObject {
  return {
    messaging_product: 'whatsapp',
    url: createMediaUrl(engine.world, file),
    mime_type: file.mimeType,
    sha256: file.sha256,
    file_size: String(file.size),
    id: file.id,
  }
}

/** `DELETE /{MEDIA_ID}`. */
export function removeMedia(engine: Engine, file: MediaFile | undefined, id: string): JsonObject {
  if (!file) throw unknownObject('DELETE', id)
  deleteMedia(engine.world, file)
  return { success: true }
}

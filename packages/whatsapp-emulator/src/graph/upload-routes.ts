import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Engine } from '../state/engine.ts'
import type { UploadSession } from '../state/platform-types.ts'
import { bodyOf } from './body-of.ts'
import { listByToken, requireAppAccess } from './find-by-token.ts'
import { parameterError, unknownObject } from './graph-error.ts'
import { MAX_UPLOAD_BYTES } from './media-limits.ts'
import { queryOf } from './paginate.ts'

const TYPES = ['image/jpeg', 'image/jpg', 'image/png', 'video/mp4', 'application/pdf']

/** Resumable uploads: `POST /{APP_ID}/uploads`, then the bytes to `/upload:…`, which gives a handle (Graph API, upload). */
export function registerUploadRoutes(app: FastifyInstance, engine: Engine): void {
  const { world } = engine
  app.post<{ Params: { id: string } }>('/:id/uploads', async (request) => {
    const { id: appId } = request.params
    requireAppAccess(world, request, appId, 'any')
    const given = { ...queryOf(request), ...bodyOf(request) }
    const length = Number(given.file_length)
    if (!Number.isInteger(length) || length < 1 || length > MAX_UPLOAD_BYTES) throw parameterError('The parameter file_length is required.')
    if (!TYPES.includes(String(given.file_type))) throw parameterError(`Param file_type must be one of {${TYPES.join(', ')}}`)
    const id = `upload:${randomBytes(24).toString('base64url')}`
    const fileName = typeof given.file_name === 'string' ? given.file_name : null
    world.uploads.put(id, { id, appId, fileName, fileType: String(given.file_type), fileLength: length, received: 0, handle: null })
    return { id }
  })

  const requireSession = (request: FastifyRequest<{ Params: { session: string } }>): UploadSession => {
    const id = `upload:${request.params.session}`
    const numbers = listByToken(world, request)
    const session = world.uploads.get(id)
    if (!session || !numbers.some((number) => number.appId === session.appId)) throw unknownObject(request.method, id)
    return session
  }
  app.get('/upload:::session', async (request: FastifyRequest<{ Params: { session: string } }>) => {
    const session = requireSession(request)
    return { id: session.id, file_offset: session.received }
  })
  // The body is bytes whatever the content type says, and no JSON.
  void app.register(async (raw) => {
    raw.removeAllContentTypeParsers()
    raw.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_UPLOAD_BYTES }, (_request, body, done) => done(null, body))
    raw.post('/upload:::session', { bodyLimit: MAX_UPLOAD_BYTES }, async (request: FastifyRequest<{ Params: { session: string } }>) => {
      const session = requireSession(request)
      const offset = Number(request.headers.file_offset ?? Number.NaN)
      if (offset !== session.received) throw parameterError(`The header file_offset must be ${session.received}.`)
      const size = Buffer.isBuffer(request.body) ? request.body.length : 0
      const received = session.received + size
      if (received > session.fileLength) throw parameterError(`The file has more than the announced ${session.fileLength} bytes.`)
      const handle =
        received === session.fileLength ? `4::${Buffer.from(`${session.fileType}:${session.id}`).toString('base64')}:e:${Math.floor(world.now() / 1000)}` : null
      world.uploads.put(session.id, { ...session, received, handle })
      return handle ? { h: handle } : { id: session.id, file_offset: received }
    })
  })
}

import { IdParams } from '@atende/contracts/common'
import { Media } from '@atende/contracts/media'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { callerTx, checkSession, identify, type Login, may, requirePermission, tenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { seeingAll, type TenantTx } from '../../platform/database.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { fetchMediaAgain } from './fetch-again.ts'
import * as db from './media.db.ts'
import { getMedia, storeMedia } from './media.ts'
import { isUrlValid, MEDIA_VARIANTS, type MediaVariant } from './media-url.ts'
import { presentMedia } from './present-media.ts'
import { readUpload } from './read-upload.ts'
import { fileLock } from './sealed-file.ts'
import { serveContent } from './serve-content.ts'

const tags = ['media']
const Variant = z.enum(MEDIA_VARIANTS).default('original')
const UrlToken = z.object({ v: Variant, t: z.uuid(), c: z.uuid().optional(), w: z.uuid(), e: z.string().regex(/^\d{10,12}$/), s: z.string().max(100) })

/** Whose media is asked for, and which file of it: by a signed address, or by a login. Everything else is absent. */
async function askedFor(
  ctx: Context,
  request: FastifyRequest,
  mediaId: string,
): Promise<{ read: <T>(work: (tx: TenantTx) => Promise<T>) => Promise<T>; variant: MediaVariant }> {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (bearer) {
    request.login = await identify(ctx, bearer, request.ip)
    requirePermission(request.login, 'conversations.read')
    const { v } = z.object({ v: Variant.catch('original') }).parse(request.query)
    return { read: (work) => callerTx(ctx, request, work), variant: v }
  }
  const token = UrlToken.safeParse(request.query)
  if (!token.success || !isUrlValid(ctx, mediaId, token.data)) throw notFound()
  const { t, v, c, w } = token.data
  request.login = await viewerOf(ctx, w, t)
  return { read: (work) => callerTx(ctx, request, (tx) => (c ? readShown(tx, c, () => work(tx)) : work(tx))), variant: v }
}

/** A link is its session's: what that person may do and see now, counts. @throws AppError not_found */
async function viewerOf(ctx: Context, sessionId: string, tenantId: string): Promise<Login> {
  const login = await checkSession(ctx, sessionId).catch((e: unknown) => {
    throw e instanceof AppError ? notFound() : e
  })
  if (login.tenantId !== tenantId || login.mustEnrol || !may(login, 'conversations.read')) throw notFound()
  return login
}

/** Whoever sees a conversation sees every file that it shows, also those that stand inside of messages. @throws AppError not_found */
async function readShown<T>(tx: TenantTx, conversationId: string, work: () => Promise<T>): Promise<T> {
  if (!(await db.seesConversation(tx, conversationId))) throw notFound()
  return seeingAll(tx, work)
}

export function mediaRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/media',
    {
      config: { access: 'messages.send' },
      schema: {
        tags,
        summary: 'Upload a file to send',
        description: 'multipart/form-data: `file` (up to 20 MB) and optionally `kind` (image, video, audio, document, sticker). The content decides the type.',
        consumes: ['multipart/form-data'],
        response: { 201: Media },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = tenantLogin(request)
      const upload = await readUpload(request)
      const row = await storeMedia(ctx, { ...upload, tenantId, userId }, (insert) => callerTx(ctx, request, insert))
      return reply.code(201).send(presentMedia(ctx, row))
    },
  )

  app.get(
    '/api/media/:id',
    { config: { access: 'conversations.read' }, schema: { tags, summary: 'A media with a fresh address', params: IdParams, response: { 200: Media } } },
    async (request) => presentMedia(ctx, await callerTx(ctx, request, (tx) => getMedia(tx, request.params.id))),
  )

  app.post(
    '/api/media/:id/fetch',
    {
      config: { access: 'messages.send' },
      schema: {
        tags,
        summary: 'Try now to fetch a received media that is not here yet',
        description: 'Answers at once; the file follows by `message:updated`. 409 media_not_retryable when it is here already or cannot come any more.',
        params: IdParams,
        response: { 202: Media },
      },
    },
    async (request, reply) => {
      const row = await callerTx(ctx, request, (tx) => fetchMediaAgain(ctx, tx, request.params.id))
      return reply.code(202).send(presentMedia(ctx, row))
    },
  )

  app.get(
    '/api/media/:id/content',
    {
      config: { access: 'public', limit: 'refused' },
      schema: { tags, summary: 'The bytes, by a signed address of the media or with a login; accepts byte ranges', params: IdParams },
    },
    async (request, reply) => {
      const { read, variant } = await askedFor(ctx, request, request.params.id)
      const file = await read(async (tx) => {
        const row = await getMedia(tx, request.params.id)
        return { row, lock: await fileLock(tx, row) }
      })
      return serveContent(ctx, request, reply, { ...file, variant })
    },
  )
}

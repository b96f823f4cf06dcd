import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Permission } from '@atende/contracts/access'
import { ERRORS, type ErrorCode, type Problem } from '@atende/contracts/errors'
import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import multipart from '@fastify/multipart'
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyReply, type FastifyRequest, LogController, type RouteOptions } from 'fastify'
import { hasZodFastifySchemaValidationErrors, serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { pt } from 'zod/locales'
import type { Context } from './context.ts'
import { randomToken } from './crypto.ts'
import { AppError, type FieldError } from './errors.ts'
import { uuidv7 } from './ids.ts'
import { LIMIT_HEADERS } from './limits/limit-headers.ts'
import { countRefusal, tooMany } from './limits/request-limits.ts'
import { pagePolicy, secureHeaders } from './secure-headers.ts'
import { sayLimit } from './validation-texts.ts'

export const BODY_LIMIT = 20 * 1024 * 1024

/** Who may call a route: anybody, anybody with a login, or who has the permission. Every route says it; none may forget. */
export type Access = 'public' | 'login' | Permission

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
    /** Dangerous: the caller must have proven who they are within the last minutes. A function says for which bodies. */
    stepUp?: true | ((body: unknown) => boolean)
    /** Works also for who must set up a second factor first. */
    beforeEnrolment?: true
    /** Asked every few seconds by an open page: the diary tells it once per login and hour. */
    refreshes?: true
  }
  interface FastifyInstance {
    /** Every route that was registered, as the guard sees it. */
    declaredRoutes: { method: string; url: string; access: Access }[]
  }
}

z.config({ ...pt(), customError: sayLimit })

const MESSAGES: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_REQ_FILE_TOO_LARGE: 'media_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content_type_refused',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'content_type_refused',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_body',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_body',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_body',
  // PostgreSQL: text with a NUL, which no column can hold.
  '22021': 'malformed_body',
  '22P05': 'malformed_body',
}

type Known = {
  code: ErrorCode
  detail?: string | undefined
  fields?: FieldError[] | undefined
  retryAfter?: number | undefined
  methods?: string[] | undefined
}

function understand(error: FastifyError | AppError | Error): Known | undefined {
  if (error instanceof AppError) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.map((v) => ({
      path: v.instancePath.replace(/^\//, '').replaceAll('/', '.'),
      code: v.keyword,
      message: v.message ?? '',
    }))
    return { code: 'validation_failed', fields }
  }
  if ('code' in error && MESSAGES[error.code]) return { code: MESSAGES[error.code] ?? 'malformed_body' }
  if ('statusCode' in error && typeof error.statusCode === 'number' && error.statusCode >= 400 && error.statusCode < 500) {
    return { code: 'malformed_body' }
  }
  return undefined
}

export function sendProblem(request: FastifyRequest, reply: FastifyReply, known: Known): FastifyReply {
  const { status, title } = ERRORS[known.code]
  const body: Problem = {
    type: `/api/docs#${known.code}`,
    title,
    status,
    code: known.code,
    requestId: request.id,
    instance: request.url.split('?')[0] ?? '',
    ...(known.detail ? { detail: known.detail } : {}),
    ...(known.fields ? { errors: known.fields } : {}),
    ...(known.retryAfter ? { retryAfter: known.retryAfter } : {}),
    ...(known.methods ? { methods: known.methods } : {}),
  }
  if (known.retryAfter) reply.header('retry-after', String(known.retryAfter))
  return reply.code(status).type('application/problem+json').serializer(JSON.stringify).send(body)
}

/** A Fastify server with everything that each route shares: limits, headers, contracts in and out, problems, request ids. */
export async function createHttp(ctx: Context) {
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    trustProxy: ctx.config.TRUSTED_PROXIES.length > 0 ? ctx.config.TRUSTED_PROXIES : false,
    genReqId: () => uuidv7(),
    loggerInstance: ctx.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: ctx.config.REQUEST_SECONDS * 1000,
    // Node looks at its connections only now and then; half a minute would be added to the time.
    http: { headersTimeout: Math.min(ctx.config.REQUEST_SECONDS, 20) * 1000, connectionsCheckingInterval: Math.min(ctx.config.REQUEST_SECONDS * 250, 5000) },
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    // Who asks in the last moment is answered, not sent away.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 300 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)

  const routes: RouteOptions[] = []
  app.decorate('declaredRoutes', [])
  app.addHook('onRoute', (route) => {
    // The preflight route of the CORS plugin is not ours to declare.
    if (route.method !== 'OPTIONS') routes.push(route)
  })
  // Looked at when all are there: a scope's own hook, which declares for its routes, runs after this one's.
  app.addHook('onReady', async () => {
    for (const { method, url, config } of routes) {
      if (!config?.access) throw new Error(`route ${String(method)} ${url} does not say who may call it`)
      for (const one of [method].flat()) app.declaredRoutes.push({ method: one, url, access: config.access })
    }
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    const ms = Math.round(reply.elapsedTime)
    ctx.logFiles?.http.info({ reqId: request.id, method: request.method, route, status: reply.statusCode, ms })
    if (reply.statusCode >= 500) request.log.error({ reqId: request.id, route, status: reply.statusCode, ms }, 'request')
    else request.log.debug({ reqId: request.id, method: request.method, route, status: reply.statusCode, ms }, 'request')
  })

  await secureHeaders(app, ctx)
  await app.register(cors, {
    origin: ctx.config.origins,
    credentials: true,
    maxAge: 600,
    exposedHeaders: ['x-request-id', 'etag', 'retry-after', ...LIMIT_HEADERS],
  })
  await app.register(cookie)
  await app.register(multipart, { limits: { fileSize: BODY_LIMIT, files: 1, fields: 10, fieldSize: 10_000 } })

  app.setErrorHandler(async (error: FastifyError | AppError | Error, request, reply) => {
    const known = understand(error)
    if (known) {
      const seconds = await countRefusal(ctx, request, known.code)
      return sendProblem(request, reply, seconds > 0 ? tooMany(seconds) : known)
    }
    request.log.error({ err: error, reqId: request.id, route: request.routeOptions.url }, 'unexpected error')
    return sendProblem(request, reply, { code: 'internal' })
  })
  return app
}
export type Http = Awaited<ReturnType<typeof createHttp>>

/** Files of the built web client, and its page for every address that is not the API's. */
export async function serveWeb(app: Http, dist: string): Promise<void> {
  const { default: fastifyStatic } = await import('@fastify/static')
  const page = readFileSync(path.join(dist, 'index.html'), 'utf8')
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'public' }
    })
    await scope.register(fastifyStatic, {
      root: dist,
      index: false,
      wildcard: false,
      // Made by scripts/precompress.ts; without them the plain files go out.
      preCompressed: true,
      setHeaders: (reply, file) => {
        reply.header('cache-control', file.includes(`${path.sep}assets${path.sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  })
  app.setNotFoundHandler((request, reply) => {
    const api = /^\/(api|assets|webhooks|debug|socket\.io|health|ready|alive|\.well-known)(\/|\?|$)/.test(request.url)
    if (api || (request.method !== 'GET' && request.method !== 'HEAD')) return sendProblem(request, reply, { code: 'not_found' })
    const nonce = randomToken(16)
    reply.header('content-security-policy', pagePolicy(String(reply.getHeader('content-security-policy')), nonce, request.headers.host))
    // With its own nonce each time: a kept copy would be of another answer.
    return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(page.replace('__CSP_NONCE__', nonce))
  })
}

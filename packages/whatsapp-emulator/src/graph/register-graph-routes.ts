import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { createTraceId } from '../create-identifiers.ts'
import { CURRENT_VERSION, OLDEST_LIVE_VERSION } from '../default-number.ts'
import { reportProblem } from '../report-problem.ts'
import type { Engine } from '../state/engine.ts'
import { GraphError, parameterError, unknownPath } from './graph-error.ts'
import { MAX_UPLOAD_BYTES } from './media-limits.ts'
import { registerMediaRoutes } from './media-routes.ts'
import { registerNodeRoutes } from './node-routes.ts'

const versions = new WeakMap<IncomingMessage, string>()

/** Takes `/vNN.N` off the path and remembers it; expired versions are answered by the oldest live one (Graph API, versioning). */
export function stripVersion(raw: IncomingMessage): string {
  const url = raw.url ?? '/'
  const match = /^\/(v\d+\.\d+)(?=[/?]|$)/.exec(url)
  if (!match?.[1]) return url
  const asked = Number(match[1].slice(1))
  versions.set(raw, asked < Number(OLDEST_LIVE_VERSION.slice(1)) ? OLDEST_LIVE_VERSION : match[1])
  const rest = url.slice(match[0].length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** The whole Graph side, with Meta's error bodies and headers. */
export async function registerGraphRoutes(app: FastifyInstance, engine: Engine): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('facebook-api-version', versions.get(request.raw) ?? CURRENT_VERSION)
    reply.header('x-fb-trace-id', createTraceId())
  })

  app.setErrorHandler((error, _request, reply) => {
    const known = error instanceof GraphError ? error : describeOther(error)
    if (known.http === 401) reply.header('www-authenticate', `OAuth "Facebook Platform" "invalid_token" "${known.message}"`)
    return reply.code(known.http).send(known.body)
  })

  registerMediaRoutes(app, engine)
  registerNodeRoutes(app, engine)
  app.all('/*', async (request) => {
    throw unknownPath(`/${request.url.split('?')[0]?.replace(/^\/+/, '') ?? ''}`)
  })
}

function describeOther(error: unknown): GraphError {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status === 413) return parameterError(`The request is larger than ${MAX_UPLOAD_BYTES} bytes.`)
  if (status < 500) return parameterError('Invalid parameter')
  reportProblem('request', error)
  return new GraphError(500, { message: 'An unknown error has occurred.', type: 'OAuthException', code: 1 })
}

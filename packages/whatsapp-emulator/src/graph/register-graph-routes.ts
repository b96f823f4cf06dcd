import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { createTraceId } from '../create-identifiers.ts'
import { CURRENT_VERSION, OLDEST_LIVE_VERSION } from '../default-number.ts'
import { reportProblem } from '../report-problem.ts'
import type { Engine } from '../state/engine.ts'
import { registerCallRoutes } from './call-routes.ts'
import { createLimitChecker } from './check-limits.ts'
import { registerFlowRoutes } from './flow-routes.ts'
import { GraphError, parameterError, unknownPath } from './graph-error.ts'
import { registerGroupRoutes } from './group-routes.ts'
import { createManagementLimit } from './limit-management.ts'
import { MAX_UPLOAD_BYTES } from './media-limits.ts'
import { registerMediaRoutes } from './media-routes.ts'
import { registerMessageRoutes } from './message-routes.ts'
import { registerNodeRoutes } from './node-routes.ts'
import { registerOauthRoutes } from './oauth-routes.ts'
import { registerPeopleRoutes } from './people-routes.ts'
import { registerProfileRoutes } from './profile-routes.ts'
import { registerQrRoutes } from './qr-routes.ts'
import { registerRegistrationRoutes } from './registration-routes.ts'
import { registerSettingsRoutes } from './settings-routes.ts'
import { registerSubscriptionRoutes } from './subscription-routes.ts'
import { registerTemplateRoutes } from './template-routes.ts'
import { registerUploadRoutes } from './upload-routes.ts'

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

  const count = createManagementLimit(engine.world)
  registerMediaRoutes(app, engine)
  registerMessageRoutes(app, engine, createLimitChecker(engine.world))
  registerUploadRoutes(app, engine)
  registerCallRoutes(app, engine)
  registerOauthRoutes(app, engine)
  for (const register of [
    registerTemplateRoutes,
    registerFlowRoutes,
    registerGroupRoutes,
    registerRegistrationRoutes,
    registerSettingsRoutes,
    registerProfileRoutes,
    registerPeopleRoutes,
    registerQrRoutes,
    registerSubscriptionRoutes,
    registerNodeRoutes,
  ]) {
    register(app, engine, count)
  }
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

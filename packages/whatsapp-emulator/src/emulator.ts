import multipart from '@fastify/multipart'
import fastify, { type FastifyInstance } from 'fastify'
import type { EmulatorControl } from './control/control-types.ts'
import { createControl } from './control/create-control.ts'
import { registerControlRoutes } from './control/register-control-routes.ts'
import { DEFAULT_NUMBER } from './default-number.ts'
import type { EmulatorOptions } from './emulator-options.ts'
import type { Credentials } from './emulator-types.ts'
import { MAX_UPLOAD_BYTES } from './graph/media-limits.ts'
import { registerGraphRoutes, stripVersion } from './graph/register-graph-routes.ts'
import { registerPageRoutes } from './page/register-page-routes.ts'
import { changeMessage } from './state/change-message.ts'
import { resumeReviews } from './state/decide-template.ts'
import type { Engine } from './state/engine.ts'
import { resumeStatusFlows } from './state/run-status-flow.ts'
import { createWorld } from './state/world.ts'
import { createWebhookDeliverer } from './webhooks/deliver-webhooks.ts'

export type { EmulatorControl, EmulatorState, NewCustomer, NewNumber, NumberChanges, RawWebhook, WebhookSettings } from './control/control-types.ts'
export type { EmulatorOptions } from './emulator-options.ts'
export type {
  BusinessNumber,
  ChatMessage,
  Credentials,
  Customer,
  CustomerMessage,
  MediaFile,
  MessageStatus,
  Scenario,
} from './emulator-types.ts'

export interface Emulator {
  /** Base address, e.g. `http://127.0.0.1:4001`. */
  url: string
  /** Where clients find the Graph API: `${graphUrl}/v26.0/...`. */
  graphUrl: string
  /** The page with the customers' phones. */
  phoneUrl: string
  /** Credentials of the number that always exists. */
  defaults: Credentials
  control: EmulatorControl
  stop(): Promise<void>
}

/**
 * Starts an emulator. With `webhook` the handshake is done before this resolves.
 * @throws CallbackRefused when the callback in the options does not pass the handshake.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const world = createWorld(options)
  const webhooks = createWebhookDeliverer(world, (ids) => {
    for (const id of ids) {
      changeMessage(world, id, (message) => {
        if (message.status !== 'sent') return
        message.status = 'delivered'
        message.statusTimes = { ...message.statusTimes, delivered: world.now() }
      })
    }
  })
  const engine: Engine = { world, webhooks }
  const control = createControl(engine)
  const app = await createServer(engine, control)

  const stop = async (): Promise<void> => {
    await world.close()
    await app.close()
  }
  const host = options.host ?? '127.0.0.1'
  world.url = (await app.listen({ host, port: options.port ?? 0 })).replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//127.0.0.1:')
  if (options.webhook) {
    try {
      await control.setWebhook(DEFAULT_NUMBER.phoneNumberId, options.webhook)
    } catch (error) {
      await stop()
      throw error
    }
  }
  webhooks.resume()
  resumeStatusFlows(engine)
  resumeReviews(engine)
  return { url: world.url, graphUrl: world.url, phoneUrl: `${world.url}/`, control, stop, defaults: readDefaults(engine) }
}

async function createServer(engine: Engine, control: EmulatorControl): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: 8 * 1024 * 1024,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
    rewriteUrl: (request) => stripVersion(request),
  })
  // An empty JSON body is a body without fields, as Graph takes it; bad JSON is left for the routes to refuse.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? {} : JSON.parse(String(body)))
    } catch {
      done(null, {})
    }
  })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries([...new URLSearchParams(String(body))].map(([key, value]) => [key, parseField(value)])))
  })
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, done) => done(null, {}))
  await app.register(multipart, { limits: { fileSize: MAX_UPLOAD_BYTES, files: 1 } })
  registerPageRoutes(app)
  await app.register((scope) => registerControlRoutes(scope, engine, control), { prefix: '/control' })
  await app.register((scope) => registerGraphRoutes(scope, engine))
  return app
}

/** Graph takes objects as JSON text in form fields. */
function parseField(value: string): unknown {
  if (!/^[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function readDefaults(engine: Engine): Credentials {
  const number = engine.world.numbers.get(DEFAULT_NUMBER.phoneNumberId) ?? DEFAULT_NUMBER
  const { wabaId, phoneNumberId, displayPhoneNumber, accessToken, appSecret, verifyToken, appId } = number
  return { wabaId, phoneNumberId, displayPhoneNumber, accessToken, appSecret, verifyToken, appId }
}

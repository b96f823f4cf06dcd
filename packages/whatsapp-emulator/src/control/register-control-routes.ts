import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CustomerMessage, Scenario } from '../emulator-types.ts'
import { readUpload } from '../graph/read-upload.ts'
import { isObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { readMediaBytes } from '../state/keep-media.ts'
import { CallbackRefused } from '../webhooks/verify-callback.ts'
import { ControlError } from './control-error.ts'
import type { EmulatorControl, NewCustomer, NewNumber, NumberChanges, RawWebhook, WebhookSettings } from './control-types.ts'
import { guardControl } from './guard-control.ts'
import { done, readInput } from './read-input.ts'
import { registerPhoneRoutes, registerPlatformRoutes } from './register-backstage-routes.ts'
import { registerEventStream } from './register-event-stream.ts'
import { sendMediaBytes } from './send-media-bytes.ts'

type NumberRequest = FastifyRequest<{ Params: { id: string } }>

/** The control API under `/control` (see the README's table). JSON, no token, same machine only. */
export async function registerControlRoutes(app: FastifyInstance, engine: Engine, control: EmulatorControl): Promise<void> {
  guardControl(app, engine.world)

  app.setErrorHandler((error, _request, reply) => {
    const status = error instanceof ControlError ? error.http : error instanceof CallbackRefused ? 422 : readStatus(error)
    return reply.code(status).send({ error: { message: error instanceof Error ? error.message : String(error) } })
  })

  app.get('/state', async () => control.readState())
  app.post('/numbers', async (request) => control.createNumber(readInput<NewNumber>(request, 'displayPhoneNumber', 'verifiedName')))
  app.patch('/numbers/:id', async (request: NumberRequest) => control.changeNumber(request.params.id, readInput<NumberChanges>(request)))
  app.delete('/numbers/:id', async (request: NumberRequest) => done(() => control.removeNumber(request.params.id)))
  app.post('/numbers/:id/webhook', async (request: NumberRequest) =>
    control.setWebhook(request.params.id, readInput<WebhookSettings>(request, 'callbackUrl', 'verifyToken')),
  )

  app.post('/customers', async (request) => control.createCustomer(readInput<NewCustomer>(request, 'name', 'phone')))
  app.delete('/customers/:id', async (request: NumberRequest) => done(() => control.removeCustomer(request.params.id)))

  app.post('/messages', async (request) => {
    const input = readInput<{ phoneNumberId?: string; from: string; name?: string; message: CustomerMessage }>(request, 'from')
    if (!isObject(input.message)) throw new ControlError(400, 'message is missing')
    return control.sendAs(input.from, input.message, input)
  })
  app.get<{ Querystring: { phoneNumberId?: string; customer?: string; limit?: string } }>('/messages', async (request) => {
    const { phoneNumberId, customer, limit } = request.query
    if (!customer) throw new ControlError(400, 'customer is missing')
    return { messages: control.listMessages(customer, { phoneNumberId, limit: limit ? Number(limit) : undefined }) }
  })
  app.post<{ Params: { id: string } }>('/messages/:id/played', async (request) => done(() => control.markPlayed(request.params.id)))

  app.post('/typing', async (request) => {
    const input = readInput<{ phoneNumberId?: string; from: string; state: 'start' | 'stop' }>(request, 'from', 'state')
    return done(() => control.setTyping(input.from, input.state === 'stop' ? 'stop' : 'start', input))
  })
  app.post('/open', async (request) => {
    const input = readInput<{ phoneNumberId?: string; from: string; open: boolean; by?: 'page' | 'api' }>(request, 'from')
    return done(() => control.openChat(input.from, input.open === true, input))
  })
  app.post('/online', async (request) => {
    const input = readInput<{ from: string; online: boolean }>(request, 'from')
    return done(() => control.setOnline(input.from, input.online === true))
  })
  app.post('/window', async (request) => {
    const input = readInput<{ phoneNumberId?: string; from: string; open: boolean }>(request, 'from')
    return done(() => control.setWindow(input.from, input.open === true, input))
  })

  app.put('/scenario', async (request) => control.setScenario(readInput<Partial<Scenario>>(request)))
  app.post('/advance-clock', async (request) => {
    const { ms, hours } = readInput<{ ms?: number; hours?: number }>(request)
    return { now: control.advanceClock((ms ?? 0) + (hours ?? 0) * 3600_000) }
  })

  app.post('/media', async (request) => {
    const { fields, file } = await readUpload(request)
    if (!file) throw new ControlError(400, 'the multipart field "file" is missing')
    return control.addMedia({
      bytes: file.bytes,
      mimeType: fields.type || file.mimeType,
      filename: file.filename,
      phoneNumberId: fields.phoneNumberId || undefined,
    })
  })
  app.get('/media/:id', async (request: NumberRequest, reply) => {
    const file = engine.world.media.get(request.params.id)
    const bytes = file && readMediaBytes(engine.world, file.id)
    if (!file || !bytes) throw new ControlError(404, `no media ${request.params.id}`)
    return sendMediaBytes(request, reply, file, bytes)
  })

  app.get<{ Querystring: { limit?: string } }>('/webhooks', async (request) => ({
    webhooks: control.listWebhooks(request.query.limit ? Number(request.query.limit) : undefined),
  }))
  app.post('/raw-webhook', async (request) => control.sendRawWebhook(readInput<RawWebhook>(request)))
  app.post('/retry-now', async () => done(() => control.retryNow()))
  app.post('/reset', async (request) => done(() => control.reset(readInput<{ numbers?: boolean }>(request))))
  registerPhoneRoutes(app, control)
  registerPlatformRoutes(app, control)
  registerEventStream(app, engine.world)
}

function readStatus(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500
}

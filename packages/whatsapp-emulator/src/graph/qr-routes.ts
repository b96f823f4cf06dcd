import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber } from '../emulator-types.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import type { QrCode } from '../state/platform-types.ts'
import { bodyOf } from './body-of.ts'
import { requireNumberAccess } from './find-by-token.ts'
import { parameterError, unknownObject } from './graph-error.ts'
import type { ManagementLimit } from './limit-management.ts'
import { paginate, queryOf } from './paginate.ts'
import { pickFields } from './select-fields.ts'

type CodeRequest = FastifyRequest<{ Params: { id: string; code: string } }>
const MOST_CODES = 2_000

/** Short links and QR codes that open a chat with a text (Cloud API, QR codes). */
export function registerQrRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine
  const enter = (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply): BusinessNumber => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_management')
    count(reply, number)
    return number
  }
  const own = (number: BusinessNumber): QrCode[] => [...world.qrCodes.values()].filter((code) => code.phoneNumberId === number.phoneNumberId)
  const find = (number: BusinessNumber, code: string, method: string): QrCode => {
    const found = own(number).find((entry) => entry.code === code)
    if (!found) throw unknownObject(method, code)
    return found
  }

  app.get('/:id/message_qrdls', async (request: CodeRequest, reply) => {
    const number = enter(request, reply)
    const { fields, code } = queryOf(request)
    const shown = own(number)
      .filter((entry) => !code || entry.code === code)
      .map((entry) => show(engine, entry, fields))
    return paginate(world, request, shown)
  })
  const save = (request: CodeRequest, reply: FastifyReply): JsonObject => {
    const number = enter(request, reply)
    const body: JsonObject = { ...(request.params.code ? { code: request.params.code } : {}), ...queryOf(request), ...bodyOf(request) }
    const text = readText(body.prefilled_message)
    const format = typeof body.generate_qr_image === 'string' ? body.generate_qr_image.toUpperCase() : undefined
    if (format !== undefined && format !== 'SVG' && format !== 'PNG') throw parameterError('Param generate_qr_image must be one of {SVG, PNG}')
    const known = body.code === undefined ? undefined : find(number, String(body.code), 'POST')
    if (!known && own(number).length >= MOST_CODES) throw parameterError(`A number has at most ${MOST_CODES} QR codes.`)
    const code = known?.code ?? createCode()
    const kept = world.qrCodes.put(code, {
      code,
      phoneNumberId: number.phoneNumberId,
      prefilledMessage: text,
      imageFormat: format ?? known?.imageFormat ?? null,
    })
    return show(engine, kept, undefined)
  }
  // Meta takes the code of an existing one in the body or in the path.
  app.post('/:id/message_qrdls', async (request: CodeRequest, reply) => save(request, reply))
  app.post('/:id/message_qrdls/:code', async (request: CodeRequest, reply) => save(request, reply))
  app.get('/:id/message_qrdls/:code', async (request: CodeRequest, reply) => {
    const entry = find(enter(request, reply), request.params.code, 'GET')
    return { data: [show(engine, entry, queryOf(request).fields)] }
  })
  app.delete('/:id/message_qrdls/:code', async (request: CodeRequest, reply) => {
    const entry = find(enter(request, reply), request.params.code, 'DELETE')
    world.qrCodes.remove(entry.code)
    return { success: true }
  })
}

/** Fourteen of A-Z and 2-7, as Meta's codes are. */
function createCode(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return [...randomBytes(14)].map((byte) => letters[byte % letters.length]).join('')
}

function readText(value: Json): string {
  if (typeof value !== 'string' || value === '') throw parameterError('The parameter prefilled_message is required.')
  if ([...value].length > 140) throw parameterError('Param prefilled_message must be at most 140 characters long.')
  return value
}

function show(engine: Engine, entry: QrCode, fields: string | undefined): JsonObject {
  const node = {
    code: entry.code,
    prefilled_message: entry.prefilledMessage,
    deep_link_url: `https://wa.me/message/${entry.code}`,
    ...(entry.imageFormat ? { qr_image_url: `${engine.world.url}/qr-image/${entry.code}.${entry.imageFormat.toLowerCase()}` } : {}),
  }
  return pickFields(node, fields ? `${fields.replace(/\.format\(\w+\)/g, '')},code` : undefined, ['code', 'prefilled_message', 'deep_link_url', 'qr_image_url'])
}

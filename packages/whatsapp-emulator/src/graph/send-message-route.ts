import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber, ChatMessage } from '../emulator-types.ts'
import { isObject, type JsonObject, readObject, readText } from '../json.ts'
import { changeMessage } from '../state/change-message.ts'
import type { Engine } from '../state/engine.ts'
import { listChatMessages } from '../state/find-customer.ts'
import { acceptBusinessMessage, isWindowOpen } from './accept-business-message.ts'
import type { LimitChecker } from './check-limits.ts'
import { messagingError, parameterError } from './graph-error.ts'
import { normaliseRecipient, type Recipient } from './normalise-recipient.ts'
import { readSentinel, type TransportFault } from './sentinel-numbers.ts'
import { validateMessage } from './validate-message.ts'

const TYPING_MS = 25_000

/** `POST /{PNID}/messages` (Cloud API, send messages). */
export async function sendMessageRoute(
  engine: Engine,
  checkLimits: LimitChecker,
  number: BusinessNumber,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const body = isObject(request.body) ? request.body : {}
  if (body.messaging_product !== 'whatsapp') {
    throw parameterError(
      body.messaging_product === undefined ? 'The parameter messaging_product is required.' : 'Param messaging_product must be one of {WHATSAPP}',
    )
  }
  if (!number.registered) throw messagingError(133010)
  if (number.sendFault !== null) throw messagingError(number.sendFault)
  if (body.status === 'read') return markRead(engine, number, body)

  const recipient = normaliseRecipient(engine.world, number, body.to, body.recipient)
  const sentinel = readSentinel(recipient.waId)
  const type = validateMessage(engine.world, number, body)
  if (sentinel?.kind === 'refuse') throw messagingError(sentinel.code)
  checkLimits(number.phoneNumberId, recipient.waId)
  const { windowCheck, windowError } = engine.world.scenario
  if (windowCheck && windowError === 'sync' && !sentinel && type !== 'template' && !isWindowOpen(engine, number, recipient.waId)) {
    throw messagingError(131047)
  }
  const accept = (): JsonObject => answerFor(recipient, acceptBusinessMessage(engine, number, recipient.waId, { ...body, type }, sentinel))
  return sentinel?.kind === 'transport' ? breakTransport(engine, sentinel.fault, accept, request, reply) : accept()
}

function answerFor(recipient: Recipient, message: ChatMessage): JsonObject {
  return {
    messaging_product: 'whatsapp',
    contacts: [{ ...recipient.contact }],
    messages: [{ id: message.id, message_status: 'accepted' }],
  }
}

/** Marks a customer's message and all earlier ones as read; with `typing_indicator` the phone shows typing. */
function markRead(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  const { world } = engine
  const id = readText(body, 'message_id')
  if (!id) throw parameterError('The parameter message_id is required.')
  const target = world.messages.get(id)
  if (target?.direction !== 'inbound' || target.phoneNumberId !== number.phoneNumberId) {
    throw messagingError(131009, 'Parameter value is not valid: message_id is not a message received by this number')
  }
  const chat = listChatMessages(world, target.phoneNumberId, target.waId)
  for (const message of chat.slice(0, chat.findIndex((entry) => entry.id === id) + 1)) {
    if (message.direction !== 'inbound' || message.status === 'read') continue
    changeMessage(world, message.id, (changed) => {
      changed.status = 'read'
      changed.statusTimes = { ...changed.statusTimes, read: world.now() }
    })
  }
  const typing = readObject(body, 'typing_indicator')
  if (typing) {
    if (typing.type !== 'text') throw messagingError(131009, 'Parameter value is not valid: typing_indicator.type must be text')
    world.emit({ kind: 'typing', phoneNumberId: target.phoneNumberId, waId: target.waId, until: world.now() + TYPING_MS })
  }
  return { success: true }
}

async function breakTransport(engine: Engine, fault: TransportFault, accept: () => JsonObject, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { socket } = request.raw
  if (fault === 'empty-500') return reply.code(500).send()
  if (fault === 'html-503') return reply.code(503).type('text/html').send('<html><body>Service Unavailable</body></html>')
  if (fault === 'reset-before-accept') {
    reply.hijack()
    socket.resetAndDestroy()
    return reply
  }
  const answer = accept()
  if (fault === 'slow-answer') {
    await new Promise<void>((resolve) => engine.world.after(3_000, resolve))
    return answer
  }
  reply.hijack()
  if (fault === 'cut-answer') {
    const text = JSON.stringify(answer)
    reply.raw.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    reply.raw.write(text.slice(0, text.length / 2), () => socket.destroy())
  } else if (fault === 'reset-after-accept') socket.resetAndDestroy()
  // silent-after-accept: the socket stays open until the client gives up or the emulator stops.
  return reply
}

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber, ChatMessage, Template } from '../emulator-types.ts'
import { type JsonObject, readObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { keyOfChat } from '../state/world.ts'
import { type Accepted, acceptBusinessMessage, isWindowOpen } from './accept-business-message.ts'
import { bodyOf, openTexts } from './body-of.ts'
import { breakTransport } from './break-transport.ts'
import { checkPermissionRequest } from './call-routes.ts'
import type { LimitChecker } from './check-limits.ts'
import { checkChat, checkNumberMaySend, checkStanding } from './check-standing.ts'
import { findTemplateToSend } from './check-template.ts'
import { messagingError, parameterError } from './graph-error.ts'
import { markRead } from './mark-read.ts'
import { normaliseRecipient, type Recipient } from './normalise-recipient.ts'
import { sendToGroup } from './send-group-message.ts'
import { readSentinel } from './sentinel-numbers.ts'
import { validateMessage } from './validate-message.ts'

/** Which of the two send edges was called. */
export type SendEdge = 'messages' | 'marketing_messages'

/** `POST /{PNID}/messages` and `/marketing_messages` (Cloud API, send messages). */
export async function sendMessageRoute(
  engine: Engine,
  checkLimits: LimitChecker,
  number: BusinessNumber,
  request: FastifyRequest,
  reply: FastifyReply,
  edge: SendEdge = 'messages',
): Promise<unknown> {
  const { world } = engine
  const given = bodyOf(request)
  const body = openTexts(given, ['context', String(given.type ?? 'text')])
  requireProduct(body)
  checkNumberMaySend(world, number)
  if (body.status === 'read') return markRead(engine, number, body)
  if (edge === 'marketing_messages' && body.type !== 'template') throw messagingError(134100)
  if (body.recipient_type === 'group') return sendToGroup(engine, checkLimits, number, body)

  const recipient = normaliseRecipient(world, number, body.to, body.recipient)
  const sentinel = readSentinel(recipient.waId)
  const type = validateMessage(world, number, body)
  if (sentinel?.kind === 'refuse') throw messagingError(sentinel.code)
  const template = type === 'template' ? findTemplateToSend(engine, number, body) : null
  checkKind(edge, template, recipient)
  const windowOpen = isWindowOpen(engine, number, recipient.waId)
  checkStanding(world, number, recipient.waId, windowOpen && template === null)
  checkChat(world, number, world.chats.get(keyOfChat(number.phoneNumberId, recipient.waId)), body)
  if (readObject(body, 'interactive')?.type === 'call_permission_request') checkPermissionRequest(world, number, recipient.waId)
  checkLimits(number.phoneNumberId, recipient.waId)
  const { windowCheck, windowError } = world.scenario
  if (windowCheck && windowError === 'sync' && !sentinel && type !== 'template' && !windowOpen) throw messagingError(131047)
  const sent: Accepted = {
    waId: recipient.waId,
    body: { ...body, type },
    template,
    sentinel,
    byUserId: recipient.contact.user_id !== undefined,
    marketingLite: edge === 'marketing_messages',
  }
  const accept = (): JsonObject => answerFor(engine, recipient, acceptBusinessMessage(engine, number, sent))
  return sentinel?.kind === 'transport' ? breakTransport(engine, sentinel.fault, accept, request, reply) : accept()
}

function requireProduct(body: JsonObject): void {
  if (body.messaging_product === 'whatsapp') return
  throw parameterError(
    body.messaging_product === undefined ? 'The parameter messaging_product is required.' : 'Param messaging_product must be one of {WHATSAPP}',
  )
}

function checkKind(edge: SendEdge, template: Template | null, recipient: Recipient): void {
  if (edge === 'marketing_messages' && template && template.category !== 'MARKETING') throw messagingError(131055)
  // One-time codes go to phones only (Cloud API, business-scoped user ids).
  if (template?.category === 'AUTHENTICATION' && recipient.contact.user_id) throw messagingError(131062)
}

function answerFor(engine: Engine, recipient: Recipient, message: ChatMessage): JsonObject {
  const held = message.template !== undefined && engine.world.scenario.qualityPacing
  return {
    messaging_product: 'whatsapp',
    contacts: [{ ...recipient.contact }],
    messages: [{ id: message.id, message_status: held ? 'held_for_quality_assessment' : 'accepted' }],
  }
}

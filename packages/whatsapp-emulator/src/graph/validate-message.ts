import type { BusinessNumber } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import type { World } from '../state/world.ts'
import { messagingError, parameterError } from './graph-error.ts'
import { optionalText, requireList, requireNumber, requireObject, requireText } from './require-value.ts'
import { validateInteractive } from './validate-interactive.ts'
import { validateMediaMessage } from './validate-media-message.ts'

const SENDABLE_TYPES = ['text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'reaction', 'interactive', 'template', 'pin']
const GROUP_TYPES = ['text', 'image', 'video', 'audio', 'document', 'sticker', 'reaction', 'template', 'pin']
const DAY = 24 * 3600_000

/**
 * Checks type, fields and limits of a message (Cloud API, send messages) and gives its type.
 * @throws GraphError 100, 131008, 131009, 131051 or 131053.
 */
export function validateMessage(world: World, number: BusinessNumber, body: JsonObject): string {
  const type = body.type === undefined ? 'text' : body.type
  if (typeof type !== 'string' || !SENDABLE_TYPES.includes(type)) {
    throw parameterError(`Param type must be one of {${SENDABLE_TYPES.map((known) => known.toUpperCase()).join(', ')}} - got "${String(type)}".`)
  }
  validateEnvelope(number, body, type)
  if (type === 'contacts') validateContacts(body)
  else validateContent(world, number, type, requireObject(body[type], type))
  return type
}

function validateEnvelope(number: BusinessNumber, body: JsonObject, type: string): void {
  const to = body.recipient_type ?? 'individual'
  if (to !== 'individual' && to !== 'group') throw messagingError(131009, 'Parameter value is not valid: recipient_type must be individual or group')
  if (to === 'group' && !GROUP_TYPES.includes(type)) throw messagingError(131051, `Messages of type ${type} cannot be sent to groups.`)
  if (to === 'individual' && type === 'pin') throw messagingError(131009, 'Parameter value is not valid: pin is for groups')
  optionalText(body.biz_opaque_callback_data, 'biz_opaque_callback_data', 512)
  optionalText(body.recipient_identity_key_hash, 'recipient_identity_key_hash', 256)
  if (body.message_send_ttl_seconds !== undefined && Number(body.message_send_ttl_seconds) !== -1) {
    requireNumber(body.message_send_ttl_seconds, 'message_send_ttl_seconds', 30, 2_592_000)
  }
  const account = body.messaging_account_id ?? body.paid_messaging_account_id
  if (account !== undefined && String(account) !== number.wabaId) throw messagingError(131009, 'Parameter value is not valid: messaging_account_id')
  if (body.category !== undefined || body.direct_send_config !== undefined) throw parameterError('Direct Send is not enabled for this account.')
  if (body.context === undefined || body.context === null) return
  if (type === 'reaction') throw messagingError(131009, 'Parameter value is not valid: a reaction takes no context')
  requireText(requireObject(body.context, 'context').message_id, 'context.message_id', 512)
}

function validateContent(world: World, number: BusinessNumber, type: string, content: JsonObject): void {
  if (type === 'text') validateText(content)
  else if (type === 'location') validateLocation(content)
  else if (type === 'reaction') validateReaction(world, number, content)
  else if (type === 'interactive') validateInteractive(world, number, content)
  else if (type === 'template') validateTemplate(content)
  else if (type === 'pin') validatePin(world, number, content)
  else validateMediaMessage(world, number, type, content)
}

function validateText(content: JsonObject): void {
  const text = requireText(content.body, 'text.body', Number.POSITIVE_INFINITY)
  if ([...text].length > 4096) throw parameterError("Param text['body'] must be at most 4096 characters long.")
}

function validateLocation(content: JsonObject): void {
  requireNumber(content.latitude, 'location.latitude', -90, 90)
  requireNumber(content.longitude, 'location.longitude', -180, 180)
  optionalText(content.name, 'location.name', 1000)
  optionalText(content.address, 'location.address', 1000)
}

function validateTemplate(content: JsonObject): void {
  requireText(content.name, 'template.name', 512)
  requireText(requireObject(content.language, 'template.language').code, 'template.language.code', 20)
  if (content.components !== undefined && content.components !== null) requireList(content.components, 'template.components', 0, 20)
}

const NAME_PARTS = ['first_name', 'last_name', 'middle_name', 'suffix', 'prefix']

function validateContacts(body: JsonObject): void {
  requireList(body.contacts, 'contacts', 1, 257).forEach((value, index) => {
    const name = requireObject(requireObject(value, `contacts[${index}]`).name, `contacts[${index}].name`)
    requireText(name.formatted_name, `contacts[${index}].name.formatted_name`, 1024)
    if (!NAME_PARTS.some((part) => name[part]))
      throw messagingError(131008, `Required parameter is missing: contacts[${index}].name needs one of ${NAME_PARTS.join(', ')}`)
  })
}

function requireOwnMessage(world: World, number: BusinessNumber, id: string, path: string): void {
  const target = world.messages.get(id)
  if (target?.phoneNumberId !== number.phoneNumberId) throw messagingError(131009, `Parameter value is not valid: ${path} is not a message of this number`)
  if (world.now() - target.timestamp > 30 * DAY) throw messagingError(131009, `Parameter value is not valid: ${path}: the message is older than 30 days`)
}

function validateReaction(world: World, number: BusinessNumber, content: JsonObject): void {
  const id = requireText(content.message_id, 'reaction.message_id', 512)
  if (content.emoji === undefined) throw messagingError(131008, 'Required parameter is missing: reaction.emoji')
  requireOwnMessage(world, number, id, 'reaction.message_id')
}

function validatePin(world: World, number: BusinessNumber, content: JsonObject): void {
  const id = requireText(content.message_id, 'pin.message_id', 512)
  if (content.type !== 'pin' && content.type !== 'unpin') throw messagingError(131009, 'Parameter value is not valid: pin.type must be pin or unpin')
  if (content.type === 'pin') requireNumber(content.expiration_days, 'pin.expiration_days', 1, 30)
  requireOwnMessage(world, number, id, 'pin.message_id')
}

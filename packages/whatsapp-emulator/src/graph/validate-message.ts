import type { BusinessNumber } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import { findLiveMedia } from '../state/keep-media.ts'
import type { World } from '../state/world.ts'
import { messagingError, parameterError } from './graph-error.ts'
import { optionalText, requireList, requireNumber, requireObject, requireText } from './require-value.ts'
import { validateInteractive } from './validate-interactive.ts'

const SENDABLE_TYPES = ['text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'reaction', 'interactive', 'template']
const DAY = 24 * 3600_000

/**
 * Checks type, fields and limits of a message (Cloud API, send messages) and gives its type.
 * @throws GraphError 100, 131008, 131009 or 131053.
 */
export function validateMessage(world: World, number: BusinessNumber, body: JsonObject): string {
  const type = body.type === undefined ? 'text' : body.type
  if (typeof type !== 'string' || !SENDABLE_TYPES.includes(type)) {
    throw parameterError(`Param type must be one of {${SENDABLE_TYPES.map((known) => known.toUpperCase()).join(', ')}} - got "${String(type)}".`)
  }
  if (body.recipient_type !== undefined && body.recipient_type !== 'individual') {
    throw messagingError(131009, 'Parameter value is not valid: recipient_type must be individual (this emulator has no groups)')
  }
  optionalText(body.biz_opaque_callback_data, 'biz_opaque_callback_data', 512)
  if (body.context !== undefined) requireText(requireObject(body.context, 'context').message_id, 'context.message_id', 512)
  if (type === 'contacts') {
    validateContacts(body)
    return type
  }
  const content = requireObject(body[type], type)
  if (type === 'text') validateText(content)
  else if (type === 'location') {
    requireNumber(content.latitude, 'location.latitude', -90, 90)
    requireNumber(content.longitude, 'location.longitude', -180, 180)
  } else if (type === 'reaction') validateReaction(world, number, content)
  else if (type === 'interactive') validateInteractive(content)
  else if (type === 'template') {
    requireText(content.name, 'template.name', 512)
    requireText(requireObject(content.language, 'template.language').code, 'template.language.code', 20)
    if (content.components !== undefined) requireList(content.components, 'template.components', 0, 20)
  } else validateMedia(world, number, type, content)
  return type
}

function validateText(content: JsonObject): void {
  const text = requireText(content.body, 'text.body', Number.POSITIVE_INFINITY)
  if ([...text].length > 4096) throw parameterError("Param text['body'] must be at most 4096 characters long.")
}

function validateContacts(body: JsonObject): void {
  requireList(body.contacts, 'contacts', 1, 257).forEach((value, index) => {
    const name = requireObject(requireObject(value, `contacts[${index}]`).name, `contacts[${index}].name`)
    requireText(name.formatted_name, `contacts[${index}].name.formatted_name`, 1024)
  })
}

/** Media types a message type takes (Cloud API, media). */
function fits(type: string, mimeType: string): boolean {
  if (type === 'image') return /^image\/(jpeg|png)$/.test(mimeType)
  if (type === 'sticker') return mimeType === 'image/webp'
  if (type === 'audio') return mimeType.startsWith('audio/')
  if (type === 'video') return mimeType.startsWith('video/')
  return true
}

function validateMedia(world: World, number: BusinessNumber, type: string, content: JsonObject): void {
  if (content.id === undefined && content.link === undefined) {
    throw messagingError(131008, `Required parameter is missing: ${type}.id or ${type}.link`)
  }
  if (type === 'audio' || type === 'sticker') {
    if (content.caption !== undefined) throw messagingError(131009, `Parameter value is not valid: ${type} takes no caption`)
  } else optionalText(content.caption, `${type}.caption`, 1024)
  optionalText(content.filename, `${type}.filename`, 240)
  if (content.id === undefined) {
    const link = requireText(content.link, `${type}.link`, 4096)
    if (!/^https?:\/\//.test(link)) throw messagingError(131009, `Parameter value is not valid: ${type}.link must be an http(s) address`)
    return
  }
  const file = findLiveMedia(world, String(content.id), number.phoneNumberId)
  if (!file) throw messagingError(131009, `Parameter value is not valid: media id ${String(content.id)} does not exist or has expired`)
  if (!fits(type, file.mimeType)) throw messagingError(131053, `A file of type ${file.mimeType} cannot be sent as ${type}.`)
}

function validateReaction(world: World, number: BusinessNumber, content: JsonObject): void {
  const target = world.messages.get(requireText(content.message_id, 'reaction.message_id', 512))
  if (content.emoji === undefined) throw messagingError(131008, 'Required parameter is missing: reaction.emoji')
  if (!target || target.phoneNumberId !== number.phoneNumberId) {
    throw messagingError(131009, 'Parameter value is not valid: reaction.message_id is not a message of this number')
  }
  if (world.now() - target.timestamp > 30 * DAY) throw messagingError(131009, 'Parameter value is not valid: the message is older than 30 days')
}

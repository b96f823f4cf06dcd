import type { BusinessNumber } from '../emulator-types.ts'
import { type JsonObject, readObject, readText } from '../json.ts'
import { changeMessage } from '../state/change-message.ts'
import type { Engine } from '../state/engine.ts'
import { listChatMessages } from '../state/find-customer.ts'
import { messagingError, parameterError } from './graph-error.ts'

const TYPING_MS = 25_000
const READABLE_MS = 30 * 24 * 3600_000

/**
 * Marks a customer's message and all earlier ones as read (in groups only the one); with `typing_indicator` the phone shows
 * typing (Cloud API, mark messages as read).
 */
export function markRead(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  const { world } = engine
  const id = readText(body, 'message_id')
  if (!id) throw parameterError('The parameter message_id is required.')
  const target = world.messages.get(id)
  if (target?.direction !== 'inbound' || target.phoneNumberId !== number.phoneNumberId) {
    throw messagingError(131009, 'Parameter value is not valid: message_id is not a message received by this number')
  }
  if (world.now() - target.timestamp > READABLE_MS) throw messagingError(131009, 'Parameter value is not valid: the message is older than 30 days')
  const typing = readObject(body, 'typing_indicator')
  if (typing && typing.type !== 'text') throw messagingError(131009, 'Parameter value is not valid: typing_indicator.type must be text')
  const chat = listChatMessages(world, target.phoneNumberId, target.waId)
  const meant = target.groupId ? [target] : chat.slice(0, chat.findIndex((entry) => entry.id === id) + 1)
  for (const message of meant) {
    if (message.direction !== 'inbound' || message.status === 'read') continue
    changeMessage(world, message.id, (changed) => {
      changed.status = 'read'
      changed.statusTimes = { ...changed.statusTimes, read: world.now() }
    })
  }
  if (typing) world.emit({ kind: 'typing', phoneNumberId: target.phoneNumberId, waId: target.waId, until: world.now() + TYPING_MS })
  return { success: true }
}

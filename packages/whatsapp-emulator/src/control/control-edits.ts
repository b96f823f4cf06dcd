import { createMessageId } from '../create-identifiers.ts'
import type { ChatMessage } from '../emulator-types.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { readNumberState } from '../state/platform-state.ts'
import type { World } from '../state/world.ts'
import { identifyCustomer, toSeconds } from '../webhooks/build-webhook-values.ts'
import type { PhoneControl } from './backstage-types.ts'
import { ControlError } from './control-error.ts'
import { requireCustomer, requireNumber } from './find-target.ts'
import { changePhoneMessage } from './phone-message.ts'
import { withUrl } from './prepare-media.ts'
import { queueInbound } from './send-as-customer.ts'

const EDIT_MS = 15 * 60_000
const REVOKE_MS = 2 * 24 * 3600_000

/** What a customer does with messages already sent. */
export function createEditVerbs(engine: Engine): Pick<PhoneControl, 'editMessage' | 'deleteMessage'> {
  const { world } = engine
  return {
    editMessage(messageId, text, options = {}) {
      const target = requireOwn(world, messageId, EDIT_MS, 'edited within 15 minutes')
      const key = target.type === 'text' ? 'body' : 'caption'
      const content = { ...(isObject(target.content) ? target.content : {}), [key]: text }
      changePhoneMessage(world, messageId, (message) => {
        message.content = content
        message.editedAt = world.now()
      })
      const context = target.contextId ? { context: { id: target.contextId } } : {}
      const edit = { original_message_id: messageId, message: { ...context, type: target.type, [target.type]: withUrl(world, target.type, content) } }
      tellChange(engine, target, 'edit', edit, options.as)
    },
    deleteMessage(messageId, options = {}) {
      const target = requireOwn(world, messageId, REVOKE_MS, 'deleted for everyone within two days')
      changePhoneMessage(world, messageId, (message) => {
        message.deletedAt = world.now()
      })
      tellChange(engine, target, 'revoke', { original_message_id: messageId }, options.as)
    },
  }
}

/** The customer's own message while it may still be changed. */
function requireOwn(world: World, id: string, within: number, rule: string): ChatMessage {
  const message = world.messages.get(id)
  if (message?.direction !== 'inbound') throw new ControlError(404, `no message of a customer with id ${id}`)
  if (world.now() - message.timestamp > within) throw new ControlError(409, `a message can be ${rule}`)
  return message
}

/**
 * Tells the business about an edit or a deletion. A number shared with the Business app gets `edit` and `revoke`; any other gets
 * `unsupported` without the id of the message (Cloud API, inbound messages).
 */
function tellChange(engine: Engine, target: ChatMessage, type: 'edit' | 'revoke', content: JsonObject, as?: 'real' | 'unsupported'): void {
  const { world } = engine
  const number = requireNumber(world, target.phoneNumberId)
  const waId = 'sender' in target && typeof target.sender === 'string' ? target.sender : target.waId
  const customer = requireCustomer(world, waId)
  const shown = identifyCustomer(world, number, waId)
  const real = as ? as === 'real' : readNumberState(world, number.phoneNumberId).coexistence
  const details = 'Message type is currently not supported.'
  queueInbound(engine, number, customer, target, {
    ...(shown.phone ? { from: shown.phone } : {}),
    ...(shown.userId ? { from_user_id: shown.userId } : {}),
    id: createMessageId(waId, 'inbound'),
    timestamp: toSeconds(world.now()),
    ...(target.groupId ? { group_id: target.groupId } : {}),
    ...(real
      ? { type, [type]: content }
      : {
          type: 'unsupported',
          errors: [{ code: 131051, title: 'Message type unknown', message: 'Message type unknown', error_data: { details } }],
          ...(type === 'edit' ? { unsupported: { type: 'edit' } } : {}),
        }),
  })
}

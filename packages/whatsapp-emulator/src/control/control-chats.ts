import type { Engine } from '../state/engine.ts'
import { ensureChat, ensureCustomer, findCustomer, listChatMessages } from '../state/find-customer.ts'
import { addMedia } from '../state/keep-media.ts'
import { readChat, reportStatus } from '../state/run-status-flow.ts'
import { keyOfChat } from '../state/world.ts'
import { ControlError } from './control-error.ts'
import type { EmulatorControl } from './control-types.ts'
import { requireChat, requireNumber } from './find-target.ts'
import { queueTyping } from './queue-typing.ts'
import { sendAsCustomer } from './send-as-customer.ts'

const HOUR = 3600_000
type ChatVerbs = Pick<EmulatorControl, 'sendAs' | 'setTyping' | 'openChat' | 'markPlayed' | 'setWindow' | 'listMessages' | 'addMedia'>

/** The verbs about what happens in a chat. */
export function createChatVerbs(engine: Engine): ChatVerbs {
  const { world } = engine
  return {
    sendAs(phone, message, options = {}) {
      if (typeof message?.type !== 'string' || message.type === '') throw new ControlError(400, 'message.type is missing')
      const known = findCustomer(world, phone)
      const number = requireNumber(world, options.phoneNumberId ?? known?.phoneNumberId)
      return sendAsCustomer(engine, number, known ?? ensureCustomer(world, phone, number.phoneNumberId, options.name), message)
    },
    setTyping(phone, state, options = {}) {
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      queueTyping(engine, number, customer, state)
    },
    openChat(phone, open, options = {}) {
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      const key = keyOfChat(number.phoneNumberId, customer.waId)
      if (!open) world.openChats.delete(key)
      else {
        world.openChats.set(key, options.by ?? 'api')
        readChat(engine, number.phoneNumberId, customer.waId)
      }
    },
    markPlayed(messageId) {
      const message = world.messages.get(messageId)
      if (!message) throw new ControlError(404, `no message ${messageId}`)
      if (message.direction === 'outbound' && message.type === 'audio') reportStatus(engine, messageId, 'played')
    },
    setWindow(phone, open, options = {}) {
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      const chat = ensureChat(world, number.phoneNumberId, customer.waId)
      world.chats.put(keyOfChat(chat.phoneNumberId, chat.waId), { ...chat, lastInboundAt: world.now() - (open ? 0 : 25 * HOUR) })
    },
    listMessages(phone, options = {}) {
      const group = world.groups.get(phone)
      if (group) return listChatMessages(world, group.phoneNumberId, group.id, options.limit)
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      return listChatMessages(world, number.phoneNumberId, customer.waId, options.limit)
    },
    addMedia: (file) => addMedia(world, { ...file, phoneNumberId: requireNumber(world, file.phoneNumberId).phoneNumberId, origin: 'customer' }),
  }
}

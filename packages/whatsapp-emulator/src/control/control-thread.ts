import { createMessageId } from '../create-identifiers.ts'
import { readText } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { ensureChat } from '../state/find-customer.ts'
import { keyOfChat } from '../state/world.ts'
import { identifyCustomer } from '../webhooks/build-webhook-values.ts'
import { queueNumberChange } from '../webhooks/queue-change.ts'
import type { PlatformControl } from './backstage-types.ts'
import { buildAgentEcho, buildHandover } from './build-app-values.ts'
import { requireChat } from './find-target.ts'
import { addForeignMessage } from './phone-message.ts'

/** Who has a chat, and what that handler writes (Cloud API, conversation routing and standby). */
export function createThreadVerbs(engine: Engine): Pick<PlatformControl, 'setThreadRole' | 'sendAgentMessage'> {
  const { world } = engine
  return {
    setThreadRole(phone, role, options = {}) {
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      const { threadRole: before, ...chat } = ensureChat(world, number.phoneNumberId, customer.waId)
      world.chats.put(keyOfChat(number.phoneNumberId, customer.waId), { ...chat, ...(role ? { threadRole: role } : {}) })
      world.emit({ kind: 'state' })
      if (options.handover === false) return
      const parties = {
        from: before ?? 'customer_service',
        to: role ?? 'customer_service',
        ...(options.summary ? { summary: options.summary } : {}),
        now: world.now(),
      }
      queueNumberChange(
        engine,
        number,
        'messaging_handovers',
        buildHandover(number, identifyCustomer(world, number, customer.waId), parties),
        keyOfChat(number.phoneNumberId, customer.waId),
      )
    },
    sendAgentMessage(phone, body, options = {}) {
      const { customer, number } = requireChat(world, phone, options.phoneNumberId)
      const type = readText(body, 'type') ?? 'text'
      const id = createMessageId(customer.waId, 'outbound')
      ensureChat(world, number.phoneNumberId, customer.waId)
      const stored = addForeignMessage(world, { id, phoneNumberId: number.phoneNumberId, waId: customer.waId, type, content: body[type] ?? null })
      queueNumberChange(
        engine,
        number,
        'standby',
        buildAgentEcho(number, identifyCustomer(world, number, customer.waId), id, body, world.now()),
        keyOfChat(number.phoneNumberId, customer.waId),
      )
      return stored
    },
  }
}

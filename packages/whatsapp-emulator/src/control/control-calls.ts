import type { Call } from '../emulator-types.ts'
import type { Engine } from '../state/engine.ts'
import { ensureChat } from '../state/find-customer.ts'
import { keyOfChat } from '../state/world.ts'
import { identifyCustomer } from '../webhooks/build-webhook-values.ts'
import { queueNumberChange } from '../webhooks/queue-change.ts'
import type { CallPlan, PlatformControl } from './backstage-types.ts'
import { buildCall, createCallId } from './build-app-values.ts'
import { requireChat } from './find-target.ts'

const STATES: Record<CallPlan['event'], Call['state']> = {
  connect: 'ringing',
  ringing: 'ringing',
  accepted: 'accepted',
  rejected: 'rejected',
  terminate: 'ended',
}

/** What a phone does with calls: signalling only, nobody speaks (Cloud API, calling). */
export function createCallVerbs(engine: Engine): Pick<PlatformControl, 'sendCall'> {
  const { world } = engine
  return {
    sendCall(phone, plan) {
      const { customer, number } = requireChat(world, phone, plan.phoneNumberId)
      const known = plan.callId === undefined ? undefined : world.calls.get(plan.callId)
      const ownCall = plan.event === 'connect' || plan.event === 'terminate'
      const direction = plan.direction ?? known?.direction ?? (ownCall ? 'USER_INITIATED' : 'BUSINESS_INITIATED')
      const now = world.now()
      const id = plan.callId ?? createCallId()
      const call: Call = world.calls.put(id, {
        phoneNumberId: number.phoneNumberId,
        waId: customer.waId,
        direction,
        startedAt: now,
        callbackData: null,
        ...known,
        id,
        state: STATES[plan.event],
      })
      const seconds = plan.seconds ?? Math.max(1, Math.round((now - call.startedAt) / 1000))
      // A call nobody took ends as failed.
      const status = plan.status ?? (known && known.state !== 'accepted' ? 'FAILED' : 'COMPLETED')
      const chat = ensureChat(world, number.phoneNumberId, customer.waId)
      // A customer's call opens the window like a message (Cloud API, customer service window).
      if (direction === 'USER_INITIATED') world.chats.put(keyOfChat(chat.phoneNumberId, chat.waId), { ...chat, lastInboundAt: now })
      world.emit({ kind: 'state' })
      const value = buildCall(number, identifyCustomer(world, number, customer.waId), { id: call.id, event: plan.event, direction, status, seconds, now })
      queueNumberChange(engine, number, 'calls', value, keyOfChat(chat.phoneNumberId, chat.waId))
      return call.id
    },
  }
}

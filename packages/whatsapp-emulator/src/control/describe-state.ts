import { keyOfChat, type World } from '../state/world.ts'
import type { EmulatorState } from './control-types.ts'

/** What `GET /control/state` answers. */
export function describeState(world: World): EmulatorState {
  return {
    url: world.url,
    now: world.now(),
    scenario: { ...world.scenario },
    numbers: [...world.numbers.values()],
    customers: [...world.customers.values()],
    openChats: [...world.openChats.keys()].map((key) => {
      const [phoneNumberId = '', waId = ''] = key.split(':')
      return { phoneNumberId, waId }
    }),
    chats: [...world.chats.values()].map((chat) => ({ ...chat, messages: world.chatMessages.get(keyOfChat(chat.phoneNumberId, chat.waId))?.length ?? 0 })),
    groups: [...world.groups.values()],
    templates: [...world.templates.values()],
    flows: [...world.flows.values()],
    calls: [...world.calls.values()].filter((call) => call.state !== 'ended' && call.state !== 'rejected'),
    pendingDeliveries: world.deliveries.size,
  }
}

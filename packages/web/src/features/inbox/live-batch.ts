import type { ConversationAssigned, ConversationGone, ConversationUpdated, MessageNew, MessageStatusChanged, MessageUpdated } from '@atende/contracts/realtime'
import type { z } from 'zod'
import { keys, queryClient } from '../../lib/query.ts'
import { changeMessages } from '../messages/cache.ts'
import { applyStatus, type MessagesData, updateMessage, upsertMessage } from '../messages/message-cache.ts'
import { settleEntry } from '../messages/outbox-store.ts'
import { applyToLists } from './cache.ts'
import type { FilterContext } from './filter.ts'
import type { ListEvent } from './live.ts'

export type LiveEvent =
  | { name: 'message:new'; event: z.infer<typeof MessageNew> }
  | { name: 'message:status'; event: z.infer<typeof MessageStatusChanged> }
  | { name: 'message:updated'; event: z.infer<typeof MessageUpdated> }
  | { name: 'conversation:updated'; event: z.infer<typeof ConversationUpdated> }
  | { name: 'conversation:assigned'; event: z.infer<typeof ConversationAssigned> }
  | { name: 'conversation:gone'; event: z.infer<typeof ConversationGone> }

const listEvent = (live: LiveEvent): ListEvent[] => {
  if (live.name === 'message:status') {
    const { conversationId, messageId, status } = live.event
    return [{ kind: 'status', conversationId, messageId, status }]
  }
  if (live.name === 'conversation:gone') return [{ kind: 'gone', conversationId: live.event.conversationId }]
  return live.name === 'message:updated' ? [] : [{ kind: 'conversation', conversation: live.event.conversation }]
}

const conversationOf = (live: LiveEvent): string | null => {
  switch (live.name) {
    case 'message:new':
    case 'message:updated':
      return live.event.message.conversationId
    case 'message:status':
      return live.event.conversationId
    default:
      return null
  }
}

const applyToMessages = (data: MessagesData, live: LiveEvent): MessagesData => {
  switch (live.name) {
    case 'message:new':
      return upsertMessage(data, live.event.message)
    case 'message:updated':
      return updateMessage(data, live.event.message)
    case 'message:status':
      return applyStatus(data, live.event)
    default:
      return data
  }
}

/** Two contacts became one, or two again: many messages changed conversation at once. */
const movedMessages = (live: LiveEvent): boolean =>
  live.name === 'message:new' && live.event.message.content.type === 'activity' && ['merged', 'split'].includes(live.event.message.content.activity)

/** A whole burst at once: one change per list and per open conversation, so one drawing. */
export const applyBurst = (burst: readonly LiveEvent[], context: FilterContext): void => {
  applyToLists(burst.flatMap(listEvent), context)
  for (const [id, events] of Map.groupBy(burst, conversationOf)) {
    if (id !== null) changeMessages(id, (data) => events.reduce(applyToMessages, data))
  }
  for (const live of burst) {
    if (live.name === 'message:new' && live.event.message.clientId) settleEntry(live.event.message.clientId)
    if (movedMessages(live)) void queryClient.invalidateQueries({ queryKey: keys.messages(conversationOf(live) ?? '') })
  }
}

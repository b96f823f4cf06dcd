import type { Message } from '@atende/contracts/messages'
import { changeLive } from '../../lib/live-query.ts'
import { keys } from '../../lib/query.ts'
import { changeMessage, type MessagesData, upsertMessage } from './message-cache.ts'

/** Every cached view of the conversation: its end, and the surroundings of messages that were jumped to. */
export const changeMessages = (conversationId: string, change: (data: MessagesData) => MessagesData): void => {
  changeLive<MessagesData>(keys.messages(conversationId), change)
}

export const putMessage = (message: Message): void => changeMessages(message.conversationId, (data) => upsertMessage(data, message))

export const editMessage = (message: Message, change: (m: Message) => Message): void =>
  changeMessages(message.conversationId, (data) => changeMessage(data, message.id, change))

import type { Conversation } from '@atende/contracts/conversations'
import type { Message } from '@atende/contracts/messages'

export type Arrival = { message: Message; conversation: Conversation }
type Situation = { userId: string; openId: string | null; watching: boolean; now: number }

/** Missed messages replayed after a reconnect are shown as unread; a sound for each would only startle. */
const FRESH = 2 * 60_000

/** A notice only for what needs this person now: a customer wrote just now to them, or to nobody yet. */
export const concerns = ({ message, conversation }: Arrival, { userId, now }: Situation): boolean =>
  message.direction === 'in' &&
  // Another agent answers this chat.
  conversation.control === 'ours' &&
  (conversation.assignee === null || conversation.assignee.id === userId) &&
  now - Date.parse(message.at) < FRESH

/** They are looking at it on this very screen: then no tab says anything. */
export const isSeen = ({ conversation }: Arrival, { openId, watching }: Situation): boolean => watching && conversation.id === openId

import type { Conversation } from '@atende/contracts/conversations'
import type { Message } from '@atende/contracts/messages'

export type Arrival = { message: Message; conversation: Conversation }
type Situation = { userId: string; openId: string | null; watching: boolean; now: number }

/** Missed messages replayed after a reconnect are shown as unread; a sound for each would only startle. */
const FRESH = 2 * 60_000

/** A notice only for what needs this person now: a customer wrote to them, or to nobody yet, and they are not looking at it. */
export const needsNotice = ({ message, conversation }: Arrival, { userId, openId, watching, now }: Situation): boolean =>
  message.direction === 'in' &&
  (conversation.assignee === null || conversation.assignee.id === userId) &&
  now - Date.parse(message.at) < FRESH &&
  !(watching && conversation.id === openId)

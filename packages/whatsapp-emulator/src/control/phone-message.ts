import type { ChatMessage } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import { addMessage, changeMessage } from '../state/change-message.ts'
import type { World } from '../state/world.ts'

/** A message with what only the customers' phones show of it. */
export interface PhoneMessage extends ChatMessage {
  /** `wa_id` of the participant who wrote into a group. */
  sender?: string
  forwarded?: 'once' | 'many'
  /** The ad the customer came by. */
  referral?: JsonObject
  /** The product a question is about. */
  product?: JsonObject
  editedAt?: number
  /** Deleted for everyone. */
  deletedAt?: number
  /** Typed in the Business app instead of sent through the API. */
  fromApp?: boolean
}

/** Puts a message that did not come through the API onto the customer's phone: typed in the Business app, or by the agent. */
export function addForeignMessage(world: World, message: Pick<ChatMessage, 'id' | 'phoneNumberId' | 'waId' | 'type' | 'content'>): PhoneMessage {
  const now = world.now()
  const stored: PhoneMessage = {
    ...message,
    direction: 'outbound',
    contextId: null,
    timestamp: now,
    status: 'delivered',
    statusTimes: { sent: now, delivered: now },
    errorCode: null,
    callbackData: null,
    reactions: {},
    fromApp: true,
  }
  addMessage(world, stored)
  return stored
}

/** Changes what the phones show of a message. */
export function changePhoneMessage(world: World, id: string, change: (message: PhoneMessage) => void): void {
  // A phone's message is a chat message with optional keys: widening the parameter is safe.
  changeMessage(world, id, change)
}

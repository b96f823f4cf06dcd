import { z } from 'zod'
import { Id, Time } from './common.ts'
import { Conversation } from './conversations.ts'
import { Message, MessageError, MessageStatus } from './messages.ts'

/**
 * Socket.IO, path /socket.io. Client to server, each with an acknowledgement `{ok:true,…}` or `{ok:false, code}`:
 * `authenticate` first (and again with a fresh token before the old one expires), then the others.
 */
export const AuthenticateInput = z.object({
  token: z.string().max(4000),
  /** Last cursor seen; the server then sends what was missed, or says `reset` when that is too much. */
  cursor: z.string().max(100).optional(),
})
/** `expiresAt`: when to authenticate again. `reset`: reload everything on screen. */
export const AuthenticateAck = z.object({ ok: z.literal(true), cursor: z.string(), reset: z.boolean(), expiresAt: Time })
export const RoomInput = z.object({ conversationId: Id })
export const Refusal = z.object({ ok: z.literal(false), code: z.string() })

/** Every durable event carries `cursor`; keep the newest and give it to `authenticate` after a reconnect. Events may repeat. */
const durable = { cursor: z.string() }

/** Room `tenant:{id}`. */
export const MessageNew = z.object({ ...durable, message: Message, conversation: Conversation })
/** Room `tenant:{id}`. */
export const MessageStatusChanged = z.object({
  ...durable,
  conversationId: Id,
  messageId: Id,
  clientId: z.string().nullable(),
  status: MessageStatus,
  statusTimes: z.record(z.string(), Time),
  error: MessageError.nullable(),
})
/** Room `tenant:{id}`. Something of an existing message changed (reaction set, media arrived): the whole message, again. */
export const MessageUpdated = z.object({ ...durable, message: Message })
/** Room `tenant:{id}`. */
export const ConversationUpdated = z.object({ ...durable, conversation: Conversation })
/** Room `tenant:{id}`. `by` is null when the system did it. */
export const ConversationAssigned = z.object({ ...durable, conversation: Conversation, by: z.object({ id: Id, name: z.string() }).nullable() })
/** To who sees it no longer: it went to somebody else. Screens forget it. */
export const ConversationGone = z.object({ ...durable, conversationId: Id })
/** Room `lists:{id}`, which every login of the tenant joins. A list behind a settings page changed: load it again. */
export const ListChanged = z.object({
  ...durable,
  list: z.enum(['tags', 'users', 'channels', 'contacts', 'tenant', 'templates', 'notices', 'usage', 'roles', 'apiKeys']),
})
/** Room `conversation:{id}`. Not durable. `who` is the customer or a colleague. */
export const Typing = z.object({ conversationId: Id, who: z.enum(['contact', 'user']), user: z.object({ id: Id, name: z.string() }).nullable() })
/** To one person: what they may do or see has changed. The socket closes after it; load everything again. */
export const AccessChanged = z.object({})
/** To one login: it was ended elsewhere; the socket closes after it. */
export const SessionEnded = z.object({ reason: z.string() })

export type ServerToClientEvents = {
  'message:new': (e: z.infer<typeof MessageNew>) => void
  'message:status': (e: z.infer<typeof MessageStatusChanged>) => void
  'message:updated': (e: z.infer<typeof MessageUpdated>) => void
  'conversation:updated': (e: z.infer<typeof ConversationUpdated>) => void
  'conversation:assigned': (e: z.infer<typeof ConversationAssigned>) => void
  'conversation:gone': (e: z.infer<typeof ConversationGone>) => void
  'list:changed': (e: z.infer<typeof ListChanged>) => void
  'typing:start': (e: z.infer<typeof Typing>) => void
  'typing:stop': (e: z.infer<typeof Typing>) => void
  'access:changed': (e: z.infer<typeof AccessChanged>) => void
  'session:ended': (e: z.infer<typeof SessionEnded>) => void
}
type Ack<T> = (answer: T | z.infer<typeof Refusal>) => void
export type ClientToServerEvents = {
  authenticate: (input: z.infer<typeof AuthenticateInput>, ack: Ack<z.infer<typeof AuthenticateAck>>) => void
  'join:conversation': (input: z.infer<typeof RoomInput>, ack: Ack<{ ok: true }>) => void
  'leave:conversation': (input: z.infer<typeof RoomInput>, ack: Ack<{ ok: true }>) => void
  'typing:start': (input: z.infer<typeof RoomInput>, ack?: Ack<{ ok: true }>) => void
  'typing:stop': (input: z.infer<typeof RoomInput>, ack?: Ack<{ ok: true }>) => void
}

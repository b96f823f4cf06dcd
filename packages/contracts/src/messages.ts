import { z } from 'zod'
import { Cursor, Id, Time } from './common.ts'
import { Media } from './media.ts'

export const Direction = z.enum(['in', 'out', 'system'])
/**
 * `queued` accepted by us, `sending` being handed to WhatsApp, `sent` accepted there, `delivered` on the phone, `read`, `played`
 * (voice heard), `failed` (see `error`), `unknown`: WhatsApp never answered and cannot be asked, so a person must check.
 * `received` is every inbound message.
 */
export const MessageStatus = z.enum(['received', 'queued', 'sending', 'sent', 'delivered', 'read', 'played', 'failed', 'unknown'])
export type MessageStatus = z.infer<typeof MessageStatus>

export const Location = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  name: z.string().max(1000).optional(),
  address: z.string().max(1000).optional(),
  url: z.string().max(2000).optional(),
})
export const ContactCard = z.object({
  name: z.string().trim().min(1).max(256),
  organization: z.string().max(256).optional(),
  phones: z.array(z.object({ phone: z.string().max(40), waId: z.string().max(40).optional(), type: z.string().max(40).optional() })).max(20),
  emails: z
    .array(z.object({ email: z.string().max(254), type: z.string().max(40).optional() }))
    .max(20)
    .optional(),
})

/** What a message holds besides its text; one shape for both directions. Unknown inbound types are `unsupported` with `original`. */
export const MessageContent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), media: Media, caption: z.string().optional() }),
  z.object({ type: z.literal('video'), media: Media, caption: z.string().optional() }),
  z.object({ type: z.literal('audio'), media: Media }),
  z.object({ type: z.literal('document'), media: Media, caption: z.string().optional() }),
  z.object({ type: z.literal('sticker'), media: Media }),
  z.object({ type: z.literal('location'), location: Location }),
  z.object({ type: z.literal('contacts'), contacts: z.array(ContactCard) }),
  z.object({ type: z.literal('button_reply'), title: z.string(), payload: z.string().optional() }),
  z.object({ type: z.literal('activity'), activity: z.string(), details: z.record(z.string(), z.string().nullable()) }),
  z.object({ type: z.literal('unsupported'), original: z.string() }),
])
export type MessageContent = z.infer<typeof MessageContent>

/** Why a message did not go out: `title` says it in Portuguese, `action` what to do. */
export const MessageError = z.object({
  code: z.int().nullable(),
  title: z.string(),
  action: z.string(),
  canRetry: z.boolean(),
})

export const Reaction = z.object({ emoji: z.string(), by: z.enum(['contact', 'us']), userId: Id.nullable() })

export const Message = z
  .object({
    id: Id,
    conversationId: Id,
    direction: Direction,
    content: MessageContent,
    status: MessageStatus,
    /** Provider's time for inbound, our acceptance for outbound; lists are sorted by (at, id). */
    at: Time,
    /** When each status was reached, by the provider's clock. */
    statusTimes: z.record(z.string(), Time),
    clientId: z.string().nullable(),
    sender: z.object({ id: Id, name: z.string() }).nullable(),
    error: MessageError.nullable(),
    /** The quoted message, or a stub when we never saw it. */
    quoted: z.object({ id: Id.nullable(), direction: Direction.nullable(), preview: z.string(), type: z.string() }).nullable(),
    reactions: z.array(Reaction),
    forwarded: z.boolean(),
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof Message>

export const SendContent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string().min(1).max(4096) }),
  z.object({ type: z.literal('image'), mediaId: Id, caption: z.string().max(1024).optional() }),
  z.object({ type: z.literal('video'), mediaId: Id, caption: z.string().max(1024).optional() }),
  z.object({ type: z.literal('audio'), mediaId: Id }),
  z.object({ type: z.literal('document'), mediaId: Id, caption: z.string().max(1024).optional() }),
  z.object({ type: z.literal('sticker'), mediaId: Id }),
  z.object({ type: z.literal('location'), location: Location }),
  z.object({ type: z.literal('contacts'), contacts: z.array(ContactCard).min(1).max(20) }),
  /** An empty emoji takes the reaction back. */
  z.object({ type: z.literal('reaction'), targetId: Id, emoji: z.string().max(16) }),
])

/** Sending the same `clientId` again answers the same message: safe to repeat after a lost answer. */
export const SendMessageInput = z
  .object({
    conversationId: Id,
    clientId: z.string().min(8).max(64),
    content: SendContent,
    quotedId: Id.optional(),
  })
  .meta({ id: 'SendMessageInput' })
export type SendMessageInput = z.infer<typeof SendMessageInput>

/** Without cursor: the newest. `before` goes back, `after` forward. Items come oldest first. */
export const MessagesQuery = z.object({
  conversationId: Id,
  before: Cursor.optional(),
  after: Cursor.optional(),
  /** A page with this message in the middle (to jump to a quote or a search hit). */
  around: Id.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(40),
})
export const MessagePage = z
  .object({ items: z.array(Message), olderCursor: z.string().nullable(), newerCursor: z.string().nullable() })
  .meta({ id: 'MessagePage' })
export type MessagePage = z.infer<typeof MessagePage>

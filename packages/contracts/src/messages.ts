import { z } from 'zod'
import { Cursor, Id, Time } from './common.ts'
import { Media } from './media.ts'
import { ShownTemplate, TemplateValues } from './templates.ts'

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

/** `contact_request`: the person answered our question for their number. */
export const ContactsOrigin = z.enum(['contact_request', 'other'])

/** The head of an interactive message. `M` is a media id when sending and the whole Media when shown. */
const header = <M extends z.ZodType>(media: M) =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('text'), text: z.string().min(1).max(60) }),
    z.object({ kind: z.enum(['image', 'video', 'document']), media }),
  ])
const ReplyButton = z.object({ id: z.string().min(1).max(256), title: z.string().trim().min(1).max(20) })
const ListRow = z.object({ id: z.string().min(1).max(200), title: z.string().trim().min(1).max(24), description: z.string().max(72).optional() })
const CallToAction = z.object({ label: z.string().trim().min(1).max(20), url: z.url().max(2000) })
const footer = z.string().max(60).optional()

/** Limits as the Cloud API states them (send messages, interactive); the server names the one that was passed. */
const interactive = <M extends z.ZodType>(media: M) =>
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('buttons'),
      header: header(media).optional(),
      body: z.string().min(1).max(1024),
      footer,
      buttons: z.array(ReplyButton).min(1).max(3),
    }),
    z.object({
      kind: z.literal('list'),
      header: z.object({ kind: z.literal('text'), text: z.string().min(1).max(60) }).optional(),
      body: z.string().min(1).max(4096),
      footer,
      button: z.string().trim().min(1).max(20),
      sections: z
        .array(z.object({ title: z.string().max(24).optional(), rows: z.array(ListRow).min(1).max(10) }))
        .min(1)
        .max(10),
    }),
    z.object({ kind: z.literal('cta_url'), header: header(media).optional(), body: z.string().min(1).max(1024), footer, action: CallToAction }),
    z.object({ kind: z.literal('location_request'), body: z.string().min(1).max(1024) }),
    z.object({ kind: z.literal('contact_request'), body: z.string().min(1).max(1024) }),
    z.object({
      kind: z.literal('flow'),
      header: header(media).optional(),
      body: z.string().min(1).max(1024),
      footer,
      flowId: z.string().regex(/^\d{3,32}$/),
      label: z.string().trim().min(1).max(30),
      /** First screen; without it the flow asks its endpoint. */
      screen: z.string().max(80).optional(),
      data: z.record(z.string(), z.unknown()).optional(),
      draft: z.boolean().optional(),
    }),
    z.object({
      kind: z.literal('carousel'),
      body: z.string().min(1).max(1024),
      cards: z
        .array(
          z.object({
            header: z.object({ kind: z.enum(['image', 'video']), media }),
            body: z.string().max(160).optional(),
            action: z.discriminatedUnion('kind', [
              CallToAction.extend({ kind: z.literal('cta_url') }),
              z.object({ kind: z.literal('buttons'), buttons: z.array(ReplyButton).min(1).max(3) }),
            ]),
          }),
        )
        .min(2)
        .max(10),
    }),
  ])
export const Interactive = interactive(Media)
export type Interactive = z.infer<typeof Interactive>
export const SendInteractive = interactive(Id)
export type SendInteractive = z.infer<typeof SendInteractive>

/** What a person ordered from the catalogue. `total` is null when the items have different currencies. */
export const Order = z.object({
  catalogId: z.string().nullable(),
  text: z.string().nullable(),
  items: z.array(z.object({ productId: z.string(), quantity: z.number(), price: z.number(), currency: z.string() })),
  total: z.number().nullable(),
  currency: z.string().nullable(),
})
export type Order = z.infer<typeof Order>

/** What a message holds besides its text; one shape for both directions. Unknown inbound types are `unsupported` with `original`. */
export const MessageContent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), media: Media, caption: z.string().optional() }),
  z.object({ type: z.literal('video'), media: Media, caption: z.string().optional() }),
  /** `voicemail`: left after a call that nobody took. */
  z.object({ type: z.literal('audio'), media: Media, voicemail: z.boolean().optional() }),
  z.object({ type: z.literal('document'), media: Media, caption: z.string().optional() }),
  z.object({ type: z.literal('sticker'), media: Media }),
  z.object({ type: z.literal('location'), location: Location }),
  z.object({ type: z.literal('contacts'), contacts: z.array(ContactCard), origin: ContactsOrigin.optional() }),
  /** `by`: what was pressed; `description` only of list rows. */
  z.object({
    type: z.literal('button_reply'),
    title: z.string(),
    payload: z.string().optional(),
    by: z.enum(['button', 'list', 'template']).optional(),
    description: z.string().optional(),
  }),
  /** A filled form. `fields` are what the person entered, in the order of the form; untrusted text. */
  z.object({ type: z.literal('flow_reply'), name: z.string(), body: z.string(), fields: z.array(z.object({ name: z.string(), value: z.string() })) }),
  z.object({ type: z.literal('order'), order: Order }),
  z.object({ type: z.literal('call_permission'), response: z.enum(['accept', 'reject']), permanent: z.boolean(), expiresAt: Time.nullable() }),
  z.object({ type: z.literal('interactive'), interactive: Interactive }),
  z.object({ type: z.literal('template'), template: ShownTemplate }),
  z.object({ type: z.literal('activity'), activity: z.string(), details: z.record(z.string(), z.string().nullable()) }),
  /** `original`: the name of what it was; `reason`: the error that came instead of content, explained. Raw: `GET /api/messages/:id/raw`. */
  z.object({ type: z.literal('unsupported'), original: z.string(), reason: z.string().optional() }),
  /** Its key was destroyed: nobody can read it any more. */
  z.object({ type: z.literal('erased') }),
  /** What is stored was changed, and does not open. */
  z.object({ type: z.literal('unreadable') }),
])
export type MessageContent = z.infer<typeof MessageContent>

/** The ad or post that brought the person here (only on their first message). Addresses are Meta's, shown as links, never loaded. */
export const Referral = z.object({
  source: z.enum(['ad', 'post', 'other']),
  headline: z.string().nullable(),
  body: z.string().nullable(),
  url: z.string().nullable(),
  sourceId: z.string().nullable(),
  clickId: z.string().nullable(),
  /** The ad's picture, fetched and stored as media when it could be. */
  picture: Media.nullable(),
  welcome: z.string().nullable(),
})
export type Referral = z.infer<typeof Referral>

/** Why a message did not go out: `title` says it in Portuguese, `action` what to do. */
export const MessageError = z.object({
  code: z.int().nullable(),
  title: z.string(),
  action: z.string(),
  canRetry: z.boolean(),
  /** From when it may be sent again by hand; until then we wait for WhatsApp. */
  retryAt: Time.optional(),
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
    /** Passed on more than five times. */
    forwardedOften: z.boolean(),
    /** In a group: who wrote. */
    author: z.object({ contactId: Id, name: z.string() }).nullable(),
    /** Not by a person here: `app`, typed in the WhatsApp Business app on the phone; `other`, another program or Meta’s own agent; `api`, by a key of ours. */
    sentFrom: z.enum(['app', 'other', 'api']).nullable(),
    editedAt: Time.nullable(),
    /** What stood there before the person edited, oldest first. */
    earlierTexts: z.array(z.object({ text: z.string(), until: Time })),
    /** The person deleted it for everyone; we keep what was written. */
    revokedAt: Time.nullable(),
    referral: Referral.nullable(),
    /** The product of the catalogue the person asks about. */
    product: z.object({ catalogId: z.string(), productId: z.string() }).nullable(),
    /** What Meta counts it as, once a status told. */
    pricing: z.object({ category: z.string(), type: z.string() }).nullable(),
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof Message>

export const SendContent = z.discriminatedUnion('type', [
  /** `preview` false: WhatsApp shows no card for the first link. */
  z.object({ type: z.literal('text'), text: z.string().min(1).max(4096), preview: z.boolean().optional() }),
  z.object({ type: z.literal('image'), mediaId: Id, caption: z.string().max(1024).optional() }),
  z.object({ type: z.literal('video'), mediaId: Id, caption: z.string().max(1024).optional() }),
  z.object({ type: z.literal('audio'), mediaId: Id }),
  z.object({ type: z.literal('document'), mediaId: Id, caption: z.string().max(1024).optional() }),
  z.object({ type: z.literal('sticker'), mediaId: Id }),
  z.object({ type: z.literal('location'), location: Location }),
  z.object({ type: z.literal('contacts'), contacts: z.array(ContactCard).min(1).max(20) }),
  /** An empty emoji takes the reaction back. */
  z.object({ type: z.literal('reaction'), targetId: Id, emoji: z.string().max(16) }),
  z.object({ type: z.literal('interactive'), interactive: SendInteractive }),
  /** The only thing that may be sent outside the 24 h window. */
  z.object({ type: z.literal('template'), templateId: Id, values: TemplateValues }),
])
export type SendContent = z.infer<typeof SendContent>

/** No text in it holds a NUL, which a database cannot hold, sealed or not. */
const withoutNul = (value: unknown): boolean =>
  typeof value === 'string' ? !value.includes('\0') : typeof value !== 'object' || value === null || Object.values(value).every(withoutNul)

/** Sending the same `clientId` again answers the same message: safe to repeat after a lost answer. */
export const SendMessageInput = z
  .object({
    conversationId: Id,
    clientId: z.string().min(8).max(64),
    content: SendContent,
    quotedId: Id.optional(),
  })
  .refine(withoutNul)
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

/** For admins: the message as it came from the provider. */
export const RawMessage = z.object({ id: Id, raw: z.unknown() }).meta({ id: 'RawMessage' })

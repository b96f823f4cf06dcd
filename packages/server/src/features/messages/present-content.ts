import type { Media } from '@atende/contracts/media'
import { ContactCard, ContactsOrigin, type Interactive, Location, type MessageContent, Order, SendInteractive } from '@atende/contracts/messages'
import { ShownTemplate } from '@atende/contracts/templates'
import { z } from 'zod'
import type { Words } from '../../platform/vault/sealed-words.ts'
import type { MessageRow } from './messages.db.ts'

/** Files that stand inside of a message, by id. */
export type Files = ReadonlyMap<string, Media>
type Content = Record<string, unknown>

const str = (v: unknown): string | undefined => (typeof v === 'string' && v !== '' ? v : undefined)
const objectOf = (v: unknown): Content => (typeof v === 'object' && v !== null && !Array.isArray(v) ? { ...v } : {})
const listOf = (v: unknown): unknown[] => (Array.isArray(v) ? v : [])

const Cards = z.array(ContactCard)
const FlowReply = z.object({ name: z.string(), answer: z.string(), fields: z.array(z.object({ name: z.string(), value: z.string() })) })
const Permission = z.object({ response: z.enum(['accept', 'reject']), permanent: z.boolean(), expiresAt: z.iso.datetime().nullable() })
const Details = z.record(z.string(), z.string().nullable()).catch({})
const By = z.enum(['button', 'list', 'template'])

/** Ids of the files inside of a message's content: the ad's picture, heads and cards of what we sent. */
export function filesIn(content: Content): string[] {
  const sent = [objectOf(content.interactive), objectOf(content.template)]
  const heads = sent.flatMap((s) => [objectOf(s.header), ...listOf(s.cards).map((c) => objectOf(objectOf(c).header))])
  return [objectOf(content.referral).pictureId, ...heads.flatMap((h) => [h.media, h.mediaId])].flatMap((v) => z.uuid().safeParse(v).data ?? [])
}

type SentInteractive = z.infer<typeof SendInteractive>
type Head = { header?: { kind: 'text'; text: string } | { kind: 'image' | 'video' | 'document'; media: Media } }

function headOf(header: { kind: 'text'; text: string } | { kind: 'image' | 'video' | 'document'; media: string } | undefined, files: Files): Head {
  if (!header) return {}
  if (header.kind === 'text') return { header }
  const media = files.get(header.media)
  return media ? { header: { kind: header.kind, media } } : {}
}

/** With its files instead of their ids; a head whose file is gone is left out. Undefined when a card's file is gone. */
function interactiveOf(sent: SentInteractive, files: Files): Interactive | undefined {
  if (sent.kind === 'carousel') {
    const cards = sent.cards.flatMap(({ header, ...card }) => {
      const media = files.get(header.media)
      return media ? [{ ...card, header: { kind: header.kind, media } }] : []
    })
    return cards.length >= 2 ? { ...sent, cards } : undefined
  }
  if (sent.kind === 'buttons' || sent.kind === 'cta_url' || sent.kind === 'flow') {
    const { header, ...rest } = sent
    return { ...rest, ...headOf(header, files) }
  }
  return sent
}

/** A stored template names its files by id, where the shown one has them. */
function templateOf(stored: unknown, files: Files) {
  const withMedia = (header: unknown) => {
    const { mediaId, ...rest } = objectOf(header)
    return rest.kind === 'text' || rest.kind === 'location' ? rest : { ...rest, media: files.get(String(mediaId)) ?? null }
  }
  const t = objectOf(stored)
  return ShownTemplate.safeParse({
    ...t,
    header: t.header ? withMedia(t.header) : null,
    cards: listOf(t.cards).map((c) => ({ ...objectOf(c), header: withMedia(objectOf(c).header) })),
  }).data
}

/** A message that could be opened, and the file that it shows. */
export type OpenMessage = Pick<MessageRow, 'type'> & Pick<Words, 'body' | 'content'> & { media: Media | null }
type Reader = (r: OpenMessage, files: Files) => MessageContent | undefined
const READERS: Record<string, Reader> = {
  text: (r) => ({ type: 'text', text: r.body ?? '' }),
  location: (r) => {
    const location = Location.safeParse(r.content.location).data
    return location && { type: 'location', location }
  },
  contacts: (r) => {
    const contacts = Cards.safeParse(r.content.contacts).data
    const origin = ContactsOrigin.safeParse(r.content.origin).data
    return contacts && { type: 'contacts', contacts, ...(origin ? { origin } : {}) }
  },
  button_reply: (r) => {
    const payload = str(r.content.payload)
    const by = By.safeParse(r.content.by).data
    const description = str(r.content.description)
    return { type: 'button_reply', title: r.body ?? '', ...(payload ? { payload } : {}), ...(by ? { by } : {}), ...(description ? { description } : {}) }
  },
  flow_reply: (r) => {
    const reply = FlowReply.safeParse(r.content).data
    return reply && { type: 'flow_reply', name: reply.name, body: reply.answer, fields: reply.fields }
  },
  order: (r) => {
    const order = Order.safeParse(r.content.order).data
    return order && { type: 'order', order }
  },
  call_permission: (r) => {
    const permission = Permission.safeParse(r.content).data
    return permission && { type: 'call_permission', ...permission }
  },
  interactive: (r, files) => {
    const sent = SendInteractive.safeParse(r.content.interactive).data
    const interactive = sent && interactiveOf(sent, files)
    return interactive && { type: 'interactive', interactive }
  },
  template: (r, files) => {
    const template = templateOf(r.content.template, files)
    return template && { type: 'template', template }
  },
  activity: (r) => ({ type: 'activity', activity: str(r.content.activity) ?? '', details: Details.parse(r.content.details) }),
}

function mediaContent(r: OpenMessage): MessageContent | undefined {
  const { media } = r
  if (!media) return undefined
  const caption = r.body ? { caption: r.body } : {}
  switch (r.type) {
    case 'image':
    case 'video':
    case 'document':
      return { type: r.type, media, ...caption }
    case 'audio':
      return { type: 'audio', media, ...(r.content.voicemail === true ? { voicemail: true } : {}) }
    case 'sticker':
      return { type: 'sticker', media }
    default:
      return undefined
  }
}

/** The stored content as the contract has it; what does not fit is shown as unsupported, never an error. */
export function contentOf(r: OpenMessage, files: Files): MessageContent {
  const read = Object.hasOwn(READERS, r.type) ? READERS[r.type] : undefined
  const shown = read ? read(r, files) : mediaContent(r)
  if (shown) return shown
  const reason = str(r.content.reason)
  return { type: 'unsupported', original: str(r.content.original) ?? r.type, ...(reason ? { reason } : {}) }
}

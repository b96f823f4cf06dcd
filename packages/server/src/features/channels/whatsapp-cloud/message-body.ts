import { ContactCard, Location } from '@atende/contracts/messages'
import { z } from 'zod'
import { templateBody } from '../../templates/fill-template.ts'
import { interactiveBody, type Uploaded } from './interactive-body.ts'

export type Recipient = { phone: string | null; bsuid: string | null; group: string | null }
export type Outgoing = {
  id: string
  type: string
  body: string | null
  content: Record<string, unknown>
  /** What we answer to, or for a reaction its target. */
  quotedProviderId: string | null
  media: { providerMediaId: string; filename: string | null; voice: boolean } | null
  /** Media inside of interactive messages and templates, by our ids. */
  inside: Uploaded
}

const Cards = z.array(ContactCard)
const LINK = /https?:\/\/\S/i

const cardBody = (c: z.infer<typeof ContactCard>) => ({
  name: { formatted_name: c.name, first_name: c.name.split(' ')[0] ?? c.name },
  ...(c.organization ? { org: { company: c.organization } } : {}),
  phones: c.phones.map((p) => ({ phone: p.phone, type: p.type ?? 'CELL', ...(p.waId ? { wa_id: p.waId } : {}) })),
  ...(c.emails && c.emails.length > 0 ? { emails: c.emails.map((e) => ({ email: e.email, type: e.type ?? 'WORK' })) } : {}),
})

/** A number without `+` would get the business's own country code put in front (Cloud API, send messages). */
function addressOf(to: Recipient): object {
  if (to.group) return { recipient_type: 'group', to: to.group }
  return { recipient_type: 'individual', ...(to.phone ? { to: `+${to.phone}` } : { recipient: to.bsuid }) }
}

/** WhatsApp makes the preview of the first link; without one there is nothing to ask for. */
const textBody = (m: Outgoing) => {
  const body = m.body ?? ''
  return { body, preview_url: m.content.preview !== false && LINK.test(body) }
}

function typed(m: Outgoing): object {
  const caption = m.body ? { caption: m.body } : {}
  const media = { id: m.media?.providerMediaId }
  switch (m.type) {
    case 'text':
      return { text: textBody(m) }
    case 'image':
    case 'video':
      return { [m.type]: { ...media, ...caption } }
    case 'document':
      return { document: { ...media, ...caption, ...(m.media?.filename ? { filename: m.media.filename } : {}) } }
    case 'audio':
      return { audio: { ...media, ...(m.media?.voice ? { voice: true } : {}) } }
    case 'sticker':
      return { sticker: media }
    case 'location':
      return { location: Location.omit({ url: true }).parse(m.content.location) }
    case 'contacts':
      return { contacts: Cards.parse(m.content.contacts).map(cardBody) }
    case 'reaction':
      return { reaction: { message_id: m.quotedProviderId, emoji: String(m.content.emoji ?? '') } }
    case 'interactive':
      return { interactive: interactiveBody(m.content.interactive, m.inside) }
    case 'template':
      return { template: templateBody(m.content.send, new Map([...m.inside].map(([id, { providerMediaId }]) => [id, providerMediaId]))) }
    default:
      throw new Error(`cannot send a message of type ${m.type}`)
  }
}

/** The body for `POST /{phone number id}/messages`. Our own id goes along: status webhooks echo it, which tells the fate of a send whose answer was lost. */
export const messageBody = (to: Recipient, m: Outgoing): object => ({
  ...addressOf(to),
  type: m.type,
  ...typed(m),
  ...(m.quotedProviderId && m.type !== 'reaction' ? { context: { message_id: m.quotedProviderId } } : {}),
  biz_opaque_callback_data: m.id,
})

import { ContactCard, Location } from '@atende/contracts/messages'
import { z } from 'zod'

export type Recipient = { phone: string | null; bsuid: string | null }
export type Outgoing = {
  id: string
  type: string
  body: string | null
  content: Record<string, unknown>
  /** What we answer to, or for a reaction its target. */
  quotedProviderId: string | null
  media: { providerMediaId: string; filename: string | null; voice: boolean } | null
}

const Cards = z.array(ContactCard)

const cardBody = (c: z.infer<typeof ContactCard>) => ({
  name: { formatted_name: c.name, first_name: c.name.split(' ')[0] ?? c.name },
  ...(c.organization ? { org: { company: c.organization } } : {}),
  phones: c.phones.map((p) => ({ phone: p.phone, type: p.type ?? 'CELL', ...(p.waId ? { wa_id: p.waId } : {}) })),
  ...(c.emails && c.emails.length > 0 ? { emails: c.emails.map((e) => ({ email: e.email, type: e.type ?? 'WORK' })) } : {}),
})

/** A number without `+` would get the business's own country code put in front (Cloud API, send messages). */
const addressOf = (to: Recipient): object => (to.phone ? { to: `+${to.phone}` } : { recipient: to.bsuid })

function typed(m: Outgoing): object {
  const caption = m.body ? { caption: m.body } : {}
  const media = { id: m.media?.providerMediaId }
  switch (m.type) {
    case 'text':
      return { text: { body: m.body ?? '', preview_url: true } }
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
      return { location: Location.parse(m.content.location) }
    case 'contacts':
      return { contacts: Cards.parse(m.content.contacts).map(cardBody) }
    case 'reaction':
      return { reaction: { message_id: m.quotedProviderId, emoji: String(m.content.emoji ?? '') } }
    default:
      throw new Error(`cannot send a message of type ${m.type}`)
  }
}

/** The body for `POST /{phone number id}/messages`. Our own id goes along: status webhooks echo it, which tells the fate of a send whose answer was lost. */
export const messageBody = (to: Recipient, m: Outgoing): object => ({
  recipient_type: 'individual',
  ...addressOf(to),
  type: m.type,
  ...typed(m),
  ...(m.quotedProviderId && m.type !== 'reaction' ? { context: { message_id: m.quotedProviderId } } : {}),
  biz_opaque_callback_data: m.id,
})

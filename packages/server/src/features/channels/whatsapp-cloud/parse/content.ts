import type { InboundMedia } from '../../../messages/inbound.ts'
import { interactivePart, orderPart, type Part, part } from './answers.ts'
import { digits, id, list, name, num, type Obj, obj, present, str } from './read.ts'

const MEDIA_KINDS: Record<string, InboundMedia['kind']> = { image: 'image', video: 'video', audio: 'audio', document: 'document', sticker: 'sticker' }
const isMediaType = (type: string): boolean => Object.hasOwn(MEDIA_KINDS, type)
/** As many as the contract of a contact card takes. */
const CARD_LINES = 20

/** A call's message left on the answering machine comes as audio with the call's id (Cloud API, calling). */
const isVoicemail = (messageId: unknown, mediaId: string): boolean => /^wacid/i.test(mediaId) || /^wacid/i.test(str(messageId, 10) ?? '')

export function mediaOf(kind: InboundMedia['kind'], m: Obj): InboundMedia | null {
  const providerMediaId = id(m.id)
  if (!providerMediaId) return null
  return {
    kind,
    mime: str(m.mime_type, 120) ?? 'application/octet-stream',
    providerMediaId,
    url: str(m.url, 2000),
    sha256: str(m.sha256, 100),
    filename: str(m.filename, 250),
    voice: m.voice === true,
    animated: m.animated === true,
  }
}

function mediaPart(type: string, m: Obj): Part | null {
  const inner = obj(m[type])
  const kind = MEDIA_KINDS[type]
  const media = kind && mediaOf(kind, inner)
  if (!media) return null
  const voicemail = type === 'audio' && isVoicemail(m.id, media.providerMediaId)
  return part({ type, body: str(inner.caption), media: voicemail ? { ...media, voice: true } : media, content: voicemail ? { voicemail: true } : {} })
}

function locationPart(m: Obj): Part | null {
  const l = obj(m.location)
  const latitude = num(l.latitude)
  const longitude = num(l.longitude)
  if (latitude === null || longitude === null || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null
  const extra = present({ name: str(l.name, 1000), address: str(l.address, 1000), url: str(l.url, 2000) })
  return part({ type: 'location', body: str(l.name, 1000) ?? str(l.address, 1000), content: { location: { latitude, longitude, ...extra } } })
}

function cardOf(c: Obj): Obj {
  const called = obj(c.name)
  const phones = list(c.phones).flatMap((p) => {
    const phone = str(p.phone, 40) ?? str(p.wa_id, 40)
    return phone ? [present({ phone, waId: str(p.wa_id, 40), type: str(p.type, 40) })] : []
  })
  const emails = list(c.emails).flatMap((e) => (str(e.email, 254) ? [present({ email: str(e.email, 254), type: str(e.type, 40) })] : []))
  return {
    name: name(called.formatted_name) ?? name([called.first_name, called.last_name].flatMap((x) => str(x) ?? []).join(' ')) ?? 'Sem nome',
    ...present({ organization: name(obj(c.org).company) }),
    phones: phones.slice(0, CARD_LINES),
    emails: emails.slice(0, CARD_LINES),
  }
}

/**
 * The number that somebody shared when asked: the one of the one card, as WhatsApp itself names it (`wa_id`), and nobody else's by
 * its id. The card's own words are the customer's and prove nothing.
 */
function sharedPhoneOf(m: Obj): string | null {
  const cards = list(m.contacts)
  const phones = cards.flatMap((c) => list(c.phones)).filter((p) => !p.user_id || p.user_id === m.from_user_id)
  const numbers = new Set(phones.flatMap((p) => digits(p.wa_id) ?? []))
  return cards.length === 1 && numbers.size === 1 ? ([...numbers][0] ?? null) : null
}

/** The answer to our question for the number says so by its origin (Cloud API, business-scoped user ids). */
function contactsPart(m: Obj): Part | null {
  const cards = list(m.contacts).map(cardOf)
  if (cards.length === 0) return null
  const said = str(m.origin, 40) ?? str(obj(m.contacts).origin, 40) ?? list(m.contacts).map((c) => str(c.origin, 40))[0]
  const shared = sharedPhoneOf(m)
  const asked = said === 'contact_request' || said === 'request_contact_info'
  const origin = said ? { origin: asked ? 'contact_request' : 'other' } : {}
  return part({
    type: 'contacts',
    body: cards.map((c) => c.name).join(', '),
    content: { contacts: cards.slice(0, 257), ...origin, ...(asked && shared ? { sharedPhone: shared } : {}) },
  })
}

function reactionPart(m: Obj): Part | null {
  const r = obj(m.reaction)
  const target = id(r.message_id)
  return target ? part({ type: 'reaction', reaction: { targetProviderId: target, emoji: str(r.emoji, 64) } }) : null
}

function templateButtonPart(m: Obj): Part | null {
  const b = obj(m.button)
  const title = str(b.text, 1000) ?? str(b.payload, 1000)
  return title ? part({ type: 'button_reply', body: title, content: present({ payload: str(b.payload, 1000), by: 'template' }) }) : null
}

/** A template that another program sent; its words are known to Meta only, what filled it is here. */
function templatePart(m: Obj): Part | null {
  const t = obj(m.template)
  const called = str(t.name, 512)
  if (!called) return null
  const values = list(t.components).flatMap((c) => list(c.parameters).flatMap((p) => str(p.text, 1000) ?? []))
  const language = str(obj(t.language).code, 20) ?? str(t.language, 20) ?? ''
  const body = values.join(' · ')
  const template = { name: called, language, category: '', header: null, body, footer: null, buttons: [], cards: [] }
  return part({ type: 'template', body: body || called, content: { template } })
}

const textPart = (m: Obj): Part | null => {
  const body = str(obj(m.text).body)
  return body === null ? null : part({ type: 'text', body })
}

const PARTS: Record<string, (m: Obj) => Part | null> = {
  text: textPart,
  location: locationPart,
  contacts: contactsPart,
  reaction: reactionPart,
  button: templateButtonPart,
  interactive: interactivePart,
  order: orderPart,
  template: templatePart,
}

/** The type-specific part; null when the type is unknown, or the message does not have the shape that its type promises. */
export function partOf(type: string, m: Obj): Part | null {
  if (isMediaType(type)) return mediaPart(type, m)
  return Object.hasOwn(PARTS, type) ? (PARTS[type]?.(m) ?? null) : null
}

/** Why content is missing (Cloud API, unsupported messages and errors), in words for people. */
const REASONS: Record<number, string> = {
  130501: 'O WhatsApp não entrega este tipo de mensagem em grupos.',
  131051: 'O WhatsApp não entrega este tipo de mensagem por aqui.',
  131052: 'O WhatsApp não conseguiu entregar o arquivo: pode ter mais de 100 MB. Peça que a pessoa envie um menor.',
  131060: 'A mensagem não está mais disponível no WhatsApp. Peça que a pessoa envie de novo.',
}
export const firstError = (m: Obj): { code: number | null; details: string | null } | null => {
  const [error] = list(m.errors)
  if (!error) return null
  // Older bodies put the text one level higher (Cloud API, unsupported messages).
  const details = str(obj(error.error_data).details, 1000) ?? str(error.details, 1000) ?? str(error.message, 1000) ?? str(error.title, 1000)
  return { code: num(error.code), details }
}

/** What cannot be shown keeps its name and says why; the whole of it stands in `raw`. */
export function unsupportedPart(type: string, m: Obj): Part {
  const original = type === 'unsupported' ? (str(obj(m.unsupported).type, 60) ?? type) : type.slice(0, 60)
  const error = firstError(m)
  const reason = error && (REASONS[error.code ?? 0] ?? error.details)
  return part({ type: 'unsupported', content: present({ original, reason }) })
}

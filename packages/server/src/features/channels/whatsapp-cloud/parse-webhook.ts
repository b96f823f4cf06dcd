import type { InboundMedia, InboundMessage, Sender, StatusUpdate } from '../../messages/inbound.ts'

/** A delivery in our words. `unknown` names what was kept but not understood. */
export type Understood = {
  messages: InboundMessage[]
  statuses: StatusUpdate[]
  typing: { channelId: string; phone: string; state: 'start' | 'stop' }[]
  unknown: string[]
}

type Obj = Record<string, unknown>
const obj = (v: unknown): Obj => (typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Obj) : {})
const list = (v: unknown): Obj[] => (Array.isArray(v) ? v.filter((x) => typeof x === 'object' && x !== null && !Array.isArray(x)) : [])
/** PostgreSQL's text cannot hold NUL, and a lone surrogate is no text at all. */
const clean = (s: string) => s.replaceAll('\u0000', '').toWellFormed()
const str = (v: unknown): string | null => (typeof v === 'string' && v !== '' ? clean(v) : typeof v === 'number' ? String(v) : null)
const digits = (v: unknown): string | null => {
  const d = str(v)?.replace(/\D/g, '') ?? ''
  return d.length >= 5 && d.length <= 20 ? d : null
}

/** Meta writes seconds as a string. What is no sensible time becomes the time of arrival. */
function timeOf(v: unknown, arrived: Date): Date {
  const seconds = Number(str(v))
  const day = 86_400
  const sane = Number.isFinite(seconds) && seconds > 1_230_768_000 && seconds < arrived.getTime() / 1000 + day
  return sane ? new Date(Math.trunc(seconds) * 1000) : arrived
}

const MEDIA = new Set(['image', 'video', 'audio', 'document', 'sticker'])

function mediaOf(kind: string, m: Obj): InboundMedia | null {
  const id = str(m.id)
  if (!id) return null
  return {
    kind: kind as InboundMedia['kind'],
    mime: str(m.mime_type) ?? 'application/octet-stream',
    providerMediaId: id,
    url: str(m.url),
    sha256: str(m.sha256),
    filename: str(m.filename),
    voice: m.voice === true,
    animated: m.animated === true,
  }
}

type Part = Pick<InboundMessage, 'type' | 'body' | 'content' | 'media' | 'reaction'>
const part = (p: Partial<Part> & { type: string }): Part => ({ body: null, content: {}, media: null, reaction: null, ...p })

/** What we cannot show yet is kept whole, so that a later version can. */
const unsupported = (type: string, m: Obj): Part =>
  part({ type: 'unsupported', content: { original: type === 'unsupported' ? (str(obj(m.unsupported).type) ?? type) : type, raw: m } })

function locationOf(m: Obj): Part | null {
  const l = obj(m.location)
  if (typeof l.latitude !== 'number' || typeof l.longitude !== 'number') return null
  const extra = Object.fromEntries(['name', 'address', 'url'].flatMap((k) => (str(l[k]) ? [[k, str(l[k])]] : [])))
  return part({ type: 'location', body: str(l.name) ?? str(l.address), content: { location: { latitude: l.latitude, longitude: l.longitude, ...extra } } })
}

function cardOf(c: Obj): Obj {
  const name = obj(c.name)
  const organization = str(obj(c.org).company)
  return {
    name: str(name.formatted_name) ?? str(name.first_name) ?? 'Sem nome',
    ...(organization ? { organization } : {}),
    phones: list(c.phones).flatMap((p) => {
      const phone = str(p.phone) ?? str(p.wa_id)
      return phone ? [{ phone, ...(str(p.wa_id) ? { waId: str(p.wa_id) } : {}), ...(str(p.type) ? { type: str(p.type) } : {}) }] : []
    }),
    emails: list(c.emails).flatMap((e) => (str(e.email) ? [{ email: str(e.email) }] : [])),
  }
}

function replyOf(m: Obj): Part | null {
  if (m.type === 'button') {
    const title = str(obj(m.button).text)
    return title ? part({ type: 'button_reply', body: title, content: { payload: str(obj(m.button).payload) } }) : null
  }
  const inner = obj(m.interactive)
  const reply = obj(inner.button_reply ?? inner.list_reply)
  const title = str(reply.title)
  return title ? part({ type: 'button_reply', body: title, content: { payload: str(reply.id) } }) : null
}

function reactionOf(m: Obj): Part | null {
  const r = obj(m.reaction)
  const target = str(r.message_id)
  return target ? part({ type: 'reaction', reaction: { targetProviderId: target, emoji: str(r.emoji) } }) : null
}

/** The type-specific part; null when the message does not have the shape that its type promises. */
function partOf(type: string, m: Obj): Part | null {
  if (MEDIA.has(type)) {
    const media = mediaOf(type, obj(m[type]))
    return media && part({ type, body: str(obj(m[type]).caption), media })
  }
  switch (type) {
    case 'text': {
      const body = str(obj(m.text).body)
      return body === null ? null : part({ type, body })
    }
    case 'location':
      return locationOf(m)
    case 'contacts': {
      const cards = list(m.contacts).map(cardOf)
      return cards.length > 0 ? part({ type, body: cards.map((c) => c.name).join(', '), content: { contacts: cards } }) : null
    }
    case 'reaction':
      return reactionOf(m)
    case 'button':
    case 'interactive':
      return replyOf(m)
    default:
      return null
  }
}

/** The sender by phone, or by business-scoped id alone: since 2026 the phone may be absent. */
function senderOf(m: Obj, contacts: readonly Obj[]): Sender | null {
  const phone = digits(m.from)
  const bsuid = str(m.from_user_id)
  if (!phone && !bsuid) return null
  const mine = contacts.find((c) => (bsuid && c.user_id === bsuid) || (phone && digits(c.wa_id) === phone)) ?? (contacts.length === 1 ? contacts[0] : undefined)
  const profile = obj(mine?.profile)
  return { phone, bsuid, name: str(profile.name), username: str(profile.username) }
}

function messageOf(m: Obj, contacts: readonly Obj[], channelId: string, arrived: Date): InboundMessage | null {
  const providerId = str(m.id)
  const from = senderOf(m, contacts)
  if (!providerId || !from) return null
  const type = str(m.type) ?? 'unknown'
  const understood = partOf(type, m)
  const context = obj(m.context)
  const forwarded = context.forwarded === true || context.frequently_forwarded === true
  const p = understood ?? unsupported(type, m)
  return {
    ...p,
    channelId,
    providerId,
    at: timeOf(m.timestamp, arrived),
    from,
    content: forwarded ? { ...p.content, forwarded: true } : p.content,
    quotedProviderId: str(context.id),
  }
}

const STATUSES = new Set(['sent', 'delivered', 'read', 'played', 'failed'])
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function statusOf(s: Obj, channelId: string, arrived: Date): StatusUpdate | null {
  const providerId = str(s.id)
  const status = str(s.status)
  // Payment and call entries share the array; their `status` means something else.
  if (!providerId || !status || !STATUSES.has(status) || s.type !== undefined) return null
  const [error] = list(s.errors)
  const echo = str(s.biz_opaque_callback_data)
  const details: Obj = { ...(s.pricing ? { pricing: s.pricing } : {}) }
  return {
    channelId,
    providerId,
    status: status as StatusUpdate['status'],
    at: timeOf(s.timestamp, arrived),
    messageId: echo && UUID.test(echo) ? echo : null,
    error: error ? { code: Number(error.code) || null, details: str(obj(error.error_data).details) ?? str(error.details) ?? str(error.title) } : null,
    details,
  }
}

function understandMessages(value: Obj, channelId: string, arrived: Date, out: Understood): void {
  const contacts = list(value.contacts)
  for (const m of list(value.messages)) {
    const message = messageOf(m, contacts, channelId, arrived)
    if (message) out.messages.push(message)
    else out.unknown.push(`message:${str(m.type) ?? '?'}`)
  }
  for (const s of list(value.statuses)) {
    const status = statusOf(s, channelId, arrived)
    if (status) out.statuses.push(status)
    else out.unknown.push(`status:${str(s.status) ?? str(s.type) ?? '?'}`)
  }
  for (const e of list(value.errors)) out.unknown.push(`error:${str(e.code) ?? '?'}`)
}

/** The emulator tells when its customer types; Meta has no such webhook. */
function understandTyping(value: Obj, channelId: string, out: Understood): void {
  const typing = obj(value.typing)
  const phone = digits(typing.from)
  if (phone && (typing.state === 'start' || typing.state === 'stop')) out.typing.push({ channelId, phone, state: typing.state })
}

/**
 * Understands every message and status of every change of every entry. Pure; never throws: what it does not know it names.
 * @param channelOf our channel by Meta's phone number id; changes for other numbers are named unknown
 */
export function parseWebhook(raw: Buffer, channelOf: (phoneNumberId: string) => string | undefined, arrived: Date): Understood {
  const out: Understood = { messages: [], statuses: [], typing: [], unknown: [] }
  let body: unknown
  try {
    body = JSON.parse(raw.toString('utf8'))
  } catch {
    out.unknown.push('body:not_json')
    return out
  }
  const entries = list(obj(body).entry)
  if (entries.length === 0) out.unknown.push('body:no_entry')
  for (const entry of entries) {
    const changes = list(entry.changes)
    if (changes.length === 0) out.unknown.push('entry:no_changes')
    for (const change of changes) understandChange(change, channelOf, arrived, out)
  }
  return out
}

function understandChange(change: Obj, channelOf: (phoneNumberId: string) => string | undefined, arrived: Date, out: Understood): void {
  const value = obj(change.value)
  const field = str(change.field) ?? '?'
  const channelId = channelOf(str(obj(value.metadata).phone_number_id) ?? '')
  if (field === 'messages' && channelId) understandMessages(value, channelId, arrived, out)
  else if (field === 'emulator_typing' && channelId) understandTyping(value, channelId, out)
  else out.unknown.push(field === 'messages' ? 'number:unknown' : `field:${field}`)
}

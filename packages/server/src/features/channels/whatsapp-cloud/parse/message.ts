import type { IdentityChange } from '../../../contacts/change-identity.ts'
import type { EchoedMessage, InboundMedia, InboundMessage } from '../../../messages/inbound.ts'
import { partOf, unsupportedPart } from './content.ts'
import { digits, id, keepable, type Obj, obj, present, str, timeOf } from './read.ts'
import { bsuidOf, personOf } from './sender.ts'

/** Where a change belongs, and how it came. */
export type Place = { channelId: string; arrived: Date; via: InboundMessage['via'] /** Where this channel's Graph lives. */; graphOrigin: string | null }

/** Keys of a plain text: it needs no copy, the delivery itself is kept. */
const PLAIN = new Set(['id', 'from', 'from_user_id', 'from_parent_user_id', 'timestamp', 'type', 'text'])
const rawOf = (type: string, m: Obj): Obj | null => (type === 'reaction' || (type === 'text' && Object.keys(m).every((k) => PLAIN.has(k))) ? null : keepable(m))

/** A picture is fetched by us, never by a browser, and only from where Meta keeps pictures: the address comes from outside. */
const PICTURE_HOSTS = ['fbcdn.net', 'fbsbx.com', 'whatsapp.net']
function pictureOf(referral: Obj, graphOrigin: string | null): InboundMedia | null {
  const address = str(referral.image_url, 2000) ?? str(referral.thumbnail_url, 2000)
  const url = address === null ? null : URL.parse(address)
  const own = url !== null && url.origin === graphOrigin
  const metas = url?.protocol === 'https:' && PICTURE_HOSTS.some((h) => url.hostname === h || url.hostname.endsWith(`.${h}`))
  if (!url || !(own || metas)) return null
  return {
    kind: 'image',
    mime: 'image/jpeg',
    providerMediaId: 'referral:',
    url: url.href,
    sha256: null,
    filename: null,
    voice: false,
    animated: false,
  }
}

/** The ad or post that brought the person (Cloud API, messages webhook, referral). */
function referralOf(r: Obj): Obj | null {
  if (Object.keys(r).length === 0) return null
  const source = r.source_type === 'ad' || r.source_type === 'post' ? r.source_type : 'other'
  return {
    source,
    headline: str(r.headline, 500),
    body: str(r.body, 2000),
    url: str(r.source_url, 2000),
    sourceId: id(r.source_id),
    clickId: id(r.ctwa_clid),
    welcome: str(obj(r.welcome_message).text, 2000),
  }
}

function contextOf(context: Obj): Obj {
  const product = obj(context.referred_product)
  const productId = id(product.product_retailer_id)
  return present({
    forwarded: context.forwarded === true || context.frequently_forwarded === true ? true : null,
    forwardedOften: context.frequently_forwarded === true ? true : null,
    product: productId ? { catalogId: id(product.catalog_id) ?? '', productId } : null,
  })
}

/** The part that every message has, whoever wrote it. */
function commonOf(m: Obj, providerId: string, place: Place) {
  const type = str(m.type, 60) ?? 'unknown'
  const p = partOf(type, m) ?? unsupportedPart(type, m)
  return {
    ...p,
    channelId: place.channelId,
    providerId,
    realId: providerId,
    at: timeOf(m.timestamp, place.arrived),
    content: { ...p.content, ...contextOf(obj(m.context)) },
    quotedProviderId: id(obj(m.context).id),
    raw: rawOf(type, m),
    via: place.via,
  }
}

/** Null when it has no id, or nobody can be told who sent it. */
export function inboundOf(m: Obj, contacts: readonly Obj[], place: Place): InboundMessage | null {
  const providerId = id(m.id)
  const from = personOf(m.from, m.from_user_id, contacts)
  if (!providerId || !from) return null
  const common = commonOf(m, providerId, place)
  const referral = referralOf(obj(m.referral))
  return {
    ...common,
    from,
    content: referral ? { ...common.content, referral } : common.content,
    groupId: id(m.group_id),
    fromAd: referral !== null,
    picture: referral ? pictureOf(obj(m.referral), place.graphOrigin) : null,
  }
}

const HISTORY_STATUS: Record<string, EchoedMessage['status']> = {
  SENT: 'sent',
  PENDING: 'sent',
  DELIVERED: 'delivered',
  READ: 'read',
  PLAYED: 'played',
  ERROR: 'failed',
}

/** Something that left from our number, but not from here. `other` is who got it when the message itself does not say. */
export function echoOf(m: Obj, other: string | null, place: Place, sentFrom: EchoedMessage['sentFrom']): EchoedMessage | null {
  const providerId = id(m.id)
  const to = personOf(m.to ?? other, m.to_user_id ?? m.recipient, [])
  if (!providerId || !to) return null
  const status = HISTORY_STATUS[str(obj(m.history_context).status, 20)?.toUpperCase() ?? ''] ?? null
  return { ...commonOf(m, providerId, place), to, sentFrom, status }
}

const KINDS: Record<string, IdentityChange['kind']> = {
  user_changed_number: 'number',
  customer_changed_number: 'number',
  user_changed_user_id: 'id',
  user_identity_changed: 'identity',
  customer_identity_changed: 'identity',
}

/** Before August 2026 the old id stood in the sentence only: "User A changed from X to Y" (Cloud API, system messages). */
const inWords = (body: string | null): { from: string | null; to: string | null } => {
  const found = /changed from\s+(\S+)\s+to\s+(\S+?)[.\s]*$/i.exec(body ?? '')
  return { from: found?.[1] ?? null, to: found?.[2] ?? null }
}
const isBsuid = (text: string | null): boolean => /^[A-Z]{2}\.[A-Za-z0-9.]+$/.test(text ?? '')

/** A person changed number, id or security code. Comes without contacts, and possibly without sender. */
export function identityOf(m: Obj, place: Place): IdentityChange | null {
  const s = obj(m.system)
  const providerId = id(m.id)
  const kind = KINDS[str(s.type, 60) ?? '']
  if (!providerId || !kind) return null
  const body = str(s.body, 1000)
  const words = inWords(body)
  const next = {
    phone: digits(s.wa_id) ?? digits(s.new_wa_id) ?? (kind === 'number' && !isBsuid(words.to) ? digits(words.to) : null),
    bsuid: bsuidOf(s.user_id) ?? (isBsuid(words.to) ? bsuidOf(words.to) : null),
  }
  const spokenId = isBsuid(words.from) ? bsuidOf(words.from) : null
  const sender = bsuidOf(m.from_user_id)
  const previous = {
    phone: digits(m.from) ?? digits(s.customer) ?? (isBsuid(words.from) ? null : digits(words.from)),
    bsuid: bsuidOf(s.previous_user_id) ?? spokenId ?? (sender !== next.bsuid ? sender : null),
  }
  const nobody = !previous.phone && !previous.bsuid && !next.phone && !next.bsuid
  return nobody ? null : { channelId: place.channelId, providerId, at: timeOf(m.timestamp, place.arrived), kind, previous, next, body }
}

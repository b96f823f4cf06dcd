import type { Context } from '../../platform/context.ts'
import { hmacSha256, sameBytes } from '../../platform/crypto.ts'

const HOUR = 3600
type Signer = Pick<Context, 'keys'>

/** `original`: as it was sent; `shown`: converted, for formats that browsers do not know; `thumb`: small. */
export const MEDIA_VARIANTS = ['original', 'shown', 'thumb'] as const
export type MediaVariant = (typeof MEDIA_VARIANTS)[number]

/** A file, and the conversation in which it is shown; null where it stands by itself (uploads, previews). */
export type Place = { tenantId: string; conversationId: string | null }
/** `w`: the session that it is for; `c`: the conversation; `e`: its end; `s`: the signature over all of these. */
export type LinkToken = { t: string; e: string; s: string; v?: MediaVariant | undefined; c?: string | undefined; w?: string | undefined }

const sign = (key: Buffer, mediaId: string, { t, e, v = 'original', c = '', w = '' }: Omit<LinkToken, 's'>): Buffer =>
  hmacSha256(key, ['2', t, mediaId, e, v, c, w].join('.'))

function write(ctx: Signer, mediaId: string, fields: Omit<LinkToken, 's'>): string {
  const { t, e, v = 'original', c, w } = fields
  const s = sign(ctx.keys.derive('media-url'), mediaId, fields).toString('base64url')
  const query = new URLSearchParams({ ...(v === 'original' ? {} : { v }), t, ...(c ? { c } : {}), ...(w ? { w } : {}), e, s })
  return `/api/media/${mediaId}/content?${query}`
}

/**
 * An address for nobody in particular: whoever is answered gets their own made of it (`linksFor`); by itself it works with a login
 * only. The same for a whole hour, so that browsers can keep the file.
 */
export function mediaUrl(ctx: Signer, place: Place, mediaId: string, variant: MediaVariant = 'original', now = Date.now()): string {
  const e = String((Math.ceil(now / 1000 / HOUR) + 1) * HOUR)
  return write(ctx, mediaId, { v: variant, t: place.tenantId, c: place.conversationId ?? undefined, e })
}

/** Is this signed by us, and its time not over? With `w` it is a session's own link. */
export function isUrlValid(ctx: Signer, mediaId: string, token: LinkToken, now = Date.now()): boolean {
  const given = Buffer.from(token.s, 'base64url')
  return Number(token.e) * 1000 > now && ctx.keys.accepted('media-url', 2 * HOUR * 1000).some((key) => sameBytes(given, sign(key, mediaId, token)))
}

const ADDRESS = /\/api\/media\/([0-9a-f-]{36})\/content\?([\w.=&-]+)/g
const ID = /^[0-9a-f-]{36}$/
export const mayHoldLinks = (json: string): boolean => json.includes('/api/media/')

/**
 * Makes the addresses in an answer this session's own, for one to two hours. Only those that we signed for nobody: whatever else looks
 * like one (a customer may have written it) stays what it is.
 */
export function linksFor(ctx: Signer, sessionId: string, json: string): string {
  return json.replaceAll(ADDRESS, (whole, mediaId: string, query: string) => {
    const { t = '', e = '', s = '', v, c, w } = Object.fromEntries(new URLSearchParams(query))
    const variant = MEDIA_VARIANTS.find((known) => known === (v ?? 'original'))
    if (w !== undefined || !variant || !ID.test(t) || !isUrlValid(ctx, mediaId, { t, e, s, v: variant, c })) return whole
    return write(ctx, mediaId, { t, e, v: variant, c, w: sessionId })
  })
}

import type { Context } from '../../platform/context.ts'
import { hmacSha256, sameBytes } from '../../platform/crypto.ts'

const HOUR = 3600
type Signer = Pick<Context, 'keys'>
type Token = { t: string; e: string; s: string; v?: MediaVariant | undefined }

/** `original`: as it was sent; `shown`: converted, for formats that browsers do not know; `thumb`: small. */
export const MEDIA_VARIANTS = ['original', 'shown', 'thumb'] as const
export type MediaVariant = (typeof MEDIA_VARIANTS)[number]

const sign = (key: Buffer, tenantId: string, mediaId: string, variant: MediaVariant, expires: string): Buffer =>
  hmacSha256(key, [tenantId, mediaId, expires, ...(variant === 'original' ? [] : [variant])].join('.'))

/** An address that works without a login for one to two hours. The same for a whole hour, so that browsers can keep the file. */
export function mediaUrl(ctx: Signer, tenantId: string, mediaId: string, variant: MediaVariant = 'original', now = Date.now()): string {
  const expires = String((Math.ceil(now / 1000 / HOUR) + 1) * HOUR)
  const s = sign(ctx.keys.derive('media-url'), tenantId, mediaId, variant, expires).toString('base64url')
  const query = new URLSearchParams({ ...(variant === 'original' ? {} : { v: variant }), t: tenantId, e: expires, s })
  return `/api/media/${mediaId}/content?${query}`
}

export function isUrlValid(ctx: Signer, mediaId: string, { t, e, s, v = 'original' }: Token, now = Date.now()): boolean {
  const given = Buffer.from(s, 'base64url')
  return Number(e) * 1000 > now && ctx.keys.accepted('media-url', 2 * HOUR * 1000).some((key) => sameBytes(given, sign(key, t, mediaId, v, e)))
}

import type { Context } from '../../platform/context.ts'
import { hmacSha256, sameBytes } from '../../platform/crypto.ts'

const HOUR = 3600
type Signer = Pick<Context, 'keys'>
type Token = { t: string; e: string; s: string }

const sign = (ctx: Signer, tenantId: string, mediaId: string, expires: string): Buffer =>
  hmacSha256(ctx.keys.derive('media-url'), `${tenantId}.${mediaId}.${expires}`)

/** An address that works without a login for one to two hours. The same for a whole hour, so that browsers can keep the file. */
export function mediaUrl(ctx: Signer, tenantId: string, mediaId: string, now = Date.now()): string {
  const expires = String((Math.ceil(now / 1000 / HOUR) + 1) * HOUR)
  const s = sign(ctx, tenantId, mediaId, expires).toString('base64url')
  return `/api/media/${mediaId}/content?${new URLSearchParams({ t: tenantId, e: expires, s })}`
}

export function isUrlValid(ctx: Signer, mediaId: string, { t, e, s }: Token, now = Date.now()): boolean {
  return sameBytes(Buffer.from(s, 'base64url'), sign(ctx, t, mediaId, e)) && Number(e) * 1000 > now
}

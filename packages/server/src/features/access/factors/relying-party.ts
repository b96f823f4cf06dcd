import { isIP } from 'node:net'
import type { Context } from '../../../platform/context.ts'

const isName = (host: string): boolean => isIP(host.replace(/^\[|\]$/g, '')) === 0
const inside = (host: string, domain: string): boolean => host === domain || host.endsWith(`.${domain}`)

/** Addresses under which people use this server, as configured; never what a request says of itself. */
function ownAddresses(ctx: Context): URL[] {
  return [ctx.publicUrl(), ...ctx.config.origins].flatMap((text) => (URL.canParse(text) ? [new URL(text)] : []))
}

/**
 * The name to which passkeys are bound: the base domain, when tenants have addresses below it, or the host of the public address.
 * An IP address cannot have passkeys (WebAuthn, relying party identifier); then the first allowed origin with a name counts.
 */
export function relyingPartyId(ctx: Context): string | undefined {
  const hosts = ownAddresses(ctx)
    .map((url) => url.hostname)
    .filter(isName)
  const base = ctx.config.BASE_DOMAIN
  return base !== undefined && hosts.some((host) => inside(host, base)) ? base : hosts[0]
}

/** May a passkey of `rpId` be used on a page of this origin? The configured ones, and the tenants' addresses below the base domain. */
export function isOwnOrigin(ctx: Context, rpId: string, origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { hostname, protocol, port } = new URL(origin)
  if (!inside(hostname, rpId)) return false
  return ownAddresses(ctx).some((own) => own.origin === origin || (rpId === ctx.config.BASE_DOMAIN && own.protocol === protocol && own.port === port))
}

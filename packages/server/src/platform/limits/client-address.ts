import type { IncomingMessage } from 'node:http'
import ipaddr from 'ipaddr.js'

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number]
type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Longer chains are no proxies of ours. */
const MAX_HOPS = 20
const NAMED: Record<string, readonly string[]> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
}

/** Strict spellings only: `010.1` and `0x7f000001` are no addresses to us. An IPv4 address written as IPv6 is the IPv4 address. */
function parse(text: string): Address | undefined {
  const plain = text.trim().replace(/%.*$/, '')
  if (!ipaddr.IPv6.isValid(plain) && !ipaddr.IPv4.isValidFourPartDecimal(plain)) return undefined
  return ipaddr.process(plain)
}

/** One spelling for each address; `undefined` for what is none. */
export const normalAddress = (text: string | undefined): string | undefined => (text === undefined ? undefined : parse(text)?.toString())

/** `10.0.0.0/8`, a single address, or undefined. */
function parseRange(text: string): Range | undefined {
  const [address = '', bits, more] = text.trim().split('/')
  const parsed = parse(address)
  if (!parsed || more !== undefined) return undefined
  const wide = parsed.kind() === 'ipv4' ? 32 : 128
  if (bits === undefined) return [parsed, wide]
  if (!/^\d{1,3}$/.test(bits)) return undefined
  // ::ffff:10.0.0.0/104 means 10.0.0.0/8.
  const length = Number(bits) - (wide === 32 && address.includes(':') ? 96 : 0)
  return length < 0 || length > wide ? undefined : [parsed, length]
}

/** One spelling for each range; undefined for what is none. */
export function normalRange(text: string): string | undefined {
  const range = parseRange(text)
  if (!range) return undefined
  const [base, bits] = range
  const kind = base.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
  return bits === (base.kind() === 'ipv4' ? 32 : 128) ? base.toString() : `${kind.networkAddressFromCIDR(`${base.toString()}/${bits}`).toString()}/${bits}`
}

export const rangesOf = (texts: readonly string[]): Range[] =>
  texts
    .flatMap((text) => NAMED[text] ?? [text])
    .flatMap((text) => {
      const range = parseRange(text)
      return range ? [range] : []
    })

/** Which of these are neither addresses, ranges nor known names? */
export const badRanges = (texts: readonly string[]): string[] => texts.filter((text) => !NAMED[text] && !parseRange(text))

export function inRanges(address: string, ranges: readonly Range[]): boolean {
  const parsed = parse(address)
  return parsed !== undefined && ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits))
}

/** What one household or server owns: an IPv4 address, or the /64 in which an IPv6 caller has all addresses to try from. */
export function networkOf(address: string): string {
  const parsed = parse(address)
  if (!parsed) return 'unknown'
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const parts = (parsed as ipaddr.IPv6).parts.slice(0, 4)
  return `${new ipaddr.IPv6([...parts, 0, 0, 0, 0]).toString()}/64`
}

export type ClientAddress = { address: string /** Null when only the proxy knows it. */; port: number | null }

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.join(',') : value)

/**
 * Where a request really comes from. X-Forwarded-For is read from its end, as long as each hop is a proxy that we trust; the first one
 * that is not is the client. What no address is ends the chain: the last hop that made sense is the client then. The port is the
 * connection's own, or what a trusted proxy says in X-Client-Port.
 */
export function addressReader(trustedProxies: readonly string[]): (request: IncomingMessage) => ClientAddress {
  const trusted = rangesOf(trustedProxies)
  return (request) => {
    const { socket, headers } = request
    const peer = normalAddress(socket.remoteAddress)
    if (peer === undefined) return { address: 'unknown', port: null }
    if (!inRanges(peer, trusted)) return { address: peer, port: socket.remotePort ?? null }
    const said = first(headers['x-client-port'])
    const port = said !== undefined && /^\d{1,5}$/.test(said) && Number(said) > 0 && Number(said) < 65_536 ? Number(said) : null
    const hops = (first(headers['x-forwarded-for']) ?? '').split(',').slice(-MAX_HOPS)
    let address = peer
    for (const hop of hops.toReversed()) {
      const parsed = normalAddress(hop)
      if (parsed === undefined) break
      address = parsed
      if (!inRanges(parsed, trusted)) break
    }
    return { address, port }
  }
}

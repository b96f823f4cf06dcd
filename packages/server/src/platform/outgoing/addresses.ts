import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Where clouds answer with credentials of the machine. Azure's lies among public addresses; the others are in refused ranges as well. */
const METADATA = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
])
/** Ports that browsers refuse (Fetch standard, bad ports) and those of databases: nothing there speaks HTTP on purpose. */
const BAD_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10_080, 1433, 1521, 3306, 5432, 6379, 9200,
  11_211, 27_017,
])

export type Allowed = { ranges: [Address, number][]; exact: Set<string>; names: Set<string> }

/** `10.0.0.0/8`, `::1`, `ollama.internal`, `ollama.internal:11434`; answers what is wrong with an entry. */
export function readAllowed(entries: readonly string[]): Allowed {
  const allowed: Allowed = { ranges: [], exact: new Set(), names: new Set() }
  for (const entry of entries) {
    if (ipaddr.isValidCIDR(entry)) allowed.ranges.push(ipaddr.parseCIDR(entry))
    else if (ipaddr.isValid(entry)) allowed.exact.add(ipaddr.process(entry).toString())
    else allowed.names.add(entry.toLowerCase())
  }
  return allowed
}

/** The IPv4 address behind NAT64 (RFC 6052): on networks without IPv4, every IPv4 host is called so. */
function unwrap(address: Address): Address {
  if (address.kind() !== 'ipv6' || !address.match(ipaddr.parseCIDR('64:ff9b::/96') as [ipaddr.IPv6, number])) return address
  return ipaddr.fromByteArray(address.toByteArray().slice(12))
}

/** May a connection go to this address? Only public unicast may, unless the operator says otherwise. */
export function isAddressAllowed(text: string, allowed: Allowed): boolean {
  // A zone (`fe80::1%eth0`) names a link, which is never public.
  if (text.includes('%') || !ipaddr.isValid(text)) return false
  const address = unwrap(ipaddr.process(text))
  if (allowed.exact.has(address.toString())) return true
  if (METADATA.has(address.toString())) return false
  // Beyond 2000::/3 nothing is given out as public IPv6, whatever else it may look like (`::127.0.0.1`).
  if (address.range() === 'unicast' && (address.kind() === 'ipv4' || (address.toByteArray()[0] ?? 0) >> 5 === 1)) return true
  return allowed.ranges.some(([range, bits]) => range.kind() === address.kind() && address.match([range, bits] as [ipaddr.IPv6, number]))
}

export const isPortAllowed = (port: number): boolean => port === 80 || port === 443 || (port >= 1024 && !BAD_PORTS.has(port))

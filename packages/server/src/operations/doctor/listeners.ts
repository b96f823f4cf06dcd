/** What listens on this machine, as the kernel tells it in /proc/net/tcp and tcp6. */
export type Listener = { address: string; port: number; loopback: boolean }

const LISTEN = '0A'

/** Words of four bytes, each in the machine's order (little endian on all that we run on). */
const bytesOf = (hex: string): number[] =>
  (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed().map((b) => Number.parseInt(b, 16)))

function readAddress(hex: string): { address: string; loopback: boolean } {
  const b = bytesOf(hex)
  if (b.length === 4) return { address: b.join('.'), loopback: b[0] === 127 }
  const mapped = b.slice(0, 10).every((x) => x === 0) && b[10] === 255 && b[11] === 255
  if (mapped) return { address: b.slice(12).join('.'), loopback: b[12] === 127 }
  const groups = Array.from({ length: 8 }, (_, i) => (((b[2 * i] ?? 0) << 8) | (b[2 * i + 1] ?? 0)).toString(16))
  return { address: groups.every((g) => g === '0') ? '::' : groups.join(':'), loopback: b.slice(0, 15).every((x) => x === 0) && b[15] === 1 }
}

/** @param text content of /proc/net/tcp or tcp6 */
export function readListeners(text: string): Listener[] {
  return text.split('\n').flatMap((line) => {
    const [, local, , state] = line.trim().split(/\s+/)
    const [hex, port] = local?.split(':') ?? []
    if (state !== LISTEN || !hex || !port || !/^[0-9A-F]+$/i.test(hex)) return []
    return [{ ...readAddress(hex), port: Number.parseInt(port, 16) }]
  })
}

/** The way out of this network. @param text content of /proc/net/route */
export function readGateway(text: string): string | undefined {
  for (const line of text.split('\n').slice(1)) {
    const [, destination, gateway] = line.trim().split(/\s+/)
    if (destination === '00000000' && gateway && /^[0-9A-F]{8}$/i.test(gateway) && gateway !== '00000000') return readAddress(gateway).address
  }
  return undefined
}

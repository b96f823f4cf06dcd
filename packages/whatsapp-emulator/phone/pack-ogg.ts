/** Elements whose content is read; everything else in a WebM file is skipped. */
const OPENED = new Set([0x18538067, 0x1654ae6b, 0xae, 0x1f43b675, 0xa0])
const CODEC_PRIVATE = 0x63a2
const BLOCKS = new Set([0xa3, 0xa1])
const BLOCK_HEAD = 4
const PAGE_PACKETS = 40

interface OpusStream {
  head: Uint8Array
  packets: Uint8Array[]
}

/** A recorded WebM/Opus file as Ogg/Opus, the only kind that counts as a voice note; null when it is something else. */
export function packOgg(webm: Uint8Array): Uint8Array<ArrayBuffer> | null {
  const stream = readWebm(webm)
  if (!stream || stream.packets.length === 0) return null
  const pages = [buildPage([stream.head], 0, 2, 0), buildPage([buildTags()], 0, 0, 1)]
  let granule = 0
  for (let at = 0; at < stream.packets.length; at += PAGE_PACKETS) {
    const packets = stream.packets.slice(at, at + PAGE_PACKETS)
    granule += packets.reduce((sum, packet) => sum + countSamples(packet), 0)
    const last = at + PAGE_PACKETS >= stream.packets.length
    pages.push(buildPage(packets, granule, last ? 4 : 0, pages.length))
  }
  const out = new Uint8Array(pages.reduce((sum, page) => sum + page.length, 0))
  let place = 0
  for (const page of pages) {
    out.set(page, place)
    place += page.length
  }
  return out
}

function readWebm(bytes: Uint8Array): OpusStream | null {
  const packets: Uint8Array[] = []
  let head: Uint8Array | null = null
  let at = 0
  while (at < bytes.length) {
    const id = readNumber(bytes, at, false)
    const size = readNumber(bytes, at + id.length, true)
    const start = at + id.length + size.length
    if (id.length === 0 || size.length === 0) break
    at = start
    if (OPENED.has(id.value)) continue
    const content = bytes.subarray(start, start + size.value)
    if (id.value === CODEC_PRIVATE) head = content
    if (BLOCKS.has(id.value)) packets.push(content.subarray(BLOCK_HEAD))
    at = start + size.value
  }
  return head && new TextDecoder().decode(head.subarray(0, 8)) === 'OpusHead' ? { head, packets } : null
}

/** EBML numbers tell their length by leading zero bits; in a size the marker bit does not count. */
function readNumber(bytes: Uint8Array, at: number, dropMarker: boolean): { value: number; length: number } {
  const first = bytes[at] ?? 0
  const length = first === 0 ? 0 : Math.clz32(first) - 23
  let value = dropMarker ? first & (0xff >> length) : first
  for (let index = 1; index < length; index += 1) value = value * 256 + (bytes[at + index] ?? 0)
  return { value, length }
}

/** Length of an Opus packet in samples of 48 kHz, from its first byte (RFC 6716, 3.1). */
function countSamples(packet: Uint8Array): number {
  const first = packet[0] ?? 0
  const mode = first >> 3
  const ms = mode < 12 ? [10, 20, 40, 60][mode & 3] : mode < 16 ? [10, 20][mode & 1] : [2.5, 5, 10, 20][mode & 3]
  const kind = first & 3
  const frames = kind === 0 ? 1 : kind === 3 ? (packet[1] ?? 1) & 0x3f : 2
  return (ms ?? 20) * 48 * frames
}

function buildTags(): Uint8Array {
  const vendor = new TextEncoder().encode('emulator')
  const out = new Uint8Array(16 + vendor.length)
  out.set(new TextEncoder().encode('OpusTags'))
  new DataView(out.buffer).setUint32(8, vendor.length, true)
  out.set(vendor, 12)
  return out
}

function buildPage(packets: Uint8Array[], granule: number, flags: number, sequence: number): Uint8Array {
  const lacing = packets.flatMap((packet) => [...Array<number>(Math.floor(packet.length / 255)).fill(255), packet.length % 255])
  const out = new Uint8Array(27 + lacing.length + packets.reduce((sum, packet) => sum + packet.length, 0))
  const view = new DataView(out.buffer)
  out.set(new TextEncoder().encode('OggS'))
  out[5] = flags
  view.setBigUint64(6, BigInt(Math.round(granule)), true)
  view.setUint32(14, 0x656d756c, true)
  view.setUint32(18, sequence, true)
  out[26] = lacing.length
  out.set(lacing, 27)
  let place = 27 + lacing.length
  for (const packet of packets) {
    out.set(packet, place)
    place += packet.length
  }
  view.setUint32(22, checksum(out), true)
  return out
}

/** The CRC of an Ogg page: polynomial 04c11db7, not reflected, starting at 0 (RFC 3533, 6). */
function checksum(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  }
  return crc >>> 0
}

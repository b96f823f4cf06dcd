import { randomBytes } from 'node:crypto'

let lastMs = 0
let counter = 0

/** UUIDv7 (RFC 9562), strictly increasing within this process, so that rows made in one transaction keep their order. */
export function uuidv7(): string {
  const now = Date.now()
  if (now > lastMs) {
    lastMs = now
    counter = 0
  } else if (++counter > 0x3ffff) {
    lastMs++
    counter = 0
  }
  const b = randomBytes(16)
  b.writeUIntBE(lastMs, 0, 6)
  b.writeUInt16BE(0x7000 | (counter >> 6), 6)
  b[8] = 0x80 | (counter & 0x3f)
  const h = b.toString('hex')
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`
}

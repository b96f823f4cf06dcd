import { randomUUID } from 'node:crypto'

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
  const time = lastMs.toString(16).padStart(12, '0')
  const high = (0x7000 | (counter >> 6)).toString(16)
  const low = (0x80 | (counter & 0x3f)).toString(16)
  // Node draws the randomness of these from a stock: a fraction of the time of asking for bytes.
  const random = randomUUID()
  return `${time.slice(0, 8)}-${time.slice(8)}-${high}-${low}${random.slice(21, 23)}-${random.slice(24)}`
}

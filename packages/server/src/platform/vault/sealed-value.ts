import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'
import { keyObject } from './key-object.ts'

/** First byte of every sealed value. */
const FORMAT = 2
const HEAD = 1 + 16
const IV = 12
const TAG = 16

/** A key that seals content, by the id that every value carries. */
export type DataKey = { id: string; key: Buffer }

/** What stands there was changed, or was moved there from elsewhere. */
export class SealBroken extends Error {
  constructor(place: string) {
    // The place names a table, a column and a row: nothing of the content.
    super(`a sealed value does not open: ${place}`)
    this.name = 'SealBroken'
  }
}

const idBytes = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')

/** The id of the key that sealed a value. @throws SealBroken */
export function keyIdOf(sealed: Buffer, place = 'value'): string {
  if (sealed[0] !== FORMAT || sealed.length < HEAD + IV + TAG) throw new SealBroken(place)
  const hex = sealed.subarray(1, HEAD).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** Randomness for some hundred values at once: asking for twelve bytes takes as long as sealing a word. Each is given out once. */
const stock = Buffer.alloc(IV * 512)
let given = stock.length
function newIv(): Buffer {
  if (given === stock.length) {
    randomFillSync(stock)
    given = 0
  }
  given += IV
  return Buffer.from(stock.subarray(given - IV, given))
}

/**
 * AES-256-GCM: format, key id, iv, ciphertext, tag (45 bytes more than the value). `place` (table, column and row, for example
 * `messages.body:<id>`) is bound in: a value moved elsewhere does not open.
 */
export function seal(key: DataKey, place: string, value: string | Buffer): Buffer {
  const iv = newIv()
  const c = createCipheriv('aes-256-gcm', keyObject(key.key), iv)
  c.setAAD(Buffer.from(place))
  const sealed = typeof value === 'string' ? c.update(value, 'utf8') : c.update(value)
  return Buffer.concat([Buffer.from([FORMAT]), idBytes(key.id), iv, sealed, c.final(), c.getAuthTag()])
}

/** @throws SealBroken */
export function unseal(key: DataKey, place: string, sealed: Buffer): Buffer {
  if (keyIdOf(sealed, place) !== key.id) throw new SealBroken(place)
  try {
    const d = createDecipheriv('aes-256-gcm', keyObject(key.key), sealed.subarray(HEAD, HEAD + IV))
    d.setAAD(Buffer.from(place))
    d.setAuthTag(sealed.subarray(-TAG))
    return Buffer.concat([d.update(sealed.subarray(HEAD + IV, -TAG)), d.final()])
  } catch {
    throw new SealBroken(place)
  }
}

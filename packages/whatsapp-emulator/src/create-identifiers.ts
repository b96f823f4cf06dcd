import { createHash, randomBytes, randomInt } from 'node:crypto'

/** A message id that looks like Meta's; clients must treat it as opaque (Cloud API, send messages). */
export function createMessageId(waId: string, direction: 'inbound' | 'outbound'): string {
  const head = Buffer.from([0x1d, waId.length + 1])
  const kind = Buffer.from(direction === 'inbound' ? 'EhgU' : 'ERgS', 'ascii')
  const unique = Buffer.from(randomBytes(10).toString('hex').toUpperCase(), 'ascii')
  const bytes = Buffer.concat([head, Buffer.from(waId, 'ascii'), Buffer.from([0x15]), kind, unique, Buffer.from([0])])
  return `wamid.${bytes.toString('base64')}`
}

/** A fresh Graph object id: 15 digits. */
export function createObjectId(): string {
  return `${randomInt(100, 999)}${String(randomInt(0, 1e12)).padStart(12, '0')}`
}

/** A secret of `bytes` random bytes in hex. */
export function createSecret(bytes = 16): string {
  return randomBytes(bytes).toString('hex')
}

/** The trace id that stands in every Graph error. */
export function createTraceId(): string {
  return `A${randomBytes(16).toString('base64url')}`
}

/**
 * The business-scoped user id of a customer: the same person has another id in another portfolio
 * (Cloud API, business-scoped user ids). Another `seed` gives the same phone another id.
 */
export function createBusinessScopedId(businessId: string, waId: string, seed = waId): string {
  const hash = createHash('sha256').update(`${businessId}:${seed}`).digest()
  const digits = (hash.readBigUInt64BE(0) % 10n ** 18n).toString().padStart(18, '0')
  return `${waId.startsWith('55') ? 'BR' : 'US'}.${digits}`
}

/** Only the digits of a written phone number. */
export function keepDigits(phone: string): string {
  return phone.replace(/\D/g, '')
}

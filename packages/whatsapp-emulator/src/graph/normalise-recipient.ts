import { keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber } from '../emulator-types.ts'
import { findCustomer, findCustomerByUserId, readUserId } from '../state/find-customer.ts'
import type { World } from '../state/world.ts'
import { messagingError, parameterError } from './graph-error.ts'
import { readSentinel } from './sentinel-numbers.ts'

export interface Recipient {
  waId: string
  /** The `contacts[]` entry of the answer. */
  contact: { input: string; wa_id?: string; user_id?: string }
}

/**
 * Who `to` or `recipient` means; `to` wins (Cloud API, business-scoped user ids). Without a plus sign the business's country
 * code is put in front unless the number is known or has it already, and a Brazilian number may come
 * back as another `wa_id` (Cloud API, send messages).
 */
export function normaliseRecipient(world: World, number: BusinessNumber, to: unknown, recipient: unknown): Recipient {
  if (to === undefined || to === null || to === '') {
    if (typeof recipient !== 'string' || recipient === '') throw parameterError('The parameter to is required.')
    return findByUserId(world, number, recipient)
  }
  if (typeof to !== 'string' && typeof to !== 'number') throw messagingError(131009, 'Parameter value is not valid: to')
  const input = String(to)
  if (!/^\+?[\d\s()-]+$/.test(input)) throw messagingError(131009, 'Parameter value is not valid: to must be a phone number')
  const digits = addCountryCode(world, number, input)
  if (digits.length < 8 || digits.length > 15) throw messagingError(131009, 'Parameter value is not valid: to has a wrong length')
  const waId = findCustomer(world, digits)?.waId ?? digits
  if (waId === keepDigits(number.displayPhoneNumber)) throw messagingError(131021)
  return { waId, contact: { input, wa_id: waId } }
}

function addCountryCode(world: World, number: BusinessNumber, input: string): string {
  const digits = keepDigits(input)
  if (input.trim().startsWith('+') || findCustomer(world, digits) || readSentinel(digits)) return digits
  const own = readCountryCode(keepDigits(number.displayPhoneNumber))
  return digits.startsWith(own) && digits.length > 11 - (own === '1' ? 1 : 0) ? digits : `${own}${digits}`
}

function readCountryCode(digits: string): string {
  if (digits.startsWith('1') || digits.startsWith('7')) return digits.slice(0, 1)
  return /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/.test(digits) ? digits.slice(0, 2) : digits.slice(0, 3)
}

function findByUserId(world: World, number: BusinessNumber, userId: string): Recipient {
  if (!/^[A-Z]{2}\.[A-Za-z0-9.]+$/.test(userId)) throw messagingError(131009, 'Parameter value is not valid: recipient')
  const customer = findCustomerByUserId(world, number, userId)
  if (!customer) throw messagingError(131026, 'The business-scoped user id is not known to this portfolio.')
  return { waId: customer.waId, contact: { input: userId, user_id: readUserId(world, number.businessId, customer.waId) } }
}

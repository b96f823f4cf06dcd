import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

const BRAZIL_MOBILE_WITHOUT_NINTH = /^(55[1-9][1-9])([6-9]\d{7})$/

/**
 * The key of a phone: its digits, a Brazilian mobile always with its ninth digit, so that the number that WhatsApp still knows without
 * it and the one on the business card are one person. Landlines (first digit 2 to 5) and other countries stay as they are.
 */
export const canonicalPhone = (digits: string): string => digits.replace(/\D/g, '').replace(BRAZIL_MOBILE_WITHOUT_NINTH, '$19$2')

/**
 * A phone as people write it, as E.164 with `+`; without a country it is Brazilian. Undefined when there can be no such number.
 * An old spelling of a Brazilian mobile, without the ninth digit, gets it.
 */
export function normalizePhone(spelling: string): string | undefined {
  const parsed = parsePhoneNumberFromString(spelling, 'BR')
  if (!parsed) return undefined
  const e164 = `+${canonicalPhone(parsed.number)}`
  return parsePhoneNumberFromString(e164)?.isValid() ? e164 : undefined
}

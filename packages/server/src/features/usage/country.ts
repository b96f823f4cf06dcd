import { getCountries, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/max'

const byCode = new Map<string, string[]>()
for (const country of getCountries()) {
  const code = getCountryCallingCode(country)
  byCode.set(code, [...(byCode.get(code) ?? []), country])
}

/** The only country of a calling code, when a number is not complete enough to tell. */
function byPrefix(digits: string): string | null {
  for (const length of [3, 2, 1]) {
    const countries = byCode.get(digits.slice(0, length))
    if (countries) return countries.length === 1 ? (countries[0] ?? null) : null
  }
  return null
}

const SCOPED_ID = /^([A-Z]{2})\./

/** The country of a recipient, by the prefix of the phone or of the business-scoped id (`BR.…`); null when neither tells. */
export function countryOf(recipient: string | null): string | null {
  if (!recipient) return null
  const scoped = SCOPED_ID.exec(recipient)
  if (scoped) return scoped[1] ?? null
  const digits = recipient.replace(/\D/g, '')
  if (digits.length < 5) return null
  return parsePhoneNumberFromString(`+${digits}`)?.country ?? byPrefix(digits)
}

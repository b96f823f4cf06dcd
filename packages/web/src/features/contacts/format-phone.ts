const ONE_DIGIT_COUNTRIES = /^[17]/
// Country codes of two digits by ITU's zones; every other one has three.
const TWO_DIGIT_COUNTRIES = /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/

function formatForeign(digits: string): string {
  const length = ONE_DIGIT_COUNTRIES.test(digits) ? 1 : TWO_DIGIT_COUNTRIES.test(digits) ? 2 : 3
  const rest = digits.slice(length)
  // Groups of three; the last one takes up to four, so that no digit stands alone.
  const groups = rest.match(/\d{3}(?=\d{3})|\d+/g) ?? []
  return `+${digits.slice(0, length)} ${groups.join(' ')}`
}

/** "+5548991234567", with or without the plus, as people write it: "+55 48 99123-4567", "+351 912 345 678". */
export function formatPhone(phone: string): string {
  const digits = phone.replace(/[\s().-]/g, '')
  const brazil = /^\+?55(\d{2})(\d{4,5})(\d{4})$/.exec(digits)
  if (brazil !== null) return `+55 ${brazil[1]} ${brazil[2]}-${brazil[3]}`
  return /^\+\d{8,15}$/.test(digits) ? formatForeign(digits.slice(1)) : phone
}

/** Who wrote without showing a name is named by the phone. */
export const shownName = (name: string): string => (/^\+\d{8,15}$/.test(name) ? formatPhone(name) : name)

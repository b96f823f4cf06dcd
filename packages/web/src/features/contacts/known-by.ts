import type { Contact } from '@atende/contracts/contacts'
import { formatPhone } from './format-phone.ts'

/** The one line that tells a contact from its namesakes: phone, username or e-mail; null when there is none. */
export function knownBy(contact: Pick<Contact, 'phone' | 'email' | 'identities'>): string | null {
  if (contact.phone !== null) return formatPhone(contact.phone)
  const username = contact.identities.find((i) => i.kind === 'username')?.value
  return username === undefined ? contact.email : `@${username}`
}

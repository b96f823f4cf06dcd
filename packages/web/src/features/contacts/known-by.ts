import type { Contact } from '@atende/contracts/contacts'
import { formatPhone } from './format-phone.ts'

/** The same line of somebody who was searched: what answered, and whether all of it is to be marked. */
export function foundBy(contact: Contact): { text: string | null; marked: boolean } {
  const by = contact.hit?.by
  if (by === 'email' && contact.email !== null) return { text: contact.email, marked: true }
  if (by === 'profileName' && contact.profileName !== null) return { text: contact.profileName, marked: true }
  return { text: knownBy(contact), marked: by === 'phone' }
}

/** The one line that tells a contact from its namesakes: phone, username or e-mail; null when there is none. */
export function knownBy(contact: Pick<Contact, 'phone' | 'email' | 'identities'>): string | null {
  if (contact.phone !== null) return formatPhone(contact.phone)
  const username = contact.identities.find((i) => i.kind === 'username')?.value
  return username === undefined ? contact.email : `@${username}`
}

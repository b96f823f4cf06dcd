import { canonicalPhone } from './phone.ts'

/**
 * Somebody who wrote: as the provider names them. `channelId` and `at` (the provider's time) say where and when, which decides who a
 * recycled number belongs to.
 */
export type Person = {
  phone: string | null
  bsuid: string | null
  username: string | null
  name: string | null
  channelId?: string | undefined
  at?: Date | undefined
}
export type Key = { kind: string; value: string; address: string }

/** Ways to recognise a person, the most lasting first. A username is none: it moves when another person takes it. */
export function identityKeys(p: Pick<Person, 'phone' | 'bsuid'>): Key[] {
  const keys: Key[] = []
  if (p.bsuid) keys.push({ kind: 'bsuid', value: p.bsuid, address: p.bsuid })
  if (p.phone) keys.push(phoneKey(p.phone))
  return keys
}

export const phoneKey = (digits: string): Key => ({ kind: 'phone', value: canonicalPhone(digits), address: digits.replace(/\D/g, '') })

export const keyName = (k: Pick<Key, 'kind' | 'value'>): string => `${k.kind}:${k.value}`

export const personKey = (p: Pick<Person, 'phone' | 'bsuid'>): string => identityKeys(p).map(keyName).join('|')

/** Samples show usernames with a leading `@`; case does not matter (Cloud API, usernames). */
export const plainUsername = (username: string | null): string | null => username?.trim().replace(/^@+/, '').toLowerCase() || null

export const shownPhone = (phone: string | null): string | null => (phone ? `+${canonicalPhone(phone)}` : null)

/** What a newcomer is called until somebody says better. */
export function firstName(p: Pick<Person, 'phone' | 'username' | 'name'>): string {
  const username = plainUsername(p.username)
  return p.name?.trim() || shownPhone(p.phone) || (username ? `@${username}` : UNNAMED)
}
export const UNNAMED = 'Sem nome'

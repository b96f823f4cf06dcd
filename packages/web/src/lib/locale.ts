import type { Locale as LocaleSchema } from '@atende/contracts/access'
import type { z } from 'zod'

export type Locale = z.infer<typeof LocaleSchema>

const STORED = 'atende.locale'

const isLocale = (value: unknown): value is Locale => value === 'pt-BR' || value === 'en'

function firstLocale(): Locale {
  if (typeof window === 'undefined') return 'pt-BR'
  const stored = readStored(STORED)
  if (isLocale(stored)) return stored
  return navigator.language.toLowerCase().startsWith('en') ? 'en' : 'pt-BR'
}

/** Storage can be blocked (private windows, policies): then every setting lives only as long as the page. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function writeStored(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, value)
  } catch {
    // See readStored.
  }
}

let current: Locale = firstLocale()

export const getLocale = (): Locale => current

export function rememberLocale(locale: Locale): void {
  current = locale
  writeStored(STORED, locale)
  document.documentElement.lang = locale
}

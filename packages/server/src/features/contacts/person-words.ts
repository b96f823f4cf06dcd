import { parsePhoneNumberFromString } from 'libphonenumber-js/max'
import { hashWord, plainText } from '../../platform/search/words.ts'
import type { Index } from '../../platform/vault/vault.ts'

const LETTERS_MIN = 3
const PREFIX_MAX = 24
const DIGITS_MIN = 4
/** Words with what is written together with them: `ana.paula`, `ana@exemplo.com`, `d'ávila`. */
const CHUNK = /[^\s,;()<>"]+/gu
const PART = /[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}/gu
const EDGES = /^[^\p{L}\p{N}\p{Extended_Pictographic}]+|[^\p{L}\p{N}\p{Extended_Pictographic}]+$/gu
/** Digits as people space them, when at least four come together. */
const DIGITS = /(?<![^\s])[+(]*\d[\d\s().+-]*\d\)?(?![^\s])/g
const WITH_NINTH = /^(55)([1-9]{2})9([6-9]\d{7})$/

/** What somebody can be found by. */
export type Findable = {
  names: readonly (string | null)[]
  email: string | null
  phones: readonly string[]
  usernames: readonly string[]
  ids: readonly string[]
}

const trimmed = (chunk: string): string => plainText(chunk).replace(EDGES, '')
const partsOf = (text: string): string[] => [...text.matchAll(PART)].map(([part]) => plainText(part))

/** The word itself, and its beginnings from three letters on. */
function beginnings(word: string, add: (term: string) => void): void {
  add(word)
  const letters = [...word]
  for (let n = LETTERS_MIN; n < Math.min(letters.length, PREFIX_MAX); n++) add(letters.slice(0, n).join(''))
}

function nameTerms(name: string, add: (term: string) => void): void {
  for (const [chunk] of name.matchAll(CHUNK)) {
    const whole = trimmed(chunk)
    const parts = partsOf(chunk)
    for (const part of parts) beginnings(part, add)
    if (whole && parts.length > 1) beginnings(whole, add)
  }
}

/** Every way to write a number: with and without country, area code and ninth digit. */
function spellings(digits: string): string[] {
  const [, country, area, rest] = WITH_NINTH.exec(digits) ?? []
  if (country && area && rest) return [digits, `${area}9${rest}`, `9${rest}`, `${country}${area}${rest}`, `${area}${rest}`, rest]
  const national = parsePhoneNumberFromString(`+${digits}`)?.nationalNumber ?? digits
  return digits.startsWith('55') && national.length === 10 ? [digits, national, national.slice(2)] : [digits, national]
}

/** Runs of at least four digits with which any of its spellings begins or ends. */
function phoneTerms(digits: string, add: (term: string) => void): void {
  for (const spelling of spellings(digits.slice(0, 15))) {
    add(spelling)
    for (let n = DIGITS_MIN; n < spelling.length; n++) {
      add(spelling.slice(0, n))
      add(spelling.slice(-n))
    }
  }
}

type Collect = (add: (term: string) => void) => void
function collect(each: Collect): Set<string> {
  const terms = new Set<string>()
  each((term) => {
    if (term !== '') terms.add(term)
  })
  return terms
}

/** What each part of a person is found by, in clear; only the keyed hashes of it are kept. */
export const termsOf = {
  name: (name: string | null) => collect((add) => name && nameTerms(name, add)),
  usernames: (usernames: readonly string[]) =>
    collect((add) => {
      for (const username of usernames) nameTerms(username, add)
    }),
  phones: (phones: readonly string[]) =>
    collect((add) => {
      for (const phone of phones) phoneTerms(phone.replace(/\D/g, ''), add)
    }),
  ids: (ids: readonly string[]) => new Set(ids.map(plainText)),
  email: (email: string | null) =>
    collect((add) => {
      if (!email) return
      const plain = plainText(email)
      beginnings(plain, add)
      beginnings(plain.slice(plain.indexOf('@') + 1), add)
    }),
}

function personTerms(p: Findable): Set<string> {
  const parts = [...p.names.map(termsOf.name), termsOf.usernames(p.usernames), termsOf.phones(p.phones), termsOf.ids(p.ids), termsOf.email(p.email)]
  return new Set(parts.flatMap((terms) => [...terms]))
}

export const personWords = (index: Index, p: Findable): string[] => [...personTerms(p)].map((term) => hashWord(index, 'person', term))

/** What was asked, in two readings: as it is written (`ana.paula`), and word by word. All terms of one of them have to be there. */
export type PersonQuery = { whole: string[]; parts: string[] }
const TERMS_MAX = 8

export function readPersonQuery(q: string): PersonQuery {
  const runs: string[] = []
  const rest = q.replace(DIGITS, (run) => {
    const digits = run.replace(/\D/g, '')
    if (digits.length < DIGITS_MIN) return run
    // 0 41 11 …, 00 55 11 …
    runs.push(digits.replace(/^0+(?=\d{4})/, ''))
    return ' '
  })
  const chunks = [...rest.matchAll(CHUNK)].map(([chunk]) => chunk)
  const whole = [...runs, ...chunks.map(trimmed)].filter((t) => t !== '')
  const parts = [...runs, ...chunks.flatMap(partsOf)].filter((t) => t !== '')
  const few = (list: readonly string[]) =>
    [...new Set(list.map((t) => (t.length > PREFIX_MAX && !t.includes('@') ? t.slice(0, PREFIX_MAX - 1) : t)))].slice(0, TERMS_MAX)
  return { whole: few(whole), parts: few(parts) }
}

/** Are all terms of one of the two readings there? */
export function answers(terms: ReadonlySet<string>, query: PersonQuery): boolean {
  const all = (list: readonly string[]) => list.length > 0 && list.every((t) => terms.has(t))
  return all(query.whole) || all(query.parts)
}

export type Range = [start: number, end: number]

/** How much of a text its beginning in plain letters takes. */
function lengthOf(text: string, plainLength: number): number {
  let plain = 0
  let end = 0
  for (const letter of text) {
    const more = plainText(letter).length
    if (plain >= plainLength && more > 0) break
    plain += more
    end += letter.length
  }
  return end
}

/** Where a name shows what was asked. */
export function rangesInName(name: string, query: PersonQuery): Range[] {
  const asked = [...query.whole, ...query.parts]
  return [...name.matchAll(PART)].flatMap(({ 0: part, index }): Range[] => {
    const word = plainText(part)
    const hits = asked.filter((t) => t === word || (t.length >= LETTERS_MIN && word.startsWith(t)) || partsOf(t).includes(word))
    const longest = Math.max(0, ...hits.map((t) => (word.startsWith(t) ? t.length : word.length)))
    return longest === 0 ? [] : [[index, index + lengthOf(part, longest)]]
  })
}

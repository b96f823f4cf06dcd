import { stemmer } from '@orama/stemmers/portuguese'
import type { Index } from '../vault/vault.ts'

/** More words than this of one text are not indexed: nobody looks for the rest. */
const WORDS_MAX = 400
/** A word with what is written together with it (`AB-123`, `1.500,00`, `segunda-feira`), or one emoji. */
const CHUNK = /[\p{L}\p{N}\p{M}]+(?:[-_.,'’][\p{L}\p{N}\p{M}]+)*|\p{Extended_Pictographic}/gu
const PART = /[\p{L}\p{N}\p{M}]+|\p{Extended_Pictographic}/gu
const NUMBER = /^\d+(?:[.,]\d+)+$/
const CENTS = /[.,]\d{1,2}$/

/** So common that they find everything: they are neither indexed nor looked for. */
const STOP_WORDS = new Set(
  (
    'a o e as os um uma uns umas de da do das dos em no na nos nas ao aos para pra pro por pelo pela com que se ou mas eu tu ele ela nos voce voces vc vcs ' +
    'me te lhe meu minha seu sua foi ser tem nao ja la ai so the of and to in is it'
  ).split(' '),
)

/** Without accents and case. */
export const plainText = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** Portuguese plurals that a stemmer cannot see once the accents are gone. Applied to both sides, so being wrong costs nothing but a loose hit. */
const PLURALS: readonly [RegExp, string][] = [
  [/(?:oes|aes|aos)$/, 'ao'],
  [/ais$/, 'al'],
  [/eis$/, 'el'],
  [/ois$/, 'ol'],
  [/uis$/, 'ul'],
  [/([^aeiou])is$/, '$1el'],
  [/ns$/, 'm'],
  [/([rz])es$/, '$1'],
]

const NO_PLURALS = new Set(['mais', 'demais', 'jamais', 'pais', 'cais', 'dois', 'depois', 'seis', 'reis', 'leis', 'gratis', 'lapis'])

/** A language uses few words: their roots are found once. */
const ROOTS_MAX = 20_000
const roots = new Map<string, string>()

/** What a word has in common with its plural and its nearest relatives. Takes plain text. */
function rootOf(word: string): string {
  if (word.length <= 3 || !/^[a-z]+$/.test(word)) return word
  let root = roots.get(word)
  if (root === undefined) {
    root = findRoot(word)
    if (roots.size >= ROOTS_MAX) roots.clear()
    roots.set(word, root)
  }
  return root
}

function findRoot(word: string): string {
  const plural = NO_PLURALS.has(word) ? undefined : PLURALS.find(([ending]) => ending.test(word))
  const one = plural ? word.replace(plural[0], plural[1]) : word
  // "fácil" and "fáceis", "reservação" and "reserva".
  const plain = one.replace(/il$/, 'el').replace(/(..)acao$/, '$1a')
  return plainText(stemmer(plain))
}

/** `hidden`: part of something that is looked for as a whole. */
export type Token = { start: number; end: number; term: string; hidden: boolean }

/** Codes and numbers are one word however they are cut: `AB-123` is `ab123`, `1.500,00` is `1500`. */
function wholeOf(chunk: string): string | undefined {
  if (!/\d/.test(chunk) || !/[-_.,]/.test(chunk)) return undefined
  return plainText(NUMBER.test(chunk) ? chunk.replace(CENTS, '') : chunk).replace(/[^\p{L}\p{N}]/gu, '')
}

/** The words of a text with their places, and what each is compared by. The same for what is kept and for what is asked. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (const { 0: chunk, index: at } of text.matchAll(CHUNK)) {
    const whole = wholeOf(chunk)
    if (whole) tokens.push({ start: at, end: at + chunk.length, term: whole, hidden: false })
    for (const { 0: part, index } of chunk.matchAll(PART)) {
      const word = plainText(part)
      if (STOP_WORDS.has(word)) continue
      tokens.push({ start: at + index, end: at + index + part.length, term: rootOf(word), hidden: whole !== undefined })
    }
  }
  return tokens
}

/** The words of a text as they are compared, each once. */
export const wordsOf = (text: string): string[] => [...new Set(tokensOf(text).map((t) => t.term))].slice(0, WORDS_MAX)

/** What somebody who asks this wants to see together in one text. */
export const askedWords = (q: string): string[] => [...new Set(tokensOf(q).flatMap((t) => (t.hidden ? [] : [t.term])))].slice(0, 8)

/** Month of a message, as it stands in the index. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7)

/** One batch repeats its words; each is hashed once for it. Lives as long as the index that a verb asked for. */
const hashes = new WeakMap<Index, Map<string, string>>()
export function hashWord(index: Index, kind: string, word: string): string {
  const known = hashes.get(index) ?? new Map<string, string>()
  hashes.set(index, known)
  const name = `${kind}\0${word}`
  const hash = known.get(name) ?? index.word(kind, word)
  known.set(name, hash)
  return hash
}

const hashed = (index: Index, month: string, words: readonly string[]) => words.map((word) => hashWord(index, `message ${month}`, word))

/**
 * What stands in `messages.words`: keyed hashes of each word together with the month. So the newest months can be looked through
 * first however common a word is, and who steals the index cannot count a word over the years.
 */
export const messageWords = (index: Index, text: string | null, at: Date): string[] => (text ? hashed(index, monthOf(at), wordsOf(text)) : [])

const MONTHS_MAX = 120
/** The same words as they stand in each month, from the newest back to that of `oldest`: ten years at most. Empty when there is nothing to look for. */
export function askedByMonth(index: Index, words: readonly string[], oldest: Date, now = new Date()): string[][] {
  if (words.length === 0) return []
  // A clock may be a day ahead.
  const newest = new Date(now.getTime() + 86_400_000)
  const between = (newest.getUTCFullYear() - oldest.getUTCFullYear()) * 12 + newest.getUTCMonth() - oldest.getUTCMonth() + 1
  const months = Math.min(MONTHS_MAX, Math.max(1, between))
  return Array.from({ length: months }, (_, i) => hashed(index, monthOf(new Date(Date.UTC(newest.getUTCFullYear(), newest.getUTCMonth() - i, 1))), words))
}

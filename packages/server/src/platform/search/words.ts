import { stemmer } from '@orama/stemmers/portuguese'
import type { Index } from '../vault/vault.ts'

/** More words than this of one text are not indexed: nobody looks for the rest. */
const WORDS_MAX = 400
const WORD = /[\p{L}\p{N}]+/gu

/** Without accents and case. */
export const plainText = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()

/** The words of a text as they are compared: plain, Portuguese endings cut off, each once. */
export function wordsOf(text: string): string[] {
  const words = new Set<string>()
  for (const [word] of plainText(text.normalize('NFC')).matchAll(WORD)) {
    if (words.size >= WORDS_MAX) break
    words.add(stemmer(word))
  }
  return [...words]
}

/** Month of a message, as it stands in the index. */
export const monthOf = (at: Date): string => at.toISOString().slice(0, 7)

/**
 * What stands in `messages.words`: keyed hashes of each word together with the month. So the newest months can be looked through
 * first however common a word is, and who steals the index cannot count a word over the years.
 */
export const messageWords = (index: Index, text: string | null, at: Date): string[] =>
  text ? wordsOf(text).map((word) => index.word(`message ${monthOf(at)}`, word)) : []

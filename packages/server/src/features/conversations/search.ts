const MARKS = /[\u0300-\u036f]/g

/** Lower case without accents, as the database's plain() does. */
export const plainText = (s: string): string => s.normalize('NFD').replace(MARKS, '').toLowerCase()

/** A LIKE pattern that finds `q` anywhere, with the wildcards that a person typed taken literally. Digits of a phone match however they are spaced. */
export function likePattern(q: string): string {
  const digits = q.replace(/\D/g, '')
  const text = digits.length >= 4 && /^[\d\s()+-]+$/.test(q) ? digits : plainText(q)
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

/** A tsquery of the words, all required, the last one as a prefix because it is still being typed. Empty when there is no word. */
export function wordQuery(q: string): string {
  const words = q.match(/[\p{L}\p{N}]+/gu) ?? []
  return words
    .slice(0, 8)
    .map((w, i) => (i === words.length - 1 && w.length >= 3 ? `'${w}':*` : `'${w}'`))
    .join(' & ')
}

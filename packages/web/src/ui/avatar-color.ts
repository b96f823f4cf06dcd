/** The first letters of the first and the last word; "#" for a phone number or nothing. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/u)
    .map((word) => word.replace(/^[^\p{L}\p{N}]+/u, ''))
    .filter((word) => word !== '')
  const first = words[0]
  if (first === undefined || /^\d/.test(first)) return '#'
  const last = words.length > 1 ? words[words.length - 1] : undefined
  return `${firstLetter(first)}${last === undefined ? '' : firstLetter(last)}`.toUpperCase()
}

const firstLetter = (word: string): string => Array.from(word)[0] ?? ''

/** The same person always has the same hue, in every list and on every day. */
export function hueOf(seed: string): number {
  let hash = 2_166_136_261
  for (const letter of seed) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619)
  return (hash >>> 0) % 12
}

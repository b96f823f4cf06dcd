import { describe, expect, it } from 'vitest'
import { emojiGroups, findEmojis } from './emoji-data.ts'

describe('emoji', () => {
  it('has each one once, with words to find it', () => {
    const all = emojiGroups().flatMap(({ emojis }) => emojis)
    expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(all.length)
    expect(all.every(({ emoji, words }) => /^\p{RGI_Emoji}$/v.test(emoji) && words.length > 1)).toBe(true)
  })

  it('is found by the beginning of words, with or without accents', () => {
    expect(findEmojis('coracao verm').map(({ emoji }) => emoji)).toEqual(['❤️'])
    expect(findEmojis('aniv').map(({ emoji }) => emoji)).toContain('🎂')
    expect(findEmojis('zzz')).toEqual([])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOnlyEmoji, parseText } from './rich-text.ts'

const kinds = (text: string) => parseText(text).map((part) => [part.kind, part.text])

describe('text of a message', () => {
  it('finds addresses and leaves the sentence’s punctuation outside', () => {
    expect(parseText('Veja https://a.com/b?c=1.')).toEqual([
      { kind: 'text', text: 'Veja ' },
      { kind: 'link', text: 'https://a.com/b?c=1', href: 'https://a.com/b?c=1' },
      { kind: 'text', text: '.' },
    ])
    expect(kinds('(www.a.com/x_(y))')).toEqual([
      ['text', '('],
      ['link', 'www.a.com/x_(y)'],
      ['text', ')'],
    ])
  })

  it('never makes a link of anything but http and https', () => {
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'https://', 'file:///etc/passwd']) {
      expect(parseText(text).some((part) => part.kind === 'link')).toBe(false)
    }
  })

  it('knows the marks of WhatsApp', () => {
    expect(kinds('*a* _b_ ~c~ `d` ```e```')).toEqual([
      ['bold', 'a'],
      ['text', ' '],
      ['italic', 'b'],
      ['text', ' '],
      ['strike', 'c'],
      ['text', ' '],
      ['code', 'd'],
      ['text', ' '],
      ['code', 'e'],
    ])
  })

  it('leaves sums and names alone', () => {
    for (const text of ['2*3*4', 'nome_do_arquivo', '* item', '5 ~ 6', '**']) expect(kinds(text)).toEqual([['text', text]])
  })

  it('loses nothing of what was written', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const shown = parseText(text)
          .map((part) => part.text)
          .join('')
        expect(text.replace(/[*_~`]/g, '')).toBe(shown.replace(/[*_~`]/g, ''))
      }),
    )
  })

  it('knows a message that is only emoji', () => {
    expect(['👍', '❤️😂', '👨‍👩‍👧 🇧🇷', '1️⃣'].every(isOnlyEmoji)).toBe(true)
    expect(['ok 👍', '👍👍👍👍', '', '123'].some(isOnlyEmoji)).toBe(false)
  })
})

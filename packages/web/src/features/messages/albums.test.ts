import { type Media, NOTHING_DERIVED } from '@atende/contracts/media'
import type { Message } from '@atende/contracts/messages'
import { expect, it } from 'vitest'
import { message } from './test-messages.ts'
import { buildTimeline, rowIndexOf } from './timeline.ts'

const media = (id: string, more: Partial<Media> = {}): Media => ({
  id,
  kind: 'image',
  mime: 'image/jpeg',
  size: 1,
  filename: null,
  status: 'stored',
  width: 4,
  height: 3,
  url: `/signed/${id}`,
  voice: false,
  animated: false,
  ...NOTHING_DERIVED,
  ...more,
})
const photo = (id: string, second: number, parts: Partial<Message> = {}) => message(id, second, { content: { type: 'image', media: media(id) }, ...parts })
const shape = (list: Message[], unreadFrom: string | null = null) =>
  buildTimeline(list, [], unreadFrom).map((row) =>
    row.kind === 'album' ? row.messages.map((m) => m.id).join('+') : row.kind === 'message' ? row.message.id : row.kind,
  )

it('photos in a row stand side by side, from three on', () => {
  expect(shape([photo('a', 1), photo('b', 2)])).toEqual(['day', 'a', 'b'])
  expect(shape([message('t', 0), photo('a', 1), photo('b', 2), photo('c', 3), message('u', 4)])).toEqual(['day', 't', 'a+b+c', 'u'])
})

it('what has words, an answer, a reaction or no file yet stays for itself', () => {
  const captioned = message('x', 4, { content: { type: 'image', media: media('x'), caption: 'olha' } })
  expect(shape([photo('a', 1), photo('b', 2), photo('c', 3), captioned, photo('d', 5)])).toEqual(['day', 'a+b+c', 'x', 'd'])
  const others: Partial<Message>[] = [
    { forwarded: true },
    { reactions: [{ emoji: '👍', by: 'us', userId: null }] },
    { quoted: { id: null, direction: null, preview: '', type: 'text' } },
    { content: { type: 'image', media: media('b', { status: 'pending', url: null, reason: 'not_yet' }) } },
  ]
  for (const other of others) expect(shape([photo('a', 1), photo('b', 2, other), photo('c', 3)])).toEqual(['day', 'a', 'b', 'c'])
})

it('an album ends where a run ends: after a pause, and at the unread mark', () => {
  const paused = [photo('a', 1), photo('b', 2), photo('c', 3), photo('d', 900), photo('e', 901), photo('f', 902)]
  expect(shape(paused)).toEqual(['day', 'a+b+c', 'd+e+f'])
  expect(shape([photo('a', 1), photo('b', 2), photo('c', 3), photo('d', 4), photo('e', 5), photo('f', 6)], 'd')).toEqual(['day', 'a+b+c', 'unread', 'd+e+f'])
})

it('a photo inside of an album is found', () => {
  const rows = buildTimeline([photo('a', 1), photo('b', 2), photo('c', 3)], [], null)
  expect(rowIndexOf(rows, 'b')).toBe(1)
  expect(rowIndexOf(rows, 'z')).toBe(-1)
})

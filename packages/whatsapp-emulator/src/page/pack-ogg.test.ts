import { expect, test } from 'vitest'
import { packOgg } from '../../phone/pack-ogg.ts'

const text = (value: string): number[] => [...new TextEncoder().encode(value)]
const block = (...opus: number[]): number[] => [0xa3, 0x80 | (4 + opus.length), 0x81, 0, 0, 0x80, ...opus]
const codec = [...text('OpusHead'), 1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]
const tracks = [0x16, 0x54, 0xae, 0x6b, 0x80 | (5 + codec.length), 0xae, 0x80 | (3 + codec.length), 0x63, 0xa2, 0x80 | codec.length, ...codec]
const unknownSize = [0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]

test('a recorded WebM becomes Ogg pages with head, tags and the packets', () => {
  const cluster = [0x1f, 0x43, 0xb6, 0x75, ...unknownSize, 0xe7, 0x81, 0, ...block(0xfc, 1, 2, 3), ...block(0xfc, 4, 5)]
  const webm = new Uint8Array([0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, ...unknownSize, ...tracks, ...cluster])
  const ogg = packOgg(webm)
  const shown = Buffer.from(ogg ?? []).toString('latin1')
  expect(shown.split('OggS')).toHaveLength(4)
  expect(shown).toContain('OpusHead')
  expect(shown).toContain('OpusTags')
  const lastPage = Buffer.from(ogg ?? []).subarray(shown.lastIndexOf('OggS'))
  expect(lastPage[5]).toBe(4)
  expect(lastPage.readBigUInt64LE(6)).toBe(1920n)
  expect([...lastPage.subarray(26)]).toEqual([2, 4, 3, 0xfc, 1, 2, 3, 0xfc, 4, 5])
})

test('anything else is not packed', () => {
  expect(packOgg(new Uint8Array([1, 2, 3]))).toBeNull()
  expect(packOgg(new Uint8Array())).toBeNull()
})

import { type Media, NOTHING_DERIVED } from '@atende/contracts/media'
import { expect, it } from 'vitest'
import { picturesAround, picturesOf } from './lightbox-pictures.ts'
import { ours } from './test-messages.ts'

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
const photo = (id: string, more: Partial<Media> = {}) => ({
  ...ours(id, 1),
  content: { type: 'image' as const, media: media(id, more), caption: `foto ${id}` },
})

const conversation = [photo('a'), ours('text', 2), photo('b', { status: 'pending', url: null }), photo('c')]

it('goes through the photos that are here, in their order', () => {
  expect(picturesOf(conversation).map((p) => p.media.id)).toEqual(['a', 'c'])
  const opened = { media: media('c'), caption: '' }
  expect(picturesAround(opened, [[photo('x')], conversation])).toMatchObject({ at: 1, pictures: [{ caption: 'foto a' }, { caption: 'foto c' }] })
})

it('a photo that no loaded conversation holds stands alone', () => {
  const opened = { media: media('local', { url: 'blob:here' }), caption: 'minha' }
  expect(picturesAround(opened, [conversation])).toEqual({ pictures: [opened], at: 0 })
  expect(picturesAround(opened, [])).toEqual({ pictures: [opened], at: 0 })
})

import { describe, expect, it } from 'vitest'
import { needsJpeg, planFile } from './file-checks.ts'

const MB = 1024 * 1024
const file = (name: string, type: string, size = MB) => ({ name, type, size })

describe('files before they are sent', () => {
  it('sends JPEG and PNG as photos', () => {
    expect(planFile(file('a.jpg', 'image/jpeg'), null)).toMatchObject({ kind: 'image', note: null, refusal: null })
    expect(needsJpeg(file('a.jpg', 'image/jpeg'), 'image')).toBe(false)
  })

  it('offers other pictures as a JPEG or as a document', () => {
    const heic = file('a.heic', 'image/heic')
    expect(planFile(heic, null)).toMatchObject({ kind: 'image', options: ['image', 'document'], note: 'photoFormat' })
    expect(needsJpeg(heic, 'image')).toBe(true)
    expect(needsJpeg(heic, 'document')).toBe(false)
  })

  it('makes a photo above 5 MB smaller, or sends it complete as a document', () => {
    const large = file('a.png', 'image/png', 9 * MB)
    expect(planFile(large, null)).toMatchObject({ kind: 'image', note: 'photoLarge', refusal: null })
    expect(needsJpeg(large, 'image')).toBe(true)
  })

  it('takes a small WebP as a sticker when that was wanted', () => {
    expect(planFile(file('s.webp', 'image/webp', 90_000), 'sticker')).toMatchObject({ kind: 'sticker', note: null })
    expect(planFile(file('s.webp', 'image/webp', 900_000), 'sticker')).toMatchObject({ kind: 'document', note: 'stickerLarge' })
  })

  it('sends videos that WhatsApp does not show as documents', () => {
    expect(planFile(file('v.mp4', 'video/mp4'), null)).toMatchObject({ kind: 'video' })
    expect(planFile(file('v.mov', 'video/quicktime'), null)).toMatchObject({ kind: 'document', note: 'videoFormat' })
    expect(planFile(file('v.mp4', 'video/mp4', 40 * MB), null)).toMatchObject({ kind: 'document', note: 'videoFormat' })
  })

  it('reads a type with parameters', () => {
    expect(planFile(file('a.ogg', 'audio/ogg; codecs=opus'), null)).toMatchObject({ kind: 'audio' })
  })

  it('keeps everything as a document when that was chosen', () => {
    expect(planFile(file('a.jpg', 'image/jpeg'), 'document')).toMatchObject({ kind: 'document', note: null })
  })

  it('refuses what is empty or above 100 MB', () => {
    expect(planFile(file('a.pdf', 'application/pdf', 0), null).refusal).toBe('empty')
    expect(planFile(file('a.zip', 'application/zip', 101 * MB), null).refusal).toBe('tooLarge')
    expect(planFile(file('sem-tipo', '', MB), null)).toMatchObject({ kind: 'document', refusal: null })
  })
})

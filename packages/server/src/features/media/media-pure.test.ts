import { describe, expect, test } from 'vitest'
import { Keys } from '../../platform/keys.ts'
import { MasterKeys } from '../../platform/master-keys.ts'
import { acceptUpload, humanSize } from './accept-upload.ts'
import { detectType } from './detect-type.ts'
import { readImageSize } from './image-size.ts'
import { decodeSha256 } from './media.ts'
import { isUrlValid, mediaUrl } from './media-url.ts'
import { cleanFilename } from './read-upload.ts'
import { readRange } from './serve-content.ts'

const be = (n: number, bytes: number) => {
  const b = Buffer.alloc(bytes)
  b.writeUIntBE(n, 0, bytes)
  return b
}
const le = (n: number, bytes: number) => Buffer.from(be(n, bytes)).reverse()
const png = (w: number, h: number) =>
  Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    be(13, 4),
    Buffer.from('IHDR'),
    be(w, 4),
    be(h, 4),
    Buffer.from([8, 2, 0, 0, 0]),
    be(0, 4),
    be(0, 4),
    Buffer.from('IDAT'),
  ])
const jpeg = (w: number, h: number, orientation?: number) => {
  const entry = orientation === undefined ? undefined : Buffer.concat([be(0x0112, 2), be(3, 2), be(1, 4), be(orientation, 2), be(0, 2)])
  const exif = entry && Buffer.concat([Buffer.from('Exif\0\0MM'), be(42, 2), be(8, 4), be(1, 2), entry, be(0, 4)])
  const app1 = exif ? Buffer.concat([be(0xffe1, 2), be(exif.length + 2, 2), exif]) : Buffer.alloc(0)
  return Buffer.concat([be(0xffd8, 2), app1, be(0xffc0, 2), be(17, 2), be(8, 1), be(h, 2), be(w, 2), Buffer.alloc(12)])
}
const webpX = (w: number, h: number, animated: boolean) =>
  Buffer.concat([Buffer.from('RIFF'), le(22, 4), Buffer.from('WEBPVP8X'), le(10, 4), Buffer.from([animated ? 2 : 0, 0, 0, 0]), le(w - 1, 3), le(h - 1, 3)])
const upload = (data: Buffer | string, filename = 'arquivo', more: object = {}) => ({
  data: Buffer.from(data),
  filename,
  declaredMime: '',
  kind: undefined,
  ...more,
})

describe('image size', () => {
  test.each([
    ['png', png(640, 480), { width: 640, height: 480, animated: false }],
    ['jpeg', jpeg(4000, 3000), { width: 4000, height: 3000, animated: false }],
    ['jpeg upright', jpeg(4000, 3000, 1), { width: 4000, height: 3000, animated: false }],
    ['jpeg turned by a quarter', jpeg(4000, 3000, 6), { width: 3000, height: 4000, animated: false }],
    ['still webp', webpX(512, 512, false), { width: 512, height: 512, animated: false }],
    ['animated webp', webpX(512, 512, true), { width: 512, height: 512, animated: true }],
  ])('%s', (_, data, size) => expect(readImageSize(data)).toEqual(size))

  test('damaged or other files have none, wherever they end', () => {
    for (const whole of [png(1, 1), jpeg(1, 1, 6), webpX(1, 1, true)]) {
      for (let i = 0; i < 20; i++) expect(() => readImageSize(whole.subarray(0, i))).not.toThrow()
    }
    expect(readImageSize(Buffer.from('not an image at all, only text'))).toBeUndefined()
  })
})

describe('type by content', () => {
  test.each([
    ['text', 'Olá, tudo bem?', 'nota.txt', 'text/plain'],
    ['csv by its name', 'a;b\n1;2', 'lista.csv', 'text/csv'],
    ['html called png', '<!DOCTYPE html><script>1</script>', 'praia.png', 'text/html'],
    ['html without doctype', '  \n<html onload=x>', 'x.txt', 'text/html'],
    ['svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>', 'logo.svg', 'image/svg+xml'],
    ['svg after a declaration', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', 'logo.png', 'image/svg+xml'],
    ['pdf', '%PDF-1.7\n', 'conta.pdf', 'application/pdf'],
  ])('%s', async (_, data, name, mime) => expect((await detectType(Buffer.from(data), name)).mime).toBe(mime))

  test.each([
    ['windows program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]), 'x.txt'],
    ['linux program', Buffer.concat([Buffer.from('7f454c460201', 'hex'), Buffer.alloc(100)]), 'x.pdf'],
    ['shell script', Buffer.from('#!/bin/sh\nrm -rf /'), 'x.txt'],
    ['by its name', Buffer.from('harmless'), 'x.bat'],
  ])('executable: %s', async (_, data, name) => expect((await detectType(data, name)).executable).toBe(true))
})

describe('what WhatsApp takes', () => {
  test('an image is an image, with its pixels', async () => {
    expect(await acceptUpload(upload(png(800, 600), 'praia.png'))).toMatchObject({ kind: 'image', mime: 'image/png', size: { width: 800 } })
  })
  test('an image may be sent as a document when asked', async () => {
    expect(await acceptUpload(upload(png(8, 8), 'praia.png', { kind: 'document' }))).toMatchObject({ kind: 'document', mime: 'image/png' })
  })
  test.each([
    ['html as image', upload('<html>', 'praia.png', { kind: 'image' }), 'media_type_refused'],
    ['svg', upload('<svg xmlns="http://www.w3.org/2000/svg"/>', 'logo.svg'), 'media_type_refused'],
    ['gif', upload(Buffer.from('47494638396101000100', 'hex'), 'a.gif'), 'media_type_refused'],
    ['program as document', upload('x', 'x.exe', { kind: 'document' }), 'media_type_refused'],
    ['large image', upload(Buffer.concat([png(8, 8), Buffer.alloc(5_242_880)]), 'a.png'), 'media_too_large'],
    ['sticker of another size', upload(webpX(300, 300, false), 'a.webp'), 'media_type_refused'],
    ['heavy still sticker', upload(Buffer.concat([webpX(512, 512, false), Buffer.alloc(110_000)]), 'a.webp'), 'media_too_large'],
    ['nothing', upload('', 'a.txt'), 'validation_failed'],
  ])('refused: %s', async (_, input, code) => {
    await expect(acceptUpload(input)).rejects.toMatchObject({ code })
  })
  test('the refusal names the limit', async () => {
    const big = upload(Buffer.concat([png(8, 8), Buffer.alloc(6_000_000)]), 'a.png')
    await expect(acceptUpload(big)).rejects.toMatchObject({ detail: 'Imagens podem ter até 5 MB. Este arquivo tem 5,7 MB.' })
    expect(humanSize(512_000)).toBe('500 KB')
  })
})

describe('signed addresses', () => {
  const ctx = { keys: new Keys(new MasterKeys([]), Buffer.alloc(32, 0xab)) }
  const [tenant, media] = ['01990000-0000-7000-8000-000000000001', '01990000-0000-7000-8000-000000000002']
  const now = Date.UTC(2026, 10, 20, 12, 20)
  const tokenOf = (url: string) => {
    const q = new URL(url, 'http://x').searchParams
    return { t: q.get('t') ?? '', e: q.get('e') ?? '', s: q.get('s') ?? '' }
  }

  test('stable within the hour, valid for one to two hours', () => {
    const url = mediaUrl(ctx, { tenantId: tenant, conversationId: null }, media, 'original', now)
    expect(mediaUrl(ctx, { tenantId: tenant, conversationId: null }, media, 'original', now + 30 * 60_000)).toBe(url)
    expect(isUrlValid(ctx, media, tokenOf(url), now + 99 * 60_000)).toBe(true)
    expect(isUrlValid(ctx, media, tokenOf(url), now + 100 * 60_000)).toBe(false)
  })
  test('changed in any part, it opens nothing', () => {
    const token = tokenOf(mediaUrl(ctx, { tenantId: tenant, conversationId: null }, media, 'original', now))
    expect(isUrlValid(ctx, tenant, token, now)).toBe(false)
    expect(isUrlValid(ctx, media, { ...token, t: media }, now)).toBe(false)
    expect(isUrlValid(ctx, media, { ...token, e: String(Number(token.e) + 3600) }, now)).toBe(false)
    expect(isUrlValid(ctx, media, { ...token, s: '' }, now)).toBe(false)
    expect(isUrlValid(ctx, media, { ...token, v: 'thumb' }, now)).toBe(false)
    expect(isUrlValid({ keys: new Keys(new MasterKeys([]), Buffer.alloc(32, 0xcd)) }, media, token, now)).toBe(false)
  })
})

test.each([
  ['bytes=0-3', { start: 0, end: 3 }],
  ['bytes=5-', { start: 5, end: 9 }],
  ['bytes=-4', { start: 6, end: 9 }],
  ['bytes=-40', { start: 0, end: 9 }],
  ['bytes=0-99', { start: 0, end: 9 }],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=4-2', undefined],
  ['bytes=0-1,3-4', undefined],
  ['bytes=-', undefined],
  ['items=0-1', undefined],
  [undefined, undefined],
])('range %s of ten bytes', (header, range) => expect(readRange(header, 10)).toEqual(range))

test('file names lose folders and control characters', () => {
  expect(cleanFilename('..\\..\\etc/passwd')).toBe('passwd')
  expect(cleanFilename('a\u0000b\u202Egpj.exe')).toBe('abgpj.exe')
  expect(cleanFilename('/')).toBe('arquivo')
})

test('sha256 is read by its length: base64 or hex', () => {
  const bytes = Buffer.alloc(32, 7)
  expect(decodeSha256(bytes.toString('base64'))).toEqual(bytes)
  expect(decodeSha256(bytes.toString('hex'))).toEqual(bytes)
  expect(decodeSha256('short')).toBeNull()
})

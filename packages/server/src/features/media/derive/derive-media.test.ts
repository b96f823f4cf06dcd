import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Media } from '@atende/contracts/media'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startS3StandIn } from '../../../testing/s3-stand-in.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { barsOf } from './derive-audio.ts'
import { deriveMedia } from './derive-media.ts'
import { readMp4 } from './read-mp4.ts'

const SAMPLES = path.resolve(import.meta.dirname, '../../../../../whatsapp-emulator/phone/samples')
const sample = (name: string) => readFileSync(path.join(SAMPLES, name))
const heic = readFileSync(path.resolve(import.meta.dirname, '../fixtures/foto.heic'))
const META = { id: 'job', attempt: 1, lastAttempt: false }

type Problem = { code: string; detail?: string }
type Owner = Awaited<ReturnType<TestServer['register']>>

const upload = (server: TestServer, owner: Owner, data: Buffer, name: string, kind?: string) => {
  const body = new FormData()
  if (kind) body.set('kind', kind)
  body.set('file', new File([new Uint8Array(data)], name))
  return server.call<Media & Problem>('POST', '/api/media', { token: owner.token, body })
}
type Derived = { derived_at: Date; derive_error: string | null }
const derived = (server: TestServer, id: string) =>
  eventually(async () => (await server.sql<Derived>('select derived_at, derive_error from media where id = $1 and derived_at is not null', [id]))[0], 30_000)

/** A PNG that claims to be as large as told, and holds next to nothing. */
async function boastfulPng(side: number): Promise<Buffer> {
  const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#0f766e' } })
    .png()
    .toBuffer()
  png.writeUInt32BE(side, 16)
  png.writeUInt32BE(side, 20)
  const { crc32 } = await import('node:zlib')
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  return png
}

describe('what is made of a file', () => {
  let server: TestServer
  let owner: Owner
  beforeAll(async () => {
    server = await startTestServer()
    owner = await server.register()
  })
  afterAll(() => server.close())
  const send = (data: Buffer, name: string, kind?: string) => upload(server, owner, data, name, kind)
  const look = async (id: string) => (await server.call<Media>('GET', `/api/media/${id}`, { token: owner.token })).body
  const read = async (url: string | null, headers: Record<string, string> = {}) => {
    const answer = await fetch(server.url + (url ?? '/none'), { headers })
    return { status: answer.status, headers: answer.headers, data: Buffer.from(await answer.arrayBuffer()) }
  }

  test('the file works before, and its small picture has an address of its own', async () => {
    const { body } = await send(sample('praia.jpg'), 'praia.jpg')
    expect(body).toMatchObject({ status: 'stored', reason: null, originalUrl: null })
    expect((await read(body.url)).status).toBe(200)
    await derived(server, body.id)
    const { thumbnailUrl, blur } = await look(body.id)
    expect(blur?.length).toBeLessThan(2000)
    const thumb = await read(thumbnailUrl)
    expect(thumb.headers.get('content-type')).toBe('image/webp')
    expect(
      Math.max(
        ...Object.values(
          await sharp(thumb.data)
            .metadata()
            .then(({ width, height }) => ({ width, height })),
        ),
      ),
    ).toBe(480)
    expect((await read(thumbnailUrl, { range: 'bytes=0-3' })).data.toString()).toBe('RIFF')
    expect((await read(thumbnailUrl, { range: `bytes=${thumb.data.length}-` })).status).toBe(416)
    // The signature is of one file only.
    expect((await read((thumbnailUrl ?? '').replace('v=thumb', 'v=original'))).status).toBe(404)
    expect((await read((body.url ?? '').replace('?', '?v=thumb&'))).status).toBe(404)
    const stranger = await server.register()
    const at = `/api/media/${body.id}/content?v=thumb`
    expect((await read(at, { authorization: `Bearer ${owner.token}` })).headers.get('content-type')).toBe('image/webp')
    expect((await read(at, { authorization: `Bearer ${stranger.token}` })).status).toBe(404)
    expect((await read(`/api/media/${body.id}/content?v=shown`, { authorization: `Bearer ${owner.token}` })).status).toBe(404)
  })

  test('a photo taken with the phone on its side stands upright', async () => {
    const lying = await sharp({ create: { width: 640, height: 320, channels: 3, background: '#226688' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const { body } = await send(lying, 'deitada.jpg')
    await derived(server, body.id)
    const media = await look(body.id)
    expect(media).toMatchObject({ width: 320, height: 640 })
    expect(await sharp((await read(media.thumbnailUrl)).data).metadata()).toMatchObject({ width: 240, height: 480 })
  })

  test('repeating the job changes nothing', async () => {
    const { body } = await send(sample('praia.jpg'), 'praia.jpg')
    const { derived_at: before } = await derived(server, body.id)
    await deriveMedia(server.ctx, { tenantId: owner.tenantId, mediaId: body.id }, META)
    expect((await derived(server, body.id)).derived_at).toEqual(before)
    await expect(deriveMedia(server.ctx, { tenantId: owner.tenantId, mediaId: owner.userId }, META)).resolves.toBeUndefined()
  })

  test('a HEIC becomes a JPEG that WhatsApp takes; as a document it stays what it is', async () => {
    const { status, body } = await send(heic, 'IMG_0042.HEIC')
    expect(status).toBe(201)
    expect(body).toMatchObject({ kind: 'image', mime: 'image/jpeg', filename: 'IMG_0042.jpg', width: 256, height: 192 })
    expect((await read(body.url)).data.subarray(0, 2).toString('hex')).toBe('ffd8')
    const kept = await send(heic, 'IMG_0042.HEIC', 'document')
    expect(kept.body).toMatchObject({ kind: 'document', mime: 'image/heic', filename: 'IMG_0042.HEIC' })
    const broken = await send(Buffer.concat([heic.subarray(0, 500), Buffer.alloc(400, 7)]), 'IMG.HEIC')
    expect(broken).toMatchObject({ status: 415, body: { code: 'media_type_refused' } })
  })

  test('files that are not what they say, damaged or boastful stay usable, and the server alive', async () => {
    const jpeg = sample('praia.jpg')
    for (const [data, name, kind] of [
      [await boastfulPng(60_000), 'bomba.png', 'document'],
      [await boastfulPng(9_000), 'bomba-menor.png', 'document'],
      [jpeg.subarray(0, jpeg.length >> 1), 'meia.jpg', 'document'],
      [Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(5000, 'x')]), 'lixo.pdf', 'document'],
      [Buffer.concat([sample('recado.ogg').subarray(0, 47), Buffer.alloc(3000, 9)]), 'lixo.ogg', 'document'],
      [Buffer.concat([sample('ondas.mp4').subarray(0, 40), Buffer.alloc(3000, 255)]), 'lixo.mp4', 'document'],
    ] as const) {
      const { status, body } = await send(data, name, kind)
      expect([name, status]).toEqual([name, 201])
      await derived(server, body.id)
      const media = await look(body.id)
      expect(media).toMatchObject({ status: 'stored', thumbnailUrl: null, waveform: null, pages: null })
      expect((await read(media.url)).data.equals(data)).toBe(true)
    }
    const { body } = await send(sample('comprovante.pdf'), 'ok.pdf')
    await derived(server, body.id)
    expect(await look(body.id)).toMatchObject({ pages: 1, thumbnailUrl: expect.any(String) })
  })

  test('an MP3 has a shape too; sound of other kinds has none and plays all the same', async () => {
    const wav = Buffer.concat([
      Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x44\xac\x00\x00\x88\x58\x01\x00\x02\x00\x10\x00data\x00\x00\x00\x00', 'latin1'),
    ])
    const { body } = await send(wav, 'som.wav', 'document')
    expect(await derived(server, body.id)).toMatchObject({ derive_error: null })
    expect(await look(body.id)).toMatchObject({ waveform: null, durationSeconds: null })
    const mp3 = readFileSync(path.resolve(import.meta.dirname, '../fixtures/tom.mp3'))
    const tone = await send(mp3, 'tom.mp3')
    expect(tone.body).toMatchObject({ kind: 'audio', mime: 'audio/mpeg' })
    await derived(server, tone.body.id)
    const media = await look(tone.body.id)
    expect(media.durationSeconds).toBeCloseTo(1, 0)
    expect(media.waveform).toHaveLength(64)
  })
})

describe('with S3 behind it', () => {
  let s3: Awaited<ReturnType<typeof startS3StandIn>>
  let server: TestServer
  let owner: Owner
  beforeAll(async () => {
    s3 = await startS3StandIn()
    server = await startTestServer({ ...s3.env, S3_PREFIX: 'pousada' })
    owner = await server.register()
  })
  afterAll(async () => {
    await server.close()
    await s3.close()
  })

  test('files lie in the bucket and are served through us, in ranges too', async () => {
    const photo = sample('praia.jpg')
    const { body } = await upload(server, owner, photo, 'praia.jpg')
    const key = `pousada/${owner.tenantId}/${body.id}`
    // Sealed: a little larger, and nothing of the picture in it.
    expect(s3.objects.get(key)?.length).toBeGreaterThan(photo.length)
    expect(s3.objects.get(key)?.includes(photo.subarray(100, 132))).toBe(false)
    await derived(server, body.id)
    expect(s3.objects.has(`${key}.thumb`)).toBe(true)
    const part = await fetch(server.url + body.url, { headers: { range: 'bytes=5-14' } })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer()).equals(photo.subarray(5, 15))).toBe(true)
    const whole = await fetch(server.url + body.url)
    expect(whole.headers.get('content-length')).toBe(String(photo.length))
    expect(Buffer.from(await whole.arrayBuffer()).equals(photo)).toBe(true)
    s3.objects.delete(key)
    expect((await fetch(server.url + body.url)).status).toBe(404)
  })

  test('a bucket that is away is told: to the health page, and to whoever uploads', async () => {
    s3.failNext(503, 20)
    const health = await server.call<{ checks: Record<string, unknown> }>('GET', '/health')
    expect(health.body.checks.storage).toEqual({ status: 'down' })
    const before = await server.sql('select count(*) from media')
    expect((await upload(server, owner, Buffer.from('x'), 'a.txt')).status).toBe(500)
    expect(await server.sql('select count(*) from media')).toEqual(before)
  })
})

describe('pure parts', () => {
  test('bars keep the shape, whatever the length', () => {
    expect(barsOf([])).toEqual(Array.from({ length: 64 }, () => 0))
    expect(barsOf([0.5])).toEqual(Array.from({ length: 64 }, () => 255))
    const rising = barsOf(Array.from({ length: 1000 }, (_, i) => i))
    expect(rising).toHaveLength(64)
    expect(rising).toEqual([...rising].sort((a, b) => a - b))
    expect(rising.at(-1)).toBe(255)
  })

  test('a film says its length and shape wherever its description lies, and rubbish says nothing', async () => {
    const facts = (b: Buffer) => readMp4(async (at, length) => b.subarray(at, at + length), b.length)
    const clip = sample('ondas.mp4')
    expect(await facts(clip)).toEqual({ durationMs: 3000, width: 480, height: 320 })
    const filler = Buffer.alloc(24)
    filler.writeUInt32BE(1, 0)
    filler.write('free', 4, 'latin1')
    filler.writeBigUInt64BE(24n, 8)
    expect(await facts(Buffer.concat([filler, clip]))).toEqual({ durationMs: 3000, width: 480, height: 320 })
    for (let cut = 0; cut < clip.length; cut += Math.ceil(clip.length / 40)) await expect(facts(clip.subarray(0, cut))).resolves.toBeDefined()
    const damaged = Buffer.from(clip)
    for (let at = 0; at < damaged.length; at += 7) damaged[at] = 255
    await expect(facts(damaged)).resolves.toBeDefined()
    expect(await facts(Buffer.alloc(0))).toEqual({})
  })
})

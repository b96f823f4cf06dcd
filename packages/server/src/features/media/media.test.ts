import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

const SAMPLES = path.resolve(import.meta.dirname, '../../../../whatsapp-emulator/phone/samples')
const photo = readFileSync(path.join(SAMPLES, 'praia.jpg'))
const voice = readFileSync(path.join(SAMPLES, 'recado.ogg'))
const clip = readFileSync(path.join(SAMPLES, 'ondas.mp4'))

type Media = { id: string; kind: string; mime: string; size: number; url: string; voice: boolean; width: number | null; filename: string; status: string }
type Problem = { code: string; detail?: string; errors?: { path: string }[] }

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
})
afterAll(() => server.close())

function form(data: Buffer | string, name: string, fields: Record<string, string> = {}, fieldsFirst = true) {
  const f = new FormData()
  const add = () => {
    for (const [k, v] of Object.entries(fields)) f.set(k, v)
  }
  if (fieldsFirst) add()
  f.set('file', new File([new Uint8Array(Buffer.from(data))], name))
  if (!fieldsFirst) add()
  return f
}
const upload = (body: FormData, token = owner.token) => server.call<Media & Problem>('POST', '/api/media', { token, body })
const bytes = async (url: string, headers: Record<string, string> = {}) => {
  const r = await fetch(server.url + url, { headers })
  return { status: r.status, headers: r.headers, data: Buffer.from(await r.arrayBuffer()) }
}

describe('uploading', () => {
  test('a photo: its kind, type and pixels by its content', async () => {
    const { status, body } = await upload(form(photo, 'praia.png'))
    expect(status).toBe(201)
    expect(body).toMatchObject({
      kind: 'image',
      mime: 'image/jpeg',
      size: photo.length,
      status: 'stored',
      voice: false,
      width: expect.any(Number),
      filename: 'praia.png',
    })
  })

  test('a voice note and a clip', async () => {
    expect((await upload(form(voice, 'recado.ogg'))).body).toMatchObject({ kind: 'audio', mime: 'audio/ogg', voice: true })
    expect((await upload(form(clip, 'ondas.mp4'))).body).toMatchObject({ kind: 'video', mime: 'video/mp4' })
  })

  test('the kind may be asked for, before or after the file', async () => {
    for (const first of [true, false]) {
      expect((await upload(form(photo, 'praia.jpg', { kind: 'document' }, first))).body).toMatchObject({ kind: 'document', mime: 'image/jpeg' })
    }
  })

  test.each([
    ['html called png', form('<html><script>alert(1)</script>', 'a.png', { kind: 'image' }), 415, 'media_type_refused'],
    ['a program', form('MZ harmless', 'setup.exe', { kind: 'document' }), 415, 'media_type_refused'],
    ['an image that is too large', form(Buffer.concat([photo, Buffer.alloc(5_300_000)]), 'a.jpg'), 413, 'media_too_large'],
    ['more than the limit of the server', form(Buffer.alloc(21 * 1024 * 1024), 'a.bin'), 413, 'media_too_large'],
    ['nothing', form('', 'a.txt'), 400, 'validation_failed'],
    ['an unknown kind', form('x', 'a.txt', { kind: 'hologram' }), 400, 'validation_failed'],
    ['no file', form('x', 'a.txt'), 400, 'validation_failed'],
  ])('refused: %s', async (what, body, status, code) => {
    if (what === 'no file') body.delete('file')
    expect(await upload(body)).toMatchObject({ status, body: { code } })
  })

  test('what is no form is refused', async () => {
    expect(await server.call('POST', '/api/media', { token: owner.token, body: { file: 'x' } })).toMatchObject({
      status: 415,
      body: { code: 'content_type_refused' },
    })
    expect((await server.call('POST', '/api/media', { body: form('x', 'a.txt') })).status).toBe(401)
  })

  test.each([
    ['without an end', 'multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc'],
    ['without a boundary', 'multipart/form-data', 'abc'],
    ['with a header cut off', 'multipart/form-data; boundary=x', '--x\r\nContent-Dispo'],
  ])("a broken form is the sender's fault: %s", async (_, type, body) => {
    const headers = { authorization: `Bearer ${owner.token}`, 'content-type': type }
    const answer = await fetch(`${server.url}/api/media`, { method: 'POST', headers, body })
    expect([answer.status, await answer.json()]).toEqual([400, expect.objectContaining({ code: 'malformed_body' })])
  })

  test('a file of nearly 20 MB passes as a document', async () => {
    expect((await upload(form(Buffer.alloc(19 * 1024 * 1024, 'a'), 'a.txt'))).body).toMatchObject({ kind: 'document', size: 19 * 1024 * 1024 })
  })
})

describe('the bytes', () => {
  test('by the signed address, without a login; kept by browsers, locked in', async () => {
    const { body } = await upload(form(photo, 'praia da "Joana".jpg'))
    const { status, headers, data } = await bytes(body.url)
    expect(status).toBe(200)
    expect(data.equals(photo)).toBe(true)
    expect(headers.get('content-type')).toBe('image/jpeg')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("sandbox; default-src 'none'")
    expect(headers.get('cache-control')).toBe('private, max-age=3600')
    expect(headers.get('content-disposition')).toBe("inline; filename*=UTF-8''praia%20da%20%22Joana%22.jpg")
    expect((await bytes(body.url, { 'if-none-match': headers.get('etag') ?? '' })).status).toBe(304)
  })

  test('by a login of the tenant', async () => {
    const { body } = await upload(form(photo, 'praia.jpg'))
    const stranger = await server.register()
    const at = `/api/media/${body.id}/content`
    expect((await bytes(at, { authorization: `Bearer ${owner.token}` })).status).toBe(200)
    expect((await bytes(at, { authorization: `Bearer ${stranger.token}` })).status).toBe(404)
    expect((await server.call('GET', `/api/media/${body.id}`, { token: stranger.token })).status).toBe(404)
    expect((await bytes(at)).status).toBe(404)
  })

  test('a changed, foreign or late address opens nothing', async () => {
    const { body } = await upload(form(photo, 'praia.jpg'))
    const stranger = await server.register()
    for (const change of [
      (u: URL) => u.searchParams.set('t', stranger.tenantId),
      (u: URL) => u.searchParams.set('e', '1700000000'),
      (u: URL) => u.searchParams.set('s', 'AAAA'),
      (u: URL) => u.searchParams.delete('s'),
    ]) {
      const url = new URL(body.url, server.url)
      change(url)
      const answer = await bytes(url.pathname + url.search)
      expect(answer.status).toBe(404)
      expect(JSON.parse(answer.data.toString())).toMatchObject({ code: 'not_found' })
    }
  })

  test('html, svg and the like are only ever saved, never shown', async () => {
    for (const [text, name] of [
      ['<html><script>alert(1)</script></html>', 'a.html'],
      ['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'a.svg'],
    ] as const) {
      const { body } = await upload(form(text, name, { kind: 'document' }))
      const { headers } = await bytes(body.url)
      expect(headers.get('content-type')).toBe('application/octet-stream')
      expect(headers.get('content-disposition')).toMatch(/^attachment;/)
    }
  })

  test('ranges, for seeking in audio and video', async () => {
    const { body } = await upload(form(clip, 'ondas.mp4'))
    const part = await bytes(body.url, { range: 'bytes=10-19' })
    expect(part.status).toBe(206)
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${clip.length}`)
    expect(part.data.equals(clip.subarray(10, 20))).toBe(true)
    expect((await bytes(body.url, { range: 'bytes=-5' })).data.equals(clip.subarray(-5))).toBe(true)
    expect(await bytes(body.url, { range: `bytes=${clip.length}-` })).toMatchObject({ status: 416 })
    expect((await bytes(body.url, { range: 'bytes=0-1', 'if-range': '"another"' })).status).toBe(200)
  })

  test('HEAD tells the size without the bytes', async () => {
    const { body } = await upload(form(clip, 'ondas.mp4'))
    const r = await fetch(server.url + body.url, { method: 'HEAD' })
    expect(r.status).toBe(200)
    expect(r.headers.get('content-length')).toBe(String(clip.length))
  })
})

import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import path from 'node:path'
import type { Media } from '@atende/contracts/media'
import type { MessagePage } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { inTenant } from '../../../platform/database.ts'
import { connectChannel, connectEmulator, delivery, inbound, post, type TestChannel } from '../../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { fetchWaitingMedia } from '../../media/fetch-again.ts'

const SAMPLES = path.resolve(import.meta.dirname, '../../../../../whatsapp-emulator/phone/samples')
const sample = (name: string) => readFileSync(path.join(SAMPLES, name))
const heic = readFileSync(path.resolve(import.meta.dirname, '../../media/fixtures/foto.heic'))
const DAY = 24 * 3600_000

type Owner = Awaited<ReturnType<TestServer['register']>>

describe('media from WhatsApp', () => {
  let server: TestServer
  let owner: Owner
  let emulator: Emulator
  let channelId: string
  beforeAll(async () => {
    server = await startTestServer()
    owner = await server.register()
    ;({ emulator, channelId } = await connectEmulator(server, owner))
  })
  afterAll(async () => {
    await server.close()
    await emulator.stop()
  })

  const setToken = (accessToken: string) => server.call('PATCH', `/api/channels/${channelId}`, { token: owner.token, body: { accessToken } })
  const fetchNow = (id: string) => server.call<Media & { code?: string }>('POST', `/api/media/${id}/fetch`, { token: owner.token })
  const look = async (id: string) => (await server.call<Media>('GET', `/api/media/${id}`, { token: owner.token })).body
  const until = (id: string, right: (m: Media) => boolean) =>
    eventually(async () => {
      const media = await look(id)
      return right(media) && media
    }, 15_000)

  let phones = 0
  /** A customer sends a file; answers the media of its message, as it is then. */
  async function receive(type: 'image' | 'video' | 'audio' | 'document' | 'sticker', bytes: Buffer, mimeType: string): Promise<Media> {
    const phone = `+55119${String(40_000_000 + ++phones)}`
    const file = emulator.control.addMedia({ bytes, mimeType, filename: 'arquivo' })
    emulator.control.sendAs(phone, { type, [type]: { id: file.id } })
    return eventually(async () => {
      const { body } = await server.call<{ items: { id: string; contact: { phone: string | null } }[] }>('GET', '/api/conversations', { token: owner.token })
      const conversation = body.items.find((c) => c.contact.phone === phone)
      if (!conversation) return undefined
      const page = await server.call<MessagePage>('GET', `/api/messages?conversationId=${conversation.id}`, { token: owner.token })
      const content = page.body.items[0]?.content
      return content && 'media' in content ? content.media : undefined
    })
  }
  const bytesAt = async (url: string | null) => Buffer.from(await (await fetch(server.url + (url ?? '/none'))).arrayBuffer())

  test('a photo: here with its pixels, its small picture and its blur, by signed addresses', async () => {
    const photo = sample('praia.jpg')
    const { id } = await receive('image', photo, 'image/jpeg')
    const media = await until(id, (m) => m.thumbnailUrl !== null)
    expect(media).toMatchObject({ status: 'stored', reason: null, mime: 'image/jpeg', size: photo.length, width: 1000, height: 700, originalUrl: null })
    expect(media.blur).toMatch(/^data:image\/webp;base64,/)
    expect((await bytesAt(media.url)).equals(photo)).toBe(true)
    const thumb = await fetch(server.url + media.thumbnailUrl)
    expect(thumb.headers.get('content-type')).toBe('image/webp')
    expect((await thumb.arrayBuffer()).byteLength).toBeLessThan(photo.length)
  })

  test('a HEIC is shown as a JPEG, and the original can be had', async () => {
    const { id } = await receive('document', heic, 'image/heic')
    const media = await until(id, (m) => m.originalUrl !== null)
    expect(media).toMatchObject({ mime: 'image/jpeg', width: 256, height: 192, thumbnailUrl: expect.any(String) })
    expect((await bytesAt(media.url)).subarray(0, 2).toString('hex')).toBe('ffd8')
    expect((await bytesAt(media.originalUrl)).equals(heic)).toBe(true)
  })

  test('a voice note has its shape and its length, a PDF its pages and first page, a film its length', async () => {
    const voice = await until((await receive('audio', sample('recado.ogg'), 'audio/ogg; codecs=opus')).id, (m) => m.waveform !== null)
    expect(voice).toMatchObject({ kind: 'audio', mime: 'audio/ogg', durationSeconds: 4 })
    expect(voice.waveform).toHaveLength(64)
    expect(Math.max(...(voice.waveform ?? []))).toBe(255)
    const pdf = await until((await receive('document', sample('comprovante.pdf'), 'application/pdf')).id, (m) => m.pages !== null)
    expect(pdf).toMatchObject({ pages: 1, thumbnailUrl: expect.any(String), mime: 'application/pdf' })
    const film = await until((await receive('video', sample('ondas.mp4'), 'video/mp4')).id, (m) => m.durationSeconds !== null)
    expect(film).toMatchObject({ durationSeconds: 3, width: 480, height: 320, thumbnailUrl: null })
    const sticker = await until((await receive('sticker', sample('sol.webp'), 'image/webp')).id, (m) => m.status === 'stored')
    expect(sticker).toMatchObject({ kind: 'sticker', animated: false })
  })

  test('while the token is refused the message says so and the channel too; with a good token the file comes', async () => {
    await setToken('a token that ran out')
    const { id } = await receive('image', sample('praia.jpg'), 'image/jpeg')
    const waiting = await until(id, (m) => m.reason === 'token')
    expect(waiting).toMatchObject({ status: 'failed', url: null, retryAt: expect.any(String) })
    expect(Date.parse(waiting.retryAt ?? '')).toBeGreaterThan(Date.now() + 30_000)
    const channel = await server.call<{ status: string; lastError: string }>('GET', `/api/channels/${channelId}`, { token: owner.token })
    expect(channel.body).toMatchObject({ status: 'error', lastError: expect.any(String) })
    await setToken(emulator.defaults.accessToken)
    await inTenant(server.ctx.db, owner.tenantId, (tx) => fetchWaitingMedia(server.ctx, tx, channelId))
    await until(id, (m) => m.status === 'stored')
    expect(await fetchNow(id)).toMatchObject({ status: 409, body: { code: 'media_not_retryable' } })
  })

  test('what WhatsApp no longer has is told as expired, and not asked for again', async () => {
    await setToken('a token that ran out')
    const { id } = await receive('document', Buffer.from('a note'), 'text/plain')
    await until(id, (m) => m.reason === 'token')
    emulator.control.advanceClock(8 * DAY)
    await setToken(emulator.defaults.accessToken)
    const expired = await eventually(async () => {
      await fetchNow(id)
      const media = await look(id)
      return media.status === 'expired' && media
    })
    expect(expired).toMatchObject({ reason: 'expired', retryAt: null, url: null })
    expect(await fetchNow(id)).toMatchObject({ status: 409, body: { code: 'media_not_retryable' } })
  })

  test('a media of another company cannot be fetched, and looks absent', async () => {
    const { id } = await receive('document', Buffer.from('a note'), 'text/plain')
    const stranger = await server.register()
    expect((await server.call('POST', `/api/media/${id}/fetch`, { token: stranger.token })).status).toBe(404)
    expect((await server.call('POST', `/api/media/${id}/fetch`)).status).toBe(401)
  })
})

describe('media from a Graph that misbehaves', () => {
  let server: TestServer
  let owner: Owner
  let channel: TestChannel
  let graph: Server
  let answers: Record<string, { status: number; headers?: Record<string, string>; body: string | Buffer }> = {}
  const seen: { url: string; token: string | undefined }[] = []
  /** Files of other tests are still being tried again, so only these addresses count. */
  const asked = (since: number, ...paths: string[]) =>
    seen
      .slice(since)
      .map((s) => s.url.split('?')[0] ?? '')
      .filter((path) => paths.includes(path))
  beforeAll(async () => {
    graph = createServer((request, response) => {
      const url = request.url ?? ''
      seen.push({ url, token: request.headers.authorization })
      const found = answers[url.split('?')[0] ?? ''] ?? { status: 404, body: 'Not Found' }
      response.writeHead(found.status, found.headers ?? {})
      response.end(found.body)
    })
    await new Promise<void>((done) => graph.listen(0, '127.0.0.1', done))
    server = await startTestServer({ NODE_ENV: 'development' })
    owner = await server.register()
    channel = await connectChannel(server, owner, base())
  })
  afterAll(async () => {
    graph.closeAllConnections()
    graph.close()
    await server.close()
  })
  const base = () => {
    const address = graph.address()
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  }
  const json = (body: object, status = 200) => ({ status, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })
  const node = (id: string, more: object = {}) => json({ messaging_product: 'whatsapp', id, url: `${base()}/file/${id}`, mime_type: 'text/plain', ...more })
  const at = (id: string) => `/v26.0/${id}`

  async function receive(id: string, media: object = {}) {
    await post(
      server,
      channel,
      delivery(channel, { messages: [inbound({ type: 'document', extra: { document: { id, mime_type: 'text/plain', ...media } } })] }),
    )
    return eventually(async () => (await server.sql<{ id: string }>('select id from media where provider_media_id = $1', [id]))[0]?.id)
  }
  type Row = { status: string; reason: string; error: string }
  const settled = (id: string, right: (row: Row) => boolean) =>
    eventually(async () => {
      const [row] = await server.sql<Row>('select status, reason, error from media where id = $1', [id])
      return row && right(row) && row
    })

  test('an address of the webhook that is over, or not of Meta, is passed by, and gets no token', async () => {
    answers = { [at('11')]: node('11'), '/file/11': { status: 200, body: 'a note' } }
    const before = seen.length
    await settled(await receive('11', { url: `${base()}/over` }), (r) => r.status === 'stored')
    expect(asked(before, '/over', at('11'), '/file/11')).toEqual(['/over', at('11'), '/file/11'])
    answers = { [at('12')]: node('12'), '/file/12': { status: 200, body: 'a note' } }
    const other = seen.length
    await settled(await receive('12', { url: `${server.url}/alive` }), (r) => r.status === 'stored')
    expect(asked(other, '/alive', at('12'), '/file/12')).toEqual([at('12'), '/file/12'])
  })

  test('a fresh address of the webhook saves the question', async () => {
    answers = { '/direct': { status: 200, body: 'a note' } }
    const before = seen.length
    await settled(await receive('13', { url: `${base()}/direct` }), (r) => r.status === 'stored')
    expect(asked(before, '/direct', at('13'), '/file/13')).toEqual(['/direct'])
  })

  test('too large by announcement is not even begun', async () => {
    answers = { [at('14')]: node('14', { file_size: '104857601' }) }
    await settled(await receive('14'), (r) => r.status === 'too_large')
    answers = { [at('15')]: node('15'), '/file/15': { status: 200, headers: { 'content-length': '104857601' }, body: '' } }
    await settled(await receive('15'), (r) => r.status === 'too_large')
  })

  test.each([
    ['an error page', { status: 502, body: '<html>Bad gateway</html>' }, 'not_yet'],
    ['no permission on the file', { status: 403, body: '<html>no</html>' }, 'token'],
    ['a redirect elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' }, 'refused'],
  ])('%s is not taken for the file', async (what, answer, reason) => {
    const id = `16${what.length}`
    answers = { [at(id)]: node(id), [`/file/${id}`]: answer }
    const row = await settled(await receive(id), (r) => r.error !== null)
    expect(row.reason).toBe(reason)
    expect(row.status).not.toBe('stored')
  })

  test.each([
    [190, 401, 'token'],
    [200, 403, 'token'],
    [100, 400, 'not_yet'],
    [131016, 500, 'not_yet'],
    [131009, 400, 'refused'],
  ])('code %i of Meta means: %s %s', async (code, status, reason) => {
    const id = `17${code}`
    answers = { [at(id)]: json({ error: { message: 'no', type: 'OAuthException', code } }, status) }
    expect(await settled(await receive(id), (r) => r.error !== null)).toMatchObject({ reason })
  })

  test('by hand it comes before its next try, and never twice at once', async () => {
    answers = { [at('20')]: json({ error: { message: 'no', type: 'OAuthException', code: 131009 } }, 400) }
    const id = await receive('20')
    await settled(id, (r) => r.reason === 'refused')
    const fetchNow = () => server.call<Media>('POST', `/api/media/${id}/fetch`, { token: owner.token })
    answers = { [at('20')]: node('20'), '/file/20': { status: 200, body: 'a note' } }
    const before = seen.length
    const all = await Promise.all([fetchNow(), fetchNow(), fetchNow()])
    expect(all.map((a) => [a.status, a.body.status, a.body.reason])).toEqual(Array.from({ length: 3 }, () => [202, 'pending', 'not_yet']))
    await settled(id, (r) => r.status === 'stored')
    const asked = seen.slice(before).map((s) => s.url.split('?')[0] ?? '')
    // Files of the tests above are tried again meanwhile.
    expect(asked.filter((url) => url === at('20') || url === '/file/20')).toEqual([at('20'), '/file/20'])
    expect((await fetchNow()).status).toBe(409)
  })

  test('garbage instead of an answer is tried again', async () => {
    answers = { [at('18')]: { status: 200, body: 'not json' } }
    expect(await settled(await receive('18'), (r) => r.error !== null)).toMatchObject({ reason: 'not_yet', status: 'pending' })
    answers = { [at('19')]: json({ id: '19', url: 'file:///etc/passwd' }) }
    expect(await settled(await receive('19'), (r) => r.error !== null)).toMatchObject({ reason: 'not_yet', status: 'pending' })
  })
})

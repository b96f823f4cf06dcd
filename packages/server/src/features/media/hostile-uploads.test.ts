import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'

/** Files that are two things at once, lie about themselves, or are meant to hurt who opens them. */
type Media = { id: string; mime: string; url: string; filename: string; width: number | null }
const SCRIPT = '<html><script>alert(1)</script></html>'
const PDF = `%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF`
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let png: Buffer
let gif: Buffer
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  const pixel = sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } })
  ;[png, gif] = await Promise.all([pixel.clone().png().toBuffer(), pixel.clone().gif().toBuffer()])
})
afterAll(() => server.close())

async function upload(data: Buffer | string, name: string, fields: Record<string, string> = {}) {
  const form = new FormData()
  for (const [k, v] of Object.entries(fields)) form.set(k, v)
  form.set('file', new File([new Uint8Array(Buffer.from(data))], name, { type: 'image/png' }))
  return server.call<Media & { code: string }>('POST', '/api/media', { token: owner.token, body: form })
}
async function served(url: string) {
  const { headers, body } = await fetch(server.url + url)
  await body?.cancel()
  const get = (name: string) => headers.get(name) ?? ''
  return { type: get('content-type'), disposition: get('content-disposition'), sniff: get('x-content-type-options'), policy: get('content-security-policy') }
}

/** A PNG that claims this many pixels in a few bytes. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (name: string, data: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    const crc = Buffer.alloc(4)
    crc.writeUInt32BE(crc32(Buffer.concat([Buffer.from(name), data])))
    return Buffer.concat([length, Buffer.from(name), data, crc])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const line = Math.ceil(width / 8) + 1
  const rows = Math.min(height, Math.floor(40_000_000 / line))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(rows * line))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
function crc32(data: Buffer): number {
  let crc = ~0
  for (const byte of data) {
    crc ^= byte
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

describe('polyglots', () => {
  test.each([
    ['a page behind a PNG', () => Buffer.concat([png, Buffer.from(SCRIPT)]), 'a.png', 'image/png'],
    ['a page behind a PNG, called one', () => Buffer.concat([png, Buffer.from(SCRIPT)]), 'a.html', 'image/png'],
    ['a page inside of a GIF', () => Buffer.concat([gif, Buffer.from(`/*${SCRIPT}*/=1;alert(1)`)]), 'a.js.gif', 'image/gif'],
    ['a PDF that runs a script', () => Buffer.from(PDF), 'a.pdf', 'application/pdf'],
  ])('%s is shown as what its bytes are, in a document where nothing runs', async (_, data, name, mime) => {
    const { status, body } = await upload(data(), name, { kind: 'document' })
    expect(status).toBe(201)
    const answer = await served(body.url)
    expect(answer).toMatchObject({ type: mime, sniff: 'nosniff', policy: expect.stringContaining("default-src 'none'") })
    if (mime !== 'application/pdf') expect(answer.policy).toMatch(/^sandbox;/)
    expect(answer.policy).not.toMatch(/script-src|unsafe/)
  })

  test.each([
    ['a page called PNG', SCRIPT, 'a.png'],
    ['a page with a space in front', `  \n\uFEFF${SCRIPT}`, 'a.txt'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'a.svg'],
    ['an SVG called PNG', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'a.png'],
    ['XML with a style of its own', '<?xml version="1.0"?><?xml-stylesheet href="javascript:alert(1)"?><a/>', 'a.xml'],
    ['a page in UTF-16', Buffer.from(`\uFEFF${SCRIPT}`, 'utf16le'), 'a.txt'],
    ['a script', 'alert(1)', 'a.txt'],
    ['a page of MHTML', `MIME-Version: 1.0\nContent-Type: text/html\n\n${SCRIPT}`, 'a.mht'],
  ])('%s is only ever saved to disk', async (_, data, name) => {
    const { body } = await upload(data, name, { kind: 'document' })
    expect(await served(body.url)).toMatchObject({
      type: 'application/octet-stream',
      disposition: expect.stringMatching(/^attachment;/),
      policy: expect.stringMatching(/^sandbox;/),
    })
    expect((await upload(data, name, { kind: 'image' })).status).toBe(415)
  })
})

describe('names', () => {
  test.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\system.ini', 'system.ini'],
    ['/etc/cron.d/x', 'x'],
    ['foto\u202Egpj.exe.txt', 'fotogpj.exe.txt'],
    ['a\u0000.png.txt', 'a.png.txt'],
    ['a\r\nset-cookie: x=1\r\n.txt', 'aset-cookie: x=1.txt'],
    ['<img src=x onerror=alert(1)>.txt', '<img src=x onerror=alert(1)>.txt'],
    ['\'; filename="x.html', '\'; filename="x.html'],
    ['..', '..'],
    ['', 'arquivo'],
  ])('%j is called %j and writes no header of its own', async (name, kept) => {
    const { status, body } = await upload('texto', 'x.txt', { kind: 'document', filename: name })
    expect(status).toBe(201)
    if (name !== '') expect(body.filename).toBe(kept)
    const { headers } = await fetch(server.url + body.url)
    expect(headers.get('set-cookie')).toBeNull()
    const sent = /filename\*=UTF-8''(.*)$/.exec(headers.get('content-disposition') ?? '')?.[1] ?? ''
    expect(sent).toMatch(/^[\w.!~%-]+$/)
    // A storage path is made of ids, never of the name.
    const [row] = await server.sql<{ storage_key: string }>('select storage_key from media where id = $1', [body.id])
    expect(row?.storage_key).toMatch(/^[\w/-]+$/)
  })
})

test('bombs: an image that claims a billion pixels costs nothing, and the server answers on', { timeout: 60_000 }, async () => {
  const made: string[] = []
  for (const [width, height] of [
    [30_000, 30_000],
    [65_535, 65_535],
    [2_147_483_647, 2_147_483_647],
  ] as const) {
    const { status, body } = await upload(pngOf(width, height), 'a.png', { kind: 'document' })
    expect(status).toBeLessThan(500)
    if (status === 201) made.push(body.id)
  }
  const waiting = async () =>
    (await server.sql<{ n: number }>("select count(*)::int n from pgboss.job where name like 'media%' and state in ('created', 'active', 'retry')"))[0]?.n === 0
  await eventually(waiting, 45_000)
  expect((await server.call('GET', '/alive')).status).toBe(200)
  for (const id of made)
    expect((await server.sql<{ thumbnail_key: string | null }>('select thumbnail_key from media where id = $1', [id]))[0]?.thumbnail_key ?? null).toBeNull()
})

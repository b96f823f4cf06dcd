import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { loadConfig } from '../../../platform/config.ts'
import { createOutgoing } from '../../../platform/outgoing/outgoing.ts'
import { createGraph, GraphFailure } from './graph.ts'
import { TooLarge } from './graph-call.ts'

type Seen = { method: string; url: string; authorization: string | undefined; body: string }
const servers: Server[] = []
const outgoing = createOutgoing(loadConfig({ NODE_ENV: 'test' }))

async function standIn(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const c of request) chunks.push(c)
    seen.push({
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization,
      body: Buffer.concat(chunks).toString('latin1'),
    })
    answer(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  servers.push(server)
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  return { url, seen, graph: createGraph({ graphUrl: `${url}/`, graphVersion: 'v26.0', accessToken: 'a-secret-token', timeoutMs: 300, outgoing }) }
}
const json = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (e: unknown) => (e instanceof GraphFailure ? e.failure : e),
  )

afterEach(async () => {
  for (const s of servers.splice(0)) {
    s.closeAllConnections()
    await new Promise((done) => s.close(done))
  }
})

describe('sending', () => {
  const text = { to: '+5511987654321', type: 'text', text: { body: 'Olá' } }

  test('accepted: the ids of the answer come back, the token travels in the header only', async () => {
    const { graph, seen } = await standIn((_, r) =>
      json(r, 200, { contacts: [{ input: '+5511987654321', wa_id: '551187654321' }], messages: [{ id: 'wamid.X' }] }),
    )
    expect(await graph.sendMessage('123', text)).toEqual({ outcome: 'accepted', providerId: 'wamid.X', waId: '551187654321' })
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v26.0/123/messages', authorization: 'Bearer a-secret-token' })
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ messaging_product: 'whatsapp', type: 'text' })
  })

  test("refused: Meta's error body, also with HTTP 500", async () => {
    const error = { message: '(#131000) Something went wrong', code: 131000, error_data: { details: 'why' }, fbtrace_id: 'T', is_transient: true }
    const { graph } = await standIn((_, r) => json(r, 500, { error }))
    expect(await graph.sendMessage('123', text)).toEqual({
      outcome: 'refused',
      error: { code: 131000, title: 'Something went wrong', details: 'why', httpStatus: 500, fbtraceId: 'T', transient: true },
    })
  })

  test.each<[string, (request: IncomingMessage, response: ServerResponse) => void]>([
    ['no answer in time', () => {}],
    ['the connection breaks', (q) => q.socket.destroy()],
    ['an empty 500', (_, r) => r.writeHead(500).end()],
    ['a 503 page of a proxy', (_, r) => r.writeHead(503, { 'content-type': 'text/html' }).end('<html></html>')],
    ['an answer cut in the middle', (_, r) => r.writeHead(200, { 'content-length': '100' }).write('{"mess', () => r.destroy())],
    ['success without a message id', (_, r) => json(r, 200, { messages: [] })],
  ])('unknown: %s', async (_, answer) => {
    const { graph } = await standIn(answer)
    expect(await graph.sendMessage('123', text)).toMatchObject({ outcome: 'unknown' })
  })

  test('unreached: nobody listens, or no such host', async () => {
    const probe = createTcpServer().listen(0, '127.0.0.1')
    await new Promise((done) => probe.once('listening', done))
    const { port } = probe.address() as AddressInfo
    await new Promise((done) => probe.close(done))
    for (const graphUrl of [`http://127.0.0.1:${port}`, 'http://absent.invalid']) {
      const graph = createGraph({ graphUrl, graphVersion: 'v26.0', accessToken: 't', outgoing })
      expect(await graph.sendMessage('123', text)).toMatchObject({ outcome: 'unreached' })
    }
  })

  test('a redirect is not followed: the token would go with it', async () => {
    const other = await standIn((_, r) => json(r, 200, { messages: [{ id: 'stolen' }] }))
    const { graph } = await standIn((_, r) => r.writeHead(307, { location: `${other.url}/` }).end())
    expect(await graph.sendMessage('123', text)).toMatchObject({ outcome: 'refused', error: { code: null, httpStatus: 307 } })
    expect(other.seen).toEqual([])
  })
})

describe('the other verbs', () => {
  test('a refusal is thrown, with the code and without the token', async () => {
    const { graph } = await standIn((_, r) => json(r, 401, { error: { message: 'Invalid OAuth access token', code: 190, error_subcode: 463 } }))
    const failure = await failureOf(graph.getNumber('123'))
    expect(failure).toMatchObject({ outcome: 'refused', error: { code: 190, subcode: 463 } })
    await expect(graph.getNumber('123')).rejects.not.toThrow(/a-secret-token/)
  })

  test('markRead says typing only when asked', async () => {
    const { graph, seen } = await standIn((_, r) => json(r, 200, { success: 'true' }))
    await graph.markRead('123', 'wamid.1')
    await graph.markRead('123', 'wamid.1', { typing: true })
    expect(seen.map((s) => JSON.parse(s.body))).toEqual([
      { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.1' },
      { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.1', typing_indicator: { type: 'text' } },
    ])
  })

  test('uploadMedia sends the file with its type', async () => {
    const { graph, seen } = await standIn((_, r) => json(r, 200, { id: '42' }))
    expect(await graph.uploadMedia('123', { data: Buffer.from('bytes'), mime: 'image/png', filename: 'praia.png' })).toEqual({ id: '42' })
    expect(seen[0]?.body).toMatch(/name="type"\r\n\r\nimage\/png[\s\S]*filename="praia.png"[\s\S]*bytes/)
  })
})

describe('downloading', () => {
  test('the bytes and their type, with the token', async () => {
    const { graph, url, seen } = await standIn((_, r) => r.writeHead(200, { 'content-type': 'image/png' }).end('png bytes'))
    expect(await graph.downloadMedia(`${url}/media-download/1`, 100)).toEqual({ data: Buffer.from('png bytes'), mime: 'image/png' })
    expect(seen[0]?.authorization).toBe('Bearer a-secret-token')
  })

  test.each([{ 'content-length': '11' }, {}])('stops at the limit (%o)', async (headers) => {
    const { graph, url } = await standIn((_, r) => r.writeHead(200, headers).end('x'.repeat(11)))
    await expect(graph.downloadMedia(`${url}/m`, 10)).rejects.toBeInstanceOf(TooLarge)
  })

  test('an address of somebody else gets neither a request nor the token', async () => {
    const other = await standIn((_, r) => r.end('secret page'))
    const { graph } = await standIn((_, r) => r.end())
    for (const address of [`${other.url}/x`, 'file:///etc/passwd', 'http://lookaside.fbsbx.com/x', 'https://fbsbx.com.evil.example/x', 'nonsense']) {
      expect(await failureOf(graph.downloadMedia(address, 10)), address).toMatchObject({ outcome: 'refused', error: { title: 'download address refused' } })
    }
    expect(other.seen).toEqual([])
  })

  test('a media that is gone says so', async () => {
    const { graph, url } = await standIn((_, r) => r.writeHead(404, { 'content-type': 'text/html' }).end('<html>'))
    expect(await failureOf(graph.downloadMedia(`${url}/m`, 10))).toMatchObject({ outcome: 'refused', error: { httpStatus: 404 } })
  })
})

import type { LookupAddress } from 'node:dns'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../config.ts'
import { isAddressAllowed, readAllowed } from './addresses.ts'
import { OutgoingError } from './one-request.ts'
import { createOutgoing, type Outgoing, type OutgoingInit } from './outgoing.ts'

type Seen = { method: string; url: string; headers: IncomingMessage['headers']; body: string }
type Answer = (request: IncomingMessage, response: ServerResponse) => void
const servers: Server[] = []
const clients: Outgoing[] = []

/** A server on this loopback address. 127.0.0.1 plays the public internet, 127.0.0.2 the inside. */
async function standIn(answer: Answer = (_, r) => r.end('hello'), host = '127.0.0.1', at = 0) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() })
    answer(request, response)
  })
  await new Promise<void>((done) => server.listen(at, host, done))
  servers.push(server)
  const { port } = server.address() as AddressInfo
  return { seen, port, url: `http://${host}:${port}` }
}

function client(settings: Record<string, string> = {}, resolve?: (host: string) => Promise<LookupAddress[]>): Outgoing {
  const config = loadConfig({ NODE_ENV: 'production', OUTGOING_ALLOW: '127.0.0.1', ...settings })
  const made = createOutgoing(config, resolve)
  clients.push(made)
  return made
}
/** The code of what went wrong. */
const failure = (outgoing: Outgoing, url: string, init?: OutgoingInit): Promise<unknown> =>
  outgoing.fetch(url, init).then(
    async (r) =>
      r.arrayBuffer().then(
        () => r.status,
        (e) => (e instanceof Error && e.cause instanceof OutgoingError ? e.cause.code : e),
      ),
    (e) => (e instanceof TypeError && e.cause instanceof Error && 'code' in e.cause ? e.cause.code : e),
  )
const REFUSED = 'OUTGOING_REFUSED'

afterEach(async () => {
  for (const c of clients.splice(0)) c.close()
  for (const s of servers.splice(0)) {
    s.closeAllConnections()
    await new Promise((done) => s.close(done))
  }
})

describe('addresses that are not called', () => {
  const none = client({ OUTGOING_ALLOW: 'none' })
  it.each([
    ...[
      '127.0.0.1',
      '127.1',
      '127.0.0.1.',
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
      '017700000001',
      '１２７.0.0.1',
      '127。0。0。1',
      '%31%32%37.0.0.1',
    ],
    ...['10.0.0.1', '172.16.0.1', '192.168.1.1', '169.254.1.1', '100.64.0.1', '0.0.0.0', '0', '224.0.0.1', '240.0.0.1', '255.255.255.255', '198.18.0.1'],
    ...['192.0.2.1', '198.51.100.7', '203.0.113.9', '192.0.0.192', '169.254.169.254', '169.254.170.2', '168.63.129.16', '100.100.100.200', '0xa9fea9fe'],
    ...['[::]', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[::ffff:0:7f00:1]', '[64:ff9b::7f00:1]', '[64:ff9b:1::7f00:1]'],
    ...[
      '[2002:7f00:1::]',
      '[2001:0:7f00:1::]',
      '[fe80::1]',
      '[fec0::1]',
      '[fc00::1]',
      '[fd00:ec2::254]',
      '[ff02::1]',
      '[2001:db8::1]',
      '[3fff::1]',
      '[100::1]',
    ],
  ])('http://%s/', async (host) => {
    expect(await failure(none, `http://${host}/`)).toBe(REFUSED)
  })

  it.each(['localhost', 'localhost.', 'LOCALHOST', 'inside.example', 'bücher.example', 'many.example'])('by the name %s', async (host) => {
    const hosts = 'inside.example=10.0.0.7,xn--bcher-kva.example=127.0.0.1,many.example=8.8.8.8,many.example=::ffff:10.0.0.7'
    const outgoing = client({ OUTGOING_ALLOW: 'none', OUTGOING_HOSTS: hosts })
    expect(await failure(outgoing, `http://${host}/`)).toBe(REFUSED)
    expect(await failure(outgoing, `https://${host}/`)).toBe(REFUSED)
  })

  it.each([
    ['file:///etc/passwd'],
    ['ftp://8.8.8.8/'],
    ['gopher://8.8.8.8/'],
    ['data:text/plain,x'],
    ['http://user:pass@8.8.8.8/'],
    ['http://user@8.8.8.8/'],
    ['http://8.8.8.8:22/'],
    ['http://8.8.8.8:25/'],
    ['http://8.8.8.8:6379/'],
    ['http://8.8.8.8:5432/'],
    ['no address'],
    ['http://'],
  ])('%s', async (url) => {
    expect(await failure(none, url)).toBe(REFUSED)
  })

  it('public ones are, also behind NAT64', () => {
    const nothing = readAllowed([])
    for (const a of ['8.8.8.8', '2606:4700::1111', '64:ff9b::808:808', '::ffff:8.8.8.8']) expect([a, isAddressAllowed(a, nothing)]).toEqual([a, true])
    for (const a of ['fe80::1%eth0', '2606:4700::1%eth0', '', 'x']) expect([a, isAddressAllowed(a, nothing)]).toEqual([a, false])
  })
})

describe('what the operator allows', () => {
  it('by range, address, name and name with port', async () => {
    const { url, port } = await standIn()
    const by = (allow: string, at = url, more = {}) => failure(client({ OUTGOING_ALLOW: allow, ...more }), at)
    expect(await by('127.0.0.0/8')).toBe(200)
    expect(await by('127.0.0.1')).toBe(200)
    expect(await by('::ffff:127.0.0.1')).toBe(200)
    expect(await by('10.0.0.0/8,::/0')).toBe(REFUSED)
    const hosts = { OUTGOING_HOSTS: 'ollama.internal=127.0.0.1' }
    expect(await by('ollama.internal', `http://ollama.internal:${port}/`, hosts)).toBe(200)
    expect(await by(`ollama.internal:${port}`, `http://OLLAMA.internal.:${port}/`, hosts)).toBe(200)
    expect(await by('ollama.internal:1', `http://ollama.internal:${port}/`, hosts)).toBe(REFUSED)
    expect(await by('other.internal', `http://ollama.internal:${port}/`, hosts)).toBe(REFUSED)
  })

  it('metadata addresses only by themselves: a range that holds them is not enough', () => {
    expect(isAddressAllowed('169.254.169.254', readAllowed(['169.254.0.0/16', '0.0.0.0/0']))).toBe(false)
    expect(isAddressAllowed('::ffff:a9fe:a9fe', readAllowed(['0.0.0.0/0', '::/0']))).toBe(false)
    expect(isAddressAllowed('169.254.9.9', readAllowed(['169.254.0.0/16']))).toBe(true)
    expect(isAddressAllowed('169.254.169.254', readAllowed(['169.254.169.254']))).toBe(true)
  })

  it('its own GRAPH_URL and EMULATOR_URL with their ports; beside production also this machine', async () => {
    const [graph, other] = [await standIn(), await standIn()]
    const strict = client({ OUTGOING_ALLOW: 'none', GRAPH_URL: graph.url })
    expect(await failure(strict, graph.url)).toBe(200)
    expect(await failure(strict, other.url)).toBe(REFUSED)
    const config = loadConfig({ NODE_ENV: 'development' })
    const development = createOutgoing({ ...config, OUTGOING_ALLOW: undefined })
    clients.push(development)
    expect(await failure(development, other.url)).toBe(200)
    expect(await failure(createOutgoing({ ...config, NODE_ENV: 'production', OUTGOING_ALLOW: undefined }), other.url)).toBe(REFUSED)
  })
})

describe('names that change their answer', () => {
  it('the address that was checked is the one that is called, and a name is asked once for a connection', async () => {
    const outside = await standIn((_, r) => r.end('outside'))
    const inside = await standIn((_, r) => r.end('inside'), '127.0.0.2', outside.port)
    const answers = ['127.0.0.1', '127.0.0.2', '127.0.0.2']
    let asked = 0
    const outgoing = client({}, async () => [{ address: answers[asked++] ?? '127.0.0.2', family: 4 }])
    const url = `http://rebind.example:${outside.port}/`
    expect(await (await outgoing.fetch(url)).text()).toBe('outside')
    expect(asked).toBe(1)
    // The open connection is used again, and it is to the checked address.
    expect(await (await outgoing.fetch(url)).text()).toBe('outside')
    outgoing.close()
    expect(await failure(outgoing, url)).toBe(REFUSED)
    expect(inside.seen).toEqual([])
  })
})

describe('redirects', () => {
  const to =
    (location: string, status = 302): Answer =>
    (_, r) =>
      r.writeHead(status, { location }).end()

  it('are checked like the first address, at every step', async () => {
    const inside = await standIn(undefined, '127.0.0.2')
    const second = await standIn(to(inside.url))
    const first = await standIn(to(second.url))
    const outgoing = client({ OUTGOING_HOSTS: 'inside.example=127.0.0.2' })
    expect(await failure(outgoing, first.url, { redirect: 'follow' })).toBe(REFUSED)
    expect(second.seen).toHaveLength(1)
    for (const target of [
      `http://inside.example:${inside.port}/`,
      'http://169.254.169.254/latest/',
      'file:///etc/passwd',
      'http://a:b@127.0.0.1/',
      '//[::1]/',
      'http://',
    ]) {
      const bounce = await standIn(to(target))
      expect([target, await failure(outgoing, bounce.url, { redirect: 'follow' })]).toEqual([target, REFUSED])
    }
    expect(inside.seen).toEqual([])
  })

  it('are not followed unless asked, and not for ever', async () => {
    const endless = await standIn(to('/again'))
    expect((await client().fetch(endless.url)).status).toBe(302)
    expect(await failure(client(), endless.url, { redirect: 'follow' })).toBe('OUTGOING_REDIRECTS')
    expect(endless.seen).toHaveLength(7)
  })

  it('carry no credentials to another server, and keep them on the same', async () => {
    const other = await standIn()
    const first = await standIn((request, r) => r.writeHead(302, { location: request.url === '/' ? '/same' : other.url }).end())
    const headers = { authorization: 'Bearer s3cret', cookie: 'a=b', 'x-api-key': 's3cret', accept: 'text/plain' }
    expect(await failure(client(), first.url, { redirect: 'follow', headers })).toBe(200)
    expect(first.seen[1]?.headers).toMatchObject(headers)
    expect(other.seen[0]?.headers).toMatchObject({ accept: 'text/plain' })
    expect(JSON.stringify(other.seen)).not.toMatch(/s3cret|a=b/)
  })

  it('a body goes on only where the method stays, and never to another server', async () => {
    const other = await standIn()
    const post = { redirect: 'follow', method: 'POST', body: 'b0dy' } as const
    for (const [status, method, body] of [
      [302, 'GET', ''],
      [303, 'GET', ''],
      [307, 'POST', 'b0dy'],
      [308, 'POST', 'b0dy'],
    ] as const) {
      const first = await standIn((request, r) => (request.url === '/' ? r.writeHead(status, { location: '/next' }).end() : r.end()))
      expect(await failure(client(), first.url, post)).toBe(200)
      expect(first.seen[1]).toMatchObject({ method, body })
    }
    const away = await standIn(to(other.url, 307))
    expect(await failure(client(), away.url, post)).toBe(REFUSED)
    expect(other.seen).toEqual([])
  })
})

describe('what comes back', () => {
  it('is a Response: status, headers, text, and a form that arrives as one', async () => {
    const { url, seen } = await standIn((_, r) => r.writeHead(418, { 'x-one': 'a', 'content-type': 'application/json' }).end('{"a":1}'))
    const form = new FormData()
    form.set('file', new File(['bytes'], 'x.txt'))
    const answer = await client().fetch(url, { method: 'POST', body: form })
    expect([answer.status, answer.ok, answer.headers.get('x-one'), await answer.json()]).toEqual([418, false, 'a', { a: 1 }])
    expect(seen[0]).toMatchObject({ method: 'POST', headers: { 'content-type': expect.stringContaining('multipart/form-data; boundary=') } })
    expect(seen[0]?.body).toContain('bytes')
    expect(seen[0]?.headers['transfer-encoding']).toBeUndefined()
  })

  it('may be compressed, and a bomb ends at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000))
    const { url } = await standIn((request, r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(request.url === '/bomb' ? bomb : gzipSync('small')))
    expect(await (await client().fetch(url)).text()).toBe('small')
    expect(await failure(client(), `${url}/bomb`, { maxBytes: 100_000 })).toBe('OUTGOING_TOO_LARGE')
  })

  it('may be too large without saying so', async () => {
    const { url } = await standIn((_, r) => {
      for (let i = 0; i < 40; i++) r.write(Buffer.alloc(10_000))
      r.end()
    })
    expect(await failure(client(), url, { maxBytes: 100_000 })).toBe('OUTGOING_TOO_LARGE')
  })

  it('may never come, stop in the middle, or be no HTTP: a failure, not a hang', async () => {
    const silent = await standIn(() => undefined)
    expect(await failure(client(), silent.url, { timeoutMs: 100 })).toMatchObject({ name: 'TimeoutError' })
    const half = await standIn((_, r) => r.writeHead(200, { 'content-length': '9' }).write('half'))
    expect(await failure(client(), half.url, { timeoutMs: 100 })).toMatchObject({ name: 'TimeoutError' })
    const cut = await standIn((_, r) => r.writeHead(200, { 'content-length': '9' }).write('half', () => r.destroy()))
    expect(await failure(client(), cut.url)).toBeInstanceOf(TypeError)
    const strange = await standIn((request) => request.socket.end('HTTP/1.1 999 Odd\r\n\r\n'))
    expect(await failure(client(), strange.url)).toBe('OUTGOING_ANSWER')
    expect(await failure(client(), silent.url, { signal: AbortSignal.abort() })).toMatchObject({ name: 'AbortError' })
  })
})

import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WEB_DIST } from '../../packages/server/src/app.ts'
import { buildWeb } from '../../packages/server/src/demo/build-web.ts'
import { connectChannel, delivery, inbound, sign, type TestChannel } from '../../packages/server/src/testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { type Ask, anyPort, DOMAIN, type Heard, type Nginx, startNginx } from './nginx-process.ts'

const PRECOMPRESS = path.resolve(import.meta.dirname, '../../scripts/precompress.ts')

/** The real nginx, as deploy/nginx sets it up, in front of a real server. */
let server: TestServer
let nginx: Nginx
let owner: Awaited<ReturnType<TestServer['register']>>
let channel: TestChannel
let asset = ''

beforeAll(async () => {
  await buildWeb()
  server = await startTestServer({ PUBLIC_URL: `https://${DOMAIN}`, TRUSTED_PROXIES: '127.0.0.1', SECURITY_CONTACT: 'mailto:s@example.com' })
  nginx = await startNginx(`127.0.0.1:${server.port}`, { ATENDE_CLIENT_SECONDS: '2', ATENDE_MORE_DOMAINS: 'localhost' })
  const at = { url: `http://127.0.0.1:${server.port}` }
  const json = { 'content-type': 'application/json' }
  const account = { companyName: 'Pousada', name: 'Dona Teste', email: 'dona@example.com', password: 'uma senha bem longa' }
  const made = await nginx.ask({ method: 'POST', path: '/api/auth/register', headers: json, body: JSON.stringify(account) })
  const { accessToken, me } = JSON.parse(made.text)
  owner = { token: accessToken, userId: me.user.id, tenantId: me.tenant.id, email: account.email, password: account.password, cookie: '' }
  const call: TestServer['call'] = async (method, url, options = {}) => {
    const answer = await fetch(at.url + url, {
      method,
      headers: { ...json, authorization: `Bearer ${options.token}` },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    })
    return { status: answer.status, body: await answer.json(), headers: answer.headers }
  }
  channel = await connectChannel({ call }, owner)
  asset = /src="(\/assets\/[^"]+\.js)"/.exec(readFileSync(path.join(WEB_DIST, 'index.html'), 'utf8'))?.[1] ?? ''
}, 120_000)
afterAll(async () => {
  await nginx?.close()
  await server?.close()
})

const times = (heard: Heard, name: string) => heard.raw.filter((h, i) => i % 2 === 0 && h.toLowerCase() === name).length
const signedIn = () => ({ authorization: `Bearer ${owner.token}` })
const problem = (heard: Heard) => JSON.parse(heard.text) as { code: string; status: number; requestId: string; instance: string; title: string; type: string }
const maintenance = (on: boolean) =>
  on ? writeFileSync(path.join(nginx.state, 'maintenance.on'), '') : rmSync(path.join(nginx.state, 'maintenance.on'), { force: true })
const upload = (bytes: number): Ask => {
  const edge = 'edge-of-the-form'
  const head = `--${edge}\r\ncontent-disposition: form-data; name="file"; filename="a.bin"\r\ncontent-type: application/octet-stream\r\n\r\n`
  const body = Buffer.concat([Buffer.from(head), Buffer.from('%PDF-1.4\n'), randomBytes(bytes - 9), Buffer.from(`\r\n--${edge}--\r\n`)])
  return {
    method: 'POST',
    path: '/api/media',
    headers: { ...signedIn(), 'content-type': `multipart/form-data; boundary=${edge}`, 'content-length': String(body.length) },
    body,
  }
}

/** Each exactly once, on every answer, whoever made it. */
const ALWAYS: Record<string, RegExp> = {
  'content-security-policy': /default-src '(self|none)'/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^SAMEORIGIN$/,
  'referrer-policy': /^same-origin$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'origin-agent-cluster': /^\?1$/,
  'permissions-policy': /camera=\(\)/,
  'x-permitted-cross-domain-policies': /^none$/,
  'x-request-id': /^[0-9a-f-]{32,36}$/,
  'strict-transport-security': /^max-age=31536000; includeSubDomains$/,
}
const ROUTES: [string, number, () => Ask][] = [
  ['an answer of the API', 200, () => ({ path: '/api/auth/me', headers: signedIn() })],
  ['a refusal', 401, () => ({ path: '/api/tags' })],
  ['an absent address', 404, () => ({ path: '/api/absent' })],
  ['a body that is none', 400, () => ({ method: 'POST', path: '/api/auth/login', headers: { 'content-type': 'application/json' }, body: '{' })],
  ['a body that is too big for nginx', 413, () => upload(21 * 1024 * 1024)],
  ['the page', 200, () => ({ path: '/' })],
  ['a page behind the router', 200, () => ({ path: '/conversas' })],
  ['an asset', 200, () => ({ path: asset })],
  ['an asset again, kept by nginx', 200, () => ({ path: asset })],
  ['an absent asset', 404, () => ({ path: '/assets/absent.js' })],
  ['a file of the root', 200, () => ({ path: '/favicon.svg' })],
  ['a webhook', 401, () => ({ method: 'POST', path: '/webhooks/whatsapp', body: '{}' })],
  ['polling', 200, () => ({ path: '/socket.io/?EIO=4&transport=polling' })],
  ['life', 200, () => ({ path: '/alive' })],
  ['health', 200, () => ({ path: '/health' })],
  ['metrics, which are not for outside', 404, () => ({ path: '/metrics' })],
  ['the documentation', 200, () => ({ path: '/api/docs' })],
  ['security.txt', 200, () => ({ path: '/.well-known/security.txt' })],
  ['an absent answer to Let’s Encrypt', 404, () => ({ path: '/.well-known/acme-challenge/absent' })],
]

describe('headers', () => {
  it.each(ROUTES)('on %s (%i)', async (_, status, ask) => {
    const heard = await nginx.ask(ask())
    expect(heard.status).toBe(status)
    for (const [name, value] of Object.entries(ALWAYS)) {
      expect([name, times(heard, name), heard.headers[name]]).toEqual([name, 1, expect.stringMatching(value)])
    }
    expect(heard.headers['content-security-policy']).not.toMatch(/unsafe-|\*|https?:/)
    expect(heard.headers.server).toBe('nginx')
    for (const name of ['x-powered-by', 'via']) expect(heard.headers[name]).toBeUndefined()
    expect(times(heard, 'cache-control')).toBeLessThanOrEqual(1)
    expect(times(heard, 'vary')).toBeLessThanOrEqual(2)
  })

  it('are the same, each once, in maintenance and when no server is there', async () => {
    maintenance(true)
    const page = await nginx.ask({ path: '/conversas' })
    const api = await nginx.ask({ path: '/api/auth/me', headers: signedIn() })
    maintenance(false)
    for (const heard of [page, api]) {
      expect([heard.status, heard.headers['retry-after'], times(heard, 'retry-after')]).toEqual([503, '30', 1])
      for (const [name, value] of Object.entries(ALWAYS))
        expect([name, times(heard, name), heard.headers[name]]).toEqual([name, 1, expect.stringMatching(value)])
      expect(heard.headers['cache-control']).toBe('no-store')
    }
    expect(problem(api)).toMatchObject({ code: 'unavailable', status: 503, instance: '/api/auth/me' })
    const style = /<style>([\s\S]*?)<\/style>/.exec(page.text)?.[1] ?? ''
    expect(page.headers['content-security-policy']).toContain(`'sha256-${createHash('sha256').update(style).digest('base64')}'`)
    expect(page.text).toContain('A porta abre de novo em instantes')
    expect(page.text).toContain('<section lang="en">')
    expect((await nginx.ask({ path: '/conversas' })).status).toBe(200)
  })
})

describe('plain HTTP', () => {
  it('leads to https, with everything that was asked for', async () => {
    for (const [wanted, host] of [
      ['/conversas?busca=a%20b&x=1', DOMAIN],
      ['/', DOMAIN],
      ['/api/auth/me', DOMAIN],
      ['/metrics2', `${DOMAIN}:80`],
    ] as const) {
      const heard = await nginx.ask({ secure: false, path: wanted, host })
      expect([heard.status, heard.headers.location]).toEqual([301, `https://${DOMAIN}:${nginx.securePort}${wanted}`])
      expect(heard.headers['strict-transport-security']).toBeUndefined()
    }
  })

  it('answers watchers and Meta as they are, without a redirect', async () => {
    for (const wanted of ['/alive', '/ready', '/health']) {
      const heard = await nginx.ask({ secure: false, path: wanted })
      expect([wanted, heard.status, heard.headers.location, heard.headers['strict-transport-security']]).toEqual([wanted, 200, undefined, undefined])
    }
    const shake = `/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1234&hub.verify_token=${channel.verifyToken}`
    expect((await nginx.ask({ secure: false, path: shake })).text).toBe('1234')
  })

  it.each([
    ['http', false],
    ['https', true],
  ])('takes a signed delivery over %s, byte by byte, and refuses a wrong signature', async (_, secure) => {
    // Signs and spaces that a proxy which reads JSON would not keep.
    const raw = `${JSON.stringify(delivery(channel, { messages: [inbound({ text: `açaí 🙂 ${secure}` })] }))}  \n`
    const post = (secret: string): Ask => ({
      secure,
      method: 'POST',
      path: '/webhooks/whatsapp',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': sign(secret, raw) },
      body: raw,
    })
    expect((await nginx.ask(post('another secret'))).status).toBe(401)
    expect((await nginx.ask(post(channel.appSecret))).status).toBe(200)
    expect(await eventually(async () => (await server.sql('select 1 from messages')).length)).toBeGreaterThan(0)
  })

  it('answers Let’s Encrypt from its folder', async () => {
    mkdirSync(path.join(nginx.acme, '.well-known/acme-challenge'), { recursive: true })
    writeFileSync(path.join(nginx.acme, '.well-known/acme-challenge/token-1'), 'token-1.proof')
    for (const secure of [false, true]) {
      const heard = await nginx.ask({ secure, path: '/.well-known/acme-challenge/token-1' })
      expect([heard.status, heard.text]).toEqual([200, 'token-1.proof'])
    }
  })
})

describe('TLS', () => {
  const shake = (options: tls.ConnectionOptions) =>
    new Promise<{ protocol: string | null; alpn: string | false | null; cipher: string }>((done, failed) => {
      const socket = tls.connect({ host: '127.0.0.1', port: nginx.securePort, servername: DOMAIN, rejectUnauthorized: false, ...options }, () => {
        done({ protocol: socket.getProtocol(), alpn: socket.alpnProtocol, cipher: socket.getCipher().standardName })
        socket.destroy()
      })
      socket.once('error', failed)
    })

  it('is 1.2 or 1.3, with forward secrecy, and HTTP/2 for who wants it', async () => {
    expect(await shake({ maxVersion: 'TLSv1.2' })).toMatchObject({ protocol: 'TLSv1.2', cipher: expect.stringMatching(/^TLS_ECDHE_.*(GCM|POLY1305)/) })
    expect(await shake({ minVersion: 'TLSv1.3', ALPNProtocols: ['h2', 'http/1.1'] })).toMatchObject({ protocol: 'TLSv1.3', alpn: 'h2' })
  })

  it('is not older, and not weak', async () => {
    const old = { ciphers: 'DEFAULT:@SECLEVEL=0' }
    await expect(shake({ ...old, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' })).rejects.toThrow(/alert|version|protocol/i)
    await expect(shake({ maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES256-SHA:@SECLEVEL=0' })).rejects.toThrow(/handshake|alert/i)
  })

  it('foreign names get no handshake and no answer', async () => {
    await expect(shake({ servername: 'evil.example' })).rejects.toThrow(/unrecognized|alert/i)
    for (const host of ['evil.example', '127.0.0.1', `${DOMAIN}.evil.example`]) {
      await expect(nginx.ask({ secure: false, host })).rejects.toThrow(/hang up|ECONNRESET/)
      await expect(nginx.ask({ host })).rejects.toThrow(/hang up|ECONNRESET/)
    }
  })
})

describe('traffic', () => {
  it.each(['websocket', 'polling'] as const)('a socket lives through nginx (%s)', async (transport) => {
    const socket = io(`https://localhost:${nginx.securePort}`, {
      transports: [transport],
      forceNew: true,
      reconnection: false,
      rejectUnauthorized: false,
      auth: { token: owner.token },
    })
    const heard: unknown[] = []
    socket.onAny((...event) => heard.push(event))
    await new Promise((done, failed) => socket.once('connect', () => done(undefined)).once('connect_error', failed))
    const raw = JSON.stringify(delivery(channel, { messages: [inbound({ from: '5511900000042', text: `olá por ${transport}` })] }))
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': sign(channel.appSecret, raw) }
    expect((await nginx.ask({ method: 'POST', path: '/webhooks/whatsapp', headers, body: raw })).status).toBe(200)
    await eventually(() => JSON.stringify(heard).includes(`olá por ${transport}`))
    socket.close()
  })

  it('the server learns the true address and port, whatever the visitor claims', async () => {
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9', 'x-client-port': '7', 'x-real-ip': '203.0.113.9' }
    const body = JSON.stringify({ email: owner.email, password: owner.password })
    const login = await nginx.ask({ method: 'POST', path: '/api/auth/login', headers, body, from: '127.0.0.77' })
    expect(login.status).toBe(200)
    const window = { from: new Date(Date.now() - 3600_000).toISOString(), to: new Date(Date.now() + 3600_000).toISOString() }
    const ask = { format: 'json', reason: 'Ofício 12/2026 da 1ª Vara Cível', ...window }
    const records = await nginx.ask({
      method: 'POST',
      path: '/api/access-records/export',
      headers: { ...signedIn(), 'content-type': 'application/json' },
      body: JSON.stringify(ask),
    })
    const found = (JSON.parse(records.text) as { ip: string; port: number }[]).find((r) => r.ip !== '127.0.0.1')
    expect(found).toMatchObject({ ip: '127.0.0.77', port: expect.any(Number) })
    expect(found?.port).toBeGreaterThan(7)
  })

  it('limits count by that address: whoever guesses passwords shuts out only themselves', async () => {
    const wrong = (from: string) =>
      nginx.ask({
        method: 'POST',
        path: '/api/auth/login',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'ninguem@example.com', password: 'uma senha errada' }),
        from,
      })
    const seen = new Set<number>()
    for (let n = 0; n < 30 && !seen.has(429); n++) seen.add((await wrong('127.0.0.88')).status)
    expect(seen).toContain(429)
    const other = JSON.stringify({ email: owner.email, password: owner.password })
    const login = await nginx.ask({ method: 'POST', path: '/api/auth/login', headers: { 'content-type': 'application/json' }, body: other, from: '127.0.0.89' })
    expect(login.status).toBe(200)
  })

  it('20 MB arrive, 21 MB are refused as the API refuses', async () => {
    expect((await nginx.ask(upload(20 * 1024 * 1024))).status).toBe(201)
    const big = await nginx.ask(upload(21 * 1024 * 1024))
    expect([big.status, big.headers['content-type']]).toEqual([413, 'application/problem+json'])
    expect(problem(big)).toMatchObject({ type: '/api/docs#body_too_large', code: 'body_too_large', status: 413, instance: '/api/media' })
    expect(problem(big).requestId).toBe(big.headers['x-request-id'])
  })

  it('who speaks too slowly is cut off, others do not notice', async () => {
    const cut = (start: string) =>
      new Promise<boolean>((done) => {
        const socket = connect(nginx.plainPort, '127.0.0.1', () => socket.write(start))
        socket.on('data', () => {})
        socket.once('close', () => done(true))
        socket.once('error', () => done(true))
      })
    const slow = [
      cut(`GET /alive HTTP/1.1\r\nhost: ${DOMAIN}\r\nx-slow: `),
      cut(`POST /webhooks/whatsapp HTTP/1.1\r\nhost: ${DOMAIN}\r\ncontent-length: 1000\r\n\r\n{"a`),
      cut(''),
    ]
    const others = await Promise.all(Array.from({ length: 20 }, () => nginx.ask({ path: '/alive' })))
    expect(others.every((o) => o.status === 200)).toBe(true)
    expect(await Promise.all(slow)).toEqual([true, true, true])
  })

  it('a flood from one network is held back, Meta’s deliveries are not', async () => {
    const few = await startNginx(`127.0.0.1:${server.port}`, { ATENDE_REQUESTS_PER_SECOND: '1', ATENDE_BURST: '5' })
    try {
      const all = await Promise.all(Array.from({ length: 20 }, () => few.ask({ path: '/api/absent' })))
      const held = all.filter((a) => a.status === 429)
      expect(held.length).toBeGreaterThan(10)
      expect(held.map((h) => [problem(h).code, h.headers['retry-after']])).toContainEqual(['too_many_requests', '5'])
      expect((await few.ask({ path: '/api/absent', from: '127.0.0.9' })).status).toBe(404)
      const webhooks = await Promise.all(Array.from({ length: 30 }, () => few.ask({ method: 'POST', path: '/webhooks/whatsapp', body: '{}' })))
      expect(webhooks.some((w) => w.status === 429)).toBe(false)
    } finally {
      await few.close()
    }
  })
})

describe('files', () => {
  it('what is named by its content is kept for a year, the page never', async () => {
    expect((await nginx.ask({ path: asset })).headers['cache-control']).toBe('public, max-age=31536000, immutable')
    for (const page of ['/', '/index.html', '/conversas']) expect((await nginx.ask({ path: page })).headers['cache-control']).toMatch(/^no-(store|cache)$/)
    expect((await nginx.ask({ path: '/assets/absent-1.js' })).headers['cache-control'] ?? '').not.toContain('immutable')
  })

  it('texts are compressed, answers with tokens are not', async () => {
    const gzip = { 'accept-encoding': 'gzip' }
    const document = await nginx.ask({ path: '/api/openapi.json', headers: gzip })
    expect([document.headers['content-encoding'], document.headers.vary]).toEqual(['gzip', expect.stringMatching(/accept-encoding/i)])
    expect((await nginx.ask({ path: '/api/openapi.json' })).headers['content-encoding']).toBeUndefined()
    const login = { method: 'POST', path: '/api/auth/login', body: JSON.stringify({ email: owner.email, password: owner.password }), from: '127.0.0.90' }
    const told = await nginx.ask({ ...login, headers: { ...gzip, 'content-type': 'application/json' } })
    expect([told.status, told.headers['content-encoding']]).toEqual([200, undefined])
  })

  it('what was compressed beforehand goes out as it lies there', async () => {
    // One small file: the whole client takes a while.
    const folder = mkdtempSync(path.join(tmpdir(), 'atende-compress-'))
    const assets = readdirSync(path.join(WEB_DIST, 'assets')).filter((f) => f.endsWith('.js'))
    const sizeOf = (name: string) => statSync(path.join(WEB_DIST, 'assets', name)).size
    const small = assets.filter((name) => sizeOf(name) > 3000).sort((one, other) => sizeOf(one) - sizeOf(other))[0] ?? ''
    cpSync(path.join(WEB_DIST, 'assets', small), path.join(folder, small))
    const made = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', PRECOMPRESS, folder], { encoding: 'utf8' })
    expect([made.status, made.stderr, readdirSync(folder).length]).toEqual([0, '', 3])
    const beside = ['br', 'gz'].map((kind) => path.join(WEB_DIST, 'assets', `${small}.${kind}`))
    for (const file of beside) cpSync(path.join(folder, path.basename(file)), file)
    const asset = `/assets/${small}`
    const fresh = await startNginx(`127.0.0.1:${server.port}`)
    try {
      const plain = readFileSync(path.join(WEB_DIST, asset))
      const br = await fresh.ask({ path: asset, headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
      expect(br.headers).toMatchObject({
        'content-encoding': 'br',
        'content-type': expect.stringMatching(/javascript/),
        vary: expect.stringMatching(/accept-encoding/i),
      })
      expect(brotliDecompressSync(br.bytes).equals(plain)).toBe(true)
      const gzip = await fresh.ask({ path: asset, headers: { 'accept-encoding': 'gzip' } })
      expect([gzip.headers['content-encoding'], gunzipSync(gzip.bytes).equals(plain)]).toEqual(['gzip', true])
      const bare = await fresh.ask({ path: asset })
      expect([bare.headers['content-encoding'], bare.bytes.equals(plain), bare.headers['cache-control']]).toEqual([
        undefined,
        true,
        gzip.headers['cache-control'],
      ])
      expect(br.bytes.length).toBeLessThan(gzip.bytes.length)
    } finally {
      await fresh.close()
      for (const file of [...beside, folder]) rmSync(file, { recursive: true, force: true })
    }
  })

  it('an update does not take a hashed file from a tab that is still open', async () => {
    const gone = path.join(WEB_DIST, 'assets/old-part-00000000.js')
    writeFileSync(gone, `export const old = ${JSON.stringify('x'.repeat(4000))}\n`)
    const old = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1' })
    rmSync(gone)
    const before = await startNginx(`127.0.0.1:${old.port}`)
    writeFileSync(gone, `export const old = ${JSON.stringify('x'.repeat(4000))}\n`)
    try {
      expect((await before.ask({ path: '/assets/old-part-00000000.js', headers: { 'accept-encoding': 'gzip' } })).status).toBe(200)
      rmSync(gone)
      await old.close()
      const kept = await before.ask({ path: '/assets/old-part-00000000.js', headers: { 'accept-encoding': 'gzip' } })
      expect([kept.status, kept.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
    } finally {
      rmSync(gone, { force: true })
      await before.close()
    }
  })
})

describe('maintenance', () => {
  it('people see the page; deliveries, health and files go on', async () => {
    maintenance(true)
    try {
      const raw = JSON.stringify(delivery(channel, { messages: [inbound({ text: 'na manutenção' })] }))
      const headers = { 'content-type': 'application/json', 'x-hub-signature-256': sign(channel.appSecret, raw) }
      expect((await nginx.ask({ method: 'POST', path: '/webhooks/whatsapp', headers, body: raw })).status).toBe(200)
      expect((await nginx.ask({ path: '/health' })).status).toBe(200)
      expect((await nginx.ask({ path: '/socket.io/?EIO=4&transport=polling' })).status).toBe(503)
      expect((await nginx.ask({ path: '/' })).headers['content-type']).toContain('text/html')
    } finally {
      maintenance(false)
    }
  })

  it('without a server Meta hears "again later"', async () => {
    const alone = await startNginx(`127.0.0.1:${await anyPort()}`)
    try {
      const heard = await alone.ask({ secure: false, method: 'POST', path: '/webhooks/whatsapp', body: '{}' })
      expect([heard.status, heard.headers['retry-after'], problem(heard).code]).toEqual([503, '30', 'unavailable'])
      expect((await alone.ask({ path: '/alive' })).status).toBe(503)
      const page = await alone.ask({ path: '/conversas' })
      expect([page.status, page.text.includes('em instantes')]).toEqual([503, true])
    } finally {
      await alone.close()
    }
  })
})

it('on a server it listens on both protocols of the internet, and leaves alone what the update script wrote', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'atende-render-'))
  try {
    const env = { ATENDE_DOMAIN: DOMAIN, ATENDE_SITE_DIR: folder, ATENDE_STATE_DIR: folder, ATENDE_ACME_DIR: folder, ATENDE_CACHE_DIR: folder }
    const render = (more: Record<string, string> = {}) =>
      spawnSync('sh', [path.join(import.meta.dirname, '../../deploy/nginx/render.sh')], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '', ...env, ...more },
      })
    expect(render().status).toBe(0)
    const site = readFileSync(path.join(folder, 'http.conf'), 'utf8')
    const v6 = existsSync('/proc/net/if_inet6') && readFileSync('/proc/net/if_inet6', 'utf8') !== ''
    expect(site).toContain(`listen 443 ssl http2;${v6 ? ' listen [::]:443 ssl http2;' : ''}`)
    expect(site).toContain('return 301 https://$host$request_uri;')
    expect(site).not.toMatch(/@[A-Z_]+@/)
    expect(readFileSync(path.join(folder, 'upstream.conf'), 'utf8')).toContain('server 127.0.0.1:3001;')
    writeFileSync(path.join(folder, 'upstream.conf'), '# of the update script\n')
    expect(render().status).toBe(0)
    expect(readFileSync(path.join(folder, 'upstream.conf'), 'utf8')).toBe('# of the update script\n')
    for (const wrong of ['', 'a;b', 'x{y']) expect([wrong, render({ ATENDE_DOMAIN: wrong }).status]).toEqual([wrong, 2])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

it('the log names no person, no address and no query', async () => {
  await nginx.ask({ path: '/convite?token=segredo-do-link', from: '127.0.0.91' })
  const lines = await eventually(() => nginx.log().trim().split('\n'))
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ status: expect.any(Number), kind: expect.any(String) })
  for (const secret of ['segredo-do-link', '127.0.0.9', 'dona@']) expect(nginx.log()).not.toContain(secret)
})

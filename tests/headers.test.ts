import { readdirSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WEB_DIST } from '../packages/server/src/app.ts'
import { startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

/** Every kind of answer carries what tells a browser to be careful; and no cookie comes or goes where none is needed. */
let server: TestServer
let token = ''
let cookie = ''
let media = ''
/** By its port: the public address is nobody's. */
const at = (url = '') => `http://127.0.0.1:${server.port}${url}`

beforeAll(async () => {
  server = await startTestServer({ PUBLIC_URL: 'https://atende.example', SECURITY_CONTACT: 'mailto:s@example.com', ALLOWED_ORIGINS: 'https://app.example' })
  const json = { 'content-type': 'application/json' }
  const account = { companyName: 'Empresa', name: 'Dona Teste', email: 'dona@example.com', password: 'uma senha bem longa' }
  const made = await fetch(at('/api/auth/register'), { method: 'POST', headers: json, body: JSON.stringify(account) })
  token = (await made.json()).accessToken
  cookie = made.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const form = new FormData()
  form.set('file', new File(['a,b\n'], 'a.csv', { type: 'text/csv' }))
  media = (await (await fetch(at('/api/media'), { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form })).json()).url
})
afterAll(() => server.close())

const built = () => {
  try {
    return `/assets/${readdirSync(path.join(WEB_DIST, 'assets')).find((f) => f.endsWith('.js'))}`
  } catch {
    return '/assets/absent.js'
  }
}
const ALWAYS: Record<string, RegExp> = {
  'content-security-policy': /default-src '(self|none)'/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^SAMEORIGIN$/,
  'referrer-policy': /^same-origin$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'origin-agent-cluster': /^\?1$/,
  'permissions-policy': /camera=\(\).*microphone=\(self\)/,
  'strict-transport-security': /^max-age=31536000; includeSubDomains$/,
  'x-permitted-cross-domain-policies': /^none$/,
  'x-request-id': /^[0-9a-f-]{36}$/,
}

describe('headers', () => {
  const KINDS: [string, string, () => string, RequestInit?][] = [
    ['an answer of the API', 'GET', () => '/api/auth/me'],
    ['a refusal', 'GET', () => '/api/tags', { headers: { authorization: 'Bearer no' } }],
    ['an absent address of the API', 'GET', () => '/api/absent'],
    ['a wrong method', 'PATCH', () => '/api/tags'],
    ['a body that is none', 'POST', () => '/api/auth/login', { body: '{', headers: { 'content-type': 'application/json' } }],
    ['the page', 'GET', () => '/'],
    ['a page behind the router', 'GET', () => '/conversas'],
    ['an asset', 'GET', built],
    ['an absent asset', 'GET', () => '/assets/absent.js'],
    ['a file', 'GET', () => media],
    ['a part of a file', 'GET', () => media, { headers: { range: 'bytes=0-1' } }],
    ['an impossible part', 'GET', () => media, { headers: { range: 'bytes=99-' } }],
    ['an unchanged file', 'HEAD', () => media],
    ['a preflight', 'OPTIONS', () => '/api/tags', { headers: { origin: 'https://app.example', 'access-control-request-method': 'GET' } }],
    ['a webhook', 'POST', () => '/webhooks/whatsapp', { body: '{}' }],
    ['a handshake', 'GET', () => '/webhooks/whatsapp'],
    ['the documentation', 'GET', () => '/api/docs'],
    ['the document', 'GET', () => '/api/openapi.json'],
    ['life', 'GET', () => '/alive'],
    ['security.txt', 'GET', () => '/.well-known/security.txt'],
  ]
  it.each(KINDS)('on %s', async (_, method, url, init = {}) => {
    const { headers, body } = await fetch(at(url()), {
      method,
      redirect: 'manual',
      ...init,
      headers: { authorization: `Bearer ${token}`, cookie, ...init.headers },
    })
    await body?.cancel()
    for (const [name, value] of Object.entries(ALWAYS)) expect([name, headers.get(name)]).toEqual([name, expect.stringMatching(value)])
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).not.toMatch(/unsafe-|\*|https?:/)
    if (!url().startsWith('/api/media/'))
      for (const part of ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"]) expect(policy).toContain(part)
    for (const name of ['server', 'x-powered-by', 'set-cookie']) expect([name, headers.get(name)]).toEqual([name, null])
    if (url().startsWith('/api/') && !url().startsWith('/api/media/')) expect(headers.get('cache-control')).toMatch(/no-store|no-cache|max-age/)
  })

  it('the page has a nonce of its own each time, and names its own sockets only', async () => {
    const policies = await Promise.all([1, 2].map(async () => (await fetch(at('/'))).headers.get('content-security-policy') ?? ''))
    const nonces = policies.map((p) => /style-src 'self' 'nonce-([\w-]{22})'/.exec(p)?.[1])
    if (!policies[0]?.includes('nonce-')) return expect((await fetch(at('/'))).status).toBe(404)
    expect(nonces[0]).not.toBe(nonces[1])
    const { host } = new URL(at())
    expect(policies[0]).toContain(`connect-src 'self' ws://${host} wss://${host};`)
  })

  it('another origin may read only when it is on the list', async () => {
    const from = (origin: string) => fetch(at('/alive'), { headers: { origin } })
    expect((await from('https://app.example')).headers.get('access-control-allow-origin')).toBe('https://app.example')
    for (const origin of ['https://evil.example', 'null', 'https://app.example.evil.example']) {
      expect((await from(origin)).headers.get('access-control-allow-origin')).not.toBe(origin)
      expect((await from(origin)).headers.get('access-control-allow-origin')).not.toBe('*')
    }
  })
})

describe('sockets', () => {
  it('open to our own pages and those on the list, over both transports', async () => {
    const ask = async (origin: string | undefined, more: Record<string, string> = {}) =>
      (await fetch(at('/socket.io/?EIO=4&transport=polling'), { headers: { ...(origin ? { origin } : {}), ...more } })).status
    for (const origin of [undefined, at(), 'https://app.example']) expect([origin, await ask(origin)]).toEqual([origin, 200])
    for (const origin of ['https://evil.example', 'null', `${at()}.evil.example`, 'https://app.example.evil.example'])
      expect([origin, await ask(origin)]).toEqual([origin, 403])
  })
})

describe('cookies', () => {
  it('there are those of the login alone, and they do not travel to files', async () => {
    const { headers } = await fetch(at('/api/auth/refresh'), { method: 'POST', headers: { cookie } })
    const set = headers.getSetCookie()
    expect(set.map((c) => c.split('=')[0])).toEqual(['__Secure-atende_refresh', '__Secure-atende_device'])
    for (const one of set) {
      for (const part of ['Path=/api/auth', 'HttpOnly', 'SameSite=Strict', 'Secure']) expect(one).toContain(part)
      expect(one).not.toContain('Domain')
    }
    // Path matching of RFC 6265, 5.1.4.
    expect(media.startsWith('/api/auth')).toBe(false)
  })

  it('opens no file by itself: the signature of the address does', async () => {
    const [unsigned] = media.split('?')
    expect((await fetch(at(unsigned), { headers: { cookie } })).status).toBe(404)
    expect((await fetch(at(media))).status).toBe(200)
  })
})

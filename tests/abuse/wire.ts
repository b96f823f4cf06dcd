import { connect, type Socket } from 'node:net'
import type { Afternoon } from './afternoon.ts'

/** Below what an HTTP library would send: bytes on a socket. */
const ANSWER_MS = 15_000

type Heard = { status: number; said: string; closed: boolean }
/** What came back until the other side closed, or until it has answered and is quiet. */
function speak(port: number, bytes: Buffer | string): Promise<Heard> {
  return new Promise((done) => {
    let said = ''
    let quiet: NodeJS.Timeout | undefined
    const socket: Socket = connect(port, '127.0.0.1', () => socket.end(bytes))
    const finish = (closed: boolean) => {
      clearTimeout(quiet)
      clearTimeout(late)
      socket.destroy()
      done({ status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(said)?.[1] ?? 0), said, closed })
    }
    const late = setTimeout(() => finish(false), ANSWER_MS)
    socket.on('data', (d) => {
      said = (said + d.toString('latin1')).slice(0, 100_000)
      clearTimeout(quiet)
      quiet = setTimeout(() => finish(true), 300)
    })
    socket.on('error', () => finish(true))
    socket.on('close', () => finish(true))
  })
}

const PATHS = [
  ...[
    '/api/%2e%2e/api/tags',
    '/api/../api/tags',
    '//api/tags',
    '/api//tags',
    '/api/tags/',
    '/api/tags;x=1',
    '/api/tags%00',
    '/api/tags%2f',
    '/api/tags/%c0%ae%c0%ae/',
    '/API/TAGS',
  ],
  ...[
    '/%',
    '/%zz',
    '/%e0%a4%a',
    '/?%',
    '/#',
    '/ /',
    '/\\..\\..\\package.json',
    '/..%5c..%5cpackage.json',
    '/assets/../../../package.json',
    '/assets/%2e%2e/%2e%2e/%2e%2e/package.json',
  ],
  ...[
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/....//....//package.json',
    '/assets/%252e%252e/package.json',
    '/..;/api/tags',
    '/api/docs/../../../../etc/passwd',
    '/api/docs/%2e%2e%2fapi-docs.ts',
  ],
  ...[
    '/api/media/..%2f..%2f..%2fetc%2fpasswd/content',
    '/api/media/%00/content',
    '/.env',
    '/.git/config',
    '/package.json',
    '/socket.io/../api/tags',
    '/webhooks/whatsapp/../../api/tags',
  ],
  ...[
    'http://evil.example/api/tags',
    'https://169.254.169.254/',
    '*',
    'api/tags',
    '',
    '/\u00e9',
    `/${'a'.repeat(15_000)}`,
    `/${'%41'.repeat(4000)}`,
    `/api/tags?${'a=1&'.repeat(3500)}`,
    `/${'/a'.repeat(5000)}`,
  ],
]
const HEADERS: [what: string, lines: string][] = [
  ['two hosts', 'Host: a\r\nHost: b\r\n'],
  ['no host', ''],
  ['a host of others', 'Host: evil.example\r\n'],
  ['a host that is none', 'Host: a b<script>"\\\r\n'],
  ['a long host', `Host: ${'a'.repeat(9000)}\r\n`],
  [
    'forwarded',
    'Host: a\r\nX-Forwarded-For: 127.0.0.1, ::1, x\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: javascript\r\nForwarded: for="[::1]";host=x\r\nX-Real-IP: 127.0.0.1\r\n',
  ],
  ['another address inside', 'Host: a\r\nX-Original-URL: /api/tenants\r\nX-Rewrite-URL: /debug/config\r\n'],
  ['another method inside', 'Host: a\r\nX-HTTP-Method-Override: DELETE\r\nX-HTTP-Method: DELETE\r\nX-Method-Override: DELETE\r\n'],
  ['a huge header', `Host: a\r\nX-A: ${'a'.repeat(100_000)}\r\n`],
  ['many headers', `Host: a\r\n${Array.from({ length: 1500 }, (_, i) => `X-${i}: 1\r\n`).join('')}`],
  ['a NUL in a header', 'Host: a\r\nX-A: a\0b\r\n'],
  ['a folded header', 'Host: a\r\nX-A: a\r\n b\r\n'],
  ['a bare line feed', 'Host: a\nX-A: b\n'],
  ['a space before the colon', 'Host: a\r\nTransfer-Encoding : chunked\r\n'],
  ['a cookie bomb', `Host: a\r\nCookie: ${'a=b; '.repeat(2500)}\r\n`],
  ['odd cookies', 'Host: a\r\nCookie: atende_refresh=%ff; __proto__=x; =; ;;; atende_refresh="\r\n'],
  ['a token of nobody', 'Host: a\r\nAuthorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIwMTk4YzBkZS0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDAifQ.\r\n'],
  ['a long token', `Host: a\r\nAuthorization: Bearer ${'a'.repeat(12_000)}\r\n`],
  ['other logins', 'Host: a\r\nAuthorization: Basic YTpi\r\nAuthorization: Bearer x\r\n'],
  ['many ranges', `Host: a\r\nRange: bytes=${'0-1,'.repeat(1500)}0-1\r\n`],
  ['an expectation', 'Host: a\r\nExpect: 200-ok\r\n'],
  ['h2c', 'Host: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'],
  [
    'a WebSocket at a route',
    'Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n',
  ],
  ['a foreign origin', 'Host: a\r\nOrigin: https://evil.example\r\nReferer: https://evil.example/\r\n'],
  ['an origin that is none', 'Host: a\r\nOrigin: null\r\nAccess-Control-Request-Method: x\r\n'],
]
const REQUESTS: [what: string, bytes: Buffer | string][] = [
  [
    'length and chunks',
    'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /debug/config HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  ['two lengths', 'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}'],
  ['a negative length', 'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}'],
  ['a length too long', 'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{}'],
  ['odd chunks', 'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n'],
  ['a chunk too large', 'POST /webhooks/whatsapp HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{}\r\n'],
  ['chunks with comments', `POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;${'x'.repeat(30_000)}\r\n{}\r\n0\r\n\r\n`],
  ['chunks twice', 'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n'],
  [
    'another coding',
    'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\nContent-Type: application/json\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  ],
  ['many at once', 'GET /alive HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(300)],
  ['HTTP/0.9', 'GET /\r\n'],
  ['HTTP/1.0', 'GET /api/tags HTTP/1.0\r\n\r\n'],
  ['HTTP/3.7', 'GET /api/tags HTTP/3.7\r\nHost: a\r\n\r\n'],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['TLS', Buffer.from('16030100a5010000a10303', 'hex')],
  ['noise', Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 256))],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['CONNECT', 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['an own method', 'EVIL /api/tags HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['QUERY', 'QUERY /api/tags HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n'],
  ['options of all', 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n'],
]

/** Answers that could only come of a file, a setting, or a hidden request. */
const LEAKED = /root:x:0:|"workspaces"|\[core\]|ENCRYPTION_KEY|DATABASE_URL/

export async function abuseWire({ server, faults, count, judge, all }: Afternoon, token: string): Promise<void> {
  const one = (part: string, what: string, bytes: Buffer | string) => async () => {
    count(part)
    const heard = await speak(server.port, bytes)
    judge(`${part}: ${what}`, heard.status === 501 ? 400 : heard.status, heard.said)
    if (!heard.closed && heard.status === 0) faults.push({ what: `${part}: ${what}`, said: 'neither an answer nor an end' })
    if (LEAKED.test(heard.said)) faults.push({ what: `${part}: ${what}`, said: heard.said.slice(0, 300) })
  }
  const login = `Authorization: Bearer ${token}\r\n`
  const targets = [...new Set(server.routes.filter((r) => r.method === 'GET').map((r) => r.url.replace(/:\w+/g, '0198c0de-0000-7000-8000-000000000000')))]
  await all(
    [
      ...PATHS.flatMap((path) => ['', login].map((who) => one('paths', path.slice(0, 60), Buffer.from(`GET ${path} HTTP/1.1\r\nHost: a\r\n${who}\r\n`)))),
      ...targets.flatMap((url) =>
        [`${url}/..%2f`, `/${url}`, `${url};a=b`, `${url}%00`, `${url}%20`, url.toUpperCase(), url.replaceAll('/', '/./'), url.replace('/api', '/api/%2e')].map(
          (path) => one('paths', path, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`),
        ),
      ),
      ...['/api/tags', '/', '/alive', '/webhooks/whatsapp', '/socket.io/', '/api/auth/refresh'].flatMap((url) =>
        HEADERS.flatMap(([what, lines]) =>
          ['GET', 'POST'].map((method) => one('headers', `${what} at ${method} ${url}`, `${method} ${url} HTTP/1.1\r\n${lines}Content-Length: 0\r\n\r\n`)),
        ),
      ),
      ...REQUESTS.map(([what, bytes]) => one('requests', what, bytes)),
    ],
    12,
  )
}

/** Many who send a byte now and then. The server ends them by its own limit; answers whether all were ended. */
export async function abuseSlowly({ server, count, faults }: Afternoon, howMany: number, withinMs: number): Promise<void> {
  const starts = [
    'GET /alive HTTP/1.1\r\nHost: a\r\n',
    'POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"email":"',
  ]
  const ended = Array.from({ length: howMany }, (_, i) => {
    count('slow')
    return new Promise<boolean>((done) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write(starts[i % 2] ?? ''))
      const drip = setInterval(() => socket.write(i % 2 ? 'x' : 'X'), 400)
      const late = setTimeout(() => finish(false), withinMs)
      const finish = (closed: boolean) => {
        clearInterval(drip)
        clearTimeout(late)
        socket.destroy()
        done(closed)
      }
      socket
        .on('error', () => undefined)
        .on('close', () => finish(true))
        .resume()
    })
  })
  const open = (await Promise.all(ended)).filter((closed) => !closed).length
  if (open > 0) faults.push({ what: 'slow', said: `${open} of ${howMany} slow connections were still open after ${withinMs} ms` })
}

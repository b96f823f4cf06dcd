import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

const pageSize = 10
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const hex = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

type Seen = { method: string; path: string; length: string | undefined; chunked: boolean }
type Settings = { accessKeyId: string; secretAccessKey: string; region: string; bucket: string }

const encode = (s: string) => encodeURIComponent(s).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
const canonicalQuery = (url: URL) =>
  [...url.searchParams]
    .map(([k, v]) => `${encode(k)}=${encode(v)}`)
    .toSorted()
    .join('&')

/** AWS Signature Version 4, computed here once more from what arrived. */
function isSigned(request: IncomingMessage, body: Buffer, settings: Settings): boolean {
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    ) ?? []
  const [, keyId = '', day = '', region = '', names = '', signature = ''] = parts
  const time = String(request.headers['x-amz-date'] ?? '')
  const bodyHash = String(request.headers['x-amz-content-sha256'] ?? '')
  if (keyId !== settings.accessKeyId || region !== settings.region || !time.startsWith(day) || bodyHash !== hex(body)) return false
  if (!names.split(';').includes('host') || !names.split(';').includes('x-amz-content-sha256')) return false
  const headers = names.split(';').map((n) => `${n}:${String(request.headers[n] ?? '').trim()}\n`)
  const url = new URL(request.url ?? '/', 'http://s3')
  const canonical = [request.method, url.pathname, canonicalQuery(url), headers.join(''), names, bodyHash].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const key = hmac(hmac(hmac(hmac(`AWS4${settings.secretAccessKey}`, day), region), 's3'), 'aws4_request')
  return hmac(key, ['AWS4-HMAC-SHA256', time, scope, hex(canonical)].join('\n')).toString('hex') === signature
}

const readBody = async (request: IncomingMessage): Promise<Buffer> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces)
}

function sendObject(request: IncomingMessage, response: ServerResponse, data: Buffer): ServerResponse {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
  const part = range ? data.subarray(Number(range[1]), Number(range[2]) + 1) : data
  response.writeHead(range ? 206 : 200, { 'content-length': part.length })
  return response.end(request.method === 'HEAD' ? undefined : part)
}

/** A bucket that believes signatures only, for tests. `failNext` answers so many calls with a status first. */
export async function startS3StandIn(settings: Partial<Settings> = {}) {
  const own: Settings = { accessKeyId: 'AKTEST', secretAccessKey: 'secret-of-the-test', region: 'sa-east-1', bucket: 'atende-test', ...settings }
  const objects = new Map<string, Buffer>()
  const seen: Seen[] = []
  const faults: number[] = []
  let [isOff, held]: [boolean, string | undefined] = [false, undefined]

  /** ListObjectsV2, few keys to a page so that pages are turned. */
  function listing({ searchParams }: URL): string {
    const from = searchParams.get('continuation-token') ?? ''
    const keys = [...objects.keys()].filter((k) => k.startsWith(searchParams.get('prefix') ?? '') && k > from).toSorted()
    const page = keys.slice(0, pageSize)
    const more = keys.length > page.length
    const contents = page.map(
      (k) => `<Contents><Key>${k}</Key><LastModified>${new Date().toISOString()}</LastModified><Size>${objects.get(k)?.length}</Size></Contents>`,
    )
    return `<?xml version="1.0"?><ListBucketResult><IsTruncated>${more}</IsTruncated>${more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : ''}${contents.join('')}</ListBucketResult>`
  }

  function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): ServerResponse {
    const { pathname } = new URL(request.url ?? '/', 'http://s3')
    const end = (status: number) => response.writeHead(status).end()
    const fault = faults.shift()
    if (fault) return end(fault)
    if (!isSigned(request, body, own)) return end(403)
    if (pathname === `/${own.bucket}`) return request.method === 'GET' ? response.end(listing(new URL(request.url ?? '/', 'http://s3'))) : end(200)
    const [, bucket, key = ''] = /^\/([^/]+)\/(.+)$/.exec(pathname) ?? []
    if (bucket !== own.bucket) return end(404)
    if (request.method === 'PUT') {
      objects.set(key, body)
      return end(200)
    }
    if (request.method === 'DELETE') {
      objects.delete(key)
      return end(204)
    }
    const data = objects.get(key)
    return data ? sendObject(request, response, data) : end(404)
  }

  const server = createServer((request, response) => {
    if (isOff) return void request.socket.destroy()
    void readBody(request).then((body) => {
      if (held !== undefined && request.method === 'PUT' && request.url?.includes(held)) return
      const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
      seen.push({ method: request.method ?? '', path: request.url ?? '', length, chunked: encoding !== undefined })
      answer(request, response, body)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const endpoint = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return {
    endpoint,
    objects,
    seen,
    /** As the settings of a server. */
    env: {
      STORAGE: 's3',
      S3_ENDPOINT: endpoint,
      S3_REGION: own.region,
      S3_BUCKET: own.bucket,
      S3_ACCESS_KEY_ID: own.accessKeyId,
      S3_SECRET_ACCESS_KEY: own.secretAccessKey,
    },
    failNext: (status: number, times = 1) => faults.push(...Array.from({ length: times }, () => status)),
    /** Whether nobody answers there. */
    switchOff: (off: boolean) => {
      isOff = off
    },
    /** What is put under this name gets no answer, ever. */
    hold: (name: string | undefined) => {
      held = name
    },
    /** Whoever still waits for an answer is cut off. */
    dropHeld: () => server.closeAllConnections(),
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}

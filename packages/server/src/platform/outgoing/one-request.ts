import type { LookupAddress, LookupOptions } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { type Readable, Transform, type TransformCallback } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** Every address of a name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>
export type Agents = { http: http.Agent; https: https.Agent }
export type Hop = { url: URL; method: string; headers: Headers; body: Buffer | undefined; signal: AbortSignal; maxBytes: number }

/** Idle connections are given up before the other side does it, so that a request rarely meets a closing one. */
const IDLE_MS = 4000
/** Statuses that have no body by definition. */
const EMPTY = new Set([204, 205, 304])

/** Why a call failed, where `fetch` would put it: in the `cause` of a TypeError. */
export class OutgoingError extends Error {
  readonly code: 'OUTGOING_REFUSED' | 'OUTGOING_TOO_LARGE' | 'OUTGOING_REDIRECTS' | 'OUTGOING_ANSWER'
  constructor(code: OutgoingError['code'], message: string) {
    super(message)
    this.name = 'OutgoingError'
    this.code = code
  }
}

type Answer = (error: Error | null, addresses: LookupAddress[] | string, family?: number) => void

/** Connections go to the very addresses that were checked: a name that answers otherwise a moment later changes nothing. */
export function createAgents(resolve: Resolve, check: (host: string, address: string) => boolean): Agents {
  const lookup = (host: string, options: LookupOptions, done: Answer): void => {
    resolve(host).then(
      (addresses) => {
        const wanted = addresses.filter((a) => !options.family || options.family === a.family || options.family === `IPv${a.family}`)
        // One inner address among public ones is no accident.
        if (wanted.length === 0 || addresses.some((a) => !check(host, a.address)))
          done(new OutgoingError('OUTGOING_REFUSED', 'this address may not be called'), [])
        else if (options.all) done(null, wanted)
        else done(null, wanted[0]?.address ?? '', wanted[0]?.family)
      },
      (e) => done(e instanceof Error ? e : new Error(String(e)), []),
    )
  }
  const options = { keepAlive: true, timeout: IDLE_MS, maxFreeSockets: 64, lookup: lookup as never }
  return { http: new http.Agent(options), https: new https.Agent(options) }
}

class Limit extends Transform {
  #left: number
  constructor(maxBytes: number) {
    super()
    this.#left = maxBytes
  }
  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#left -= chunk.length
    if (this.#left < 0) done(new OutgoingError('OUTGOING_TOO_LARGE', 'the answer is too large'))
    else done(null, chunk)
  }
}

const DECODERS: Record<string, (() => Transform) | undefined> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
}

/** What a caller of `fetch` expects: the reason of its own signal, or a TypeError whose cause says more. */
const asFetchError = (e: unknown, signal: AbortSignal): unknown => (signal.aborted ? signal.reason : new TypeError('fetch failed', { cause: e }))

/** The answer's bytes: decoded, counted, and ended by the signal. */
function bodyOf(answer: http.IncomingMessage, hop: Hop): { stream: ReadableStream<Uint8Array>; decoded: boolean } {
  const decoder = DECODERS[answer.headers['content-encoding']?.toLowerCase() ?? '']
  const stages: Readable[] = [answer]
  for (const next of [...(decoder ? [decoder()] : []), new Limit(hop.maxBytes)]) {
    const before = stages.at(-1)
    // No `pipeline`: it would cut the connection of an answer that was read to its end, which serves the next request.
    before?.once('error', (e) => next.destroy(e))
    before?.pipe(next)
    stages.push(next)
  }
  const last = stages.at(-1) ?? answer
  // Who reads is told by the reading; an error that nobody reads must not end the process.
  for (const stage of stages) stage.on('error', () => undefined)
  answer.once('aborted', () => last.destroy(new Error('the answer was cut off')))
  const stop = () => {
    for (const stage of stages) stage.destroy()
  }
  const chunks = last[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (e) {
          stop()
          controller.error(asFetchError(e, hop.signal))
        }
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  )
  return { stream, decoded: decoder !== undefined }
}

function toResponse(answer: http.IncomingMessage, hop: Hop): Response {
  const status = answer.statusCode ?? 0
  if (status < 200 || status > 599) {
    answer.destroy()
    throw new OutgoingError('OUTGOING_ANSWER', 'an answer with a status that is none')
  }
  const headers = new Headers()
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) headers.append(answer.rawHeaders[i] ?? '', answer.rawHeaders[i + 1] ?? '')
  if (EMPTY.has(status) || hop.method === 'HEAD') {
    answer.resume()
    return new Response(null, { status, headers })
  }
  const { stream, decoded } = bodyOf(answer, hop)
  if (decoded) for (const name of ['content-encoding', 'content-length']) headers.delete(name)
  return new Response(stream, { status, headers })
}

/** One request to one address, without following anything. Rejects as `fetch` does. */
export function requestOnce(hop: Hop, agents: Agents): Promise<Response> {
  const { url, method, headers, body, signal } = hop
  return new Promise((done, failed) => {
    const secure = url.protocol === 'https:'
    const fail = (e: unknown) => failed(asFetchError(e, signal))
    const options: http.RequestOptions = {
      method,
      // A name with a dot at its end is the same host, and its certificate knows it without.
      hostname: url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, ''),
      port: url.port || (secure ? 443 : 80),
      path: `${url.pathname}${url.search}`,
      headers: { ...Object.fromEntries(headers), ...(body ? { 'content-length': body.length } : {}) },
      agent: secure ? agents.https : agents.http,
      signal,
    }
    const request = (secure ? https : http).request(options)
    request.once('response', (answer) => {
      try {
        done(toResponse(answer, hop))
      } catch (e) {
        fail(e)
      }
    })
    request.on('error', fail)
    request.end(body)
  })
}

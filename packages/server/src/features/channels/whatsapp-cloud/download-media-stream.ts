import { type GraphOptions, isOwnHost } from './graph.ts'
import { type Failure, readGraphError, readLimited } from './graph-call.ts'

/** `over`: the address works no longer, a new one may. */
export type Opened =
  | { outcome: 'opened'; body: AsyncIterable<Uint8Array> }
  | { outcome: 'over' }
  | { outcome: 'too_large' }
  | { outcome: 'refused'; httpStatus: number; failure: Failure | undefined }
  | { outcome: 'failed'; detail: string }

const TRANSFER_MS = 300_000

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function explain(response: Response): Promise<Opened> {
  const text = await readLimited(response, 64_000).then(
    (b) => b.toString('utf8'),
    () => '',
  )
  const { status } = response
  if (status === 404 || status === 410) return { outcome: 'over' }
  const error = readGraphError(parse(text), status)
  if (!error && (status >= 500 || status === 429)) return { outcome: 'failed', detail: `HTTP ${status}` }
  return { outcome: 'refused', httpStatus: status, failure: error && { outcome: 'refused', error } }
}

/**
 * Begins a download from an address that Graph or a webhook gave, with the token and without following redirects (Cloud API, media).
 * Nothing is held in memory; whoever takes the body counts it. Never throws for the network.
 */
export async function openDownload(url: string, options: GraphOptions, maxBytes: number): Promise<Opened> {
  if (!URL.canParse(url) || !isOwnHost(new URL(url), new URL(options.graphUrl))) return { outcome: 'over' }
  let response: Response
  try {
    const headers = { authorization: `Bearer ${options.accessToken}` }
    // A chunk more than may be read: the reader's own limit speaks first.
    response = await options.outgoing.fetch(url, { headers, signal: AbortSignal.timeout(TRANSFER_MS), maxBytes: maxBytes + 1_048_576 })
  } catch (e) {
    return { outcome: 'failed', detail: e instanceof Error && e.name === 'TimeoutError' ? 'timeout' : 'unreached' }
  }
  if (response.status !== 200 || !response.body) return explain(response)
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) {
    await response.body.cancel()
    return { outcome: 'too_large' }
  }
  return { outcome: 'opened', body: response.body }
}

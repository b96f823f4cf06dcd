import { z } from 'zod'
import type { Outgoing } from '../../../platform/outgoing/outgoing.ts'

/** What Meta said when it refused. `code` is null when the answer had no error body of Meta's (a proxy, a redirect). */
export type GraphError = {
  code: number | null
  subcode?: number
  title: string
  details: string
  httpStatus: number
  fbtraceId?: string
  transient: boolean
}

/**
 * `refused`: Meta answered no. `unknown`: it may have happened (time ran out or the connection broke after sending, or an answer
 * nobody can read); the API has no idempotency key. `unreached`: nothing was sent, safe to repeat.
 */
export type Failure = { outcome: 'refused'; error: GraphError } | { outcome: 'unknown'; reason: string } | { outcome: 'unreached'; reason: string }
export type CallResult = { outcome: 'answered'; body: unknown } | Failure

/** An answer larger than the caller accepts. */
export class TooLarge extends Error {}

export type CallTarget = { accessToken: string; timeoutMs: number; outgoing: Outgoing }
export type CallInit = { method?: 'GET' | 'POST' | 'DELETE'; json?: object; form?: FormData; timeoutMs?: number }

const MAX_JSON = 2 * 1024 * 1024
const ErrorBody = z.object({
  error: z.looseObject({
    message: z.string().catch(''),
    code: z.number(),
    error_subcode: z.number().optional().catch(undefined),
    error_user_msg: z.string().optional().catch(undefined),
    error_data: z
      .looseObject({ details: z.string().optional().catch(undefined) })
      .optional()
      .catch(undefined),
    fbtrace_id: z.string().optional().catch(undefined),
    is_transient: z.boolean().optional().catch(undefined),
  }),
})

/** Reads at most `maxBytes`, and stops the transfer when there is more. One buffer of the announced size: a large file is held once. @throws TooLarge */
export async function readLimited(response: Response, maxBytes: number): Promise<Buffer> {
  const announced = Number(response.headers.get('content-length') ?? 0)
  if (announced > maxBytes) {
    await response.body?.cancel()
    throw new TooLarge()
  }
  let buffer = Buffer.allocUnsafeSlow(announced || 16_384)
  let size = 0
  // Leaving the loop early cancels the stream.
  for await (const chunk of response.body ?? []) {
    if (size + chunk.byteLength > maxBytes) throw new TooLarge()
    if (size + chunk.byteLength > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, size + chunk.byteLength))
      buffer.copy(larger, 0, 0, size)
      buffer = larger
    }
    buffer.set(chunk, size)
    size += chunk.byteLength
  }
  return buffer.subarray(0, size)
}

const NEVER_SENT = new Set([
  'OUTGOING_REFUSED',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** fetch wraps the socket's error in `cause`; only its code says whether bytes had left. */
export function classifyNetworkError(e: unknown): Failure {
  if (e instanceof Error && e.name === 'TimeoutError') return { outcome: 'unknown', reason: 'timeout' }
  const cause = e instanceof Error ? e.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
  const connecting = cause instanceof Error && 'syscall' in cause && cause.syscall === 'connect'
  const before = connecting || (code !== undefined && NEVER_SENT.has(code))
  return { outcome: before ? 'unreached' : 'unknown', reason: code ?? 'connection lost' }
}

export function readGraphError(body: unknown, httpStatus: number): GraphError | undefined {
  const parsed = ErrorBody.safeParse(body)
  if (!parsed.success) return undefined
  const e = parsed.data.error
  return {
    code: e.code,
    ...(e.error_subcode === undefined ? {} : { subcode: e.error_subcode }),
    title: e.message.replace(/^\(#\d+\)\s*/, '').slice(0, 500),
    details: (e.error_data?.details ?? e.error_user_msg ?? '').slice(0, 1000),
    httpStatus,
    ...(e.fbtrace_id ? { fbtraceId: e.fbtrace_id } : {}),
    transient: e.is_transient ?? false,
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function judge(status: number, text: string): CallResult {
  const body = parseJson(text)
  const error = readGraphError(body, status)
  if (error) return { outcome: 'refused', error }
  if (status >= 500) return { outcome: 'unknown', reason: `HTTP ${status} without an explanation` }
  if (status < 200 || status >= 300) {
    return { outcome: 'refused', error: { code: null, title: `HTTP ${status}`, details: '', httpStatus: status, transient: status === 429 } }
  }
  return body === undefined ? { outcome: 'unknown', reason: 'unreadable answer' } : { outcome: 'answered', body }
}

/** One call with the Bearer header; follows no redirect, so that the token goes nowhere else. Never throws for the network. */
export async function callGraph(url: string, target: CallTarget, init: CallInit = {}): Promise<CallResult> {
  try {
    const response = await target.outgoing.fetch(url, {
      method: init.method ?? 'GET',
      headers: {
        authorization: `Bearer ${target.accessToken}`,
        accept: 'application/json',
        ...(init.json ? { 'content-type': 'application/json' } : {}),
      },
      body: init.json ? JSON.stringify(init.json) : (init.form ?? null),
      signal: AbortSignal.timeout(init.timeoutMs ?? target.timeoutMs),
    })
    return judge(response.status, (await readLimited(response, MAX_JSON)).toString('utf8'))
  } catch (e) {
    if (e instanceof TooLarge) return { outcome: 'unknown', reason: 'answer too large' }
    return classifyNetworkError(e)
  }
}

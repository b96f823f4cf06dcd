import { z } from 'zod'
import { endSession, tokenKeeper } from './access-token.ts'
import { errorFromAnswer } from './api-error.ts'
import { askProof, goToEnrolment } from './step-up.ts'
import { offlineError, readJson, send } from './transport.ts'

/** Schema for answers without a body (204). */
export const NoContent = z.void()

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
export type ApiOptions = {
  query?: Record<string, string | number | boolean | undefined | null>
  body?: unknown
  form?: FormData
  signal?: AbortSignal
}

export function addressOf(path: string, query: ApiOptions['query']): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null) search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? path : `${path}?${text}`
}

function requestOf(method: Method, options: ApiOptions, token: string | null): RequestInit & { slow?: boolean } {
  const headers = new Headers({ accept: 'application/json' })
  if (token !== null) headers.set('authorization', `Bearer ${token}`)
  const init: RequestInit & { slow?: boolean } = { method, headers }
  if (options.signal !== undefined) init.signal = options.signal
  if (options.form !== undefined) {
    init.body = options.form
    init.slow = true
  } else if (options.body !== undefined) {
    headers.set('content-type', 'application/json')
    init.body = JSON.stringify(options.body)
  }
  return init
}

/** These answer 401 for their own reasons, and must not start a refresh. */
const isLoginPath = (path: string): boolean => /^\/api\/auth\/(login|register|refresh|invitations\/)/.test(path)

/** A 401 about a password that was typed (changing it, for example) says nothing about the token. */
const isWrongPassword = async (answer: Response): Promise<boolean> =>
  errorFromAnswer(answer.status, await readJson(answer.clone()), answer.headers).code === 'login_failed'

async function tokenFor(path: string): Promise<string | null> {
  if (isLoginPath(path)) return null
  const token = tokenKeeper.fresh()
  if (token !== null || tokenKeeper.sessionId() === null) return token
  return (await tokenKeeper.refresh(null))?.token ?? null
}

async function sendWithLogin(method: Method, path: string, options: ApiOptions, slow = false): Promise<Response> {
  const address = addressOf(path, options.query)
  const token = await tokenFor(path)
  const call = (one: string | null) => send(address, { ...requestOf(method, options, one), ...(slow ? { slow } : {}) })
  const answer = await call(token)
  if (answer.status !== 401 || isLoginPath(path) || (await isWrongPassword(answer))) return answer
  const refreshed = await tokenKeeper.refresh(token)
  if (refreshed !== null) return call(refreshed.token)
  endSession('expired')
  return answer
}

/** One call whose answer is a file or comes in parts, and takes as long as it takes. @throws ApiError */
export async function apiAnswer(method: Method, path: string, options: Pick<ApiOptions, 'body'> = {}): Promise<Response> {
  const answer = await sendWithLogin(method, path, options, true)
  if (!answer.ok) throw errorFromAnswer(answer.status, await readJson(answer), answer.headers)
  return answer
}

/**
 * A dangerous action asks who is there: with a proof the same call goes out once more. Whoever has to set up a second factor first
 * is led there.
 */
async function sendWithProof(method: Method, path: string, options: ApiOptions): Promise<Response> {
  const answer = await sendWithLogin(method, path, options)
  if (answer.status !== 403) return answer
  const { code, methods } = errorFromAnswer(answer.status, await readJson(answer.clone()), answer.headers)
  if (code === 'second_factor_required') goToEnrolment()
  if (code !== 'step_up_required' || !(await askProof(methods))) return answer
  return sendWithLogin(method, path, options)
}

/** One call to the server. The answer is checked against `schema`; every failure is an ApiError. */
export async function api<S extends z.ZodType>(schema: S, method: Method, path: string, options: ApiOptions = {}): Promise<z.infer<S>> {
  const answer = await sendWithProof(method, path, options)
  const body = await readJson(answer)
  if (!answer.ok) throw errorFromAnswer(answer.status, body, answer.headers)
  const parsed = schema.safeParse(body)
  if (!parsed.success) throw offlineError('answer_unexpected', parsed.error)
  return parsed.data
}

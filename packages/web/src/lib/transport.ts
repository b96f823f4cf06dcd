import { ApiError } from './api-error.ts'

const TIMEOUT_MS = 30_000

export const offlineError = (code: 'offline' | 'timeout' | 'answer_unexpected', cause: unknown): ApiError =>
  new ApiError({ status: 0, code, title: code }, { cause })

/** `fetch` with our habits; the only errors are ApiError and the AbortError of the caller's own signal. */
export async function send(path: string, init: RequestInit & { slow?: boolean }): Promise<Response> {
  const { slow, signal, ...rest } = init
  const limit = slow ? undefined : AbortSignal.timeout(TIMEOUT_MS)
  const signals = [signal, limit].filter((one) => one !== undefined && one !== null)
  try {
    return await fetch(path, {
      credentials: 'same-origin',
      ...rest,
      signal: signals.length > 0 ? AbortSignal.any(signals) : null,
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw offlineError(limit?.aborted ? 'timeout' : 'offline', error)
  }
}

export async function readJson(answer: Response): Promise<unknown> {
  if (answer.status === 204) return undefined
  const text = await answer.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

import { type FieldProblem, Problem } from '@atende/contracts/errors'
import type { z } from 'zod'

type FieldError = z.infer<typeof FieldProblem>

type Parts = {
  status: number
  code: string
  title: string
  detail?: string | undefined
  requestId?: string | null
  errors?: FieldError[] | undefined
  retryAfter?: number | undefined
  methods?: string[] | undefined
}

/** Anything that kept an answer from coming. Besides the server's codes there are `offline`, `timeout` and `answer_unexpected`. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string | null
  readonly requestId: string | null
  readonly errors: readonly FieldError[]
  readonly retryAfter: number | null
  /** With `step_up_required`: the ways in which this person can prove who they are. */
  readonly methods: readonly string[]

  constructor(parts: Parts, options?: ErrorOptions) {
    super(`${parts.code}: ${parts.title}`, options)
    this.name = 'ApiError'
    this.status = parts.status
    this.code = parts.code
    this.title = parts.title
    this.detail = parts.detail ?? null
    this.requestId = parts.requestId ?? null
    this.errors = parts.errors ?? []
    this.retryAfter = parts.retryAfter ?? null
    this.methods = parts.methods ?? []
  }
}

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError

/** A proxy in front may answer with a page of its own, so the body is not always a problem document. */
export function errorFromAnswer(status: number, body: unknown, headers: { get(name: string): string | null }): ApiError {
  const problem = Problem.safeParse(body)
  const requestId = headers.get('x-request-id')
  if (problem.success) return new ApiError(problem.data)
  const code = status === 401 ? 'unauthenticated' : status === 429 ? 'too_many_requests' : status >= 500 ? 'unavailable' : 'answer_unexpected'
  const seconds = Number(headers.get('retry-after'))
  return new ApiError({ status, code, title: code, requestId, retryAfter: seconds > 0 ? seconds : undefined })
}

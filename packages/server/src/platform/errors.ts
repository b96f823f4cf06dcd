import { ERRORS, type ErrorCode } from '@atende/contracts/errors'

export type FieldError = { path: string; code: string; message: string }

/** A known refusal: it has a code of the closed list and wakes nobody. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly fields: FieldError[] | undefined
  readonly retryAfter: number | undefined
  readonly methods: string[] | undefined

  constructor(code: ErrorCode, options: { detail?: string; fields?: FieldError[]; retryAfter?: number; methods?: string[] } = {}) {
    super(`${code}: ${options.detail ?? ERRORS[code].title}`)
    this.code = code
    this.detail = options.detail
    this.fields = options.fields
    this.retryAfter = options.retryAfter
    this.methods = options.methods
  }
}

export const notFound = () => new AppError('not_found')
export const invalidField = (path: string, code: string, message: string) => new AppError('validation_failed', { fields: [{ path, code, message }] })

const SQLSTATE_UNIQUE = '23505'
export const isUniqueViolation = (e: unknown, constraint?: string): boolean =>
  e instanceof Error && 'code' in e && e.code === SQLSTATE_UNIQUE && (!constraint || ('constraint' in e && e.constraint === constraint))

import { type ApiError, isApiError } from './api-error.ts'
import { ENGLISH } from './error-english.ts'
import { i18n } from './i18n.ts'
import { getLocale } from './locale.ts'

const isEnglishCode = (code: string): code is keyof typeof ENGLISH => Object.hasOwn(ENGLISH, code)

function ownTitle(error: ApiError): string {
  const t = i18n.getFixedT(getLocale(), 'errors')
  switch (error.code) {
    case 'offline':
      return t('title.offline')
    case 'timeout':
      return t('title.timeout')
    case 'answer_unexpected':
      return t('title.answer_unexpected')
    case 'unauthenticated':
      return t('title.unauthenticated')
    case 'too_many_requests':
      return t('title.too_many_requests')
    case 'unavailable':
      return t('title.unavailable')
    default:
      return t('title.internal')
  }
}

/** One sentence for people, in their language. */
export function errorSentence(error: unknown): string {
  if (!isApiError(error)) return i18n.t('errors:title.internal')
  if (getLocale() === 'en' && isEnglishCode(error.code)) return ENGLISH[error.code]
  // Without a problem document the title is only the code again.
  return error.title === error.code ? ownTitle(error) : error.title
}

/** What to give to support: the request's id when the server answered, else the code. */
export const supportCode = (error: unknown): string | null => (isApiError(error) ? (error.requestId ?? error.code) : null)

function fieldSentence(code: string, message: string): string {
  const t = i18n.getFixedT(getLocale(), 'errors')
  if (code === 'too_small') return t('field.tooShort')
  if (code === 'too_big') return t('field.tooLong')
  if (code === 'invalid_format') return t('field.format')
  if (code === 'invalid_type') return t('field.required')
  return message === '' ? t('field.invalid') : message
}

/** The server's field problems, by field, ready for a form. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!isApiError(error)) return {}
  return Object.fromEntries(error.errors.map((problem) => [problem.path, fieldSentence(problem.code, problem.message)]))
}

import { expect, it } from 'vitest'
import { errorFromAnswer } from './api-error.ts'

const headers = (values: Record<string, string> = {}) => new Headers(values)

it('carries everything a problem document says', () => {
  const errors = [{ path: 'email', code: 'invalid_format', message: '' }]
  const body = { type: 'about:blank', title: 'Alguns campos precisam de atenção.', status: 400, code: 'validation_failed', requestId: 'r1', errors }
  expect(errorFromAnswer(400, body, headers())).toMatchObject({ status: 400, code: 'validation_failed', requestId: 'r1', errors })
})

it.each([
  [502, 'unavailable'],
  [429, 'too_many_requests'],
  [401, 'unauthenticated'],
  [418, 'answer_unexpected'],
])('understands a bare %d from a proxy', (status, code) => {
  const error = errorFromAnswer(status, undefined, headers({ 'retry-after': '7', 'x-request-id': 'p9' }))
  expect(error).toMatchObject({ status, code, requestId: 'p9', retryAfter: 7 })
})

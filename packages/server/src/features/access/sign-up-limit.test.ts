import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ SIGN_UP_LIMIT: '2' })
})
afterAll(() => server.close())

it('one network may found only so many companies an hour', async () => {
  await server.register()
  await server.register()
  const third = await server.call<{ code: string; retryAfter: number }>('POST', '/api/auth/register', {
    body: { companyName: 'Mais uma', name: 'N', email: 'mais@example.com', password: 'uma senha bem longa' },
  })
  expect(third).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
  expect(third.body.retryAfter).toBeGreaterThan(3000)
  expect(Number(third.headers.get('retry-after'))).toBe(third.body.retryAfter)
})

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createTestDatabase, TEST_ROLES } from '../testing/test-database.ts'
import { prepareInstallation } from './installation.ts'

let database: Awaited<ReturnType<typeof createTestDatabase>>
beforeAll(async () => {
  database = await createTestDatabase(inject('postgres'))
})
afterAll(() => database.drop())

it('many processes that start at the same moment prepare the database one after the other', { timeout: 60_000 }, async () => {
  const queue = { retries: 1, retryDelay: 1, retryDelayMax: 1, expire: 10 }
  const queues = ['one', 'two', 'three'].map((name) => ({ name, queue }))
  const installation = { ownerUrl: database.ownerUrl, appRole: TEST_ROLES.app }
  for (let round = 0; round < 3; round++) {
    const starts = await Promise.allSettled(Array.from({ length: 8 }, () => prepareInstallation(installation, queues)))
    expect(starts.map((s) => (s.status === 'rejected' ? String(s.reason) : 'ok'))).toEqual(Array(8).fill('ok'))
  }
})

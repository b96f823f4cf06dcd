import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { beginRun, latestRuns } from './server-runs.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

it('a run is known while it runs, with how far it is, and as it ended', async () => {
  const { db } = server.ctx
  const run = await beginRun(db, 'backup', { to: 'disk' })
  await run.note({ bytes: 10 })
  expect(await latestRuns(db, ['backup'])).toMatchObject([{ outcome: 'running', endedAt: null, details: { to: 'disk', bytes: 10 } }])
  // Its process died without a word.
  expect(await latestRuns(db, ['backup'], 1, Date.now() + 700_000)).toMatchObject([{ outcome: 'lost' }])
  await run.end('failed', { error: 'disk_full' })
  await run.end('ok')
  expect(await latestRuns(db, ['backup'])).toMatchObject([{ outcome: 'failed', endedAt: expect.any(Date), details: { bytes: 10, error: 'disk_full' } }])
})

it('of each kind the newest are told', async () => {
  const { db } = server.ctx
  for (const kind of ['update', 'restore-test', 'update'] as const) await (await beginRun(db, kind)).end('ok')
  expect((await latestRuns(db, ['update', 'restore-test'])).map((r) => r.kind)).toEqual(['update', 'restore-test'])
  expect(await latestRuns(db, ['update'], 5)).toHaveLength(2)
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { beginRun, latestRuns } from '../server-runs.ts'
import { beginUpdate, endUpdate, updateFacts } from './update-record.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

it('a backup counts for a day, and only one that came to its end', async () => {
  const { db, config } = server.ctx
  expect(await updateFacts(db, config)).toEqual({ backups: 'off', lastBackup: null, backupFresh: false })
  await (await beginRun(db, 'backup')).end('ok')
  await (await beginRun(db, 'backup')).end('failed', { error: 'disk_full' })
  expect(await updateFacts(db, { ...config, BACKUP_RECIPIENT: ['age1somebody'] })).toEqual({ backups: 'on', lastBackup: expect.any(Date), backupFresh: true })
  expect((await updateFacts(db, config, Date.now() + 25 * 3600_000)).backupFresh).toBe(false)
})

it('an update stands on the record from its first step, and its end is written once', async () => {
  const { db } = server.ctx
  const id = await beginUpdate(db, { from: '0.1.0', to: '0.2.0' })
  expect(await latestRuns(db, ['update'])).toMatchObject([{ id, outcome: 'running', details: { from: '0.1.0', to: '0.2.0' } }])
  expect(await endUpdate(db, id, 'failed', { error: 'smoke', seconds: 12 })).toBe(true)
  expect(await endUpdate(db, id, 'ok', {})).toBe(false)
  expect(await latestRuns(db, ['update'])).toMatchObject([{ outcome: 'failed', details: { to: '0.2.0', error: 'smoke', seconds: 12 } }])
})

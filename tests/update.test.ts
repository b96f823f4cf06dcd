import { expect, inject, it } from 'vitest'
import { createTestDatabase } from '../packages/server/src/testing/test-database.ts'
import { updateUnderLoad } from '../scripts/deploy/steps/update.ts'

/** The short form of `npm run bench:update`: real processes, a real nginx, the real script; only systemd is stood in for. */
it('an update under load: no request fails, no message is lost or doubled, every socket resumes; an ill version is taken back', { timeout: 240_000 }, async () => {
  const database = await createTestDatabase(inject('postgres'))
  const figures = await updateUnderLoad({ database, rates: { webhooks: 10, reads: 5, sends: 2, sockets: 20 }, watch: 2, canary: 20, worse: true })
  await database.drop()
  console.log(JSON.stringify(figures))
  const { before, update, refused, rollback, messages, sockets } = figures
  expect([before.failed, update.failed, refused?.failed, rollback?.failed]).toEqual([[], [], [], []])
  expect(messages).toMatchObject({ lost: 0, doubled: 0, unsent: 0, sentTwice: 0 })
  expect(messages.delivered).toBeGreaterThan(50)
  expect(messages.sent).toBeGreaterThan(10)
  expect(sockets).toMatchObject({ open: 20, missed: 0, resets: 0 })
  expect(sockets.reconnects).toBeGreaterThanOrEqual(20)
})

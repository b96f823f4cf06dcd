import { expect, inject, it } from 'vitest'
import { createTestDatabase } from '../packages/server/src/testing/test-database.ts'
import { faultsOf, runUpdates } from '../scripts/deploy/steps/update.ts'

/** The short form of `npm run bench:update`: real processes, a real nginx, the real script; only systemd is stood in for. */
it('an update under load: no request fails, no message is lost or doubled, every socket resumes; it survives being killed; an ill version is taken back', {
  timeout: 320_000,
}, async () => {
  const database = await createTestDatabase(inject('postgres'))
  const figures = await runUpdates({
    database,
    rates: { webhooks: 10, reads: 5, sends: 2, sockets: 20 },
    watch: 1,
    interrupt: true,
    ill: true,
    limitSeconds: 200,
  })
  await database.drop()
  expect(faultsOf(figures)).toEqual([])
  expect(figures.runs).toEqual(['0.2.0 ok', expect.stringMatching(/^0\.3\.0 failed \w+$/)])
  const { messages, sockets } = figures
  expect(messages.delivered).toBeGreaterThan(50)
  expect(messages.sent).toBeGreaterThan(10)
  expect(sockets).toMatchObject({ open: 20, resets: 0 })
  expect(sockets.reconnects).toBeGreaterThanOrEqual(20)
})

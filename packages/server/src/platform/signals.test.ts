import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createTestDatabase, sqlAs } from '../testing/test-database.ts'
import { eventually } from '../testing/test-server.ts'
import { createLog } from './log.ts'
import { Signals } from './signals.ts'

const log = createLog({ LOG_LEVEL: 'silent' })
let database: Awaited<ReturnType<typeof createTestDatabase>>
let dead: Server
let knocks = 0

beforeAll(async () => {
  database = await createTestDatabase(inject('postgres'))
  dead = createServer((socket) => {
    knocks++
    socket.destroy()
  }).listen(0, '127.0.0.1')
})
afterAll(async () => {
  dead.close()
  await database.drop()
})

it('hears again after its connection was cut, and says so', async () => {
  const signals = new Signals(database.appUrl, log)
  const heard: string[] = []
  let connected = 0
  signals.on('test_channel', (p) => heard.push(p))
  signals.onReconnect(() => connected++)
  await signals.start()
  await signals.send('test_channel', 'one')
  await eventually(() => heard.length === 1)
  await sqlAs(
    database.superUrl,
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'atende-signals' and datname = current_database()",
  )
  await eventually(() => connected === 2)
  await signals.send('test_channel', 'two')
  await eventually(() => heard.length === 2)
  await signals.stop()
})

it('knocks about once a second at a database that is gone, however long it is gone', async () => {
  const address = dead.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const signals = new Signals(`postgres://nobody:x@127.0.0.1:${port}/none`, log)
  signals.on('test_channel', () => {})
  signals.keepTrying()
  await new Promise((r) => setTimeout(r, 6000))
  await signals.stop()
  expect(knocks).toBeGreaterThan(2)
  expect(knocks).toBeLessThan(10)
})

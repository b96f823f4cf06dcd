import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually, startTestServer, type TestServer } from '../testing/test-server.ts'
import { inTenant } from './database.ts'
import { EventTail, publish, type StoredEvent } from './events.ts'
import { uuidv7 } from './ids.ts'

let server: TestServer
let tenantId = ''
const told: StoredEvent[] = []
const pages: { events: StoredEvent[]; cursor: string }[] = []
let tail: EventTail

beforeAll(async () => {
  server = await startTestServer()
  tenantId = (await server.register()).tenantId
  tail = new EventTail(server.ctx.db, server.ctx.signals, server.ctx.log, async (events, cursor) => {
    told.push(...events)
    pages.push({ events, cursor })
  })
  await tail.start()
})
afterAll(async () => {
  await tail.stop()
  await server.close()
})

const event = () => ({ kind: 'conversation.updated' as const, payload: { conversationId: uuidv7() } })
const mine = () => told.filter((e) => e.kind === 'conversation.updated' && e.tenantId === tenantId)

it('tells every event of one large transaction, once', async () => {
  const events = Array.from({ length: 3500 }, event)
  await inTenant(server.ctx.db, tenantId, (tx) => publish(tx, tenantId, events))
  await eventually(() => mine().length >= events.length)
  await new Promise((r) => setTimeout(r, 1500))
  expect(mine().map((e) => 'conversationId' in e.payload && e.payload.conversationId)).toEqual(events.map((e) => e.payload.conversationId))
})

it('loses nothing of transactions that end in another order than they began', async () => {
  told.length = 0
  const first = event()
  const second = event()
  let commitFirst = () => {}
  const slow = inTenant(server.ctx.db, tenantId, async (tx) => {
    await publish(tx, tenantId, [first])
    await new Promise<void>((go) => {
      commitFirst = go
    })
  })
  await eventually(() => commitFirst.toString() !== '() => {}' || undefined)
  await inTenant(server.ctx.db, tenantId, (tx) => publish(tx, tenantId, [second]))
  await eventually(() => mine().length === 1)
  commitFirst()
  await slow
  await eventually(() => mine().length === 2)
  await new Promise((r) => setTimeout(r, 1500))
  expect(mine().map((e) => e.payload)).toEqual([second.payload, first.payload])
})

it('a cursor never promises an event that comes after it in the same round', async () => {
  pages.length = 0
  await inTenant(server.ctx.db, tenantId, (tx) => publish(tx, tenantId, Array.from({ length: 2500 }, event)))
  await eventually(() => pages.reduce((n, p) => n + p.events.length, 0) >= 2500)
  // All but the last page carry a cursor from which this transaction would be read again.
  const xid = BigInt(pages.at(-1)?.events.at(-1)?.xid ?? '0')
  for (const page of pages.slice(0, -1)) expect(BigInt(page.cursor)).toBeLessThanOrEqual(xid)
})

import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { connectEmulator } from '../../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'

/** Answers and statuses of the same messages meet in the database: they must never wait for each other in a circle. */
const PEOPLE = 10
const EACH = 15
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  ;({ emulator } = await connectEmulator(server, owner))
  emulator.control.setScenario({ duplicateEvery: 3 })
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})

it('150 answers to ten people at once: each sent once, none unknown, no deadlock', { timeout: 90_000 }, async () => {
  const phones = Array.from({ length: PEOPLE }, (_, i) => `5511955550${String(i).padStart(3, '0')}`)
  for (const phone of phones) {
    emulator.control.sendAs(phone, { type: 'text', text: { body: 'oi' } })
    emulator.control.openChat(phone, true)
  }
  const conversations = await eventually(async () => {
    const { body } = await server.call<{ items: { id: string }[] }>('GET', '/api/conversations?limit=100', { token: owner.token })
    return body.items.length === PEOPLE ? body.items.map((c) => c.id) : undefined
  })
  const sent: string[] = []
  await Promise.all(
    conversations.map(async (conversationId) => {
      for (let i = 0; i < EACH; i++) {
        const body = { conversationId, clientId: crypto.randomUUID(), content: { type: 'text', text: `n${i}` } }
        const both = await Promise.all([1, 2].map(() => server.call<Message>('POST', '/api/messages', { token: owner.token, body })))
        expect(both.map((a) => [a.status, a.body.id])).toEqual([
          [202, both[0]?.body.id],
          [202, both[0]?.body.id],
        ])
        sent.push(both[0]?.body.id ?? '')
      }
    }),
  )
  const rows = await eventually(async () => {
    const all = await server.sql<{ id: string; status: string }>("select id, status from messages where direction = 'out'")
    return all.every((m) => !['queued', 'sending', 'sent'].includes(m.status)) ? all : undefined
  }, 60_000)
  expect(rows).toHaveLength(PEOPLE * EACH)
  expect(new Set(rows.map((m) => m.status))).not.toContain('unknown')
  expect(new Set(rows.map((m) => m.status))).not.toContain('failed')
  const arrived = phones.flatMap((p) => emulator.control.listMessages(p, { limit: 1000 }).flatMap((m) => m.callbackData ?? []))
  expect([...arrived].sort()).toEqual([...sent].sort())
  const [{ deadlocks } = { deadlocks: 0 }] = await server.sql<{ deadlocks: number }>(
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  )
  expect(deadlocks).toBe(0)
})

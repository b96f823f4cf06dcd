import { hostname } from 'node:os'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { uuidv7 } from '../../platform/ids.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { AnswerCount } from './answers.ts'
import { listProcesses, startBeating } from './processes.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const lives = async (id: string) => (await listProcesses(server.ctx.db)).some((p) => p.id === id)
async function plantLost(role: string, host: string): Promise<string> {
  const id = uuidv7()
  await server.sql(
    `insert into server_processes values ($1, $2, $3, 3001, 1, '0.0.9', now() - interval '1 day', now() - interval '5 minutes', 100, 50, 0, 0)`,
    [id, role, host],
  )
  return id
}

it('a process is known while it lives, and not when it has said goodbye', async () => {
  const [own] = await eventually(async () => {
    const all = await listProcesses(server.ctx.db)
    return all.length === 1 ? all : undefined
  })
  expect(own).toMatchObject({ role: 'all', lost: false, version: expect.stringMatching(/^\d/), rssMib: expect.any(Number) })
  expect(own?.memoryPercent).toBeGreaterThan(0)
  const second = startBeating(server.ctx, 4001, new AnswerCount())
  await eventually(() => lives(second.id))
  await second.stop()
  expect(await lives(second.id)).toBe(false)
})

it('a lost one is missed until another of its role starts, whatever goes on beating', async () => {
  const [worker, all] = [await plantLost('worker', 'elsewhere'), await plantLost('all', 'elsewhere')]
  expect(
    (await listProcesses(server.ctx.db))
      .filter((p) => p.lost)
      .map((p) => p.id)
      .toSorted(),
  ).toEqual([worker, all].toSorted())
  const successor = startBeating(server.ctx, 4002, new AnswerCount())
  await eventually(() => lives(successor.id))
  expect([await lives(worker), await lives(all)]).toEqual([true, false])
  await successor.stop()
})

it('two containers may share host, role and port, and both live; one that is silent there makes room', async () => {
  // It beats no more: one that did would do so between the lines below.
  const first = uuidv7()
  await server.sql(`insert into server_processes values ($1, 'all', $2, 4003, 1, '0.1.0', now(), now(), 100, 50, 0, 0)`, [first, hostname()])
  const second = startBeating(server.ctx, 4003, new AnswerCount())
  await eventually(() => lives(second.id))
  expect(await lives(first)).toBe(true)
  await server.sql(`update server_processes set beat_at = now() - interval '40 seconds' where id = $1`, [first])
  const third = startBeating(server.ctx, 4003, new AnswerCount())
  await eventually(() => lives(third.id))
  expect([await lives(first), await lives(second.id)]).toEqual([false, true])
  for (const p of [second, third]) await p.stop()
})

it('answers are counted for five minutes; what says how the server is does not count', () => {
  const count = new AnswerCount()
  const start = Date.parse('2026-11-29T12:00:00Z')
  for (let n = 0; n < 10; n++) count.add(n < 3 ? 500 : 200, start)
  count.add(404, start + 60_000)
  expect(count.recent(start + 120_000)).toEqual({ answers: 11, errors: 3 })
  expect(count.recent(start + 5 * 60_000)).toEqual({ answers: 1, errors: 0 })
  expect(count.recent(start + 10 * 60_000)).toEqual({ answers: 0, errors: 0 })
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Server, startServer } from '../packages/server/src/main.ts'
import { type Lab, openLab } from '../packages/server/src/testing/inbound-lab.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'

/** Two workers understand deliveries about the same people at the same moment. */
const ROUNDS = 40
const PEOPLE = 6
let lab: Lab
const workers: Server[] = []

beforeAll(async () => {
  lab = await openLab({ ROLE: 'web' })
})
afterAll(async () => {
  for (const w of workers) await w.stop()
  await lab.close()
})

type Sighting = { from?: string; from_user_id?: string }
const phoneOf = (n: number) => `55119800${String(n).padStart(5, '0')}`
const idOf = (n: number) => `BR.twice${process.pid}x${n}`
/** By phone alone or by id alone; only a word about marketing shows that both are one. */
const sightings = (n: number): Sighting[] => [{ from: phoneOf(n) }, { from_user_id: idOf(n) }]

it('nobody waits for the other in a circle, and nothing is lost, doubled or taken for two people', { timeout: 120_000 }, async () => {
  const wamids: string[] = []
  const seconds = String(Math.floor(Date.now() / 1000))
  const say = (who: Sighting) => {
    const id = lab.newWamid()
    wamids.push(id)
    return { ...who, id, timestamp: seconds, type: 'text', text: { body: 'oi' } }
  }
  const config = { ...lab.server.ctx.config, ROLE: 'worker' as const }
  workers.push(...(await Promise.all([startServer(config, lab.server.installation), startServer(config, lab.server.installation)])))
  for (let round = 0; round < ROUNDS; round++) {
    const bodies = Array.from({ length: 18 }, (_, i) => {
      // Each names several people, in ever another order.
      const people = Array.from({ length: 3 }, (_, k) => round * PEOPLE + ((i * 5 + k * (1 + (i % 5))) % PEOPLE))
      const messages = people.map((n, k) => say(sightings(n)[(i + k) % 2] ?? {}))
      const status = { id: wamids[(i * 13) % wamids.length], status: 'read', timestamp: seconds, recipient_id: phoneOf(round) }
      const told = lab.messages({ messages, statuses: [status] })
      const user_preferences = people.map((n) => ({
        wa_id: phoneOf(n),
        user_id: idOf(n),
        category: 'marketing_messages',
        value: 'stop',
        timestamp: Number(seconds),
      }))
      const preferences = lab.change('user_preferences', { messaging_product: 'whatsapp', metadata: lab.metadata, user_preferences })
      return { ...told, entry: [...told.entry, ...preferences.entry] }
    })
    await Promise.all([...bodies, ...bodies.slice(0, 3)].map((body) => lab.send(body)))
  }
  await lab.settle(90_000)

  const count = async (text: string, values: unknown[] = []) => Number((await lab.server.sql<{ n: string }>(`select count(*) n from ${text}`, values))[0]?.n)
  expect(await count('messages where provider_id = any($1)', [await lab.server.providerIds(...wamids)])).toBe(wamids.length)
  expect(await count('contacts where merged_into is null')).toBe(ROUNDS * PEOPLE)
  expect(await count('conversations where merged_into is null')).toBe(ROUNDS * PEOPLE)
  expect(await count('messages m join conversations c on c.id = m.conversation_id where c.merged_into is not null')).toBe(0)
  // Statistics are written a moment later.
  await eventually(async () => (await lab.server.sql<{ n: string }>('select pg_stat_force_next_flush()')).length > 0)
  const [stat] = await lab.server.sql<{ deadlocks: string }>('select deadlocks from pg_stat_database where datname = current_database()')
  expect(Number(stat?.deadlocks)).toBe(0)
  expect(await count('webhook_events where attempts > 0')).toBe(0)
})

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { startRedis } from '../../testing/redis-process.ts'
import { createTestDatabase, sqlAs } from '../../testing/test-database.ts'
import { openDatabase } from '../database.ts'
import { createLog } from '../log.ts'
import type { LimitStore, Slot } from './store.ts'
import { memoryStore } from './store-memory.ts'
import { postgresStore } from './store-postgres.ts'
import { redisStore } from './store-redis.ts'

const log = createLog({ LOG_LEVEL: 'silent' })
let database: Awaited<ReturnType<typeof createTestDatabase>>
let redis: Awaited<ReturnType<typeof startRedis>>
const stores = new Map<string, LimitStore>()
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  database = await createTestDatabase(inject('postgres'))
  redis = await startRedis()
  const { db } = openDatabase(database.appUrl, 8)
  stores.set('memory', memoryStore())
  stores.set('postgres', postgresStore(db))
  stores.set('redis', redisStore(redis.url, log))
  for (const store of stores.values()) await store.start()
  ends.push(() => db.destroy())
})
afterAll(async () => {
  for (const store of stores.values()) await store.stop()
  for (const end of ends) await end()
  await redis.close()
  await database.drop()
})

const store = (kind: string): LimitStore => {
  const found = stores.get(kind)
  if (!found) throw new Error(kind)
  return found
}
const newKey = () => randomBytes(16)
const slot = (key: Buffer, limit: number, more: Partial<Slot> = {}): Slot => ({ key, limit, windowMs: 60_000, grainMs: 1, cost: 1, ...more })
const sorted = (slots: Slot[]): Slot[] => slots.toSorted((a, b) => Buffer.compare(a.key, b.key))
/** Any moment: the stores are told it. */
const T0 = 1_800_000_000_000

/** What the words say, as plainly as it can be written: nothing in any window of `windowMs` is above the limit. */
class Naive {
  readonly #hits = new Map<string, { at: number; cost: number }[]>()
  take(slots: Slot[], now: number): { allowed: boolean; used: number[] } {
    const used = slots.map((s) => this.#in(s, now).reduce((n, h) => n + h.cost, 0))
    const allowed = slots.every((s, i) => (used[i] ?? 0) + s.cost <= s.limit)
    if (allowed) for (const s of slots) this.#hits.set(s.key.toString('hex'), [...this.#in(s, now), { at: now, cost: s.cost }])
    return { allowed, used: used.map((n, i) => (allowed ? n + (slots[i]?.cost ?? 0) : n)) }
  }
  #in(s: Slot, now: number) {
    return (this.#hits.get(s.key.toString('hex')) ?? []).filter((h) => h.at > now - s.windowMs)
  }
}

describe.each(['memory', 'postgres', 'redis'])('limits in %s', (kind) => {
  it('of two hundred at once exactly as many pass as may', async () => {
    const key = newKey()
    const answers = await Promise.all(Array.from({ length: 200 }, () => store(kind).take([slot(key, 37)])))
    expect(answers.filter((a) => a.allowed)).toHaveLength(37)
    expect((await store(kind).take([slot(key, 37)])).counts[0]?.used).toBe(37)
  })

  it('of two hundred at once that share one of two limits, none takes from one alone', async () => {
    const [shared, own] = [newKey(), Array.from({ length: 4 }, newKey)]
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => store(kind).take(sorted([slot(shared, 50), slot(own[i % 4] as Buffer, 20)]))))
    expect(answers.filter((a) => a.allowed)).toHaveLength(50)
    const used = await Promise.all(own.map(async (key) => (await store(kind).take([slot(key, 1000, { cost: 0 })])).counts[0]?.used ?? 0))
    expect(used.reduce((a, b) => a + b, 0)).toBe(50)
  })

  it('the window slides: each request is free again when it is as old as the window, to the millisecond', async () => {
    const key = newKey()
    const ask = async (at: number) => (await store(kind).take([slot(key, 3)], T0 + at)).allowed
    expect([await ask(0), await ask(20_000), await ask(40_000), await ask(40_000)]).toEqual([true, true, true, false])
    expect([await ask(59_999), await ask(60_000), await ask(60_000)]).toEqual([false, true, false])
    // A window that jumped would let three pass here.
    expect([await ask(79_999), await ask(80_000), await ask(80_001)]).toEqual([false, true, false])
  })

  it('says when it fits again and when all is free', async () => {
    const key = newKey()
    const ask = (at: number, cost = 1) => store(kind).take([slot(key, 3, { cost })], T0 + at)
    await ask(0)
    await ask(10_000)
    const third = await ask(30_000)
    expect(third.counts[0]).toMatchObject({ used: 3, newest: T0 + 30_000 })
    expect((await ask(31_000)).counts[0]).toMatchObject({ used: 3, newest: T0 + 30_000, fitsAt: T0 + 60_000 })
    expect((await ask(31_000, 2)).counts[0]).toMatchObject({ fitsAt: T0 + 70_000 })
  })

  it('gives back, and forgets', async () => {
    const key = newKey()
    const taken = await store(kind).take([slot(key, 2)], T0)
    await store(kind).take([slot(key, 2)], T0 + 5)
    expect((await store(kind).take([slot(key, 2)], T0 + 6)).allowed).toBe(false)
    await store(kind).giveBack([{ key, at: taken.counts[0]?.at ?? 0, cost: 1 }])
    await store(kind).giveBack([{ key: newKey(), at: T0, cost: 1 }])
    expect((await store(kind).take([slot(key, 2)], T0 + 7)).allowed).toBe(true)
    expect((await store(kind).take([slot(key, 2)], T0 + 8)).allowed).toBe(false)
    await store(kind).clear([key])
    expect((await store(kind).take([slot(key, 2)], T0 + 9)).counts[0]?.used).toBe(1)
  })

  it('does what the naive model does, over any story', async () => {
    const step = fc.record({
      after: fc.integer({ min: 0, max: 400 }),
      keys: fc.uniqueArray(fc.nat({ max: 2 }), { minLength: 1, maxLength: 3 }),
      cost: fc.integer({ min: 0, max: 3 }),
    })
    const story = fc.record({
      limits: fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 6 }), fc.nat({ max: 6 })),
      windowMs: fc.integer({ min: 1, max: 900 }),
      steps: fc.array(step, { maxLength: 40 }),
    })
    await fc.assert(
      fc.asyncProperty(story, async ({ limits, windowMs, steps }) => {
        const model = new Naive()
        const keys = limits.map(newKey)
        let now = T0
        for (const { after, keys: which, cost } of steps) {
          now += after
          const slots = sorted(which.map((k) => slot(keys[k] as Buffer, limits[k] ?? 0, { windowMs, cost })))
          const expected = model.take(slots, now)
          const answer = await store(kind).take(slots, now)
          expect({ allowed: answer.allowed, used: answer.counts.map((c) => c.used) }).toEqual(expected)
          expect(answer.now).toBe(now)
        }
      }),
      { numRuns: kind === 'memory' ? 500 : 40 },
    )
  })

  it('with a grain keeps the log short, and no window ever holds more than the limit', async () => {
    const steps = fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 50, maxLength: 120 })
    await fc.assert(
      fc.asyncProperty(steps, async (gaps) => {
        const [windowMs, grainMs, limit, key] = [1000, 100, 12, newKey()]
        const passed: number[] = []
        let now = T0
        for (const gap of gaps) {
          now += gap
          const { allowed } = await store(kind).take([slot(key, limit, { windowMs, grainMs })], now)
          if (allowed) passed.push(now)
          expect(passed.filter((at) => at > now - windowMs).length).toBeLessThanOrEqual(limit)
          // Refused only while a window that is one grain longer is full.
          if (!allowed) expect(passed.filter((at) => at > now - windowMs - grainMs).length).toBeGreaterThanOrEqual(limit)
        }
      }),
      { numRuns: kind === 'memory' ? 200 : 8 },
    )
  })

  it('a clock that steps back neither opens the limit nor breaks it', async () => {
    const key = newKey()
    const ask = async (at: number) => (await store(kind).take([slot(key, 2)], T0 + at)).allowed
    expect([await ask(5000), await ask(0), await ask(1)]).toEqual([true, true, false])
    expect([await ask(64_999), await ask(65_000)]).toEqual([false, true])
  })
})

it('memory is bounded: what was asked for longest ago goes first', async () => {
  const small = memoryStore({ maxEntries: 100 })
  const keys = Array.from({ length: 60 }, newKey)
  for (const key of keys) for (let i = 0; i < 2; i++) await small.take([slot(key, 5)], T0 + i)
  expect(small.entries()).toBeLessThanOrEqual(100)
  expect((await small.take([slot(keys.at(-1) as Buffer, 5)], T0 + 9)).counts[0]?.used).toBe(3)
  expect((await small.take([slot(keys[0] as Buffer, 5)], T0 + 9)).counts[0]?.used).toBe(1)
})

it('the table is purged of what no longer counts, and kept below its size', async () => {
  const count = async () => (await sqlAs<{ n: number }>(database.superUrl, 'select count(*)::int n from rate_limits'))[0]?.n
  await sqlAs(database.superUrl, 'delete from rate_limits')
  const now = Date.now()
  for (let i = 0; i < 10; i++) await store('postgres').take([slot(newKey(), 5)], now - 61_000)
  for (let i = 0; i < 10; i++) await store('postgres').take([slot(newKey(), 5)], now + i)
  await sqlAs(database.superUrl, 'select door_purge_limits(1000)')
  expect(await count()).toBe(10)
  await sqlAs(database.superUrl, 'select door_purge_limits(4)')
  expect(await count()).toBe(4)
})

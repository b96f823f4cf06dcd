import { afterAll, beforeAll, expect, it } from 'vitest'
import { startRedis } from '../../testing/redis-process.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'

const LIMIT = 25
let redis: Awaited<ReturnType<typeof startRedis>>
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>

beforeAll(async () => {
  redis = await startRedis()
  server = await startTestServer({ RATE_LIMIT_STORE: 'redis', REDIS_URL: redis.url, RATE_LIMIT_SEND: String(LIMIT), RATE_LIMIT_SESSION: '1000000' })
  owner = await server.register()
})
afterAll(async () => {
  await server.close()
  await redis.close()
})

/** Counted before it is looked at, so that a message to nobody costs a place too. */
const send = async (): Promise<number> => (await server.call('POST', '/api/messages', { token: owner.token, body: {} })).status
const sendMany = async (count: number) => {
  const statuses = await Promise.all(Array.from({ length: count }, send))
  return { refused: statuses.filter((s) => s === 429).length, broken: statuses.filter((s) => s >= 500).length }
}
const health = async () => (await server.call<{ checks: { limiter: unknown } }>('GET', '/health')).body.checks.limiter

it('Redis dies in the middle of the traffic: nothing breaks, the limit goes on, and comes back with it', async () => {
  // A Redis that was slow to the very first question is stood in for, for a moment.
  await server.call('GET', '/api/tags', { token: owner.token })
  await eventually(async () => JSON.stringify(await health()).includes('"up","store":"redis"'))
  expect(await sendMany(40)).toEqual({ refused: 40 - LIMIT, broken: 0 })

  const during = Promise.all(Array.from({ length: 100 }, () => server.call('GET', '/api/tags', { token: owner.token })))
  await redis.kill()
  expect((await during).map((a) => a.status)).toEqual(Array(100).fill(200))

  // The stand-in begins at zero, and limits.
  expect(await sendMany(40)).toEqual({ refused: 40 - LIMIT, broken: 0 })
  await eventually(async () => JSON.stringify(await health()).includes('"store":"postgres"'))
  expect(await health()).toEqual({ status: 'degraded', store: 'postgres' })

  await redis.start()
  await eventually(async () => {
    await server.call('GET', '/api/tags', { token: owner.token })
    return JSON.stringify(await health()).includes('"up","store":"redis"')
  })
  expect(await sendMany(40)).toEqual({ refused: 40 - LIMIT, broken: 0 })
})

it('a Redis that hangs holds nobody up for long and breaks nothing', async () => {
  redis.hold()
  const statuses = await Promise.all(Array.from({ length: 50 }, async () => (await server.call('GET', '/api/tags', { token: owner.token })).status))
  expect(statuses).toEqual(Array(50).fill(200))
  redis.release()
  await eventually(async () => {
    await server.call('GET', '/api/tags', { token: owner.token })
    return JSON.stringify(await health()).includes('"up","store":"redis"')
  })
})

it('keys in Redis and in the table tell nothing', async () => {
  const { Redis } = await import('ioredis')
  const client = new Redis(redis.url)
  const keys = await client.keys('*')
  const values = await Promise.all(keys.map((key) => client.get(key)))
  client.disconnect()
  expect(keys.length).toBeGreaterThan(0)
  for (const key of keys) expect(key).toMatch(/^atende:\{limits\}:[0-9a-f]{32}$/)
  for (const value of values) expect(value).toMatch(/^(\d+:\d+ ?)+$/)
  const rows = await server.sql<{ key: Buffer }>('select key from rate_limits')
  expect(rows.length).toBeGreaterThan(0)
  for (const row of rows) expect(row.key).toHaveLength(16)
})

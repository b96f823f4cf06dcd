import { Redis } from 'ioredis'
import type { Logger } from '../log.ts'
import { GIVE_BACK, TAKE } from './redis-scripts.ts'
import type { LimitStore, Outcome } from './store.ts'

/** A limit that is asked at each request must not wait for a Redis that hangs. */
const ANSWER_MS = 500
const START_MS = 1500
/** In braces: in a cluster all keys lie in one slot, so that one script may touch several. */
const PREFIX = 'atende:{limits}:'

const nameOf = (key: Buffer): string => PREFIX + key.toString('hex')

function readAnswer(answer: unknown, count: number): Outcome {
  const numbers = Array.isArray(answer) ? answer.map(Number) : []
  if (numbers.length !== 2 + 4 * count || numbers.some(Number.isNaN)) throw new Error('limits: Redis answered something else')
  const at = (i: number): number => numbers[i] ?? 0
  const counts = Array.from({ length: count }, (_, i) => {
    const o = 2 + 4 * i
    return { used: at(o), newest: at(o + 1), fitsAt: at(o + 2), at: at(o + 3) }
  })
  return { allowed: at(0) === 1, now: at(1), counts }
}

/** Counts in Redis. Fails at once while Redis is away: see `insured`. */
export function redisStore(url: string, log: Logger): LimitStore {
  const redis = new Redis(url, {
    lazyConnect: true,
    // With a queue each answer would wait for the next connection.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS,
    connectTimeout: START_MS,
    retryStrategy: (times) => Math.min(times * 100, 1000),
    connectionName: 'atende-limits',
  })
  // Told where it is missed; without a listener it would end the process.
  redis.on('error', (err) => log.debug({ err }, 'limits: Redis'))

  return {
    kind: 'redis',
    async take(slots, now) {
      const terms = slots.flatMap((s) => [s.limit, s.windowMs, s.grainMs, s.cost])
      const answer = await redis.eval(TAKE, slots.length, ...slots.map((s) => nameOf(s.key)), now ?? '', ...terms)
      return readAnswer(answer, slots.length)
    },
    async giveBack(taken) {
      await redis.eval(GIVE_BACK, taken.length, ...taken.map((t) => nameOf(t.key)), ...taken.flatMap((t) => [t.at, t.cost]))
    },
    async clear(keys) {
      if (keys.length > 0) await redis.del(...keys.map(nameOf))
    },
    /** Waits for the first connection, for a moment: a server starts without its Redis as well. */
    async start() {
      await redis.connect().catch((err: unknown) => log.warn({ err }, 'limits: Redis does not answer yet'))
    },
    async stop() {
      redis.disconnect()
    },
  }
}

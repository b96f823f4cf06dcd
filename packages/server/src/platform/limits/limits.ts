import type { Config } from '../config.ts'
import { type Counters, defineCounter } from '../counters.ts'
import { hmacSha256 } from '../crypto.ts'
import type { Database } from '../database.ts'
import type { Keys } from '../keys.ts'
import type { Logger } from '../log.ts'
import type { LimitStore, Slot, StoreKind, Taken } from './store.ts'
import { insured } from './store-insured.ts'
import { memoryStore } from './store-memory.ts'
import { postgresStore } from './store-postgres.ts'
import { redisStore } from './store-redis.ts'

/** `name` stands in header fields and is part of the key; `limit` in each window of `windowSeconds`. */
export type Rule = { name: string; limit: number; windowSeconds: number }
/** `key` says whose limit it is: it is hashed before it leaves. */
export type Take = { rule: Rule; key: string; cost?: number }
export type Verdict = {
  allowed: boolean
  limit: number
  remaining: number
  /** Until all of it is free again. */
  resetSeconds: number
  /** Until the cost fits again; 0 when it fits. */
  retryAfterSeconds: number
  rule: Rule
  /** For `giveBack`. */
  taken: Taken | undefined
}

export type Limits = {
  take: (one: Take) => Promise<Verdict>
  /** From all or from none; the verdicts stand in the order of the takes, which are of different rules or keys. */
  takeAll: (all: readonly Take[]) => Promise<Verdict[]>
  /** What was taken for something that turned out not to count. */
  giveBack: (verdicts: readonly Verdict[]) => Promise<void>
  clear: (which: readonly Pick<Take, 'rule' | 'key'>[]) => Promise<void>
  keyOf: (rule: Pick<Rule, 'name'>, key: string) => Buffer
  clearKeys: (keys: readonly Buffer[]) => Promise<void>
  /** Which store counts at this moment, and whether it stands in for another. */
  state: () => { store: StoreKind; standIn: boolean }
  start: () => Promise<void>
  stop: () => Promise<void>
}

const RULES: readonly string[] = [
  ...['session', 'api-key', 'tenant', 'send', 'public', 'refused', 'webhook-refused', 'socket', 'strikes'],
  ...['login-network', 'login-account', 'login-device', 'forgot', 'sign-up'],
]
const refusals = defineCounter('limit_refusals', 'Requests, logins and connections that a limit refused, by its rule.', { rule: RULES })

/** Up to this many entries a log is kept to the millisecond. */
const EXACT_ENTRIES = 500
const GRAINS = 120

const grainOf = (rule: Rule): number => (rule.limit <= EXACT_ENTRIES ? 1 : Math.max(1, Math.ceil((rule.windowSeconds * 1000) / GRAINS)))
const secondsFrom = (now: number, then: number): number => Math.max(0, Math.ceil((then - now) / 1000))

export function createLimits(store: LimitStore & { standsIn?: () => boolean }, secret: Buffer, clock?: () => number, counters?: Counters): Limits {
  const keyOf = (rule: Pick<Rule, 'name'>, key: string): Buffer => hmacSha256(secret, `${rule.name}\0${key}`).subarray(0, 16)
  const slotOf = ({ rule, key, cost = 1 }: Take): Slot => ({
    key: keyOf(rule, key),
    limit: rule.limit,
    windowMs: rule.windowSeconds * 1000,
    grainMs: grainOf(rule),
    cost,
  })

  async function takeAll(all: readonly Take[]): Promise<Verdict[]> {
    if (all.length === 0) return []
    const slots = all.map((one, i) => ({ ...slotOf(one), i })).toSorted((a, b) => Buffer.compare(a.key, b.key))
    const { allowed, now, counts } = await store.take(slots, clock?.())
    const verdicts = slots.map((slot, place) => {
      const count = counts[place] ?? { used: 0, newest: now, fitsAt: now, at: now }
      const full = !allowed && count.used + slot.cost > slot.limit
      const { rule } = all[slot.i] as Take
      const verdict: Verdict = {
        allowed: !full,
        limit: slot.limit,
        remaining: Math.max(0, slot.limit - count.used),
        resetSeconds: secondsFrom(now, count.newest + slot.windowMs),
        retryAfterSeconds: full ? Math.max(1, secondsFrom(now, count.fitsAt)) : 0,
        rule,
        taken: allowed ? { key: slot.key, at: count.at, cost: slot.cost } : undefined,
      }
      return { i: slot.i, verdict }
    })
    for (const { verdict } of verdicts) if (!verdict.allowed) counters?.add(refusals, { rule: verdict.rule.name })
    return verdicts.toSorted((a, b) => a.i - b.i).map((v) => v.verdict)
  }

  const clearKeys = (keys: readonly Buffer[]): Promise<void> => store.clear(keys)
  return {
    takeAll,
    take: async (one) => (await takeAll([one]))[0] as Verdict,
    giveBack: (verdicts) => store.giveBack(verdicts.flatMap((v) => v.taken ?? [])),
    clear: (which) => clearKeys(which.map(({ rule, key }) => keyOf(rule, key))),
    keyOf,
    clearKeys,
    state: () => ({ store: store.kind, standIn: store.standsIn?.() ?? false }),
    start: () => store.start(),
    stop: () => store.stop(),
  }
}

type Settings = Pick<Config, 'RATE_LIMIT_STORE' | 'REDIS_URL' | 'DATABASE_URL' | 'EMBEDDED_DATABASE'>

/** An embedded database of its own belongs to one server alone; with another one there may be several. */
const severalServers = (config: Settings): boolean => Boolean(config.DATABASE_URL) || config.EMBEDDED_DATABASE === 'shared'

function chosenStore(config: Settings): StoreKind {
  if (config.RATE_LIMIT_STORE !== 'auto') return config.RATE_LIMIT_STORE
  if (config.REDIS_URL) return 'redis'
  return severalServers(config) ? 'postgres' : 'memory'
}

/** The store that the settings name, with what counts while it is away. */
function openLimitStore(config: Settings, db: Database, log: Logger): LimitStore & { standsIn?: () => boolean } {
  const kind = chosenStore(config)
  const memory = memoryStore()
  if (kind === 'memory') return memory
  const postgres = insured(postgresStore(db), memory, log, 2000)
  if (kind === 'postgres' || !config.REDIS_URL) return postgres
  return insured(redisStore(config.REDIS_URL, log), severalServers(config) ? postgres : memory, log, 800)
}

/** The limits of one installation. */
export const openLimits = (config: Settings, parts: { db: Database; keys: Keys; log: Logger; counters?: Counters }): Limits =>
  // Always of the first version of the server's key: what is counted in one process must have the same name in all of them.
  createLimits(openLimitStore(config, parts.db, parts.log), parts.keys.derive('rate-limits', 1), undefined, parts.counters)

import { append, giveBack, type Log, look, trim } from './sliding-log.ts'
import type { LimitStore, Outcome, Slot, Taken } from './store.ts'

/** Entries that are kept in all: some 20 MB. */
const MAX_ENTRIES = 500_000
const SWEEP_MS = 60_000

type Kept = Log & { expiresAt: number }

/** Counts in this process. When it grows too large, what was not asked for longest goes first. */
export function memoryStore(options: { maxEntries?: number } = {}): LimitStore & { entries: () => number } {
  const logs = new Map<string, Kept>()
  const max = options.maxEntries ?? MAX_ENTRIES
  let entries = 0
  let timer: NodeJS.Timeout | undefined

  const drop = (key: string, log: Kept): void => {
    logs.delete(key)
    entries -= log.at.length
  }
  const sweep = (): void => {
    const now = Date.now()
    for (const [key, log] of logs) if (log.expiresAt <= now) drop(key, log)
  }
  /** The trimmed log, now the last one to be forgotten. */
  const open = (slot: Slot, now: number): Kept => {
    const key = slot.key.toString('base64')
    const log = logs.get(key) ?? { at: [], n: [], expiresAt: 0 }
    const before = log.at.length
    trim(log, slot.windowMs, now)
    entries += log.at.length - before
    logs.delete(key)
    logs.set(key, log)
    return log
  }
  const forgetOldest = (): void => {
    for (const [key, log] of logs) {
      if (entries <= max) return
      drop(key, log)
    }
  }

  /** Nothing in here waits, so nobody comes between. */
  function take(slots: readonly Slot[], now: number): Outcome {
    const looked = slots.map((slot) => {
      const log = open(slot, now)
      return { slot, log, count: look(log, slot, now) }
    })
    const allowed = looked.every((l) => l.count.fits)
    const counts = looked.map(({ slot, log, count: { fits: _, ...count } }) => {
      if (!allowed) return count
      const before = log.at.length
      append(log, count.at, slot.cost)
      entries += log.at.length - before
      log.expiresAt = count.at + slot.windowMs
      return { ...count, used: count.used + slot.cost, newest: count.at }
    })
    if (!allowed) for (const { slot, log } of looked) if (log.at.length === 0) logs.delete(slot.key.toString('base64'))
    if (entries > max) forgetOldest()
    return { allowed, now, counts }
  }

  return {
    kind: 'memory',
    entries: () => entries,
    take: async (slots, now = Date.now()) => take(slots, now),
    async giveBack(taken: readonly Taken[]) {
      for (const { key, at, cost } of taken) {
        const log = logs.get(key.toString('base64'))
        if (log) giveBack(log, at, cost)
      }
    },
    async clear(keys) {
      for (const key of keys) {
        const log = logs.get(key.toString('base64'))
        if (log) drop(key.toString('base64'), log)
      }
    },
    async start() {
      timer = setInterval(sweep, SWEEP_MS)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
    },
  }
}

import type { World } from '../state/world.ts'
import { messagingError } from './graph-error.ts'

const PER_SECOND = 80
const PAIR_BURST = 45
const PAIR_GAP_MS = 6_000

export type LimitChecker = (phoneNumberId: string, waId: string) => void

/**
 * Throughput of 80 messages per second and number (130429) and one message per six seconds to the
 * same person with a burst of 45 (131056; Cloud API, messaging limits). Only works while the scenario's `limits` is on.
 */
export function createLimitChecker(world: { scenario: Pick<World['scenario'], 'limits'>; now(): number }): LimitChecker {
  const seconds = new Map<string, { second: number; count: number }>()
  const pairs = new Map<string, { left: number; at: number }>()
  return (phoneNumberId, waId) => {
    if (!world.scenario.limits) return
    const now = world.now()
    const second = Math.floor(now / 1000)
    const current = seconds.get(phoneNumberId)
    const count = current?.second === second ? current.count + 1 : 1
    seconds.set(phoneNumberId, { second, count })
    if (count > PER_SECOND) throw messagingError(130429)

    const key = `${phoneNumberId}:${waId}`
    const pair = pairs.get(key) ?? { left: PAIR_BURST, at: now }
    const left = Math.min(PAIR_BURST, pair.left + (now - pair.at) / PAIR_GAP_MS)
    if (left < 1) {
      pairs.set(key, { left, at: now })
      throw messagingError(131056)
    }
    pairs.set(key, { left: left - 1, at: now })
  }
}

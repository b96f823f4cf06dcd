import { readNumberState } from '../state/platform-state.ts'
import type { World } from '../state/world.ts'
import { messagingError } from './graph-error.ts'

const PAIR_BURST = 45
const PAIR_GAP_MS = 6_000
const TYPICAL = 80
const HIGH = 1_000
const COEXISTENCE = 20

export type LimitChecker = (phoneNumberId: string, waId: string) => void

/** Messages per second, in and out, that a number may have (Cloud API, throughput). */
function throughputOf(world: World, phoneNumberId: string): number {
  const { coexistence, throughput } = readNumberState(world, phoneNumberId)
  if (coexistence) return COEXISTENCE
  return throughput === 'HIGH' ? HIGH : TYPICAL
}

/**
 * Throughput per second and number (130429) and one message per six seconds to the same person with a burst of 45, by the
 * generic cell rate algorithm (131056; Cloud API, messaging limits). Only works while the scenario's `limits` is on.
 */
export function createLimitChecker(world: World): LimitChecker {
  const seconds = new Map<string, { second: number; count: number }>()
  /** Theoretical arrival time of the next message of each pair. */
  const pairs = new Map<string, number>()
  return (phoneNumberId, waId) => {
    if (!world.scenario.limits) return
    const now = world.now()
    const second = Math.floor(now / 1000)
    const current = seconds.get(phoneNumberId)
    const sent = current?.second === second ? current.count + 1 : 1
    seconds.set(phoneNumberId, { second, count: sent })
    const inbound = world.inboundSeconds.get(phoneNumberId)
    if (sent + (inbound?.second === second ? inbound.count : 0) > throughputOf(world, phoneNumberId)) throw messagingError(130429)

    const key = `${phoneNumberId}:${waId}`
    const expected = Math.max(pairs.get(key) ?? now, now)
    if (expected - now > (PAIR_BURST - 1) * PAIR_GAP_MS) throw messagingError(131056)
    pairs.set(key, expected + PAIR_GAP_MS)
  }
}

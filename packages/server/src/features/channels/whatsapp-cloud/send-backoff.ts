import type { ErrorKind } from './error-entry.ts'

/** What we know when WhatsApp refused: the error and how often it went wrong before. */
export type Refused = {
  code: number | null
  kind: ErrorKind
  /** Refusals in a row of this message, this one not counted. */
  tries: number
  /** Times in a row that the pair limit was hit. */
  pairStrikes: number
  /** Times in a row that the number was held. */
  holds: number
}

/**
 * `again`: the same message later; `pair` and `slow` say what else learns from it. `hold`: the whole number waits, and with `tell`
 * its admins must do something. `fail`: this message will not go.
 */
export type NextStep =
  | { step: 'again'; seconds: number; counts: boolean; pair: boolean; slow: boolean }
  | { step: 'hold'; seconds: number; tell: boolean }
  | { step: 'fail' }

/** Nothing of this number will go out until somebody acts: token, permission, payment, registration, lock. */
const NUMBER_STOPPED = new Set([0, 3, 10, 33, 190, 368, 131005, 131031, 131042, 131045, 133000, 133006, 133010])
const isStopped = (code: number) => NUMBER_STOPPED.has(code) || (code >= 200 && code <= 299)
/** The number (or the app) must be left alone for so many seconds, growing. */
const NUMBER_RESTS: Readonly<Record<number, number>> = { 4: 60, 613: 60, 80007: 300, 131057: 60, 133015: 300, 2494100: 120 }

const MINUTE = 60
const HOUR = 3600
/** About three hours of a service that is down. */
const MOST_TRIES = 40
const LIMITED_TRIES = 2

export const backOffSeconds = (tries: number): number => Math.min(2 ** (tries + 1), 5 * MINUTE)
const holdSeconds = (first: number, holds: number, most: number) => Math.min(first * 2 ** Math.min(holds, 10), most)

/** What follows a refusal (Cloud API, error codes, throughput, pair limit). `random` from 0 to 1 spreads those that were refused together. */
export function nextStep(r: Refused, random: number): NextStep {
  const again = (seconds: number, more: Partial<{ counts: boolean; pair: boolean; slow: boolean }> = {}): NextStep => ({
    step: 'again',
    seconds,
    counts: true,
    pair: false,
    slow: false,
    ...more,
  })
  if (r.code === 130429) return again(1 + random * 3, { counts: false, slow: true })
  // 4^X seconds, X = 0, 1, 2 … (Cloud API, pair limit); more than an hour tells nothing new.
  if (r.code === 131056) return again(Math.min(4 ** r.pairStrikes, HOUR), { counts: false, pair: true })
  if (r.code === 131048) return { step: 'hold', seconds: holdSeconds(HOUR, r.holds, 6 * HOUR), tell: true }
  const rest = r.code === null ? undefined : NUMBER_RESTS[r.code]
  if (rest) return { step: 'hold', seconds: holdSeconds(rest, r.holds, 30 * MINUTE), tell: false }
  if (r.code !== null && isStopped(r.code)) return { step: 'hold', seconds: holdSeconds(MINUTE, r.holds, 30 * MINUTE), tell: true }
  const most = r.kind === 'back_off' ? MOST_TRIES : r.kind === 'limited' ? LIMITED_TRIES : 0
  return r.tries < most ? again(backOffSeconds(r.tries)) : { step: 'fail' }
}

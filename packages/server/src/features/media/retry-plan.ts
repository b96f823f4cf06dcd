import type { MediaReason } from '@atende/contracts/media'

/** Meta keeps a received media for seven days (Cloud API, media). */
export const PROVIDER_KEEPS_MS = 7 * 24 * 3600_000
/** The webhook's address works for five minutes (Cloud API, media); one minute less, for the way. */
export const URL_FRESH_MS = 4 * 60_000

const GAPS = [5, 15, 60, 300, 900, 1800, 3600, 7200] as const
/** A person must mend the token first. */
const TOKEN_GAPS = [60, 300, 900, 1800, 3600, 7200] as const
/** Long enough that a passing fault of Meta's is over before its "no such media" is believed. */
const GONE_GAPS = [60] as const

const gapsOf = (reason: MediaReason | 'gone'): readonly number[] => (reason === 'gone' ? GONE_GAPS : reason === 'token' ? TOKEN_GAPS : GAPS)

/**
 * When to try again after the `attempts`-th try: growing gaps, the last one at the end of the seventh day. Null: Meta no longer has
 * it by its own rule.
 */
export function nextTry(attempts: number, reason: MediaReason | 'gone', receivedAt: Date, now = Date.now()): Date | null {
  const end = receivedAt.getTime() + PROVIDER_KEEPS_MS
  if (now >= end) return null
  const gaps = gapsOf(reason)
  const seconds = gaps[Math.min(attempts, gaps.length) - 1] ?? gaps[0] ?? 60
  return new Date(Math.min(now + seconds * 1000, end))
}

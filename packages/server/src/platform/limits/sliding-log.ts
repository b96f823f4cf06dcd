import type { Count, Slot } from './store.ts'

/** When (milliseconds, rising) and how many. */
export type Log = { at: number[]; n: number[] }
type Terms = Omit<Slot, 'key'>

/** Drops what left the window: it reaches from just after `now - windowMs` to `now`. */
export function trim(log: Log, windowMs: number, now: number): void {
  let gone = 0
  while (gone < log.at.length && (log.at[gone] ?? 0) <= now - windowMs) gone++
  if (gone === 0) return
  log.at.splice(0, gone)
  log.n.splice(0, gone)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

/**
 * Where a new entry stands. A grain above one millisecond keeps long logs short: entries move up to the end of their grain, never
 * down, so that nothing leaves the window too early. The clock may step back; the log's order does not.
 */
const slotAt = (log: Log, grainMs: number, now: number): number => Math.max(Math.ceil(now / grainMs) * grainMs, log.at.at(-1) ?? 0)

/** How a trimmed log stands, before anything is taken. */
export function look(log: Log, terms: Terms, now: number): Count & { fits: boolean } {
  const used = sum(log.n)
  let left = used
  let fitsAt = now
  for (let i = 0; i < log.at.length && left + terms.cost > terms.limit; i++) {
    left -= log.n[i] ?? 0
    fitsAt = (log.at[i] ?? 0) + terms.windowMs
  }
  if (left + terms.cost > terms.limit) fitsAt = now + terms.windowMs
  const newest = used > 0 ? (log.at.at(-1) ?? 0) : now - terms.windowMs
  return { used, newest, fitsAt, at: slotAt(log, terms.grainMs, now), fits: used + terms.cost <= terms.limit }
}

export function append(log: Log, at: number, cost: number): void {
  const last = log.at.length - 1
  if (last >= 0 && log.at[last] === at) log.n[last] = (log.n[last] ?? 0) + cost
  else {
    log.at.push(at)
    log.n.push(cost)
  }
}

export function giveBack(log: Log, at: number, cost: number): void {
  const place = log.at.indexOf(at)
  if (place >= 0) log.n[place] = Math.max(0, (log.n[place] ?? 0) - cost)
}

/** One limit to take from. Keys are hashed before they come here. */
export type Slot = { key: Buffer; limit: number; windowMs: number; grainMs: number; cost: number }
/** How a limit stands after the try: `newest` is when its last entry was made, `fitsAt` when the cost fits again, `at` the entry that was made. */
export type Count = { used: number; newest: number; fitsAt: number; at: number }
/** All were taken, or none. */
export type Outcome = { allowed: boolean; now: number; counts: Count[] }
export type Taken = { key: Buffer; at: number; cost: number }

export type StoreKind = 'memory' | 'postgres' | 'redis'
/**
 * Where limits are counted. `take` is atomic: with any number of callers at once, no window of `windowMs` ever holds more than `limit`.
 * `now` replaces the store's own clock (milliseconds), for tests.
 */
export type LimitStore = {
  readonly kind: StoreKind
  /** The slots' keys are in order, each once. */
  take: (slots: readonly Slot[], now?: number) => Promise<Outcome>
  giveBack: (taken: readonly Taken[]) => Promise<void>
  clear: (keys: readonly Buffer[]) => Promise<void>
  start: () => Promise<void>
  stop: () => Promise<void>
}

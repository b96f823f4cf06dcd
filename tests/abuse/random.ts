/** A small generator of its own, so that a run can be repeated: ABUSE_SEED=… */
export type Random = { next: () => number; int: (below: number) => number; pick: <T>(from: readonly T[]) => T; chance: (p: number) => boolean }

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const int = (below: number) => Math.floor(next() * below)
  return {
    next,
    int,
    pick<T>(from: readonly T[]): T {
      const one = from[int(from.length)]
      if (one === undefined) throw new Error('nothing to pick from')
      return one
    },
    chance: (p) => next() < p,
  }
}

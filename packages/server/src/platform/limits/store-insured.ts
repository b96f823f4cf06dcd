import type { Logger } from '../log.ts'
import type { LimitStore, StoreKind } from './store.ts'

/** How long the other store counts before the first one is asked again; one request asks, the others do not wait for it. */
const AGAIN_MS = 1000

const within = <T>(ms: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/**
 * `first`, and while it does not answer, `other` at once: a request is never refused or broken because a store is away. `other` begins
 * at zero, so that around such a change at most twice the limit passes.
 */
export function insured(first: LimitStore, other: LimitStore, log: Logger, patienceMs = 1000): LimitStore & { standsIn: () => boolean } {
  let again: number | undefined

  async function ask<T>(work: (store: LimitStore) => Promise<T>): Promise<T> {
    if (again !== undefined) {
      if (Date.now() < again) return work(other)
      again = Date.now() + AGAIN_MS
    }
    try {
      const answer = await within(patienceMs, work(first))
      if (again !== undefined) log.info({ store: first.kind }, 'limits: the store is back')
      again = undefined
      return answer
    } catch (err) {
      if (again === undefined) log.warn({ err, store: first.kind, standIn: other.kind }, 'limits: the store is away, another one counts')
      again = Date.now() + AGAIN_MS
      return work(other)
    }
  }

  return {
    get kind(): StoreKind {
      return again === undefined ? first.kind : other.kind
    },
    standsIn: () => again !== undefined,
    take: (slots, now) => ask((store) => store.take(slots, now)),
    giveBack: (taken) => ask((store) => store.giveBack(taken)),
    async clear(keys) {
      await Promise.all([ask((store) => store.clear(keys)), other.clear(keys)])
    },
    async start() {
      await Promise.all([first.start(), other.start()])
    },
    async stop() {
      await Promise.all([first.stop(), other.stop()])
    },
  }
}

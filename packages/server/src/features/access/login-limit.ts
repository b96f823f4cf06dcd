import { RateLimiterMemory } from 'rate-limiter-flexible'
import { AppError } from '../../platform/errors.ts'

const WINDOW_SECONDS = 15 * 60

/** A network that one household or server owns: an IPv6 caller has a whole /64 of addresses to try from. */
export function networkOf(ip: string): string {
  if (!ip.includes(':') || ip.includes('.')) return ip.replace(/^.*:/, '')
  const [head = '', tail] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}

/**
 * Limits wrong passwords per network and per account. Only failures count; a success forgets those of the account, not those of the
 * network (who guesses may own an account too). Tries of one network, and of one account, go one after the other: with many at once
 * each would pass before the first had failed. Lives in this process.
 */
export class LoginLimit {
  readonly #networks: RateLimiterMemory
  readonly #accounts: RateLimiterMemory
  readonly #points: number
  readonly #last = new Map<string, Promise<unknown>>()

  constructor(points: number) {
    this.#points = points
    this.#networks = new RateLimiterMemory({ keyPrefix: 'network', points, duration: WINDOW_SECONDS })
    this.#accounts = new RateLimiterMemory({ keyPrefix: 'account', points, duration: WINDOW_SECONDS })
  }

  /**
   * Runs a check of a password; `undefined` is a failure and counts.
   * @throws AppError too_many_requests, before the check
   */
  attempt<T>(who: { ip: string; email: string }, check: () => Promise<T | undefined>): Promise<T | undefined> {
    const network = networkOf(who.ip)
    return this.#inTurn(`network ${network}`, () =>
      this.#inTurn(`account ${who.email}`, async () => {
        await this.#refuseWhenFull(this.#networks, network)
        await this.#refuseWhenFull(this.#accounts, who.email)
        const result = await check()
        if (result === undefined) await Promise.all([this.#networks.penalty(network), this.#accounts.penalty(who.email)])
        else await this.#accounts.delete(who.email)
        return result
      }),
    )
  }

  async #refuseWhenFull(limiter: RateLimiterMemory, key: string): Promise<void> {
    const state = await limiter.get(key)
    if (state && state.consumedPoints >= this.#points) {
      throw new AppError('too_many_requests', { retryAfter: Math.max(1, Math.ceil(state.msBeforeNext / 1000)) })
    }
  }

  async #inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    const done = mine.catch(() => {})
    this.#last.set(key, done)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === done) this.#last.delete(key)
    }
  }
}

import { RateLimiterMemory } from 'rate-limiter-flexible'
import { AppError } from '../../platform/errors.ts'
import { networkOf } from './login-limit.ts'

const HOUR_SECONDS = 3600

/** New companies per network and hour; each costs a password hash and a tenant. Lives in this process. */
export function signUpLimit(points: number): (ip: string) => Promise<void> {
  const limiter = new RateLimiterMemory({ keyPrefix: 'sign-up', points, duration: HOUR_SECONDS })
  /** @throws AppError too_many_requests */
  return async (ip) => {
    const network = networkOf(ip)
    const state = await limiter.get(network)
    if (state && state.consumedPoints >= points) throw new AppError('too_many_requests', { retryAfter: Math.max(1, Math.ceil(state.msBeforeNext / 1000)) })
    await limiter.penalty(network)
  }
}

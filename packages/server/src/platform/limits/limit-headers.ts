import type { FastifyReply } from 'fastify'
import type { Verdict } from './limits.ts'

/** For the CORS plugin: pages of other origins may read them. */
export const LIMIT_HEADERS = ['ratelimit', 'ratelimit-policy', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset']

/** The tightest decides what a client that knows one limit only should heed. */
export const tightest = (verdicts: readonly Verdict[]): Verdict | undefined =>
  verdicts.toSorted((a, b) => Number(a.allowed) - Number(b.allowed) || a.remaining / a.limit - b.remaining / b.limit)[0]

/** The fields of draft-ietf-httpapi-ratelimit-headers, and the three older ones that most clients read. */
export function writeLimitHeaders(reply: FastifyReply, verdicts: readonly Verdict[]): void {
  const one = tightest(verdicts)
  if (!one) return
  reply.header('ratelimit-policy', verdicts.map((v) => `"${v.rule.name}";q=${v.limit};w=${v.rule.windowSeconds}`).join(', '))
  reply.header('ratelimit', verdicts.map((v) => `"${v.rule.name}";r=${v.remaining};t=${v.resetSeconds}`).join(', '))
  reply.header('ratelimit-limit', String(one.limit))
  reply.header('ratelimit-remaining', String(one.remaining))
  reply.header('ratelimit-reset', String(one.resetSeconds))
}

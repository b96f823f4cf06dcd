import type { FastifyReply } from 'fastify'
import type { BusinessNumber } from '../emulator-types.ts'
import type { World } from '../state/world.ts'
import { messagingError } from './graph-error.ts'

const HOUR_MS = 3600_000
const SMALL_LIMIT = 200
const LARGE_LIMIT = 5_000

export type ManagementLimit = (reply: FastifyReply, number: BusinessNumber) => void

/**
 * Counts management calls per app and account in a rolling hour: 200, or 5,000 with a registered number, then 80007
 * (Cloud API, management limits). Answers carry the use in `X-Business-Use-Case-Usage`.
 */
export function createManagementLimit(world: World): ManagementLimit {
  const calls = new Map<string, number[]>()
  return (reply, number) => {
    const now = world.now()
    const key = `${number.appId}:${number.wabaId}`
    const recent = (calls.get(key) ?? []).filter((at) => now - at < HOUR_MS && at <= now)
    recent.push(now)
    calls.set(key, recent)
    const registered = [...world.numbers.values()].some((other) => other.wabaId === number.wabaId && other.registered)
    const limit = registered ? LARGE_LIMIT : SMALL_LIMIT
    const percent = Math.ceil((100 * recent.length) / limit)
    const oldest = recent[0] ?? now
    const wait = percent > 100 ? Math.ceil((HOUR_MS - (now - oldest)) / 60_000) : 0
    reply.header(
      'x-business-use-case-usage',
      JSON.stringify({
        [number.wabaId]: [{ type: 'whatsapp', call_count: percent, total_cputime: 1, total_time: 1, estimated_time_to_regain_access: wait }],
      }),
    )
    reply.header('x-app-usage', JSON.stringify({ call_count: Math.min(percent, 100), total_time: 0, total_cputime: 0 }))
    if (world.scenario.limits && recent.length > limit) throw messagingError(80007)
  }
}

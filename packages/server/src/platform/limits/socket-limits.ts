import type { IncomingMessage } from 'node:http'
import type { Context } from '../context.ts'
import { addressReader, networkOf } from './client-address.ts'
import { limitRules } from './rules.ts'
import { type Log, trim } from './sliding-log.ts'

const SECOND = 1000
/** Who sends so much more than allowed does not listen to refusals. */
const PATIENCE = 10

/** What Socket.IO's engine gives us of a connection. */
type Engine = { on: (event: 'connection', listener: (socket: EngineSocket) => void) => unknown }
type EngineSocket = { request: IncomingMessage; on: (event: 'close', listener: () => void) => unknown; close: (discard?: boolean) => unknown }

/** Open connections of each network to this process, and how fast new ones come. */
export function connectionLimits(ctx: Context) {
  const read = addressReader(ctx.config.TRUSTED_PROXIES)
  const open = new Map<string, number>()
  const standing = new Map<EngineSocket, string>()
  const max = ctx.config.RATE_LIMIT_SOCKETS_PER_IP
  const rule = limitRules(ctx.config).network.connect
  const networkAt = (address: string): string => networkOf(address)

  return {
    /** May this handshake go on? A refusal names its reason. */
    async refusal(request: IncomingMessage): Promise<string | undefined> {
      const { address } = read(request)
      const standing = ctx.addresses.standing(address)
      if (standing === 'blocked') return 'address_blocked'
      if (standing === 'allowed') return undefined
      if (ctx.addresses.bannedSeconds('public', address) > 0 || (open.get(networkAt(address)) ?? 0) >= max) return 'too_many_requests'
      const verdict = await ctx.limits.take({ rule, key: networkOf(address) })
      return verdict.allowed ? undefined : 'too_many_requests'
    },
    /**
     * Counts what stands. Many handshakes at once may all have been let through: what is too much is closed again, and so is what the
     * operator blocks later.
     */
    watch(engine: Engine): void {
      ctx.addresses.onLook(() => {
        for (const [socket, address] of standing) if (ctx.addresses.standing(address) === 'blocked') socket.close(true)
      })
      engine.on('connection', (socket) => {
        const { address } = read(socket.request)
        const network = networkAt(address)
        const count = (open.get(network) ?? 0) + 1
        open.set(network, count)
        standing.set(socket, address)
        socket.on('close', () => {
          standing.delete(socket)
          const left = (open.get(network) ?? 1) - 1
          if (left > 0) open.set(network, left)
          else open.delete(network)
        })
        if (count > max && ctx.addresses.standing(address) !== 'allowed') socket.close(true)
      })
    },
  }
}

/** Events of one socket in each second: `ok`, `refused`, or so many that it must go. */
export function eventLimit(perSecond: number): (now?: number) => 'ok' | 'refused' | 'hopeless' {
  const log: Log = { at: [], n: [] }
  let refused = 0
  return (now = performance.now()) => {
    trim(log, SECOND, now)
    if (log.at.length === 0) refused = 0
    if (log.at.length < perSecond) {
      log.at.push(now)
      log.n.push(1)
      return 'ok'
    }
    return ++refused > perSecond * PATIENCE ? 'hopeless' : 'refused'
  }
}

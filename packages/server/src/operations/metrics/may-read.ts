import type { FastifyRequest } from 'fastify'
import type { Config } from '../../platform/config.ts'
import { hmacSha256, sameBytes } from '../../platform/crypto.ts'
import { inRanges, rangesOf } from '../../platform/limits/client-address.ts'

/** A proxy stands in between: whose address the connection has says nothing, and what it says of others may be anybody's word. */
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'x-client-port', 'forwarded', 'via'] as const
const LOOPBACK = rangesOf(['loopback'])
/** A page in a browser of this machine must not reach it through a rebound name. */
const isLocalName = (host: string): boolean => host === 'localhost' || inRanges(host, LOOPBACK)

type Settings = Pick<Config, 'METRICS_ALLOW' | 'METRICS_TOKEN'>

/**
 * Who may read /metrics: whoever has the token, from anywhere; this machine and the networks of METRICS_ALLOW without one, but only
 * when they ask directly. What came through a proxy always needs the token.
 */
export function metricsReader({ METRICS_ALLOW, METRICS_TOKEN }: Settings): (request: FastifyRequest) => boolean {
  const allowed = rangesOf(METRICS_ALLOW)
  const compareKey = 'metrics'
  const hasToken = (header: string | undefined): boolean => {
    const sent = /^Bearer ([^\s]+)$/i.exec(header ?? '')?.[1]
    // Of equal length, whatever was sent.
    return METRICS_TOKEN !== undefined && sent !== undefined && sameBytes(hmacSha256(compareKey, METRICS_TOKEN), hmacSha256(compareKey, sent))
  }
  return (request) => {
    if (hasToken(request.headers.authorization)) return true
    if (FORWARDED.some((name) => request.headers[name] !== undefined)) return false
    const peer = request.raw.socket.remoteAddress ?? ''
    if (inRanges(peer, allowed)) return true
    const name = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
    return inRanges(peer, LOOPBACK) && isLocalName(name)
  }
}

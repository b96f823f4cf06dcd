import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { addressReader } from '../../platform/limits/client-address.ts'
import { clientAddress } from '../../platform/limits/request-limits.ts'

/** Address and source port of a caller; the port is null where only a proxy in front knows it. */
export type WhereFrom = { ip: string; port: number | null }

/** The one place that decides where a call comes from, for the diary and for access records. */
export function addressOf(request: FastifyRequest): WhereFrom {
  const { address, port } = clientAddress(request)
  return { ip: address, port }
}

/** Where sockets come from, behind these proxies. */
export function addressOfSocket(trustedProxies: readonly string[]): (request: IncomingMessage) => WhereFrom {
  const read = addressReader(trustedProxies)
  return (request) => {
    const { address, port } = read(request)
    return { ip: address, port }
  }
}

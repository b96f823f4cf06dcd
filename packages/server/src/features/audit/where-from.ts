import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'

/** Address and source port of a caller. */
export type WhereFrom = { ip: string; port: number | null }

/** The one place that decides where a call comes from, for the diary and for access records. */
export const addressOf = (request: FastifyRequest): WhereFrom => ({ ip: request.ip, port: request.socket.remotePort ?? null })

export const addressOfSocket = (request: IncomingMessage): WhereFrom => ({
  ip: request.socket.remoteAddress ?? '',
  port: request.socket.remotePort ?? null,
})

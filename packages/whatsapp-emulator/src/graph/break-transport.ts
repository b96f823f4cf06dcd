import type { FastifyReply, FastifyRequest } from 'fastify'
import type { JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import type { TransportFault } from './sentinel-numbers.ts'

/** Answers a send as a broken line would: no answer, half of one, a reset, a page of HTML. */
export async function breakTransport(
  engine: Engine,
  fault: TransportFault,
  accept: () => JsonObject,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { socket } = request.raw
  if (fault === 'empty-500') return reply.code(500).send()
  if (fault === 'html-503') return reply.code(503).type('text/html').send('<html><body>Service Unavailable</body></html>')
  if (fault === 'reset-before-accept') {
    reply.hijack()
    socket.resetAndDestroy()
    return reply
  }
  const answer = accept()
  if (fault === 'slow-answer') {
    await new Promise<void>((resolve) => engine.world.after(3_000, resolve))
    return answer
  }
  reply.hijack()
  if (fault === 'cut-answer') {
    const text = JSON.stringify(answer)
    reply.raw.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    reply.raw.write(text.slice(0, text.length / 2), () => socket.destroy())
  } else if (fault === 'reset-after-accept') socket.resetAndDestroy()
  // silent-after-accept: the socket stays open until the client gives up or the emulator stops.
  return reply
}

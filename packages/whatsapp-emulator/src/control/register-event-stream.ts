import type { FastifyInstance } from 'fastify'
import type { World, WorldEvent } from '../state/world.ts'

const HEARTBEAT_MS = 20_000

/** `GET /control/stream`: server-sent events `state`, `message`, `typing` and `webhook`. */
export function registerEventStream(app: FastifyInstance, world: World): void {
  let readers = 0
  app.get('/stream', (request, reply) => {
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', connection: 'keep-alive', 'x-accel-buffering': 'no' })
    raw.write('retry: 1000\n\nevent: ready\ndata: {}\n\n')
    readers += 1
    const send = (event: WorldEvent): void => {
      const { kind, ...data } = event
      raw.write(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`)
    }
    const heartbeat = setInterval(() => raw.write(': beat\n\n'), HEARTBEAT_MS)
    world.events.on('change', send)
    request.raw.on('close', () => {
      clearInterval(heartbeat)
      world.events.off('change', send)
      readers -= 1
      // Nobody looks any more: what the page had opened is no longer read.
      if (readers === 0) for (const [key, by] of world.openChats) if (by === 'page') world.openChats.delete(key)
    })
  })
}

import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { startTestServer } from '../packages/server/src/testing/test-server.ts'

/** Browsers open connections ahead, and an enemy opens them for fun. Without the cut they would hold the end back for a minute. */
it('connections that say nothing, or half a request, do not keep a server from ending', { timeout: 30_000 }, async () => {
  const server = await startTestServer()
  const sockets = ['', 'GET /alive HTTP/1.1\r\nHost: x\r\n', 'POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'].map((text) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(text))
    socket.on('error', () => undefined).resume()
    return { socket, ended: new Promise((done) => socket.once('close', done)) }
  })
  expect((await fetch(`${server.url}/alive`)).status).toBe(200)
  await server.close()
  await Promise.all(sockets.map((s) => s.ended))
})

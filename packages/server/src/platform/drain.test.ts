import http from 'node:http'
import { expect, it } from 'vitest'
import { connectChannel, delivery, inbound, post } from '../testing/test-channel.ts'
import { eventually, startTestServer } from '../testing/test-server.ts'

/** What a connection that is kept alive is told with an answer. */
const ask = (url: string, agent: http.Agent): Promise<{ status: number; connection: string }> =>
  new Promise((done, failed) => {
    const request = http.get(url, { agent }, (response) => {
      response.resume()
      response.on('end', () => done({ status: response.statusCode ?? 0, connection: String(response.headers.connection) }))
    })
    request.on('error', failed)
  })

it('who is told to stop serves on while others take over: not ready, each answer the last of its connection, sockets sent away one by one', async () => {
  const server = await startTestServer({ DRAIN_SECONDS: '6' })
  const owner = await server.register()
  const channel = await connectChannel(server, owner)
  const sockets = await Promise.all([1, 2, 3, 4].map(() => server.connect(owner.token)))
  const gone: string[] = []
  for (const socket of sockets) socket.on('disconnect', (reason) => gone.push(reason))
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  expect(await ask(`${server.url}/ready`, agent)).toEqual({ status: 200, connection: 'keep-alive' })

  const closing = server.close()
  expect(await ask(`${server.url}/ready`, agent)).toEqual({ status: 503, connection: 'close' })
  // The first has gone, the last stays for a while.
  await eventually(() => gone.length > 0)
  expect(gone.length).toBeLessThan(4)
  expect((await post(server, channel, delivery(channel, { messages: [inbound({ text: 'no último minuto' })] }))).status).toBe(200)
  expect((await server.call('GET', '/api/tags', { token: owner.token })).status).toBe(200)
  await closing
  await eventually(() => gone.length === 4)
  // Not "io server disconnect", after which a client stays away.
  expect(new Set(gone)).toEqual(new Set(['transport close']))
  await expect(ask(`${server.url}/ready`, agent)).rejects.toThrow()
})

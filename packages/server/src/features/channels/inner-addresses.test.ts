import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectChannel, delivery, inbound, post } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'

/** A neighbour that only the server can reach: an admin of a tenant, or who writes webhooks, must not make it call. */
const called: string[] = []
const neighbour = createServer((request, response) => {
  called.push(request.url ?? '')
  response.end('{"id":"1"}')
})
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let port = 0

beforeAll(async () => {
  await new Promise<void>((done) => neighbour.listen(0, '127.0.0.1', done))
  port = (neighbour.address() as AddressInfo).port
  server = await startTestServer({ OUTGOING_ALLOW: 'none', OUTGOING_HOSTS: 'graph.inside.example=127.0.0.1' })
  owner = await server.register()
})
afterAll(async () => {
  await server.close()
  await new Promise((done) => neighbour.close(done))
})

test.each(['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', 'graph.inside.example', '169.254.169.254'])(
  'testing a channel at %s asks nobody',
  async (host) => {
    const credentials = { phoneNumberId: '1234567890', wabaId: '1234567890', accessToken: 'a-token-of-the-test' }
    const { status, body } = await server.call<{ ok: boolean }>('POST', '/api/channels/test', {
      token: owner.token,
      body: { ...credentials, graphUrl: `http://${host}:${port}` },
    })
    expect([status, body.ok]).toEqual([200, false])
    expect(called).toEqual([])
  },
)

test('a channel at an inner address sends nothing there, and fetches no media from it', async () => {
  const channel = await connectChannel(server, owner, `http://graph.inside.example:${port}`)
  const image = { id: '77', mime_type: 'image/jpeg', sha256: 'x', url: `http://graph.inside.example:${port}/media` }
  expect((await post(server, channel, delivery(channel, { messages: [inbound({ type: 'image', extra: { image } })] }))).status).toBe(200)
  const read = async <T>(url: string) => (await server.call<{ items: T[] }>('GET', url, { token: owner.token })).body.items
  const conversation = await eventually(async () => (await read<{ id: string }>('/api/conversations?status=any'))[0])
  const sent = await server.call('POST', '/api/messages', {
    token: owner.token,
    body: { conversationId: conversation.id, clientId: crypto.randomUUID(), content: { type: 'text', text: 'oi' } },
  })
  expect(sent.status).toBeLessThan(300)
  // Tried, and nothing left: the lane waits for its next turn.
  await eventually(async () => (await server.sql('select 1 from send_attempts where finished_at is not null')).length > 0)
  expect(await server.sql('select error from send_attempts limit 1')).toEqual([{ error: { reason: 'OUTGOING_REFUSED' } }])
  expect(called).toEqual([])
})

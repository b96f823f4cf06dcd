import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { delivery, inbound, post } from '../../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'

const PEOPLE = 14
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator
let channelId = ''

const connect = async (): Promise<string> => {
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.defaults
  const body = { name: 'Emulador', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl }
  return (await server.call<{ id: string }>('POST', '/api/channels', { token: owner.token, body })).body.id
}
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  emulator = await startEmulator({ quiet: true })
  emulator.control.setScenario({ windowCheck: false })
  channelId = await connect()
  const messages = Array.from({ length: PEOPLE }, (_, i) => inbound({ from: `55119876700${String(i).padStart(2, '0')}` }))
  await post(server, emulator.defaults, delivery(emulator.defaults, { messages }))
  await eventually(async () => (await server.sql('select 1 from conversations')).length === PEOPLE)
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})
const pace = async () =>
  (
    await server.sql<{ holds: number; code: number | null; seconds: number | null }>(
      'select holds, hold_code as code, extract(epoch from hold_until - now())::float as seconds from send_pace where channel_id = $1',
      [channelId],
    )
  )[0]

it('a number that is stopped while many messages are on their way is not held as if each had been a look of its own: the next look comes soon', async () => {
  emulator.control.changeNumber(emulator.defaults.phoneNumberId, { sendFault: 190 })
  const list = await server.call<{ items: { id: string }[] }>('GET', '/api/conversations', { token: owner.token })
  const body = (conversationId: string) => ({ conversationId, clientId: crypto.randomUUID(), content: { type: 'text', text: 'oi' } })
  await Promise.all(list.body.items.map(({ id }) => server.call('POST', '/api/messages', { token: owner.token, body: body(id) })))
  await eventually(async () => (await pace())?.code === 190)
  await eventually(async () => (await server.sql("select 1 from messages where status = 'sending'")).length === 0)
  expect(Number((await server.sql<{ n: string }>('select count(*) n from send_attempts'))[0]?.n)).toBeGreaterThanOrEqual(1)
  // Those that begin while the first refusals are written may count once more.
  expect((await pace())?.holds).toBeLessThanOrEqual(3)
  expect((await pace())?.seconds).toBeLessThanOrEqual(240)
})

it('a number that is connected again after it was released is not held for what was before', async () => {
  emulator.control.changeNumber(emulator.defaults.phoneNumberId, { sendFault: null })
  expect((await server.call('DELETE', `/api/channels/${channelId}`, { token: owner.token })).status).toBe(204)
  expect(await connect()).toBe(channelId)
  expect(await pace()).toMatchObject({ holds: 0, code: null, seconds: null })
})

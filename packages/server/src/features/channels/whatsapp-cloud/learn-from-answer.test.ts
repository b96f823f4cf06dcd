import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { identitiesOf } from '../../../testing/known-people.ts'
import { connectEmulator } from '../../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator
let channelId = ''

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  ;({ emulator, channelId } = await connectEmulator(server, owner))
  emulator.control.setScenario({ windowCheck: false })
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})

it('WhatsApp knows the number without its ninth digit: the next message goes to that spelling, and it stays one person', async () => {
  emulator.control.createCustomer({ name: 'Lia', phone: '551187650009' })
  const contact = await server.call<{ id: string }>('POST', '/api/contacts', { token: owner.token, body: { name: 'Lia', phone: '+55 11 98765-0009' } })
  const conversation = await server.call<{ id: string }>('POST', '/api/conversations', { token: owner.token, body: { contactId: contact.body.id, channelId } })
  await server.sql('update conversations set last_inbound_at = now() where id = $1', [conversation.body.id])
  const body = { conversationId: conversation.body.id, clientId: crypto.randomUUID(), content: { type: 'text', text: 'oi' } }
  const sent = await server.call<Message>('POST', '/api/messages', { token: owner.token, body })
  await eventually(async () => {
    const { body: m } = await server.call<Message>('GET', `/api/messages/${sent.body.id}`, { token: owner.token })
    return ['sent', 'delivered', 'read'].includes(m.status)
  })
  const identities = async () => (await identitiesOf(server, owner.tenantId, contact.body.id)).map(({ value, address }) => ({ value, address }))
  await eventually(async () => (await identities())[0]?.address === '551187650009')
  expect(await identities()).toEqual([{ value: '5511987650009', address: '551187650009' }])
})

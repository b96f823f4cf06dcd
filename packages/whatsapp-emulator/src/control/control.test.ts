import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { MARINA, startPair } from '../testing/start-pair.ts'
import { waitFor } from '../testing/start-receiver.ts'

test('the first customer exists and can write', async () => {
  const { control, receiver } = await startPair()
  const sent = await control('POST', 'messages', { from: '+55 11 98765-4321', message: { type: 'text', text: { body: 'oi' } } })
  expect(sent.status).toBe(200)
  await waitFor(() => receiver.changes().length === 1)
  expect(receiver.changes()[0]).toMatchObject({
    field: 'messages',
    value: {
      messaging_product: 'whatsapp',
      metadata: { display_phone_number: '551140022026', phone_number_id: DEFAULT_NUMBER.phoneNumberId },
      contacts: [{ profile: { name: 'Marina Souza' }, wa_id: MARINA }],
      messages: [{ from: MARINA, id: sent.body.id, type: 'text', text: { body: 'oi' } }],
    },
  })
})

test('unknown types, unsupported messages and extra keys go through as they are', async () => {
  const { emulator, receiver } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'hologram', hologram: { depth: 3 }, referral: { source_id: '1' } })
  emulator.control.sendAs(MARINA, { type: 'unsupported', errors: [{ code: 131051, title: 'Message type unknown' }] })
  emulator.control.sendAs(MARINA, { type: 'system', system: { body: 'mudou', type: 'user_changed_number', wa_id: '5511' } })
  await waitFor(() => receiver.messages().length === 3)
  const [first, second] = receiver.messages()
  expect(first).toMatchObject({ type: 'hologram', hologram: { depth: 3 }, referral: { source_id: '1' } })
  expect(second).toMatchObject({ type: 'unsupported', errors: [{ code: 131051 }] })
  expect(second).not.toHaveProperty('unsupported')
  expect(receiver.changes()[2]?.value).not.toHaveProperty('contacts')
})

test('replies carry context; a removed reaction has no emoji', async () => {
  const { emulator, receiver, send } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  const id = (await send(MARINA)).body.messages?.[0]?.id ?? ''
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'sim' }, context: { message_id: id } })
  emulator.control.sendAs(MARINA, { type: 'reaction', reaction: { message_id: id, emoji: '❤️' } })
  expect(emulator.control.listMessages(MARINA).find((message) => message.id === id)?.reactions).toEqual({ customer: '❤️' })
  emulator.control.sendAs(MARINA, { type: 'reaction', reaction: { message_id: id, emoji: '' } })
  await waitFor(() => receiver.messages().length === 4)
  expect(receiver.messages()[1]?.context).toEqual({ from: '551140022026', id })
  expect(receiver.messages()[3]?.reaction).toEqual({ message_id: id })
  expect(emulator.control.listMessages(MARINA).find((message) => message.id === id)?.reactions).toEqual({})
})

test('typing has its own webhook while the scenario wants it', async () => {
  const { control, receiver } = await startPair()
  await control('POST', 'typing', { from: MARINA, state: 'start' })
  await waitFor(() => receiver.changes().length === 1)
  expect(receiver.changes()[0]).toMatchObject({ field: 'emulator_typing', value: { typing: { from: MARINA, state: 'start' } } })
  await control('PUT', 'scenario', { typingWebhook: false })
  await control('POST', 'typing', { from: MARINA, state: 'stop' })
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(receiver.changes()).toHaveLength(1)
})

test('reset forgets chats but keeps numbers and webhooks', async () => {
  const { emulator, control, receiver } = await startPair()
  emulator.control.createNumber({ displayPhoneNumber: '+55 11 3000-0000', verifiedName: 'Outra' })
  emulator.control.sendAs('+5511900000001', { type: 'text', text: { body: 'oi' } })
  await control('PUT', 'scenario', { shuffle: true })
  await control('POST', 'reset', {})
  const state = emulator.control.readState()
  expect([state.numbers.length, state.customers.length, state.chats.length, state.scenario.shuffle]).toEqual([2, 1, 0, false])
  receiver.received.length = 0
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'de novo' } })
  await waitFor(() => receiver.messages().length === 1)
})

test('what was waiting before a reset is not sent after it', async () => {
  const { emulator, receiver } = await startPair()
  emulator.control.setScenario({ delayMs: 30 })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'antes' } })
  emulator.control.setScenario({ delayMs: 0, batchMs: 30 })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'antes' } })
  emulator.control.reset()
  emulator.control.setScenario({ batchMs: 30 })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'depois' } })
  await waitFor(() => receiver.received.length === 1)
  await emulator.control.settle()
  expect(receiver.messages().map((message) => (message.text as { body: string }).body)).toEqual(['depois'])
})

test('every nth delivered status can be left out', async () => {
  const { emulator, receiver, send } = await startPair({ scenario: { dropDeliveredEvery: 2, autoRead: true } })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  const ids = [(await send(MARINA)).body.messages?.[0]?.id ?? '', (await send(MARINA)).body.messages?.[0]?.id ?? '']
  await waitFor(() => receiver.statuses().length === 5)
  const runs = ids.map((id) => receiver.statuses(id).map((status) => status.status))
  expect(runs).toContainEqual(['sent', 'delivered', 'read'])
  expect(runs).toContainEqual(['sent', 'read'])
})

test('other origins and hosts may not use the control API', async () => {
  const { emulator } = await startPair()
  const call = (headers: Record<string, string>): Promise<Response> => fetch(`${emulator.url}/control/reset`, { method: 'POST', headers })
  expect((await call({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await call({ origin: emulator.url })).status).toBe(200)
})

test('clear answers for what does not exist', async () => {
  const { control } = await startPair()
  expect((await control('POST', 'messages', { from: MARINA, phoneNumberId: '1', message: { type: 'text' } })).status).toBe(404)
  expect((await control('POST', 'messages', { from: MARINA, message: {} })).status).toBe(400)
  expect((await control('POST', 'messages', { from: MARINA, message: { type: 'image', image: { id: '1' } } })).status).toBe(404)
  expect((await control('POST', 'customers', { name: 'x', phone: '12' })).status).toBe(400)
  expect((await control('POST', 'open', { from: '5511000000000', open: true })).status).toBe(404)
})

test('thousands of messages are taken at once', async () => {
  const { emulator, receiver } = await startPair()
  for (let index = 0; index < 3000; index += 1)
    emulator.control.sendAs(`55119${String(70000000 + (index % 50))}`, { type: 'text', text: { body: `m${index}` } })
  // That all arrive is the subject, not how fast a loaded machine is.
  await waitFor(() => receiver.received.length === 3000, 60_000)
  expect(new Set(receiver.messages().map((message) => message.id)).size).toBe(3000)
}, 90_000)

test('the page and its modules are served without types and with a strict policy', async () => {
  const { emulator } = await startPair()
  const page = await fetch(emulator.phoneUrl)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(await page.text()).toContain('Emulador')
  const script = await fetch(`${emulator.url}/phone/format-time.ts`)
  expect(script.headers.get('content-type')).toContain('text/javascript')
  expect(await script.text()).not.toContain(': number')
  expect((await fetch(`${emulator.url}/phone/..%2f..%2fpackage.json`)).status).toBe(404)
})

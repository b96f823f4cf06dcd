import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { type JsonObject, readObject, readObjects } from '../json.ts'
import { MARINA, type Pair, startPair } from '../testing/start-pair.ts'
import { waitFor } from '../testing/start-receiver.ts'
import { expectLikeMeta } from './expect-like-meta.ts'

const PNID = DEFAULT_NUMBER.phoneNumberId
const OWN = '551140022026'
const HEAD = { messaging_product: 'whatsapp', metadata: { display_phone_number: OWN, phone_number_id: PNID } }
const valuesOf = (pair: Pair, field: string): JsonObject[] =>
  pair.receiver.changes().flatMap((change) => (change.field === field ? [readObject(change, 'value') ?? {}] : []))

/** An emulator whose number is also used in the Business app. */
async function startShared(): Promise<Pair> {
  const pair = await startPair()
  await pair.control('PATCH', `numbers/${PNID}/platform`, { coexistence: true })
  return pair
}

test('what is typed in the Business app is echoed, edited and deleted', async () => {
  const pair = await startShared()
  const sent = await pair.control('POST', 'echoes', { to: MARINA, message: { type: 'text', text: { body: 'pela recepção' } } })
  const id = readObject(sent.body, 'message')?.id
  const edit = { original_message_id: id, message: { type: 'text', text: { body: 'da recepção' } } }
  await pair.control('POST', 'echoes', { to: MARINA, message: { type: 'edit', edit } })
  await pair.control('POST', 'echoes', { to: MARINA, message: { type: 'revoke', revoke: { original_message_id: id } } })
  await waitFor(() => valuesOf(pair, 'smb_message_echoes').length === 3)
  const common = { from: OWN, to: MARINA, to_user_id: expect.stringMatching(/^BR\./), timestamp: expect.stringMatching(/^\d{10}$/) }
  expect(valuesOf(pair, 'smb_message_echoes')).toMatchObject([
    { ...HEAD, message_echoes: [{ ...common, id, type: 'text', text: { body: 'pela recepção' } }] },
    { ...HEAD, message_echoes: [{ ...common, type: 'edit', edit }] },
    { ...HEAD, message_echoes: [{ ...common, type: 'revoke', revoke: { original_message_id: id } }] },
  ])
  expect(pair.emulator.control.listMessages(MARINA)[0]).toMatchObject({ content: { body: 'da recepção' }, fromApp: true, deletedAt: expect.any(Number) })
  expectLikeMeta(pair.receiver, pair.emulator.defaults.appSecret)
})

test('history comes in three phases, with a placeholder and its file', async () => {
  const pair = await startShared()
  const answer = await pair.control('POST', 'history', { threads: 2 })
  expect(answer.body.webhooks).toBe(5)
  await waitFor(() => valuesOf(pair, 'history').length === 5)
  const values = valuesOf(pair, 'history')
  const chunks = values.flatMap((value) => readObjects(value, 'history'))
  expect(chunks.map((chunk) => readObject(chunk, 'metadata')?.phase)).toEqual([0, 1, 2, 1])
  expect(chunks.map((chunk) => readObjects(chunk, 'threads').length)).toEqual([2, 2, 2, 1])
  expect(readObjects(readObjects(chunks[0], 'threads')[0], 'messages')).toMatchObject([
    { from: expect.stringMatching(/^55/), type: 'text', history_context: { status: 'READ' } },
    { from: OWN, to: expect.stringMatching(/^55/), type: 'text', history_context: { status: 'DELIVERED' } },
  ])
  const placeholder = readObjects(readObjects(chunks[3], 'threads')[0], 'messages')[0]
  expect(placeholder).toMatchObject({ type: 'media_placeholder' })
  expect(readObjects(values[4], 'messages')[0]).toMatchObject({
    id: placeholder?.id,
    type: 'image',
    image: { mime_type: 'image/jpeg', id: expect.any(String) },
  })
})

test('a refused history is one webhook with error 2593109', async () => {
  const pair = await startShared()
  await pair.control('POST', 'history', { refused: true })
  await waitFor(() => valuesOf(pair, 'history').length === 1)
  expect(valuesOf(pair, 'history')[0]).toMatchObject({ ...HEAD, history: [{ errors: [{ code: 2593109 }] }] })
})

test.each(['add', 'remove'])('the address book of the app: %s', async (action) => {
  const pair = await startShared()
  await pair.control('POST', 'app-contacts', { action, contacts: [{ full_name: 'Rita Lopes', phone_number: '+55 11 97777-0001' }] })
  await waitFor(() => valuesOf(pair, 'smb_app_state_sync').length === 1)
  const contact = { phone_number: '5511977770001', ...(action === 'add' ? { full_name: 'Rita Lopes', first_name: 'Rita' } : {}) }
  expect(valuesOf(pair, 'smb_app_state_sync')[0]).toMatchObject({
    ...HEAD,
    state_sync: [{ type: 'contact', contact, action, metadata: { timestamp: expect.any(String) } }],
  })
})

test('a number that is not shared has no app', async () => {
  const { control } = await startPair()
  expect((await control('POST', 'echoes', { to: MARINA, message: { type: 'text', text: { body: 'x' } } })).status).toBe(409)
  expect((await control('POST', 'history', {})).status).toBe(409)
  expect((await control('POST', 'app-contacts', {})).status).toBe(409)
})

test('while the agent has the chat messages come as standby; the handover is told', async () => {
  const pair = await startPair()
  await pair.control('POST', 'thread', { customer: MARINA, role: 'ai_agent' })
  await pair.control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: 'oi, robô' } } })
  await pair.control('POST', 'thread', { customer: MARINA, role: null, summary: 'Quer reservar.' })
  await pair.control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: 'oi, gente' } } })
  await waitFor(() => pair.receiver.changes().length === 4)
  expect(pair.receiver.changes().map((change) => change.field)).toEqual(['messaging_handovers', 'standby', 'messaging_handovers', 'messages'])
  const [standby] = valuesOf(pair, 'standby')
  expect(standby).toMatchObject({ ...HEAD, standby: { contacts: [{ wa_id: MARINA }], messages: [{ from: MARINA, type: 'text' }] } })
  expect(standby).not.toHaveProperty('messages')
  const [to, back] = valuesOf(pair, 'messaging_handovers')
  expect(to).toMatchObject({
    type: 'control_passed',
    sender: { phone_number: MARINA },
    recipient: { phone_number_id: PNID },
    control_passed: { new_owner_role: 'ai_agent' },
  })
  expect(back).toMatchObject({
    control_passed: {
      previous_owner_role: 'ai_agent',
      new_owner_role: 'customer_service',
      conversation_context: { type: 'summary', summary: { text: 'Quer reservar.' } },
    },
  })
  expect(to).not.toHaveProperty('metadata')
})

test('what the agent writes is echoed in standby; a service message of the app takes the chat over', async () => {
  const pair = await startPair()
  pair.emulator.control.setWindow(MARINA, true)
  await pair.control('POST', 'thread', { customer: MARINA, role: 'ai_agent', handover: false })
  await pair.control('POST', 'agent-messages', { customer: MARINA, message: { type: 'text', text: { body: 'Sou o robô' } } })
  await waitFor(() => valuesOf(pair, 'standby').length === 1)
  expect(valuesOf(pair, 'standby')[0]).toMatchObject({
    ...HEAD,
    standby: {
      message_echoes: [
        { id: expect.stringMatching(/^wamid\./), timestamp: expect.any(String), message: { to: MARINA, type: 'text', text: { body: 'Sou o robô' } } },
      ],
    },
  })
  expect((await pair.send(MARINA)).status).toBe(200)
  await pair.control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: 'oi, gente' } } })
  await waitFor(() => pair.receiver.messages().length === 1)
  expect(pair.emulator.control.readState().chats[0]).not.toHaveProperty('threadRole')
})

test('a sync the business asks for arrives', async () => {
  const pair = await startShared()
  for (const sync_type of ['history', 'smb_app_state_sync'])
    expect((await pair.graph('POST', `${PNID}/smb_app_data`, { messaging_product: 'whatsapp', sync_type })).status).toBe(200)
  await waitFor(() => valuesOf(pair, 'history').length === 5 && valuesOf(pair, 'smb_app_state_sync').length === 1)
})

test('errors without messages', async () => {
  const pair = await startPair()
  await pair.control('POST', 'errors', { code: 131031, details: 'Conta bloqueada' })
  await waitFor(() => pair.receiver.changes().length === 1)
  expect(valuesOf(pair, 'messages')[0]).toMatchObject({
    ...HEAD,
    errors: [{ code: 131031, title: expect.any(String), error_data: { details: 'Conta bloqueada' } }],
  })
  expect(valuesOf(pair, 'messages')[0]).not.toHaveProperty('messages')
})

test.each(['captured', 'pending', 'failed'])('a payment is %s', async (status) => {
  const pair = await startPair()
  pair.emulator.control.setWindow(MARINA, true)
  const id = (await pair.send(MARINA)).body.messages?.[0]?.id ?? ''
  await pair.control('POST', 'payments', { messageId: id, status, referenceId: 'pedido-7' })
  await waitFor(() => pair.receiver.statuses(id).some((entry) => entry.type === 'payment'))
  expect(pair.receiver.statuses(id).find((entry) => entry.type === 'payment')).toMatchObject({
    id,
    from: MARINA,
    type: 'payment',
    status,
    payment: { reference_id: 'pedido-7' },
  })
  expect((await pair.control('POST', 'payments', { messageId: 'wamid.x', status })).status).toBe(404)
})

test('a call of the customer begins, ends, and opens the window', async () => {
  const pair = await startPair()
  expect((await pair.send(MARINA)).body.error).toMatchObject({ code: 131047 })
  const { callId } = (await pair.control('POST', 'calls', { customer: MARINA, event: 'connect' })).body
  expect(pair.emulator.control.readState().calls).toMatchObject([{ id: callId, state: 'ringing', direction: 'USER_INITIATED' }])
  await pair.control('POST', 'calls', { customer: MARINA, event: 'terminate', callId, seconds: 9, status: 'COMPLETED' })
  await waitFor(() => valuesOf(pair, 'calls').length === 2)
  const [begin, end] = valuesOf(pair, 'calls').map((value) => readObjects(value, 'calls')[0])
  expect(begin).toMatchObject({
    id: callId,
    from: MARINA,
    to: OWN,
    event: 'connect',
    direction: 'USER_INITIATED',
    session: { sdp_type: 'offer', sdp: expect.stringContaining('opus') },
  })
  expect(end).toMatchObject({ id: callId, event: 'terminate', status: 'COMPLETED', duration: 9 })
  expect(pair.emulator.control.readState().calls).toEqual([])
  expect((await pair.send(MARINA)).status).toBe(200)
})

test.each(['ringing', 'accepted', 'rejected'])('a call of the business is %s', async (event) => {
  const pair = await startPair()
  await pair.control('POST', 'calls', { customer: MARINA, event })
  await waitFor(() => valuesOf(pair, 'calls').length === 1)
  expect(valuesOf(pair, 'calls')[0]).toMatchObject({
    ...HEAD,
    statuses: [{ type: 'call', status: event.toUpperCase(), recipient_id: MARINA, id: expect.stringMatching(/^wacid\./) }],
  })
})

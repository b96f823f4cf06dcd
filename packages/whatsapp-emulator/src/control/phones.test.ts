import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { type JsonObject, readObject, readObjects } from '../json.ts'
import { MARINA, type Pair, startPair } from '../testing/start-pair.ts'
import { waitFor } from '../testing/start-receiver.ts'
import { expectLikeMeta } from './expect-like-meta.ts'

const PNID = DEFAULT_NUMBER.phoneNumberId
const NEW_PHONE = '5521987650000'
const readValue = (pair: Pair, index: number): JsonObject => readObject(pair.receiver.changes()[index], 'value') ?? {}

async function write(pair: Pair, text: string): Promise<string> {
  const before = pair.receiver.messages().length
  const { body } = await pair.control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: text } } })
  await waitFor(() => pair.receiver.messages().length > before)
  return String(body.id)
}

test('on a number shared with the Business app an edit arrives as edit, a deletion as revoke', async () => {
  const pair = await startPair()
  await pair.control('PATCH', `numbers/${PNID}/platform`, { coexistence: true })
  const id = await write(pair, 'chego as 15')
  expect((await pair.control('POST', `messages/${encodeURIComponent(id)}/edit`, { text: 'chego às 15h' })).status).toBe(200)
  expect((await pair.control('POST', `messages/${encodeURIComponent(id)}/delete`, {})).status).toBe(200)
  await waitFor(() => pair.receiver.messages().length === 3)
  const [, edit, revoke] = pair.receiver.messages()
  expect(edit).toMatchObject({ type: 'edit', from: MARINA, edit: { original_message_id: id, message: { type: 'text', text: { body: 'chego às 15h' } } } })
  expect(edit?.id).not.toBe(id)
  expect(revoke).toMatchObject({ type: 'revoke', revoke: { original_message_id: id } })
  expect(pair.emulator.control.listMessages(MARINA)[0]).toMatchObject({ content: { body: 'chego às 15h' }, deletedAt: expect.any(Number) })
  expectLikeMeta(pair.receiver, pair.emulator.defaults.appSecret)
})

test('on any other number both arrive as unsupported, without the id of the message', async () => {
  const pair = await startPair()
  const id = await write(pair, 'oi')
  await pair.control('POST', `messages/${encodeURIComponent(id)}/edit`, { text: 'olá' })
  await pair.control('POST', `messages/${encodeURIComponent(id)}/delete`, {})
  await waitFor(() => pair.receiver.messages().length === 3)
  for (const message of pair.receiver.messages().slice(1)) {
    expect(message).toMatchObject({ type: 'unsupported', errors: [{ code: 131051 }] })
    expect(JSON.stringify(message)).not.toContain(id)
  }
})

test('only young, own messages can be edited', async () => {
  const pair = await startPair()
  const id = await write(pair, 'oi')
  await pair.control('POST', 'advance-clock', { ms: 16 * 60_000 })
  expect((await pair.control('POST', `messages/${encodeURIComponent(id)}/edit`, { text: 'x' })).status).toBe(409)
  const sent = (await pair.send(MARINA)).body.messages?.[0]?.id ?? ''
  expect((await pair.control('POST', `messages/${encodeURIComponent(sent)}/edit`, { text: 'x' })).status).toBe(404)
})

test.each([
  ['current', { type: 'user_changed_number', wa_id: NEW_PHONE, user_id: expect.stringMatching(/^BR\./), previous_user_id: expect.stringMatching(/^BR\./) }, []],
  ['body-only', { type: 'user_changed_number', wa_id: NEW_PHONE, user_id: expect.stringMatching(/^BR\./) }, ['previous_user_id']],
  ['legacy', { type: 'customer_changed_number', new_wa_id: NEW_PHONE, customer: MARINA }, ['user_id', 'wa_id']],
])('a number change is told in the %s shape, without contacts; the chat goes along', async (shape, expected, absent) => {
  const pair = await startPair()
  await write(pair, 'oi')
  const moved = await pair.control('POST', `customers/${MARINA}/phone`, { phone: '+55 21 98765-0000', shape })
  expect(moved).toMatchObject({ status: 200, body: { waId: NEW_PHONE, name: 'Marina Souza' } })
  await waitFor(() => pair.receiver.messages().length === 2)
  const system = pair.receiver.messages()[1]
  expect(system).toMatchObject({ type: 'system', from: MARINA, system: { body: expect.stringContaining(NEW_PHONE), ...expected } })
  for (const key of absent) expect(system?.system).not.toHaveProperty(key)
  expect(readValue(pair, 1)).not.toHaveProperty('contacts')
  expect(pair.emulator.control.listMessages(NEW_PHONE).map((message) => message.type)).toEqual(['text', 'system'])
  expect((await pair.control('POST', `customers/${NEW_PHONE}/phone`, { phone: '12' })).status).toBe(400)
})

test('an id change names the old and the new id and no phone', async () => {
  const pair = await startPair()
  await write(pair, 'oi')
  const before = pair.receiver.messages()[0]?.from_user_id
  await pair.control('POST', `customers/${MARINA}/user-id`, {})
  await write(pair, 'sou eu')
  await waitFor(() => pair.receiver.messages().length === 3)
  const [, system, after] = pair.receiver.messages()
  expect(system).toMatchObject({ type: 'system', system: { type: 'user_changed_user_id', previous_user_id: before, user_id: after?.from_user_id } })
  expect(system).not.toHaveProperty('from')
  expect(system?.system).not.toHaveProperty('wa_id')
  expect(after?.from_user_id).not.toBe(before)
})

test('name and username change in the next contacts block', async () => {
  const pair = await startPair()
  await pair.control('POST', `customers/${MARINA}/profile`, { name: 'Marina S.', username: 'marina.s' })
  await write(pair, 'oi')
  expect(readValue(pair, 0).contacts).toMatchObject([{ profile: { name: 'Marina S.', username: 'marina.s' } }])
})

test('stopping and resuming marketing is told by user_preferences', async () => {
  const pair = await startPair()
  for (const value of ['stop', 'resume']) await pair.control('POST', `customers/${MARINA}/marketing`, { value })
  await waitFor(() => pair.receiver.changes().length === 2)
  expect(pair.receiver.changes().map((change) => change.field)).toEqual(['user_preferences', 'user_preferences'])
  const preference = {
    wa_id: MARINA,
    user_id: expect.stringMatching(/^BR\./),
    category: 'marketing_messages',
    detail: expect.any(String),
    timestamp: expect.any(Number),
  }
  expect(readValue(pair, 0)).toMatchObject({
    metadata: { phone_number_id: PNID },
    contacts: [{ wa_id: MARINA }],
    user_preferences: [{ ...preference, value: 'stop' }],
  })
  expect(readValue(pair, 1)).toMatchObject({ user_preferences: [{ ...preference, value: 'resume' }] })
  expect((await pair.control('POST', `customers/${MARINA}/marketing`, { value: 'maybe' })).status).toBe(400)
})

test('a customer who blocked the business cannot write and gets nothing', async () => {
  const pair = await startPair()
  await write(pair, 'oi')
  await pair.control('POST', `customers/${MARINA}/block`, { blocked: true })
  expect((await pair.control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: 'x' } } })).status).toBe(409)
  const id = (await pair.send(MARINA)).body.messages?.[0]?.id
  await pair.emulator.control.settle()
  expect(pair.receiver.statuses(id).map((status) => status.status)).not.toContain('delivered')
  await pair.control('POST', `customers/${MARINA}/block`, { blocked: false })
  expect((await pair.control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: 'x' } } })).status).toBe(200)
})

test('a group is joined by its link; messages carry its id', async () => {
  const pair = await startPair({ scenario: { groupMs: 1 } })
  await pair.graph('POST', `${PNID}/groups`, { messaging_product: 'whatsapp', subject: 'Hóspedes' })
  await waitFor(() => pair.receiver.changes().some((change) => change.field === 'group_lifecycle_update'))
  const created = readObjects(readValue(pair, 0), 'groups')[0]
  const group = (await pair.control('POST', `customers/${MARINA}/join`, { invite: created?.invite_link })).body
  expect(group.participants).toEqual([MARINA])
  await pair.control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: 'oi, grupo' }, group_id: group.id } })
  await pair.control('POST', `customers/${MARINA}/leave`, { groupId: group.id })
  await waitFor(() => pair.receiver.changes().length === 4)
  expect(pair.receiver.messages()[0]).toMatchObject({ from: MARINA, group_id: group.id, text: { body: 'oi, grupo' } })
  const participants = pair.receiver.changes().filter((change) => change.field === 'group_participants_update')
  expect(participants.map((change) => readObjects(readObject(change, 'value'), 'groups')[0]?.type)).toEqual([
    'group_participants_add',
    'group_participants_remove',
  ])
  const refused = await pair.control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: 'x' }, group_id: group.id } })
  expect(refused.status).toBe(409)
})

test('a crowd writes at its rate with many people and stops by itself', async () => {
  const pair = await startPair()
  const started = await pair.control('POST', 'crowd', { customers: 20, perSecond: 100, seconds: 1, mix: { text: 3, image: 1, reaction: 1 } })
  expect(started.body).toMatchObject({ running: true, customers: 20, perSecond: 100, seconds: 1 })
  await waitFor(() => !pair.emulator.control.readCrowd().running, 8000)
  expect(pair.emulator.control.readCrowd().sent).toBe(100)
  await waitFor(() => pair.receiver.messages().length === 100)
  expect(new Set(pair.receiver.messages().map((message) => message.from)).size).toBe(20)
  expect(new Set(pair.receiver.messages().map((message) => message.id)).size).toBe(100)
})

test('a crowd can be stopped, and has bounds', async () => {
  const pair = await startPair()
  await pair.control('POST', 'crowd', { perSecond: 50, seconds: 600 })
  await waitFor(() => pair.emulator.control.readCrowd().sent > 0)
  const stopped = await pair.control('DELETE', 'crowd')
  expect(stopped.body.running).toBe(false)
  await pair.emulator.control.settle()
  expect(pair.emulator.control.readCrowd().sent).toBe(stopped.body.sent)
  for (const plan of [{ perSecond: 201 }, { seconds: 601 }, { customers: 2001 }, { perSecond: 0 }, { mix: { text: 0 } }])
    expect((await pair.control('POST', 'crowd', plan)).status).toBe(400)
})

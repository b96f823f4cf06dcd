import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { createWorld } from '../state/world.ts'
import { MARINA, startPair } from '../testing/start-pair.ts'
import { waitFor } from '../testing/start-receiver.ts'
import { createLimitChecker } from './check-limits.ts'

const PNID = DEFAULT_NUMBER.phoneNumberId

test('a send is answered as Meta does and runs through sent, delivered and read', async () => {
  const { emulator, receiver, send } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  emulator.control.openChat(MARINA, true)
  const answer = await send('+55 11 98765-4321', { type: 'text', text: { body: 'olá' }, biz_opaque_callback_data: 'meu-id' })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('facebook-api-version')).toBe('v26.0')
  expect(answer.body).toMatchObject({
    messaging_product: 'whatsapp',
    contacts: [{ input: '+55 11 98765-4321', wa_id: MARINA }],
    messages: [{ message_status: 'accepted' }],
  })
  const id = answer.body.messages?.[0]?.id ?? ''
  expect(id).toMatch(/^wamid\./)
  await waitFor(() => receiver.statuses(id).length === 3)
  const [sent, delivered, read] = receiver.statuses(id)
  expect([sent?.status, delivered?.status, read?.status]).toEqual(['sent', 'delivered', 'read'])
  for (const status of [sent, delivered, read])
    expect(status).toMatchObject({ recipient_id: MARINA, biz_opaque_callback_data: 'meu-id', timestamp: expect.stringMatching(/^\d{10}$/) })
  expect(sent?.pricing).toMatchObject({ pricing_model: 'PMP', category: 'service' })
  expect(delivered?.pricing).toBeDefined()
  expect(read?.pricing).toBeUndefined()
})

test('without an open chat a message is delivered but not read; offline it waits', async () => {
  const { emulator, receiver, send } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  emulator.control.setOnline(MARINA, false)
  const id = (await send(MARINA)).body.messages?.[0]?.id ?? ''
  await waitFor(() => receiver.statuses(id).length === 1)
  emulator.control.setOnline(MARINA, true)
  await waitFor(() => receiver.statuses(id).length === 2)
  await new Promise((resolve) => setTimeout(resolve, 40))
  expect(receiver.statuses(id).map((status) => status.status)).toEqual(['sent', 'delivered'])
  emulator.control.openChat(MARINA, true)
  await waitFor(() => receiver.statuses(id).length === 3)
})

test.each([
  ['no product', { messaging_product: undefined }, 400, 100],
  ['an unknown type', { type: 'poll' }, 400, 100],
  ['no text', { type: 'text' }, 400, 131008],
  ['too long a text', { type: 'text', text: { body: 'a'.repeat(4097) } }, 400, 100],
  ['media without id and link', { type: 'image', image: { caption: 'x' } }, 400, 131008],
  ['an unknown media id', { type: 'image', image: { id: '123' } }, 400, 131009],
  ['a caption on audio', { type: 'audio', audio: { link: 'https://x.example/a.ogg', caption: 'x' } }, 400, 131009],
  ['a latitude beyond the pole', { type: 'location', location: { latitude: 91, longitude: 0 } }, 400, 131009],
  ['a reaction to nothing', { type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍' } }, 400, 131009],
  [
    'four buttons',
    {
      type: 'interactive',
      interactive: {
        type: 'button',
        body: { text: 'b' },
        action: { buttons: [1, 2, 3, 4].map((n) => ({ type: 'reply', reply: { id: `${n}`, title: `${n}` } })) },
      },
    },
    400,
    131009,
  ],
  [
    'a long button title',
    {
      type: 'interactive',
      interactive: { type: 'button', body: { text: 'b' }, action: { buttons: [{ type: 'reply', reply: { id: '1', title: 'x'.repeat(21) } }] } },
    },
    400,
    131009,
  ],
  [
    'eleven rows',
    {
      type: 'interactive',
      interactive: {
        type: 'list',
        body: { text: 'b' },
        action: { button: 'v', sections: [0, 1].map((s) => ({ title: `${s}`, rows: Array.from({ length: 6 }, (_, r) => ({ id: `${s}${r}`, title: 't' })) })) },
      },
    },
    400,
    131009,
  ],
  ['long callback data', { type: 'text', text: { body: 'x' }, biz_opaque_callback_data: 'x'.repeat(513) }, 400, 131009],
])('refused: %s', async (_name, body, status, code) => {
  const { emulator, graph } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  const answer = await graph('POST', `${PNID}/messages`, { messaging_product: 'whatsapp', to: MARINA, type: 'text', ...body })
  expect(answer.status).toBe(status)
  expect(answer.body.error).toMatchObject({ code, type: 'OAuthException', message: expect.stringContaining(`(#${code})`), fbtrace_id: expect.any(String) })
})

test('tokens and unknown objects fail as on Graph', async () => {
  const { emulator, graph } = await startPair()
  const other = emulator.control.createNumber({ displayPhoneNumber: '+55 11 3000-0000', verifiedName: 'Outra' })
  const body = { messaging_product: 'whatsapp', to: MARINA, type: 'text', text: { body: 'x' } }
  expect(await graph('POST', `${PNID}/messages`, body, null)).toMatchObject({ status: 401, body: { error: { code: 0 } } })
  expect(await graph('POST', `${PNID}/messages`, body, 'wrong')).toMatchObject({ status: 401, body: { error: { code: 190, type: 'OAuthException' } } })
  expect(await graph('POST', `${PNID}/messages`, body, other.accessToken)).toMatchObject({
    status: 400,
    body: { error: { code: 100, error_subcode: 33, type: 'GraphMethodException' } },
  })
  expect(await graph('GET', `${PNID}/nowhere/at/all`)).toMatchObject({ status: 400, body: { error: { code: 2500 } } })
  emulator.control.changeNumber(PNID, { sendFault: 190 })
  expect(await graph('GET', PNID)).toMatchObject({ status: 401, body: { error: { code: 190, error_subcode: 463 } } })
  emulator.control.changeNumber(PNID, { sendFault: 131042 })
  expect(await graph('POST', `${PNID}/messages`, body)).toMatchObject({ status: 400, body: { error: { code: 131042 } } })
})

test('the 24 h window closes for everything but templates', async () => {
  const { emulator, receiver, send, control } = await startPair()
  expect((await send(MARINA)).body.error).toMatchObject({ code: 131047 })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  expect((await send(MARINA)).status).toBe(200)
  await control('POST', 'advance-clock', { hours: 24.1 })
  expect((await send(MARINA)).body.error).toMatchObject({ code: 131047 })
  expect((await send(MARINA, { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } })).status).toBe(200)
  await control('POST', 'window', { from: MARINA, open: true })
  expect((await send(MARINA)).status).toBe(200)
  await control('POST', 'window', { from: MARINA, open: false })
  await control('PUT', 'scenario', { windowError: 'async' })
  const late = await send(MARINA)
  expect(late.status).toBe(200)
  await waitFor(() => receiver.statuses(late.body.messages?.[0]?.id).some((status) => status.status === 'failed'))
  expect(receiver.statuses(late.body.messages?.[0]?.id)[0]?.errors).toMatchObject([{ code: 131047 }])
})

test('sentinel numbers refuse, fail later or break the line', async () => {
  const { receiver, emulator, send } = await startPair()
  expect(await send('5500000131026')).toMatchObject({ status: 400, body: { error: { code: 131026 } } })
  expect(await send('5500000190')).toMatchObject({ status: 401, body: { error: { code: 190 } } })
  expect(await send('+5500000131016')).toMatchObject({ status: 500, body: { error: { code: 131016 } } })

  const later = await send('5500001131049', { type: 'text', text: { body: 'x' }, biz_opaque_callback_data: 'k' })
  const id = later.body.messages?.[0]?.id
  await waitFor(() => receiver.statuses(id).length === 1)
  expect(receiver.statuses(id)[0]).toMatchObject({ status: 'failed', biz_opaque_callback_data: 'k', errors: [{ code: 131049 }] })
  expect(receiver.statuses(id)[0]?.recipient_user_id).toBeUndefined()
  expect(receiver.changes().find((change) => JSON.stringify(change).includes(String(id)))?.value).not.toHaveProperty('contacts')

  expect(await send('5500002000')).toMatchObject({ status: 500, body: {} })
  await expect(send('55000020021')).rejects.toThrow()
  expect(emulator.control.readState().customers.some((customer) => customer.waId === '55000020021')).toBe(false)
  const unknown = { type: 'text', text: { body: 'chegou?' }, biz_opaque_callback_data: 'desfecho' }
  await expect(
    fetch(`${emulator.graphUrl}/v26.0/${PNID}/messages`, {
      method: 'POST',
      signal: AbortSignal.timeout(150),
      headers: { authorization: `Bearer ${emulator.defaults.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messaging_product: 'whatsapp', to: '55000020017', ...unknown }),
    }),
  ).rejects.toThrow()
  await waitFor(() => receiver.statuses().filter((status) => status.biz_opaque_callback_data === 'desfecho').length === 2)
  await expect(send('5500002003')).rejects.toThrow()
  await expect(send('5500002009')).rejects.toThrow()
  const skipped = (await send('5500002007')).body.messages?.[0]?.id
  await waitFor(() => receiver.statuses(skipped).length === 2)
  expect(receiver.statuses(skipped).map((status) => status.status)).toEqual(['sent', 'read'])
  const reversed = (await send('5500002008')).body.messages?.[0]?.id
  await waitFor(() => receiver.statuses(reversed).length === 3)
  expect(receiver.statuses(reversed).map((status) => status.status)).toEqual(['read', 'delivered', 'sent'])
})

test('limits: a burst of 45 to one person', async () => {
  const { emulator, send } = await startPair({ limits: true })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  const answers = []
  for (let index = 0; index < 46; index += 1) answers.push(await send(MARINA))
  expect(answers.slice(0, 45).every((answer) => answer.status === 200)).toBe(true)
  expect(answers[45]?.body.error).toMatchObject({ code: 131056 })
})

test('limits: the 81st message within one second is refused', () => {
  let now = 1_790_000_000_000
  const world = createWorld({ limits: true })
  world.now = () => now
  const check = createLimitChecker(world)
  const sendMany = (count: number): void => {
    for (let index = 0; index < count; index += 1) check(PNID, `${now}${index}`)
  }
  expect(() => sendMany(80)).not.toThrow()
  expect(() => sendMany(1)).toThrow('(#130429)')
  now += 1000
  expect(() => sendMany(80)).not.toThrow()
})

test('recipients: country code, ninth digit, business-scoped id', async () => {
  const { emulator, receiver, send, graph } = await startPair()
  expect((await send('(11) 98765-4321', { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } })).body).toMatchObject({
    contacts: [{ input: '(11) 98765-4321', wa_id: MARINA }],
  })
  emulator.control.createCustomer({ name: 'Zé', phone: '+55 31 98888-7777', waId: '553188887777' })
  emulator.control.sendAs('553188887777', { type: 'text', text: { body: 'uai' } })
  expect((await send('+5531988887777')).body).toMatchObject({ contacts: [{ wa_id: '553188887777' }] })
  await waitFor(() => receiver.messages().length === 1)
  const userId = receiver.messages()[0]?.from_user_id
  expect(userId).toMatch(/^BR\.\d+$/)
  const byId = await graph('POST', `${PNID}/messages`, { messaging_product: 'whatsapp', recipient: userId, type: 'text', text: { body: 'x' } })
  expect(byId.body).toMatchObject({ contacts: [{ input: userId, user_id: userId }] })
  emulator.control.setScenario({ identity: 'bsuid' })
  receiver.received.length = 0
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'sem telefone' } })
  await waitFor(() => receiver.received.length > 0 && receiver.messages().length === 1)
  expect(receiver.messages()[0]).not.toHaveProperty('from')
})

test('marking as read reaches all earlier messages of the chat', async () => {
  const { emulator, graph } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'um' } })
  const { id } = emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'dois' } })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'três' } })
  expect(
    (await graph('POST', `${PNID}/messages`, { messaging_product: 'whatsapp', status: 'read', message_id: id, typing_indicator: { type: 'text' } })).body,
  ).toEqual({ success: true })
  expect(emulator.control.listMessages(MARINA).map((message) => message.status === 'read')).toEqual([true, true, false])
})

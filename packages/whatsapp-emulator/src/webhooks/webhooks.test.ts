import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { startEmulator } from '../emulator.ts'
import { MARINA, startPair } from '../testing/start-pair.ts'
import { startReceiver, waitFor } from '../testing/start-receiver.ts'
import { signWebhookBody } from './sign-webhook-body.ts'
import { CallbackRefused } from './verify-callback.ts'

test('the signature matches the published test vector', () => {
  expect(signWebhookBody('{"object":"whatsapp_business_account","entry":[]}', 'test_app_secret')).toBe(
    'sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756',
  )
})

test('a callback is asked with mode, challenge and token', async () => {
  const { receiver } = await startPair()
  const [asked] = receiver.handshakes
  expect(asked?.searchParams.get('hub.mode')).toBe('subscribe')
  expect(asked?.searchParams.get('hub.verify_token')).toBe('verify')
  expect(asked?.searchParams.get('hub.challenge')).toMatch(/^\d+$/)
})

test.each([
  ['a wrong status', { status: 403, body: '' }, '403'],
  ['another body', { status: 200, body: 'ok' }, 'challenge'],
])('a callback that answers with %s is refused and not stored', async (_name, answer, reason) => {
  const { receiver, control } = await startPair()
  const before = receiver.url
  receiver.answerHandshake = () => answer
  const refused = await control('POST', `numbers/${DEFAULT_NUMBER.phoneNumberId}/webhook`, { callbackUrl: `${before}/other`, verifyToken: 't' })
  expect(refused.status).toBe(422)
  expect(String(refused.body.error?.message)).toContain(reason)
  const state = await control('GET', 'state')
  expect(JSON.stringify(state.body)).not.toContain('/other')
})

test('starting with a refused callback fails and frees the port', async () => {
  const receiver = await startReceiver()
  receiver.answerHandshake = () => ({ status: 500, body: '' })
  await expect(startEmulator({ webhook: { callbackUrl: receiver.url, verifyToken: 'x' } })).rejects.toThrow(CallbackRefused)
  await receiver.stop()
})

test('bodies are escaped as Meta does and signed over exactly these bytes', async () => {
  const { receiver, emulator } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'Olá/ä 😀 \u007f' } })
  await waitFor(() => receiver.received.length === 1)
  const { body, headers } = receiver.received[0] ?? { body: '', headers: {} }
  expect(body).toContain('Ol\\u00e1\\/\\u00e4 \\ud83d\\ude00')
  expect(body).toMatch(/^[\x20-\x7e]*$/)
  expect(headers['x-hub-signature-256']).toBe(signWebhookBody(body, DEFAULT_NUMBER.appSecret))
  expect(headers['x-hub-signature']).toBe(`sha1=${createHmac('sha1', DEFAULT_NUMBER.appSecret).update(body).digest('hex')}`)
  expect(headers['user-agent']).toBe('facebookexternalua')
  expect(headers['content-type']).toBe('application/json')
  expect(receiver.messages()[0]?.text).toEqual({ body: 'Olá/ä 😀 \u007f' })
})

test('a delivery is repeated with the same bytes until it is answered with 200', async () => {
  const { receiver, emulator } = await startPair()
  receiver.status = 500
  const { id } = emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'volto' } })
  await waitFor(() => emulator.control.listWebhooks().length >= 3)
  expect(emulator.control.listMessages(MARINA)[0]?.status).toBe('sent')
  receiver.status = 200
  await waitFor(() => receiver.received.length === 1)
  await waitFor(() => emulator.control.listMessages(MARINA)[0]?.status === 'delivered')
  expect(receiver.messages()[0]?.id).toBe(id)
  expect(new Set(emulator.control.listWebhooks().map((entry) => entry.body)).size).toBe(1)
  expect(emulator.control.readState().pendingDeliveries).toBe(0)
})

test('a receiver that never answers counts as failed', async () => {
  const { receiver, emulator } = await startPair({ webhookTimeoutMs: 40 })
  receiver.status = 0
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'alô' } })
  await waitFor(() => emulator.control.listWebhooks().length >= 2)
  receiver.status = 200
  await waitFor(() => receiver.received.length >= 1)
})

test('waiting deliveries, chats and numbers survive a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emulator-'))
  const stateFile = join(folder, 'state.jsonl')
  const receiver = await startReceiver()
  const options = { stateFile, retryDelaysMs: [30], timing: { sentMs: 2, deliveredMs: 2 } }
  const first = await startEmulator({ ...options, webhook: { callbackUrl: receiver.url, verifyToken: 'x' } })
  const second = first.control.createNumber({ displayPhoneNumber: '+55 21 3000-1000', verifiedName: 'Outra' })
  receiver.status = 503
  const { id } = first.control.sendAs(MARINA, { type: 'image', image: { sample: 'image' } })
  await waitFor(() => first.control.listWebhooks().length >= 1)
  await first.stop()

  receiver.status = 200
  const again = await startEmulator(options)
  await waitFor(() => receiver.received.length >= 1)
  expect(receiver.messages()[0]?.id).toBe(id)
  expect(again.control.readState().numbers.map((number) => number.accessToken)).toContain(second.accessToken)
  const [kept] = again.control.listMessages(MARINA)
  expect(kept?.id).toBe(id)
  const picture = await fetch(`${again.url}/control/media/${String((kept?.content as { id: string } | undefined)?.id)}`)
  expect(picture.headers.get('content-type')).toBe('image/jpeg')
  await again.stop()
  await receiver.stop()
  await rm(folder, { recursive: true })
})

test('scenario: duplicates, batches, shuffled order', async () => {
  const { receiver, emulator, control } = await startPair()
  await control('PUT', 'scenario', { duplicateEvery: 2 })
  for (let index = 0; index < 4; index += 1) emulator.control.sendAs(MARINA, { type: 'text', text: { body: `d${index}` } })
  await waitFor(() => receiver.received.length === 6)
  expect(new Set(receiver.messages().map((message) => message.id)).size).toBe(4)

  receiver.received.length = 0
  await control('PUT', 'scenario', { duplicateEvery: 0, batchMs: 40 })
  for (let index = 0; index < 5; index += 1) emulator.control.sendAs(MARINA, { type: 'text', text: { body: `b${index}` } })
  await waitFor(() => receiver.messages().length === 5)
  expect(receiver.received).toHaveLength(1)

  receiver.received.length = 0
  await control('PUT', 'scenario', { batchMs: 0, shuffle: true })
  const sent = Array.from({ length: 12 }, (_, index) => emulator.control.sendAs(MARINA, { type: 'text', text: { body: `s${index}` } }).id)
  await waitFor(() => receiver.messages().length === 12)
  const arrived = receiver.messages().map((message) => String(message.id))
  expect([...arrived].sort()).toEqual([...sent].sort())
  expect(arrived).not.toEqual(sent)
  expect((await control('PUT', 'scenario', { nonsense: 1 })).status).toBe(400)
})

test('within one chat deliveries keep their order', async () => {
  const { receiver, emulator } = await startPair()
  const sent = Array.from({ length: 200 }, (_, index) => emulator.control.sendAs(MARINA, { type: 'text', text: { body: `${index}` } }).id)
  await waitFor(() => receiver.messages().length === 200)
  expect(receiver.messages().map((message) => message.id)).toEqual(sent)
})

test('each number has its own callback, account and secret', async () => {
  const { receiver, emulator, control } = await startPair()
  const other = await startReceiver()
  const made = await control('POST', 'numbers', { displayPhoneNumber: '+55 21 3333-4444', verifiedName: 'Padaria' })
  const number = made.body as { phoneNumberId: string; wabaId: string; appSecret: string }
  await control('POST', `numbers/${number.phoneNumberId}/webhook`, { callbackUrl: other.url, verifyToken: 'k' })
  emulator.control.sendAs('+55 21 99999-0000', { type: 'text', text: { body: 'pão' } }, { phoneNumberId: number.phoneNumberId })
  await waitFor(() => other.received.length === 1)
  expect(receiver.received).toHaveLength(0)
  const { body, headers } = other.received[0] ?? { body: '', headers: {} }
  expect(headers['x-hub-signature-256']).toBe(signWebhookBody(body, number.appSecret))
  expect(JSON.parse(body).entry[0].id).toBe(number.wabaId)
  await other.stop()
})

test('raw webhooks: unsigned, wrongly signed, any bytes', async () => {
  const { receiver, control } = await startPair()
  const body = { object: 'whatsapp_business_account', entry: [] }
  expect((await control('POST', 'raw-webhook', { body, signature: 'none' })).body.status).toBe(200)
  await control('POST', 'raw-webhook', { body, signature: 'wrong' })
  await control('POST', 'raw-webhook', { rawText: '{"object":"x","entry":[]} ' })
  const [none, wrong, raw] = receiver.received
  expect(none?.headers['x-hub-signature-256']).toBeUndefined()
  expect(wrong?.headers['x-hub-signature-256']).not.toBe(signWebhookBody(wrong?.body ?? '', DEFAULT_NUMBER.appSecret))
  expect(raw?.body).toBe('{"object":"x","entry":[]} ')
  expect(raw?.headers['x-hub-signature-256']).toBe(signWebhookBody(raw?.body ?? '', DEFAULT_NUMBER.appSecret))
})

test('a batch above 3 MB is cut into several posts', async () => {
  const { receiver, emulator } = await startPair({ scenario: { batchMs: 20 } })
  for (let index = 0; index < 5; index += 1) emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'x'.repeat(1024 * 1024) } })
  await waitFor(() => receiver.messages().length === 5, 10_000)
  for (const { body } of receiver.received) expect(body.length).toBeLessThanOrEqual(3 * 1024 * 1024)
  expect(receiver.received.length).toBeGreaterThan(1)
})

test('templates and states survive a restart; a review that was interrupted goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emulator-'))
  const stateFile = join(folder, 'state.jsonl')
  const first = await startEmulator({ stateFile, scenario: { templateReviewMs: 60_000 } })
  const headers = { authorization: `Bearer ${first.defaults.accessToken}`, 'content-type': 'application/json' }
  const template = { name: 'aviso', language: 'pt_BR', category: 'UTILITY', components: [{ type: 'BODY', text: 'Tudo pronto.' }] }
  await fetch(`${first.graphUrl}/v26.0/${DEFAULT_NUMBER.wabaId}/message_templates`, { method: 'POST', headers, body: JSON.stringify(template) })
  await fetch(`${first.graphUrl}/v26.0/${DEFAULT_NUMBER.phoneNumberId}/username`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ username: 'recanto.mar' }),
  })
  await first.stop()
  const second = await startEmulator({ stateFile, scenario: { templateReviewMs: 1 } })
  const read = async (path: string): Promise<string> => (await fetch(`${second.graphUrl}/v26.0/${path}`, { headers })).text()
  await waitFor(() => second.control.listTemplates().some(({ name, status }) => name === 'aviso' && status === 'APPROVED'))
  expect(await read(`${DEFAULT_NUMBER.phoneNumberId}/username`)).toContain('recanto.mar')
  second.control.reset()
  expect(await read(`${DEFAULT_NUMBER.wabaId}/message_templates`)).not.toContain('aviso')
  await second.stop()
  await rm(folder, { recursive: true })
})

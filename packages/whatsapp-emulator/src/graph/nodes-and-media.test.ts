import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { MARINA, type Pair, startPair } from '../testing/start-pair.ts'
import { startReceiver, waitFor } from '../testing/start-receiver.ts'

const PNID = DEFAULT_NUMBER.phoneNumberId
const BYTES = Buffer.from('not really a picture')

function upload(pair: Pair, bytes: Buffer, type: string): ReturnType<Pair['graph']> {
  const form = new FormData()
  form.append('messaging_product', 'whatsapp')
  form.append('type', type)
  form.append('file', new Blob([new Uint8Array(bytes)], { type }), 'foto.jpg')
  return pair.graph('POST', `${PNID}/media`, form)
}

test('media: up, described, down with the token, five minutes, deleted', async () => {
  const pair = await startPair()
  const { emulator, graph } = pair
  const { id = '' } = (await upload(pair, BYTES, 'image/jpeg')).body
  const described = (await graph('GET', `${id}?phone_number_id=${PNID}`)).body
  expect(described).toMatchObject({
    id,
    messaging_product: 'whatsapp',
    mime_type: 'image/jpeg',
    sha256: createHash('sha256').update(BYTES).digest('hex'),
    file_size: String(BYTES.length),
  })
  const url = String(described.url)
  const download = await fetch(url, { headers: { authorization: `Bearer ${emulator.defaults.accessToken}` } })
  expect(Buffer.from(await download.arrayBuffer())).toEqual(BYTES)
  expect((await fetch(url)).status).toBe(401)
  emulator.control.advanceClock(5 * 60_000 + 1)
  expect((await fetch(url, { headers: { authorization: `Bearer ${emulator.defaults.accessToken}` } })).status).toBe(404)
  expect((await graph('GET', id)).status).toBe(200)
  expect((await graph('DELETE', id)).body).toEqual({ success: true })
  expect((await graph('GET', id)).body.error).toMatchObject({ code: 100, error_subcode: 33 })
})

test('uploads of a wrong kind or size are refused; ids end after 30 days', async () => {
  const pair = await startPair()
  expect((await upload(pair, BYTES, 'image/gif')).body.error).toMatchObject({ code: 100 })
  expect((await upload(pair, Buffer.alloc(5 * 1024 * 1024 + 1), 'image/jpeg')).body.error).toMatchObject({ code: 131053 })
  const { id } = (await upload(pair, BYTES, 'image/jpeg')).body
  pair.emulator.control.advanceClock(31 * 24 * 3600_000)
  expect((await pair.graph('GET', String(id))).body.error).toMatchObject({ code: 100 })
})

test('a customer picture arrives with id, hash and address; a sent file reaches the phone', async () => {
  const pair = await startPair()
  const { emulator, receiver, graph, send } = pair
  emulator.control.sendAs(MARINA, { type: 'image', image: { data: BYTES.toString('base64'), mime_type: 'image/png', caption: 'foto' } })
  await waitFor(() => receiver.messages().length === 1)
  const image = receiver.messages()[0]?.image as { id: string; url: string; sha256: string }
  expect(image).toMatchObject({ mime_type: 'image/png', caption: 'foto', sha256: createHash('sha256').update(BYTES).digest('base64') })
  expect((await fetch(image.url, { headers: { authorization: `Bearer ${emulator.defaults.accessToken}` } })).status).toBe(200)
  expect((await graph('GET', image.id)).status).toBe(200)
  emulator.control.advanceClock(8 * 24 * 3600_000)
  expect((await graph('GET', image.id)).status).toBe(400)
  emulator.control.setWindow(MARINA, true)
  const { id } = (await upload(pair, BYTES, 'image/jpeg')).body
  expect((await send(MARINA, { type: 'sticker', sticker: { id } })).body.error).toMatchObject({ code: 131053 })
  expect((await send(MARINA, { type: 'image', image: { id } })).status).toBe(200)
})

test('a link is fetched by the emulator; a dead one fails later with 131053', async () => {
  const { emulator, receiver, send } = await startPair()
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  const good = await send(MARINA, { type: 'image', image: { link: `${emulator.url}/phone/samples/praia.jpg` } })
  const bad = await send(MARINA, { type: 'image', image: { link: 'http://127.0.0.1:9/x.jpg' } })
  await waitFor(() => receiver.statuses(good.body.messages?.[0]?.id).length >= 2 && receiver.statuses(bad.body.messages?.[0]?.id).length === 1)
  expect(receiver.statuses(bad.body.messages?.[0]?.id)[0]).toMatchObject({ status: 'failed', errors: [{ code: 131053 }] })
})

test('number, account, profile, registration and token can be read', async () => {
  const { graph, emulator } = await startPair()
  expect((await graph('GET', `${PNID}?fields=display_phone_number,status`)).body).toEqual({
    display_phone_number: DEFAULT_NUMBER.displayPhoneNumber,
    status: 'CONNECTED',
    id: PNID,
  })
  expect((await graph('GET', DEFAULT_NUMBER.wabaId)).body).toMatchObject({ id: DEFAULT_NUMBER.wabaId, name: 'Pousada Recanto do Mar' })
  expect((await graph('GET', `${DEFAULT_NUMBER.wabaId}/phone_numbers`)).body).toMatchObject({ data: [{ id: PNID }], paging: {} })
  await graph('POST', `${PNID}/whatsapp_business_profile`, { messaging_product: 'whatsapp', about: 'Aberto', websites: ['https://a.example'] })
  expect((await graph('GET', `${PNID}/whatsapp_business_profile?fields=about,websites`)).body).toMatchObject({
    data: [{ about: 'Aberto', websites: ['https://a.example'] }],
  })
  expect((await graph('POST', `${PNID}/register`, { messaging_product: 'whatsapp', pin: '12' })).body.error).toMatchObject({ code: 100 })
  expect((await graph('POST', `${PNID}/register`, { messaging_product: 'whatsapp', pin: '123456' })).body).toEqual({ success: true })
  const app = `${DEFAULT_NUMBER.appId}|${DEFAULT_NUMBER.appSecret}`
  expect((await graph('GET', `debug_token?input_token=${emulator.defaults.accessToken}`, undefined, app)).body).toMatchObject({
    data: { is_valid: true, app_id: DEFAULT_NUMBER.appId },
  })
  const plain = await fetch(`${emulator.url}/${PNID}?access_token=${emulator.defaults.accessToken}`)
  expect([plain.status, plain.headers.get('facebook-api-version')]).toEqual([200, 'v26.0'])
  const expired = await fetch(`${emulator.url}/v19.0/${PNID}?access_token=${emulator.defaults.accessToken}`)
  expect(expired.headers.get('facebook-api-version')).toBe('v21.0')
})

test('subscriptions: unsubscribed is silent, overrides win, a bad override is refused', async () => {
  const { graph, emulator, receiver } = await startPair()
  const other = await startReceiver()
  const path = `${DEFAULT_NUMBER.wabaId}/subscribed_apps`
  await graph('DELETE', path)
  expect((await graph('GET', path)).body).toEqual({ data: [] })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'ninguém ouve' } })
  expect((await graph('POST', path, { override_callback_uri: other.url, verify_token: 'z' })).body).toEqual({ success: true })
  expect((await graph('GET', path)).body).toMatchObject({
    data: [{ override_callback_uri: other.url, whatsapp_business_api_data: { id: DEFAULT_NUMBER.appId } }],
  })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'agora sim' } })
  await waitFor(() => other.messages().length === 1)
  expect(receiver.messages()).toHaveLength(0)
  other.answerHandshake = () => ({ status: 200, body: 'no' })
  expect((await graph('POST', path, { override_callback_uri: `${other.url}/2`, verify_token: 'z' })).status).toBe(400)
  await graph('POST', path)
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'de volta' } })
  await waitFor(() => receiver.messages().length === 1)
  await other.stop()
})

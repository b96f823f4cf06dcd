import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import type { JsonObject } from '../json.ts'
import { MARINA, type Pair, startPair } from '../testing/start-pair.ts'
import { startReceiver, waitFor } from '../testing/start-receiver.ts'

const { wabaId: WABA, phoneNumberId: PNID, appId: APP, appSecret: SECRET } = DEFAULT_NUMBER
const HOUR = 3600_000
const DAY = 24 * HOUR
const APP_TOKEN = `${APP}|${SECRET}`

async function open(options?: Parameters<typeof startPair>[0]): Promise<Pair> {
  const pair = await startPair(options)
  pair.emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  return pair
}

test('tokens: expired, revoked, without a permission, with a wrong proof', async () => {
  const { emulator, graph, send } = await open()
  const change = (changes: Parameters<typeof emulator.control.changePlatform>[1]): void => void emulator.control.changePlatform(PNID, changes)
  change({ token: 'expired' })
  expect(await send(MARINA)).toMatchObject({ status: 401, body: { error: { code: 190, error_subcode: 463, type: 'OAuthException' } } })
  change({ token: 'revoked' })
  expect(await graph('GET', PNID)).toMatchObject({ status: 401, body: { error: { code: 190, error_subcode: 467 } } })
  const debug = await graph('GET', `debug_token?input_token=${emulator.defaults.accessToken}`, undefined, APP_TOKEN)
  expect(debug.body.data).toMatchObject({ is_valid: false })
  change({ token: 'valid', permissions: ['whatsapp_business_management'] })
  expect(await send(MARINA)).toMatchObject({ status: 403, body: { error: { code: 10 } } })
  change({ permissions: ['whatsapp_business_messaging'] })
  expect(await send(MARINA)).toMatchObject({ status: 200 })
  expect(await graph('GET', `${WABA}/message_templates`)).toMatchObject({ status: 403, body: { error: { code: 200 } } })
  const proof = createHmac('sha256', SECRET).update(emulator.defaults.accessToken).digest('hex')
  expect((await graph('GET', `${PNID}?appsecret_proof=${proof}`)).status).toBe(200)
  expect((await graph('GET', `${PNID}?appsecret_proof=${proof.replace(/./, 'x')}`)).body.error).toMatchObject({ code: 100 })
})

test('states of an account and a number refuse sends with their codes', async () => {
  const { emulator, send, graph, receiver } = await open()
  const template = { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } }
  const change = (changes: Parameters<typeof emulator.control.changePlatform>[1]): void => void emulator.control.changePlatform(PNID, changes)
  change({ standing: 'locked' })
  expect(await send(MARINA)).toMatchObject({ status: 403, body: { error: { code: 131031 } } })
  expect((await graph('GET', `${WABA}?fields=health_status{can_send_message}`)).body.health_status).toEqual({ can_send_message: 'BLOCKED' })
  change({ standing: 'banned' })
  expect((await graph('GET', `${PNID}?fields=status`)).body.status).toBe('BANNED')
  change({ standing: 'restricted', standingDays: 1 })
  expect((await send(MARINA)).status).toBe(200)
  expect((await send(MARINA, template)).body.error?.code).toBe(368)
  emulator.control.advanceClock(2 * DAY)
  expect((await send(MARINA, template)).status).toBe(200)
  change({ standing: 'ok', allowedRecipients: ['5511900000000'] })
  expect((await send(MARINA, template)).body.error?.code).toBe(131030)
  change({ allowedRecipients: null, maintenanceSeconds: 60 })
  expect(await send(MARINA, template)).toMatchObject({ status: 500, body: { error: { code: 131057 } } })
  emulator.control.advanceClock(61_000)
  change({ paymentMethod: false })
  const unpaid = (await send(MARINA, template)).body.messages?.[0]?.id
  await waitFor(() => receiver.statuses(unpaid).length > 0)
  expect(receiver.statuses(unpaid)[0]).toMatchObject({ status: 'failed', errors: [{ code: 131042 }] })
  await graph('POST', `${PNID}/deregister`)
  expect((await send(MARINA, template)).body.error?.code).toBe(133010)
})

test('people: blocked by the business, off marketing, gone from WhatsApp, with another identity', async () => {
  const { emulator, graph, send, receiver } = await open()
  await waitFor(() => receiver.messages().length === 1)
  const block = { messaging_product: 'whatsapp', block_users: [{ user: MARINA }, { user: '5511911112222' }] }
  const partly = await graph('POST', `${PNID}/block_users`, block)
  expect(partly.status).toBe(400)
  expect(partly.body).toMatchObject({
    block_users: { added_users: [{ input: MARINA, wa_id: MARINA }], failed_users: [{ input: '5511911112222', errors: [{ code: 139100 }] }] },
    error: { code: 139100 },
  })
  expect((await graph('GET', `${PNID}/block_users`)).body.data).toMatchObject([{ wa_id: MARINA }])
  expect((await send(MARINA)).body.error?.code).toBe(130403)
  await graph('DELETE', `${PNID}/block_users`, { ...block, block_users: [{ user: MARINA }] })
  expect((await send(MARINA)).status).toBe(200)

  await graph('POST', `${PNID}/settings`, { user_identity_change: { enable_identity_key_check: true } })
  emulator.control.changeIdentity(MARINA)
  expect((await send(MARINA)).body.error?.code).toBe(137000)
  const hash = emulator.control.readState().chats.find((chat) => chat.waId === MARINA)
  const key = String((hash as unknown as JsonObject).identityKeyHash)
  expect((await send(MARINA, { type: 'text', text: { body: 'x' }, recipient_identity_key_hash: 'other' })).body.error?.code).toBe(137000)
  expect((await send(MARINA, { type: 'text', text: { body: 'x' }, recipient_identity_key_hash: key })).status).toBe(200)
  expect((await send(MARINA)).status).toBe(200)

  await graph('POST', `${WABA}/message_templates`, {
    name: 'oferta',
    language: 'pt_BR',
    category: 'MARKETING',
    components: [{ type: 'BODY', text: 'Descontos!' }],
  })
  await waitFor(() => JSON.stringify(receiver.changes()).includes('"APPROVED"'))
  emulator.control.setMarketing(MARINA, 'stop')
  const offer = await send(MARINA, { type: 'template', template: { name: 'oferta', language: { code: 'pt_BR' } } })
  const id = offer.body.messages?.[0]?.id
  await waitFor(() => receiver.statuses(id).length > 0)
  expect(receiver.statuses(id)[0]).toMatchObject({ status: 'failed', errors: [{ code: 131050 }] })
  emulator.control.blockBusiness(MARINA, true)
  const blocked = (await send(MARINA)).body.messages?.[0]?.id
  await waitFor(() => receiver.statuses(blocked).length > 0)
  expect(receiver.statuses(blocked)[0]).toMatchObject({ status: 'failed', errors: [{ code: 131026 }] })
})

test('prices: free services run out, utility in the window is charged, exempt accounts, free entry points, old webhooks', async () => {
  const { emulator, graph, send, receiver } = await open({ scenario: { freeServiceMessages: 2 } })
  const priceOf = async (message?: JsonObject): Promise<JsonObject | undefined> => {
    const id = (await send(MARINA, message)).body.messages?.[0]?.id
    await waitFor(() => receiver.statuses(id).length > 0)
    return receiver.statuses(id)[0]
  }
  const utility = { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } }
  expect((await priceOf())?.pricing).toEqual({ billable: false, pricing_model: 'PMP', type: 'free_customer_service', category: 'service' })
  await priceOf()
  const third = await priceOf()
  expect(third?.pricing).toEqual({ billable: true, pricing_model: 'PMP', type: 'regular', category: 'service' })
  expect(third).not.toHaveProperty('conversation')
  expect((await priceOf(utility))?.pricing).toMatchObject({ type: 'regular', category: 'utility' })
  const reaction = await priceOf({ type: 'reaction', reaction: { message_id: emulator.control.listMessages(MARINA)[0]?.id, emoji: '👍' } })
  expect(reaction).not.toHaveProperty('pricing')
  emulator.control.changePlatform(PNID, { paidExempt: true })
  expect((await priceOf())?.pricing).toMatchObject({ type: 'regular', subtype: 'paid_exempt', billable: false })
  emulator.control.changePlatform(PNID, { paidExempt: false })
  emulator.control.setScenario({ webhookVersion: 'v23.0' })
  expect((await priceOf())?.conversation).toMatchObject({ origin: { type: 'service' }, expiration_timestamp: expect.any(String) })
  emulator.control.setScenario({ webhookVersion: 'v26.0' })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'vi o anúncio' }, referral: { source_type: 'ad', source_id: '1' } })
  expect(await priceOf(utility)).toMatchObject({
    pricing: { type: 'free_entry_point', category: 'referral_conversion', billable: false },
    conversation: { origin: { type: 'referral_conversion' } },
  })
  emulator.control.advanceClock(7 * DAY + HOUR)
  expect((await priceOf(utility))?.pricing).toMatchObject({ type: 'regular' })
  expect((await graph('GET', `${WABA}?fields=analytics.start(1).end(9999999999).granularity(DAY)`)).body.analytics).toMatchObject({ granularity: 'DAY' })
})

test('limits: 200 management calls an hour, 5,000 with a registered number, told in a header', async () => {
  const { emulator, graph } = await startPair({ limits: true })
  const usage = JSON.parse((await graph('GET', PNID)).headers.get('x-business-use-case-usage') ?? '{}')
  expect(usage[WABA]).toMatchObject([{ type: 'whatsapp', call_count: 1, estimated_time_to_regain_access: 0 }])
  emulator.control.changeNumber(PNID, { registered: false })
  for (let count = 1; count < 200; count += 1) expect((await graph('GET', PNID)).status).toBe(200)
  const refused = await graph('GET', PNID)
  expect(refused).toMatchObject({ status: 400, body: { error: { code: 80007 } } })
  expect(JSON.parse(refused.headers.get('x-business-use-case-usage') ?? '{}')[WABA][0].call_count).toBeGreaterThan(100)
  emulator.control.changeNumber(PNID, { registered: true })
  expect((await graph('GET', PNID)).status).toBe(200)
  emulator.control.changeNumber(PNID, { registered: false })
  emulator.control.advanceClock(HOUR)
  expect((await graph('GET', PNID)).status).toBe(200)
})

test('limits: a coexistence number has 20 a second in and out, one in the upgrade 1,000', async () => {
  const { emulator, send } = await startPair({ limits: true })
  emulator.control.changePlatform(PNID, { coexistence: true })
  const people = Array.from({ length: 20 }, (_, index) => `55119000000${String(index).padStart(2, '0')}`)
  const start = emulator.control.advanceClock(0)
  emulator.control.advanceClock(1000 - (start % 1000))
  for (const person of people) emulator.control.sendAs(person, { type: 'text', text: { body: 'oi' } })
  expect((await send(people[0] ?? '')).body.error?.code).toBe(130429)
  emulator.control.changePlatform(PNID, { coexistence: false, throughput: 'HIGH' })
  expect((await send(people[0] ?? '')).status).toBe(200)
})

test('registration: new numbers are verified and registered; PINs, ten calls in 72 hours', async () => {
  const { graph, emulator } = await startPair()
  const added = await graph('POST', `${WABA}/phone_numbers`, { cc: '55', phone_number: '1130001234', verified_name: 'Filial' })
  const id = String(added.body.id)
  expect((await graph('GET', `${id}?fields=status,code_verification_status,name_status`)).body).toMatchObject({
    status: 'PENDING',
    code_verification_status: 'NOT_VERIFIED',
    name_status: 'PENDING_REVIEW',
  })
  const register = (number: string, pin: string): ReturnType<Pair['graph']> => graph('POST', `${number}/register`, { messaging_product: 'whatsapp', pin })
  expect((await register(id, '123456')).body.error?.code).toBe(133006)
  expect((await graph('POST', `${id}/request_code`, { code_method: 'FAX', language: 'pt_BR' })).body.error?.code).toBe(100)
  expect((await graph('POST', `${id}/request_code`, { code_method: 'SMS', language: 'pt_BR' })).body).toEqual({ success: true })
  expect((await graph('POST', `${id}/verify_code`, { code: '1' })).body.error?.code).toBe(136025)
  const { verificationCode } = emulator.control.readPlatform(id).number
  expect((await graph('POST', `${id}/verify_code`, { code: verificationCode })).body).toEqual({ success: true })
  expect((await graph('POST', `${id}/request_code`, { code_method: 'SMS', language: 'pt_BR' })).body.error?.code).toBe(136024)
  expect((await register(id, '123456')).body).toEqual({ success: true })
  expect((await register(id, '654321')).body.error?.code).toBe(133005)
  for (let count = 0; count < 4; count += 1) await register(id, '654321')
  expect((await register(id, '123456')).body.error?.code).toBe(133008)
  emulator.control.advanceClock(2 * HOUR)
  expect((await graph('POST', `${id}/deregister`)).body).toEqual({ success: true })
  expect((await register(id, '123456')).body).toEqual({ success: true })
  expect((await register(id, '123456')).body.error?.code).toBe(133016)
  emulator.control.advanceClock(72 * HOUR)
  expect((await register(id, '123456')).body).toEqual({ success: true })
  emulator.control.changePlatform(PNID, { coexistence: true })
  expect((await graph('POST', `${PNID}/deregister`)).status).toBe(400)
})

test('coexistence: each sync once, within a day; thread control is for the escalation role', async () => {
  const { graph, emulator } = await open()
  const sync = (kind: string): ReturnType<Pair['graph']> => graph('POST', `${PNID}/smb_app_data`, { messaging_product: 'whatsapp', sync_type: kind })
  expect((await sync('history')).body.error?.code).toBe(100)
  emulator.control.changePlatform(PNID, { coexistence: true })
  expect((await sync('history')).body).toMatchObject({ request_id: expect.any(String) })
  expect((await sync('history')).body.error?.code).toBe(2593107)
  emulator.control.advanceClock(DAY + 1)
  expect((await sync('smb_app_state_sync')).body.error?.code).toBe(2593108)
  const control = (action: JsonObject): ReturnType<Pair['graph']> =>
    graph('POST', `${PNID}/thread_control`, { messaging_product: 'whatsapp', to: MARINA, ...action })
  expect((await control({ action: 'pass', control_pass: { target_role: 'nobody' } })).body.error?.code).toBe(131009)
  expect((await control({ action: 'pass', control_pass: { target_role: 'ai_agent' } })).body).toMatchObject({ request_id: expect.any(String) })
  expect((await control({ action: 'take' })).body.error?.code).toBe(2494191)
  expect((await control({ action: 'release' })).status).toBe(200)
})

test('account webhooks go to the app, never to an override, with a time; fields can be chosen', async () => {
  const { graph, receiver, emulator } = await startPair()
  const other = await startReceiver()
  await graph('POST', `${WABA}/subscribed_apps`, { override_callback_uri: other.url, verify_token: 'z' })
  await graph('POST', `${PNID}/username`, { username: 'recanto.do.mar' })
  await waitFor(() => receiver.received.length === 1)
  const entry = JSON.parse(receiver.received[0]?.body ?? '{}').entry[0]
  expect(entry).toMatchObject({
    id: WABA,
    time: expect.any(Number),
    changes: [{ field: 'business_username_update', value: { username: 'recanto.do.mar', status: 'approved' } }],
  })
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  await waitFor(() => other.messages().length === 1)
  const body = { object: 'whatsapp_business_account', callback_url: receiver.url, verify_token: 'v', fields: 'messages' }
  expect((await graph('POST', `${APP}/subscriptions`, body, APP_TOKEN)).body).toEqual({ success: true })
  expect((await graph('GET', `${APP}/subscriptions`, undefined, APP_TOKEN)).body.data).toMatchObject([
    { callback_url: receiver.url, fields: [{ name: 'messages' }] },
  ])
  await graph('DELETE', `${PNID}/username`)
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  await waitFor(() => other.messages().length === 2)
  expect(receiver.received).toHaveLength(1)
  await other.stop()
})

import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { type JsonObject, readObjects } from '../json.ts'
import { MARINA, type Pair, startPair } from '../testing/start-pair.ts'
import { waitFor } from '../testing/start-receiver.ts'

const { wabaId: WABA, phoneNumberId: PNID, appId: APP, businessId: BUSINESS } = DEFAULT_NUMBER
const product = { messaging_product: 'whatsapp' }
const FLOW = JSON.stringify({ version: '7.0', screens: [{ id: 'A', layout: { type: 'SingleColumnLayout', children: [] } }] })

function changesOf({ receiver }: Pair, field: string): JsonObject[] {
  return receiver.changes().flatMap((change) => (change.field === field ? [change.value as JsonObject] : []))
}

test('groups: made by request, joined by link, written to, left, deleted', async () => {
  const pair = await startPair({ scenario: { autoRead: true } })
  const { graph, emulator, receiver } = pair
  const group = { ...product, subject: 'Hóspedes', description: 'Julho', join_approval_mode: 'approval_required' }
  expect((await graph('POST', `${PNID}/groups`, { ...group, subject: 'x'.repeat(129) })).body.error?.code).toBe(131009)
  const asked = await graph('POST', `${PNID}/groups`, group)
  await waitFor(() => changesOf(pair, 'group_lifecycle_update').length === 1)
  const [created] = readObjects(changesOf(pair, 'group_lifecycle_update')[0], 'groups')
  expect(created).toMatchObject({
    type: 'group_create',
    request_id: asked.body.request_id,
    subject: 'Hóspedes',
    invite_link: expect.stringContaining('https://'),
  })
  const id = String(created?.group_id)
  const send = (message: JsonObject): ReturnType<Pair['graph']> =>
    graph('POST', `${PNID}/messages`, { ...product, recipient_type: 'group', to: id, ...message })
  const text = { type: 'text', text: { body: 'Bom dia' } }
  expect((await send(text)).body.error?.code).toBe(131020)
  expect((await graph('POST', `${PNID}/messages`, { ...product, recipient_type: 'group', to: 'nenhum', ...text })).body.error?.code).toBe(131041)

  emulator.control.joinGroup(MARINA, String(created?.invite_link))
  const requests = (await graph('GET', `${id}/join_requests`)).body.data as JsonObject[]
  expect(requests).toMatchObject([{ wa_id: MARINA, join_request_id: expect.any(String) }])
  const ids = [String(requests[0]?.join_request_id)]
  expect((await graph('POST', `${id}/join_requests`, { ...product, join_requests: ['1'] })).body.error?.code).toBe(131213)
  expect((await graph('POST', `${id}/join_requests`, { ...product, join_requests: ids })).body).toMatchObject({ approved_join_requests: ids })
  expect((await graph('GET', `${id}?fields=participants{wa_id},total_participant_count`)).body).toMatchObject({
    participants: [{ wa_id: MARINA }],
    total_participant_count: 1,
  })

  expect((await send(text)).body.error?.code).toBe(131047)
  const { id: inbound } = emulator.control.sendAs(MARINA, { ...text, group_id: id })
  await waitFor(() => receiver.messages().length === 1)
  expect(receiver.messages()[0]).toMatchObject({ group_id: id, from: MARINA })
  const sent = await send({ ...text, context: { message_id: inbound } })
  expect(sent.body).toMatchObject({ messages: [{ group_id: id }] })
  await waitFor(() => receiver.statuses(sent.body.messages?.[0]?.id).length === 3)
  const [first, delivered] = receiver.statuses(sent.body.messages?.[0]?.id)
  expect(first).toMatchObject({ status: 'sent', recipient_id: id, recipient_type: 'group', pricing: { category: 'group_service' } })
  expect(delivered).toMatchObject({ status: 'delivered', recipient_participant_id: MARINA })
  expect((await send({ type: 'location', location: { latitude: 1, longitude: 1 } })).body.error?.code).toBe(131051)
  expect((await send({ type: 'pin', pin: { type: 'pin', message_id: inbound, expiration_days: 7 } })).status).toBe(200)

  expect((await graph('DELETE', `${id}/participants`, { ...product, participants: [{ user: '5511900001111' }] })).body.error?.code).toBe(131212)
  expect((await graph('DELETE', `${id}/participants`, { ...product, participants: [{ user: MARINA }] })).body.request_id).toBeDefined()
  await waitFor(() => JSON.stringify(changesOf(pair, 'group_participants_update')).includes('group_participants_remove'))
  await graph('POST', id, { ...product, subject: 'Novos' })
  await waitFor(() => changesOf(pair, 'group_settings_update').length === 1)
  await graph('DELETE', id)
  await waitFor(() => changesOf(pair, 'group_lifecycle_update').length === 2)
  expect((await graph('GET', id)).body.error?.code).toBe(100)
  await graph('POST', `${PNID}/groups`, { ...group, subject: 'suspend_isto' })
  await waitFor(() => changesOf(pair, 'group_status_update').length === 1)
  const [suspended] = readObjects(changesOf(pair, 'group_status_update')[0], 'groups')
  const refused = await graph('POST', `${PNID}/messages`, { ...product, recipient_type: 'group', to: suspended?.group_id, ...text })
  expect(refused).toMatchObject({ status: 403, body: { error: { code: 131207 } } })
  emulator.control.changePlatform(PNID, { official: false })
  expect((await graph('POST', `${PNID}/groups`, group)).body.error?.code).toBe(131215)
})

test('calls need the setting and a permission; permission requests are rare', async () => {
  const pair = await startPair()
  const { graph, emulator, send } = pair
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: 'oi' } })
  const connect = { ...product, to: MARINA, action: 'connect', session: { sdp_type: 'offer', sdp: 'v=0' } }
  expect(await graph('POST', `${PNID}/calls`, connect)).toMatchObject({ status: 401, body: { error: { code: 138000 } } })
  emulator.control.changePlatform(PNID, { messagingLimit: 'TIER_250' })
  expect((await graph('POST', `${PNID}/settings`, { calling: { status: 'ENABLED' } })).body.error?.code).toBe(138015)
  emulator.control.changePlatform(PNID, { messagingLimit: 'TIER_2K' })
  expect((await graph('POST', `${PNID}/settings`, { calling: { status: 'ENABLED' } })).body).toEqual({ success: true })
  await waitFor(() => changesOf(pair, 'account_settings_update').length === 1)
  expect((await graph('GET', `${PNID}/settings`)).body.calling).toMatchObject({ status: 'ENABLED' })
  expect((await graph('POST', `${PNID}/calls`, connect)).body.error?.code).toBe(138006)

  const ask = {
    type: 'interactive',
    interactive: { type: 'call_permission_request', body: { text: 'Podemos ligar?' }, action: { name: 'call_permission_request' } },
  }
  const asked = await send(MARINA, ask)
  expect(asked.status).toBe(200)
  expect((await send(MARINA, ask)).body.error?.code).toBe(138009)
  expect((await graph('GET', `${PNID}/call_permissions?user_wa_id=${MARINA}`)).body).toMatchObject({
    permission: { status: 'no_permission' },
    actions: [
      { action_name: 'send_call_permission_request', can_perform_action: false },
      { action_name: 'start_call', can_perform_action: false },
    ],
  })
  const reply = { type: 'call_permission_reply', call_permission_reply: { response: 'accept', is_permanent: true, response_source: 'user_action' } }
  emulator.control.sendAs(MARINA, { type: 'interactive', interactive: reply, context: { message_id: asked.body.messages?.[0]?.id } })
  expect((await graph('GET', `${PNID}/call_permissions?user_wa_id=${MARINA}`)).body).toMatchObject({ permission: { status: 'permanent' } })
  const call = await graph('POST', `${PNID}/calls`, connect)
  const callId = String((call.body.calls as JsonObject[])[0]?.id)
  expect(callId).toMatch(/^wacid\./)
  expect((await graph('POST', `${PNID}/calls`, connect)).body.error?.code).toBe(138003)
  await waitFor(() => JSON.stringify(changesOf(pair, 'calls')).includes('RINGING'))
  expect((await graph('POST', `${PNID}/calls`, { ...product, call_id: callId, action: 'accept' })).body.error?.code).toBe(131009)
  expect((await graph('POST', `${PNID}/calls`, { ...product, call_id: callId, action: 'terminate' })).body).toMatchObject({ success: true })
  await waitFor(() => JSON.stringify(changesOf(pair, 'calls')).includes('"terminate"'))
})

test('flows: created, checked, published, deprecated; a wrong state is 139002', async () => {
  const pair = await startPair()
  const { graph } = pair
  expect((await graph('POST', `${WABA}/flows`, { name: 'a', categories: ['NONE'] })).body.error?.code).toBe(100)
  const { id } = (await graph('POST', `${WABA}/flows`, { name: 'reserva', categories: ['OTHER'] })).body
  expect((await graph('POST', `${id}/publish`)).body.error).toMatchObject({ code: 139001 })
  const form = new FormData()
  form.append('asset_type', 'FLOW_JSON')
  form.append('name', 'flow.json')
  form.append('file', new Blob([FLOW], { type: 'application/json' }), 'flow.json')
  expect((await graph('POST', `${id}/assets`, form)).body).toEqual({ success: true, validation_errors: [] })
  const [asset] = (await graph('GET', `${id}/assets`)).body.data as JsonObject[]
  expect(await (await fetch(String(asset?.download_url))).text()).toBe(FLOW)
  expect((await graph('POST', `${id}/deprecate`)).body.error?.code).toBe(139002)
  expect((await graph('POST', `${id}/publish`)).body).toEqual({ success: true })
  await waitFor(() => changesOf(pair, 'flows').length === 1)
  expect(changesOf(pair, 'flows')[0]).toMatchObject({ event: 'FLOW_STATUS_CHANGE', old_status: 'DRAFT', new_status: 'PUBLISHED', flow_id: id })
  expect((await graph('DELETE', String(id))).body.error?.code).toBe(139002)
  expect((await graph('POST', `${id}/deprecate`)).body).toEqual({ success: true })
  expect((await graph('GET', `${id}?fields=status,health_status{can_send_message}`)).body).toEqual({
    status: 'DEPRECATED',
    health_status: { can_send_message: 'BLOCKED' },
    id,
  })
})

test('resumable upload gives a handle, also in two parts, for templates and the profile picture', async () => {
  const { graph, emulator } = await startPair()
  const bytes = Buffer.from('a picture of some length')
  const session = await graph('POST', `${APP}/uploads?file_name=a.png&file_length=${bytes.length}&file_type=image/png`)
  expect(session.body.id).toMatch(/^upload:/)
  const url = `${emulator.graphUrl}/v26.0/${session.body.id}`
  const headers = { authorization: `OAuth ${emulator.defaults.accessToken}` }
  const put = async (offset: number, part: Buffer): Promise<JsonObject> => {
    const answer = await fetch(url, { method: 'POST', headers: { ...headers, file_offset: String(offset) }, body: new Uint8Array(part) })
    return (await answer.json()) as JsonObject
  }
  await put(0, bytes.subarray(0, 10))
  expect(await (await fetch(url, { headers })).json()).toMatchObject({ file_offset: 10 })
  expect(await put(0, bytes)).toMatchObject({ error: { code: 100 } })
  const { h } = await put(10, bytes.subarray(10))
  expect(h).toMatch(/^4::/)
  const picture = { ...product, profile_picture_handle: h }
  expect((await graph('POST', `${PNID}/whatsapp_business_profile`, picture)).body).toEqual({ success: true })
  expect((await graph('POST', `${PNID}/whatsapp_business_profile`, { ...picture, profile_picture_handle: '4::x' })).body.error?.code).toBe(131009)
  expect((await graph('POST', `${APP}/uploads?file_length=5&file_type=image/gif`)).body.error?.code).toBe(100)
})

test.each([
  ['about', 'x'.repeat(140)],
  ['about', ''],
  ['address', 'x'.repeat(257)],
  ['description', 'x'.repeat(513)],
  ['email', 'x'.repeat(129)],
  ['websites', ['https://a.example', 'https://b.example', 'https://c.example']],
  ['websites', ['a.example']],
  ['vertical', 'POUSADA'],
])('the profile refuses %s beyond its limit', async (key, value) => {
  const { graph } = await startPair()
  expect((await graph('POST', `${PNID}/whatsapp_business_profile`, { ...product, [key]: value })).body.error?.code).toBe(131009)
})

test('usernames, QR codes, commerce, ice breakers, keys', async () => {
  const { graph, emulator } = await startPair()
  for (const [username, code] of [
    ['ab', 147001],
    ['.ponto', 147001],
    ['whatsapp.oficial', 147003],
  ] as const) {
    expect((await graph('POST', `${PNID}/username`, { username })).body.error?.code).toBe(code)
  }
  expect((await graph('DELETE', `${PNID}/username`)).body.error?.code).toBe(147004)
  expect((await graph('POST', `${PNID}/username`, { username: 'recanto.mar' })).body).toMatchObject({ status: 'approved' })
  const other = emulator.control.createNumber({ displayPhoneNumber: '+55 11 3000-0000', verifiedName: 'Outra' })
  expect((await graph('POST', `${other.phoneNumberId}/username`, { username: 'recanto.mar' }, other.accessToken)).body.error?.code).toBe(147002)
  expect((await graph('GET', `${PNID}/username_suggestions`)).body.data).toMatchObject([
    { username_suggestions: [expect.stringMatching(/^[a-z]+$/), expect.any(String), expect.any(String)] },
  ])

  expect((await graph('POST', `${PNID}/message_qrdls`, { prefilled_message: 'x'.repeat(141) })).body.error?.code).toBe(100)
  const { code } = (await graph('POST', `${PNID}/message_qrdls`, { prefilled_message: 'Olá', generate_qr_image: 'PNG' })).body
  expect(code).toMatch(/^[A-Z2-7]{14}$/)
  expect((await graph('POST', `${PNID}/message_qrdls`, { prefilled_message: 'Oi', code })).body).toMatchObject({ code, prefilled_message: 'Oi' })

  await graph('POST', `${PNID}/whatsapp_commerce_settings?is_cart_enabled=false`)
  expect((await graph('GET', `${PNID}/whatsapp_commerce_settings`)).body.data).toMatchObject([{ is_cart_enabled: false, is_catalog_visible: false }])
  expect((await graph('POST', `${PNID}/conversational_automation`, { prompts: ['1', '2', '3', '4', '5'] })).body.error?.code).toBe(100)
  expect((await graph('POST', `${PNID}/conversational_automation`, { prompts: ['Preços?'], commands: [] })).body).toEqual({ success: true })
  expect((await graph('POST', `${PNID}/whatsapp_business_encryption`, { business_public_key: 'x' })).body.error?.code).toBe(100)
  expect((await graph('DELETE', `${PNID}/contact_book?to=${MARINA}`)).body).toEqual({ success: true })
})

test('fields with sub-fields and modifiers; accounts of a portfolio; health', async () => {
  const { graph } = await startPair()
  const { body } = await graph(
    'GET',
    `${PNID}?fields=id,throughput{level},health_status{entities{entity_type}},webhook_configuration.limit(1){application},nonsense`,
  )
  expect(Object.keys(body).sort()).toEqual(['health_status', 'id', 'throughput', 'webhook_configuration'])
  expect(body.throughput).toEqual({ level: 'STANDARD' })
  expect((body.health_status as JsonObject).entities).toContainEqual({ entity_type: 'PHONE_NUMBER', id: PNID })
  expect((await graph('GET', `${BUSINESS}/owned_whatsapp_business_accounts?fields=id,currency`)).body.data).toEqual([{ id: WABA, currency: 'BRL' }])
  expect((await graph('GET', '999/owned_whatsapp_business_accounts')).body.error).toMatchObject({ code: 100, error_subcode: 33 })
  expect((await graph('GET', BUSINESS)).body).toMatchObject({ id: BUSINESS })
})

test('a signup code becomes a token once the app proves itself', async () => {
  const { emulator, graph } = await startPair()
  const ask = (secret: string, code: string): ReturnType<Pair['graph']> =>
    graph('GET', `oauth/access_token?client_id=${APP}&client_secret=${secret}&code=${code}`, undefined, null)
  expect((await ask(emulator.defaults.appSecret, `emulator-code-${PNID}`)).body).toEqual({ access_token: emulator.defaults.accessToken, token_type: 'bearer' })
  expect((await ask('wrong', `emulator-code-${PNID}`)).body.error?.code).toBe(1)
  expect((await ask(emulator.defaults.appSecret, 'old')).body.error).toMatchObject({ code: 100, error_subcode: 36007 })
})

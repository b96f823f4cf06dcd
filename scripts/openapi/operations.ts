import { prepareSamples } from '../../packages/whatsapp-emulator/src/testing/prepare-samples.ts'
import { listSampleMessages } from '../../packages/whatsapp-emulator/src/testing/sample-messages.ts'
import { type Driver, later } from './drive.ts'

type Sent = string | number | boolean | null | Sent[] | { [key: string]: Sent }

const CUSTOMER = '5511987654321'
const KEY = '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----'

/** Drives every operation that the emulator serves and the file describes, each with a valid request; a few with a wrong one. */
export async function driveAll(driver: Driver): Promise<void> {
  await driveCustomer(driver)
  await driveMessages(driver)
  await driveMedia(driver)
  await driveTemplates(driver)
  await driveFlows(driver)
  await driveNumber(driver)
  await driveSettings(driver)
  await drivePeople(driver)
  await driveGroups(driver)
  await driveAccount(driver)
}

/** What a customer may write: the webhooks are held against the file as well. */
async function driveCustomer({ emulator }: Driver): Promise<void> {
  const write = (message: { type: string; [key: string]: Sent }) => emulator.control.sendAs(CUSTOMER, message)
  const { id } = write({ type: 'text', text: { body: 'Olá' } })
  for (const type of ['image', 'video', 'audio', 'document', 'sticker']) write({ type, [type]: {} })
  write({ type: 'location', location: { latitude: -23.1, longitude: -45.2, name: 'Praia', address: 'Rua 1' } })
  write({ type: 'contacts', contacts: [{ name: { formatted_name: 'Ana Lima', first_name: 'Ana' }, phones: [{ phone: '+5511900000000', type: 'CELL' }] }] })
  write({ type: 'reaction', reaction: { message_id: id, emoji: '👍' } })
  write({ type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: '1', title: 'Sim' } }, context: { message_id: id } })
  write({ type: 'interactive', interactive: { type: 'list_reply', list_reply: { id: '1', title: 'Sim', description: 'x' } }, context: { message_id: id } })
  write({ type: 'button', button: { payload: 'sim', text: 'Sim' }, context: { message_id: id } })
  write({ type: 'order', order: { catalog_id: '1', product_items: [{ product_retailer_id: 'a', quantity: 1, item_price: 10, currency: 'BRL' }] } })
  await emulator.control.settle()
}

async function driveMessages({ emulator, call }: Driver): Promise<void> {
  const id = emulator.defaults.phoneNumberId
  const graph = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${emulator.defaults.accessToken}`, ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }) }
    const answer = await fetch(`${emulator.graphUrl}/v23.0/${path}`, { method, headers, body: body instanceof FormData ? body : JSON.stringify(body) })
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }
  const samples = await prepareSamples({ emulator, graph })
  const operation = 'POST /{Version}/{Phone-Number-ID}/messages'
  for (const [, body] of listSampleMessages(samples)) {
    await call({ operation, path: `${id}/messages`, json: { messaging_product: 'whatsapp', recipient_type: 'individual', to: CUSTOMER, ...body } })
  }
  await call({ operation, path: `${id}/messages`, json: { messaging_product: 'whatsapp', to: CUSTOMER, type: 'text', text: {} }, status: 400 })
  const marketing = 'POST /{Version}/{Phone-Number-ID}/marketing_messages'
  await call({
    operation: marketing,
    path: `${id}/marketing_messages`,
    json: { messaging_product: 'whatsapp', to: CUSTOMER, type: 'text', text: { body: 'x' } },
    status: 400,
  })
}

async function driveMedia({ emulator, call }: Driver): Promise<void> {
  const id = emulator.defaults.phoneNumberId
  const file = new File(['%PDF-1.4'], 'a.pdf', { type: 'application/pdf' })
  const form = { messaging_product: 'whatsapp', type: 'application/pdf', file }
  const uploaded = await call({ operation: 'POST /{Version}/{Phone-Number-ID}/media', path: `${id}/media`, form })
  await call({ operation: 'GET /{Version}/{Media-ID}', path: `${String(uploaded.id)}?phone_number_id=${id}` })
  await call({ operation: 'DELETE /{Version}/{Media-ID}', path: `${String(uploaded.id)}?phone_number_id=${id}` })
}

async function driveTemplates({ emulator, call }: Driver): Promise<void> {
  const account = emulator.defaults.wabaId
  const components = [
    { type: 'BODY', text: 'Olá {{1}}, o seu quarto está pronto.', example: { body_text: [['Marina']] } },
    { type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY', text: 'Obrigada' }] },
  ]
  const json = { name: 'quarto_pronto', language: 'pt_BR', category: 'UTILITY', components }
  const created = await call({ operation: 'POST /{Version}/{WABA-ID}/message_templates', path: `${account}/message_templates`, json })
  await call({ operation: 'GET /{Version}/{WABA-ID}/message_templates', path: `${account}/message_templates` })
  const template = String(created.id)
  const operation = 'GET /{Version}/{TEMPLATE_ID}'
  await later(async () => ((await call({ operation, path: template })).status === 'APPROVED' ? true : undefined))
  await call({ operation: 'POST /{Version}/{TEMPLATE_ID}', path: template, json: { components } })
  await call({ operation: 'DELETE /{Version}/{WABA-ID}/message_templates', path: `${account}/message_templates?name=quarto_pronto` })
  const wrong = { ...json, components: [{ type: 'BODY', text: '{{1}} primeiro', example: { body_text: [['x']] } }] }
  await call({ operation: 'POST /{Version}/{WABA-ID}/message_templates', path: `${account}/message_templates`, json: wrong, status: 400 })
}

async function driveFlows({ emulator, call }: Driver): Promise<void> {
  const account = emulator.defaults.wabaId
  const flows = `${account}/flows`
  const created = await call({ operation: 'POST /{Version}/{WABA-ID}/flows', path: flows, form: { name: 'visita', categories: '["OTHER"]' } })
  const flow = String(created.id)
  await call({ operation: 'GET /{Version}/{WABA-ID}/flows', path: flows })
  await call({
    operation: 'GET /{Version}/{Flow-ID}',
    path: `${flow}?fields=id,name,categories,preview,status,validation_errors,json_version,whatsapp_business_account`,
  })
  await call({ operation: 'POST /{Version}/{Flow-ID}', path: flow, form: { name: 'visita nova', categories: '["SURVEY"]' } })
  const json = JSON.stringify({ version: '7.0', screens: [{ id: 'A', layout: { type: 'SingleColumnLayout', children: [] } }] })
  const file = new File([json], 'flow.json', { type: 'application/json' })
  await call({ operation: 'POST /{Version}/{Flow-ID}/assets', path: `${flow}/assets`, form: { name: 'flow.json', asset_type: 'FLOW_JSON', file } })
  await call({ operation: 'GET /{Version}/{Flow-ID}/assets', path: `${flow}/assets` })
  await call({ operation: 'POST /{Version}/{Flow-ID}/publish', path: `${flow}/publish` })
  await call({ operation: 'POST /{Version}/{Flow-ID}/deprecate', path: `${flow}/deprecate` })
  const draft = await call({ operation: 'POST /{Version}/{WABA-ID}/flows', path: flows, form: { name: 'rascunho', categories: '["OTHER"]' } })
  await call({ operation: 'DELETE /{Version}/{Flow-ID}', path: String(draft.id) })
}

async function driveNumber({ emulator, call }: Driver): Promise<void> {
  const { wabaId: account, phoneNumberId: number } = emulator.defaults
  const numbers = `${account}/phone_numbers`
  await call({ operation: 'GET /{Version}/{WABA-ID}/phone_numbers', path: numbers })
  await call({
    operation: 'GET /{Version}/{Phone-Number-ID}',
    path: `${number}?fields=id,display_phone_number,verified_name,status,quality_rating,code_verification_status,name_status,throughput,account_mode,platform_type`,
  })
  const json = { cc: '55', phone_number: '1130001234', verified_name: 'Filial' }
  const added = String((await call({ operation: 'POST /{Version}/{WABA-ID}/phone_numbers', path: numbers, json })).id)
  await call({ operation: 'POST /{Version}/{Phone-Number-ID}/request_code', path: `${added}/request_code`, json: { code_method: 'SMS', language: 'pt_BR' } })
  await call({ operation: 'POST /{Version}/{Phone-Number-ID}/verify_code', path: `${added}/verify_code`, json: { code: '000000' }, status: 400 })
  await call({ operation: 'POST /{Version}/{Phone-Number-ID}/register', path: `${number}/register`, json: { messaging_product: 'whatsapp', pin: '123456' } })
  await call({ operation: 'POST /{Version}/{Phone-Number-ID}', path: number, json: { pin: '123456' } })
  await call({ operation: 'POST /{Version}/{Phone-Number-ID}/deregister', path: `${added}/deregister` })
}

async function driveSettings({ emulator, call }: Driver): Promise<void> {
  const number = emulator.defaults.phoneNumberId
  const at = '/{Version}/{Phone-Number-ID}'
  await call({ operation: `GET ${at}/settings`, path: `${number}/settings` })
  await call({ operation: `POST ${at}/settings`, path: `${number}/settings`, json: { calling: { status: 'ENABLED' } } })
  const profile = {
    messaging_product: 'whatsapp',
    about: 'Aberto',
    address: 'Rua 1',
    description: 'Pousada',
    email: 'a@example.com',
    vertical: 'HOTEL',
    websites: ['https://example.com'],
  }
  await call({ operation: `POST ${at}/whatsapp_business_profile`, path: `${number}/whatsapp_business_profile`, json: profile })
  const fields = 'about,address,description,email,vertical,websites'
  await call({ operation: `GET ${at}/whatsapp_business_profile`, path: `${number}/whatsapp_business_profile?fields=${fields}` })
  await call({ operation: `POST ${at}/whatsapp_commerce_settings`, path: `${number}/whatsapp_commerce_settings?is_cart_enabled=true&is_catalog_visible=true` })
  await call({ operation: `GET ${at}/whatsapp_commerce_settings`, path: `${number}/whatsapp_commerce_settings` })
  const automation = { prompts: ['Preços?'], commands: [{ command_name: 'ajuda', command_description: 'Ajuda' }] }
  await call({ operation: `POST ${at}/conversational_automation`, path: `${number}/conversational_automation`, json: automation })
  await call({ operation: `POST ${at}/whatsapp_business_encryption`, path: `${number}/whatsapp_business_encryption`, form: { business_public_key: KEY } })
  await call({ operation: `GET ${at}/whatsapp_business_encryption`, path: `${number}/whatsapp_business_encryption` })
  const qr = await call({
    operation: `POST ${at}/message_qrdls`,
    path: `${number}/message_qrdls`,
    json: { prefilled_message: 'Olá', generate_qr_image: 'SVG' },
  })
  const code = String(qr.code)
  await call({ operation: `GET ${at}/message_qrdls`, path: `${number}/message_qrdls` })
  await call({ operation: `GET ${at}/message_qrdls/{QR-Code-ID}`, path: `${number}/message_qrdls/${code}` })
  await call({ operation: `DELETE ${at}/message_qrdls/{QR-Code-ID}`, path: `${number}/message_qrdls/${code}` })
}

async function drivePeople({ emulator, call }: Driver): Promise<void> {
  const number = emulator.defaults.phoneNumberId
  const at = '/{Version}/{Phone-Number-ID}'
  const json = { messaging_product: 'whatsapp', block_users: [{ user: `+${CUSTOMER}` }] }
  await call({ operation: `POST ${at}/block_users`, path: `${number}/block_users`, json })
  await call({ operation: `GET ${at}/block_users`, path: `${number}/block_users` })
  await call({ operation: `DELETE ${at}/block_users`, path: `${number}/block_users`, json })
  await call({ operation: `GET ${at}/call_permissions`, path: `${number}/call_permissions?user_wa_id=${CUSTOMER}` })
  const offer = { messaging_product: 'whatsapp', to: CUSTOMER, action: 'connect', session: { sdp_type: 'offer', sdp: 'v=0' } }
  await call({ operation: `POST ${at}/calls`, path: `${number}/calls`, json: offer, status: 401 })
}

async function driveGroups({ emulator, call }: Driver): Promise<void> {
  const number = emulator.defaults.phoneNumberId
  const groups = `${number}/groups`
  const json = { messaging_product: 'whatsapp', subject: 'Hóspedes', join_approval_mode: 'approval_required' }
  await call({ operation: 'POST /{Version}/{Phone-Number-ID}/groups', path: groups, json })
  const operation = 'GET /{Version}/{Phone-Number-ID}/groups'
  const group = await later(async () => {
    const { data } = (await call({ operation, path: groups })) as { data?: { groups?: { id: string }[] } }
    return data?.groups?.[0]?.id
  })
  await call({
    operation: 'GET /{Version}/{group_id}',
    path: `${group}?fields=subject,description,participants,join_approval_mode,suspended,creation_timestamp,total_participant_count`,
  })
  const plain = { messaging_product: 'whatsapp' }
  await call({ operation: 'POST /{Version}/{group_id}/invite_link', path: `${group}/invite_link`, json: plain })
  await call({ operation: 'DELETE /{Version}/{group_id}/invite_link', path: `${group}/invite_link`, json: plain })
  const asked = emulator.control.joinGroup(CUSTOMER, group).joinRequests[0]?.id ?? ''
  await call({ operation: 'GET /{Version}/{group_id}/join_requests', path: `${group}/join_requests` })
  await call({ operation: 'POST /{Version}/{group_id}/join_requests', path: `${group}/join_requests`, json: { ...plain, join_requests: [asked] } })
  const participants = [{ user: CUSTOMER }]
  await call({ operation: 'DELETE /{Version}/{group_id}/participants', path: `${group}/participants`, json: { ...plain, participants } })
  await later(() => (emulator.control.listGroups()[0]?.participants.length === 0 ? true : undefined))
  const again = emulator.control.joinGroup(CUSTOMER, group).joinRequests[0]?.id ?? ''
  await call({ operation: 'DELETE /{Version}/{group_id}/join_requests', path: `${group}/join_requests`, json: { ...plain, join_requests: [again] } })
  await call({ operation: 'POST /{Version}/{group_id}', path: group, json: { ...plain, subject: 'Hóspedes de julho' } })
  await call({ operation: 'DELETE /{Version}/{group_id}', path: group })
}

async function driveAccount({ emulator, call }: Driver): Promise<void> {
  const { wabaId: account } = emulator.defaults
  const business = emulator.control.readState().numbers[0]?.businessId ?? ''
  await call({
    operation: 'GET /{Version}/{WABA-ID}',
    path: `${account}?fields=id,name,currency,timezone_id,message_template_namespace,account_review_status,business_verification_status,country,ownership_type`,
  })
  await call({ operation: 'GET /{Version}/{WABA-ID}/subscribed_apps', path: `${account}/subscribed_apps` })
  await call({ operation: 'POST /{Version}/{WABA-ID}/subscribed_apps', path: `${account}/subscribed_apps` })
  await call({ operation: 'DELETE /{Version}/{WABA-ID}/subscribed_apps', path: `${account}/subscribed_apps` })
  await call({ operation: 'GET /{Version}/{Business-ID}', path: business })
  await call({ operation: 'GET /{Version}/{Business-ID}/owned_whatsapp_business_accounts', path: `${business}/owned_whatsapp_business_accounts` })
  await call({ operation: 'GET /{Version}/{Business-ID}/client_whatsapp_business_accounts', path: `${business}/client_whatsapp_business_accounts` })
}

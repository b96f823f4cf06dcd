import { Client } from '@great-detail/whatsapp'
import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../src/default-number.ts'
import type { JsonObject } from '../src/json.ts'
import { MARINA } from '../src/testing/start-pair.ts'
import { BOOKING, type Business, bookingParameters, CATALOG, FILES, PNID, prepareBusiness, WABA } from './prepare-business.ts'

function createClient({ emulator }: Business): Client {
  // Its own version is lost, because it adds it to the base address without a slash at the end.
  return new Client({ baseUrl: `${emulator.url}/v26.0`, request: { headers: { Authorization: `Bearer ${emulator.defaults.accessToken}` } } })
}

const listMessages = (b: Business): [name: string, message: JsonObject & { type: string }][] => [
  ['text', { type: 'text', text: { body: 'Olá', preview_url: false } }],
  ['image', { type: 'image', image: { id: b.media.image, caption: 'praia' } }],
  ['image by link', { type: 'image', image: { link: b.link } }],
  ['video', { type: 'video', video: { id: b.media.video } }],
  ['audio', { type: 'audio', audio: { id: b.media.audio } }],
  ['document', { type: 'document', document: { id: b.media.document, filename: 'a.pdf' } }],
  ['sticker', { type: 'sticker', sticker: { id: b.media.sticker } }],
  ['location', { type: 'location', location: { latitude: -23, longitude: -45, name: 'Pousada', address: 'Rua 1' } }],
  ['contacts', { type: 'contacts', contacts: [{ name: { formatted_name: 'Ana Lima', first_name: 'Ana' }, phones: [{ phone: '+5511900000000' }] }] }],
  ['reaction', { type: 'reaction', reaction: { message_id: b.inboundId, emoji: '❤️' } }],
  ['buttons', interactive({ type: 'button', body: { text: 'b' }, action: { buttons: [{ type: 'reply', reply: { id: '1', title: 'Sim' } }] } })],
  ['list', interactive({ type: 'list', body: { text: 'b' }, action: { button: 'Ver', sections: [{ rows: [{ id: '1', title: 'Um' }] }] } })],
  [
    'cta_url',
    interactive({ type: 'cta_url', body: { text: 'b' }, action: { name: 'cta_url', parameters: { display_text: 'Ir', url: 'https://example.com' } } }),
  ],
  ['location request', interactive({ type: 'location_request_message', body: { text: 'b' }, action: { name: 'send_location' } })],
  ['catalog', interactive({ type: 'catalog_message', body: { text: 'b' }, action: { name: 'catalog_message' } })],
  ['product', interactive({ type: 'product', action: { catalog_id: CATALOG, product_retailer_id: 'x' } })],
  [
    'flow',
    interactive({
      type: 'flow',
      body: { text: 'b' },
      action: { name: 'flow', parameters: { flow_message_version: '3', flow_id: b.flowId, flow_cta: 'Abrir', flow_token: 't', mode: 'published' } },
    }),
  ],
  ['template', { type: 'template', template: { name: BOOKING.name, language: { code: 'pt_BR' }, components: bookingParameters(b.media.image) } }],
]

function interactive(content: JsonObject): JsonObject & { type: string } {
  return { type: 'interactive', interactive: content }
}

test('@great-detail/whatsapp sends every type, and each arrives with its statuses', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  for (const [name, message] of listMessages(business)) {
    const options = { phoneNumberID: PNID, to: MARINA, ...message }
    // Its types know fewer shapes than the API has; the body is passed on as it is.
    const answer = (await client.message.createMessage(options as never).json()) as { messages: { id: string }[] }
    expect(answer.messages, name).toHaveLength(1)
    await business.arrives(answer.messages[0]?.id, message.type)
  }
}, 60_000)

test('@great-detail/whatsapp marks as read with a typing indicator', async () => {
  const business = await prepareBusiness()
  const answer = await createClient(business)
    .message.createStatus({ phoneNumberID: PNID, message_id: business.inboundId, status: 'read', typing_indicator: { type: 'text' } })
    .json()
  expect(answer).toEqual({ success: true })
  expect(business.emulator.control.listMessages(MARINA)[0]?.status).toBe('read')
})

test('@great-detail/whatsapp uploads, describes and deletes media; downloads without a token, so Meta refuses until the caller adds it', async () => {
  const business = await prepareBusiness()
  const { media } = createClient(business)
  const file = new Blob([FILES.image.bytes], { type: 'image/png' })
  const { id } = await media.upload({ phoneNumberID: PNID, file, filename: 'a.png', mimeType: 'image/png' }).json()
  const described = await media.getURL({ mediaID: id, phoneNumberID: PNID }).json()
  expect(described).toMatchObject({ messaging_product: 'whatsapp', mime_type: 'image/png', file_size: String(FILES.image.bytes.length) })
  await expect(media.download({ mediaURL: described.url }).arrayBuffer()).rejects.toThrow('401')
  const headers = { Authorization: `Bearer ${business.emulator.defaults.accessToken}` }
  const bytes = await media.download({ mediaURL: described.url, request: { headers } }).arrayBuffer()
  expect(Buffer.from(bytes)).toEqual(FILES.image.bytes)
  expect(await media.delete({ mediaID: id, phoneNumberID: PNID }).json()).toEqual({ success: true })
})

test('@great-detail/whatsapp manages templates, profile, automation, numbers and subscriptions', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  const created = await client.template
    .create(WABA, { name: 'aviso', language: 'pt_BR', category: 'UTILITY', components: [{ type: 'BODY', text: 'O quarto está pronto.' }] } as never)
    .json()
  expect(created).toMatchObject({ status: 'PENDING', category: 'UTILITY' })
  expect(await client.template.get(created.id, { fields: ['name', 'status'] }).json()).toMatchObject({ id: created.id, name: 'aviso' })
  const listed = await client.template.list(WABA, { fields: ['name'], limit: 50 }).json()
  expect(listed.data.map((template) => template.name)).toEqual(expect.arrayContaining(['aviso', 'hello_world', 'reserva_confirmada']))
  expect(await client.template.delete(WABA, { name: 'aviso' }).json()).toEqual({ success: true })
  // Its types promise a plain list here; Meta answers a page.
  expect(await client.template.listLibrary({ language: 'pt_BR' }).json()).toMatchObject({ data: [{ language: 'pt_BR' }, { language: 'pt_BR' }] })

  expect(await client.businessProfile.updateBusinessProfile({ phoneNumberID: PNID, about: 'Aberto', vertical: 'HOTEL' } as never).json()).toEqual({
    success: true,
  })
  expect(await client.conversationalAutomation.setConversationalAutomation({ phoneNumberID: PNID, prompts: ['Preços?'], commands: [] }).json()).toEqual({
    success: true,
  })
  const number = await client.phoneNumbers.getPhoneNumber({ phoneNumberID: PNID }).json()
  expect(number).toMatchObject({ id: PNID, display_phone_number: DEFAULT_NUMBER.displayPhoneNumber })
  const account = await client.whatsappBusinessAccount.get(WABA).json()
  expect(account).toMatchObject({ id: WABA })
})

test('webhooks pass the handshake, signature check and parser of @great-detail/whatsapp', async () => {
  const business = await prepareBusiness()
  const { webhook } = createClient(business)
  const [handshake] = business.receiver.handshakes
  const registration = await webhook.register({ method: 'GET', query: Object.fromEntries(handshake?.searchParams ?? []), headers: {} })
  expect(registration.verifyToken).toBe('verify')
  expect(registration.accept()).toBe(handshake?.searchParams.get('hub.challenge'))
  for (const { body, headers } of business.receiver.received) {
    const event = await webhook.eventNotification({ method: 'POST', query: {}, body, headers: plainHeaders(headers) })
    expect(await event.checkSignature(DEFAULT_NUMBER.appSecret)).toBe(true)
    expect(await event.checkSignature('another')).toBe(false)
    expect(event.eventNotification.object).toBe('whatsapp_business_account')
  }
})

/** This client looks for the headers in Meta's spelling. */
function plainHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}

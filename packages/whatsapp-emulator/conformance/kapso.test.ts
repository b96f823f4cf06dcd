import { WhatsAppClient } from '@kapso/whatsapp-cloud-api'
import { normalizeWebhook, verifySignature } from '@kapso/whatsapp-cloud-api/server'
import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../src/default-number.ts'
import { MARINA } from '../src/testing/start-pair.ts'
import { waitFor } from '../src/testing/start-receiver.ts'
import { allowCalls, BOOKING, type Business, CATALOG, FILES, PNID, prepareBusiness, WABA } from './prepare-business.ts'

const to = MARINA

function createClient({ emulator }: Business): WhatsAppClient {
  return new WhatsAppClient({ baseUrl: emulator.url, accessToken: emulator.defaults.accessToken })
}

const SENDS: [name: string, type: string, send: (client: WhatsAppClient, business: Business) => Promise<{ messages: { id: string }[] }>][] = [
  [
    'text',
    'text',
    (c, b) => c.messages.sendText({ phoneNumberId: PNID, to, body: 'Olá 😀', previewUrl: true, contextMessageId: b.inboundId, bizOpaqueCallbackData: 'meu' }),
  ],
  ['image by id', 'image', (c, b) => c.messages.sendImage({ phoneNumberId: PNID, to, image: { id: b.media.image, caption: 'praia' } })],
  ['image by link', 'image', (c, b) => c.messages.sendImage({ phoneNumberId: PNID, to, image: { link: b.link } })],
  ['audio', 'audio', (c, b) => c.messages.sendAudio({ phoneNumberId: PNID, to, audio: { id: b.media.audio, voice: true } })],
  ['document', 'document', (c, b) => c.messages.sendDocument({ phoneNumberId: PNID, to, document: { id: b.media.document, filename: 'conta.pdf' } })],
  ['video', 'video', (c, b) => c.messages.sendVideo({ phoneNumberId: PNID, to, video: { id: b.media.video, caption: 'mar' } })],
  ['sticker', 'sticker', (c, b) => c.messages.sendSticker({ phoneNumberId: PNID, to, sticker: { id: b.media.sticker } })],
  ['location', 'location', (c) => c.messages.sendLocation({ phoneNumberId: PNID, to, location: { latitude: -23.1, longitude: -45.2, name: 'Pousada' } })],
  [
    'contacts',
    'contacts',
    (c) =>
      c.messages.sendContacts({
        phoneNumberId: PNID,
        to,
        contacts: [{ name: { formattedName: 'Ana Lima', firstName: 'Ana' }, phones: [{ phone: '+55 11 90000-0000', type: 'WORK' }] }],
      }),
  ],
  ['reaction', 'reaction', (c, b) => c.messages.sendReaction({ phoneNumberId: PNID, to, reaction: { messageId: b.inboundId, emoji: '👍' } })],
  ['buttons', 'interactive', (c) => c.messages.sendInteractiveButtons({ phoneNumberId: PNID, to, bodyText: 'Quando?', buttons: [{ id: '1', title: 'Hoje' }] })],
  [
    'list',
    'interactive',
    (c) =>
      c.messages.sendInteractiveList({
        phoneNumberId: PNID,
        to,
        bodyText: 'Quartos',
        buttonText: 'Ver',
        sections: [{ title: 'Casal', rows: [{ id: 'a', title: 'Vista mar' }] }],
      }),
  ],
  ['product', 'interactive', (c) => c.messages.sendInteractiveProduct({ phoneNumberId: PNID, to, catalogId: CATALOG, productRetailerId: 'sku-1' })],
  [
    'product list',
    'interactive',
    (c) =>
      c.messages.sendInteractiveProductList({
        phoneNumberId: PNID,
        to,
        bodyText: 'Café',
        header: { type: 'text', text: 'Cardápio' },
        catalogId: CATALOG,
        sections: [{ title: 'Bebidas', productItems: [{ productRetailerId: 'sku-1' }] }],
      }),
  ],
  ['catalog', 'interactive', (c) => c.messages.sendInteractiveCatalogMessage({ phoneNumberId: PNID, to, bodyText: 'Tudo', parameters: {} })],
  [
    'flow',
    'interactive',
    (c, b) =>
      c.messages.sendInteractiveFlow({
        phoneNumberId: PNID,
        to,
        bodyText: 'Reserve',
        parameters: {
          flowId: b.flowId,
          flowCta: 'Abrir',
          flowMessageVersion: '3',
          flowToken: 't',
          flowAction: 'navigate',
          flowActionPayload: { screen: 'WELCOME' },
        },
      }),
  ],
  [
    'location request',
    'interactive',
    (c) => c.messages.sendInteractiveLocationRequest({ phoneNumberId: PNID, to, bodyText: 'Onde?', parameters: { requestMessage: 'x' } }),
  ],
  ['call permission', 'interactive', (c) => c.messages.sendInteractiveCallPermission({ phoneNumberId: PNID, to, parameters: { phoneNumber: to } })],
  [
    'CTA',
    'interactive',
    (c) => c.messages.sendInteractiveCtaUrl({ phoneNumberId: PNID, to, bodyText: 'Site', parameters: { displayText: 'Abrir', url: 'https://example.com' } }),
  ],
  [
    'carousel',
    'interactive',
    (c, b) =>
      c.messages.sendInteractiveCarousel({
        phoneNumberId: PNID,
        to,
        bodyText: 'Quartos',
        cards: [0, 1].map((cardIndex) => ({
          cardIndex,
          header: { type: 'image' as const, image: { id: b.media.image } },
          bodyText: 'Casal',
          action: { displayText: 'Ver', url: 'https://example.com' },
        })),
      }),
  ],
  [
    'template',
    'template',
    (c, b) =>
      c.messages.sendTemplate({
        phoneNumberId: PNID,
        to,
        template: {
          name: String(BOOKING.name),
          language: { code: 'pt_BR' },
          components: [
            { type: 'header', parameters: [{ type: 'image', image: { id: b.media.image } }] },
            {
              type: 'body',
              parameters: [
                { type: 'text', text: 'Marina' },
                { type: 'text', text: '42' },
              ],
            },
            { type: 'button', subType: 'url', index: '1', parameters: [{ type: 'text', text: '42' }] },
          ],
        },
      }),
  ],
]

test('@kapso/whatsapp-cloud-api sends every type it knows, and each arrives with its statuses', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  for (const [name, type, send] of SENDS) {
    const answer = await send(client, business).catch((error: unknown) => {
      throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    })
    await business.arrives(answer.messages[0]?.id, type)
  }
}, 60_000)

test('@kapso/whatsapp-cloud-api sends to a business-scoped user id', async () => {
  const business = await prepareBusiness()
  await waitFor(() => business.receiver.messages().length === 1)
  const recipient = String(business.receiver.messages()[0]?.from_user_id)
  const answer = await createClient(business).messages.sendText({ phoneNumberId: PNID, recipient, body: 'por id' })
  expect(answer.contacts).toMatchObject([{ input: recipient, userId: recipient }])
})

test('@kapso/whatsapp-cloud-api cannot send address messages to a business outside India: 131009', async () => {
  const business = await prepareBusiness()
  const sent = createClient(business).messages.sendInteractiveAddress({ phoneNumberId: PNID, to, bodyText: 'Endereço', parameters: { country: 'IN' } })
  await expect(sent).rejects.toMatchObject({ code: 131009, httpStatus: 400 })
})

test('@kapso/whatsapp-cloud-api uploads, reads, downloads and deletes media', async () => {
  const business = await prepareBusiness()
  const { media } = createClient(business)
  const { id } = await media.upload({ phoneNumberId: PNID, type: 'image', file: new Blob([FILES.image.bytes], { type: 'image/png' }), fileName: 'a.png' })
  const described = await media.get({ mediaId: id, phoneNumberId: PNID })
  expect(described).toMatchObject({ messagingProduct: 'whatsapp', mimeType: 'image/png', id })
  const bytes = await media.download({ mediaId: id, phoneNumberId: PNID, as: 'arrayBuffer', auth: 'always' })
  expect(Buffer.from(bytes as ArrayBuffer)).toEqual(FILES.image.bytes)
  expect(await media.delete({ mediaId: id, phoneNumberId: PNID })).toEqual({ success: true })
  await expect(media.get({ mediaId: id })).rejects.toMatchObject({ code: 100 })
})

test('@kapso/whatsapp-cloud-api marks as read, lists, creates and deletes templates, reads permissions, settings and profile', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  expect(await client.messages.markRead({ phoneNumberId: PNID, messageId: business.inboundId, typingIndicator: { type: 'text' } })).toEqual({ success: true })
  expect(business.emulator.control.listMessages(MARINA)[0]?.status).toBe('read')
  const listed = await client.templates.list({ businessAccountId: WABA, limit: 1 })
  expect(listed.data).toHaveLength(1)
  expect(listed.paging?.cursors?.after).toBeTruthy()
  const next = await client.templates.list({ businessAccountId: WABA, limit: 1, after: String(listed.paging?.cursors?.after) })
  expect(next.data[0]?.name).not.toBe(listed.data[0]?.name)
  const created = await client.templates.create({
    businessAccountId: WABA,
    name: 'lembrete',
    language: 'pt_BR',
    category: 'UTILITY',
    components: [{ type: 'BODY', text: 'O seu quarto está pronto.' }],
  })
  expect(created).toMatchObject({ status: 'PENDING', category: 'UTILITY' })
  expect(await client.templates.delete({ businessAccountId: WABA, name: 'lembrete' })).toEqual({ success: true })
  expect(await client.phoneNumbers.settings.get({ phoneNumberId: PNID })).toMatchObject({ calling: { status: 'DISABLED' } })
  expect(await client.phoneNumbers.businessProfile.get({ phoneNumberId: PNID })).toMatchObject({ data: [{ messagingProduct: 'whatsapp' }] })
  await expect(client.phoneNumbers.requestCode({ phoneNumberId: PNID, codeMethod: 'SMS', language: 'pt_BR' })).rejects.toMatchObject({ code: 136024 })
  expect(await client.phoneNumbers.register({ phoneNumberId: PNID, pin: '123456' })).toEqual({ success: true })
})

test('@kapso/whatsapp-cloud-api creates, publishes and deprecates a flow', async () => {
  const business = await prepareBusiness()
  const { flows } = createClient(business)
  const flowJson = { version: '7.0', screens: [{ id: 'A', layout: { type: 'SingleColumnLayout', children: [] } }] }
  const flow = await flows.create({ wabaId: WABA, name: 'nova', categories: ['OTHER'], flowJson })
  expect(await flows.publish({ flowId: flow.id })).toEqual({ success: true })
  expect((await business.graph('GET', flow.id)).body).toMatchObject({ status: 'PUBLISHED' })
  expect(await flows.deprecate({ flowId: flow.id })).toEqual({ success: true })
})

test('webhooks pass the signature check and the parser of @kapso/whatsapp-cloud-api', async () => {
  const business = await prepareBusiness()
  const { messages } = await createClient(business).messages.sendText({ phoneNumberId: PNID, to, body: 'Olá' })
  await business.arrives(messages[0]?.id, 'text')
  for (const { body, headers } of business.receiver.received) {
    const signatureHeader = String(headers['x-hub-signature-256'])
    expect(verifySignature({ appSecret: DEFAULT_NUMBER.appSecret, rawBody: body, signatureHeader })).toBe(true)
    expect(verifySignature({ appSecret: 'another', rawBody: body, signatureHeader })).toBe(false)
  }
  const events = business.receiver.received.map(({ body }) => normalizeWebhook(JSON.parse(body)))
  expect(events.flatMap((event) => event.messages).map((message) => message.type)).toContain('text')
  expect(events.flatMap((event) => event.statuses).map((status) => [status.id, status.status])).toContainEqual([messages[0]?.id, 'read'])
})

test('@kapso/whatsapp-cloud-api asks for a call permission state, calls and hangs up', async () => {
  const business = await prepareBusiness()
  const { calls } = createClient(business)
  await allowCalls(business)
  expect(await calls.permissions.get({ phoneNumberId: PNID, userWaId: to })).toMatchObject({ permission: { status: 'permanent' } })
  const call = await calls.connect({ phoneNumberId: PNID, to, session: { sdpType: 'offer', sdp: 'v=0' } })
  const callId = String(call.calls?.[0]?.id)
  expect(callId).toMatch(/^wacid\./)
  expect(await calls.terminate({ phoneNumberId: PNID, callId })).toMatchObject({ success: true })
})

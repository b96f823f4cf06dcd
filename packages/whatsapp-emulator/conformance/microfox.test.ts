import { WebhookPayloadSchema, WhatsAppBusinessSDK } from '@microfox/whatsapp-business'
import { expect, test } from 'vitest'
import { MARINA } from '../src/testing/start-pair.ts'
import { type Business, bookingParameters, FILES, PNID, prepareBusiness, WABA } from './prepare-business.ts'

function createClient({ emulator }: Business): WhatsAppBusinessSDK {
  return new WhatsAppBusinessSDK({
    phoneNumberId: PNID,
    businessAccountId: WABA,
    accessToken: emulator.defaults.accessToken,
    baseUrl: `${emulator.url}/v23.0`,
    version: 'v23.0',
  })
}

/** Its answers are Graph's with `success` and `data` around, or plain: find the message id in either. */
function idOf(answer: unknown): string | undefined {
  return /"(wamid\.[^"]+)"/.exec(JSON.stringify(answer))?.[1]
}

test('@microfox/whatsapp-business sends what it knows, and each arrives with its statuses', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  const { media } = business
  const sends = [
    ['text', 'text', () => client.sendTextMessage(MARINA, 'Olá')],
    ['image', 'image', () => client.sendImageMessage(MARINA, { id: media.image, caption: 'praia' })],
    ['video', 'video', () => client.sendVideoMessage(MARINA, { id: media.video })],
    ['document', 'document', () => client.sendDocumentMessage(MARINA, { id: media.document, filename: 'a.pdf' })],
    ['audio', 'audio', () => client.sendAudioMessage(MARINA, { id: media.audio })],
    ['sticker', 'sticker', () => client.sendStickerMessage(MARINA, { id: media.sticker })],
    ['location', 'location', () => client.sendLocationMessage(MARINA, { latitude: -23, longitude: -45, name: 'Pousada', address: 'Rua 1' })],
    [
      'contacts',
      'contacts',
      () =>
        client.sendContactMessage(MARINA, [
          { name: { formatted_name: 'Ana Lima', first_name: 'Ana' }, phones: [{ phone: '+5511900000000', type: 'WORK' }] },
        ] as never),
    ],
    [
      'buttons',
      'interactive',
      () =>
        client.sendInteractiveMessage(MARINA, {
          type: 'button',
          body: { text: 'b' },
          action: { buttons: [{ type: 'reply', reply: { id: '1', title: 'Sim' } }] },
        } as never),
    ],
    [
      'list',
      'interactive',
      () =>
        client.sendInteractiveMessage(MARINA, {
          type: 'list',
          body: { text: 'b' },
          action: { button: 'Ver', sections: [{ title: 's', rows: [{ id: '1', title: 'Um' }] }] },
        } as never),
    ],
    ['template', 'template', () => client.sendTemplateMessage(MARINA, 'reserva_confirmada', 'pt_BR', bookingParameters(media.image) as never)],
    ['location request', 'interactive', () => client.sendLocationRequestMessage(MARINA, 'Onde?')],
    ['reaction', 'reaction', () => client.sendReaction(MARINA, business.inboundId, '👍')],
    ['reply', 'text', () => client.sendReply(MARINA, 'text', 'sim', business.inboundId)],
  ] as const
  for (const [name, type, send] of sends) {
    const id = idOf(await send())
    expect(id, name).toBeDefined()
    await business.arrives(id, type)
  }
}, 60_000)

test('@microfox/whatsapp-business sends its CTA message in a shape Meta does not know: 131009', async () => {
  const business = await prepareBusiness()
  await expect(createClient(business).sendInteractiveCtaMessage(MARINA, 'Site', 'https://example.com')).rejects.toThrow('131009')
})

test('@microfox/whatsapp-business uploads, downloads and marks as read', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  const uploaded = await client.uploadMedia(new Blob([FILES.image.bytes], { type: 'image/png' }), 'image')
  const id = /"id":"(\d+)"/.exec(JSON.stringify(uploaded))?.[1] ?? ''
  expect((await business.graph('GET', id)).body).toMatchObject({ mime_type: 'image/png' })
  expect(JSON.stringify(await client.getMediaUrl(id))).toContain('media-download')
  await client.markMessageAsRead(business.inboundId)
  await client.sendTypingIndicator({ messageId: business.inboundId, type: 'text' } as never)
  expect(business.emulator.control.listMessages(MARINA)[0]?.status).toBe('read')
})

test('@microfox/whatsapp-business lists numbers and templates and asks for edges Graph does not have (qr_code)', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  expect(JSON.stringify(await client.getPhoneNumbers())).toContain(PNID)
  expect(JSON.stringify(await client.getTemplates({ limit: 20, offset: 0 }))).toContain('reserva_confirmada')
  await expect(client.getQRCode()).rejects.toThrow()
})

test('webhooks of messages pass the schema of @microfox/whatsapp-business; it knows the field messages only', async () => {
  const business = await prepareBusiness()
  const id = idOf(await createClient(business).sendTextMessage(MARINA, 'Olá'))
  await business.arrives(id, 'text')
  const bodies = business.receiver.received.map(({ body }) => JSON.parse(body))
  const [messages, others] = [true, false].map((wanted) => bodies.filter((body) => (body.entry[0].changes[0].field === 'messages') === wanted))
  for (const body of messages ?? []) {
    // Its schema wants a profile in every contact; Meta leaves it out on `sent`.
    const sent = body.entry[0].changes[0].value.statuses?.[0]?.status === 'sent'
    expect(WebhookPayloadSchema.safeParse(body).success).toBe(!sent)
  }
  expect(others?.length).toBeGreaterThan(0)
  for (const body of others ?? []) expect(WebhookPayloadSchema.safeParse(body).success).toBe(false)
})

import { expect, test } from 'vitest'
import { WhatsAppAPI } from 'whatsapp-api-js'
import {
  ActionButtons,
  ActionCallPermission,
  ActionCatalog,
  ActionContactRequest,
  ActionCTA,
  ActionList,
  ActionLocation,
  ActionNavigateFlow,
  ActionProduct,
  ActionProductList,
  Audio,
  Body,
  BodyComponent,
  BodyParameter,
  Button,
  CatalogProduct,
  Contacts,
  Document,
  Header,
  HeaderComponent,
  HeaderParameter,
  Image,
  Interactive,
  ListSection,
  Location,
  Name,
  PayloadComponent,
  Phone,
  Product,
  ProductSection,
  Reaction,
  Row,
  Sticker,
  Template,
  Text,
  URLComponent,
  Video,
} from 'whatsapp-api-js/messages'
import { DEFAULT_NUMBER } from '../src/default-number.ts'
import { MARINA } from '../src/testing/start-pair.ts'
import { waitFor } from '../src/testing/start-receiver.ts'
import { allowCalls, type Business, CATALOG, FILES, PNID, prepareBusiness } from './prepare-business.ts'

/** Its host is fixed: the given fetch takes the path to the emulator. */
function createClient({ emulator }: Business): WhatsAppAPI {
  const redirect: typeof fetch = (input, init) => fetch(String(input).replace('https://graph.facebook.com', emulator.url), init)
  return new WhatsAppAPI({
    token: emulator.defaults.accessToken,
    appSecret: DEFAULT_NUMBER.appSecret,
    webhookVerifyToken: 'verify',
    v: 'v24.0',
    ponyfill: { fetch: redirect },
  })
}

const listMessages = (b: Business) =>
  [
    ['text', new Text('Olá 😀', true)],
    ['image', new Image(b.media.image, true, 'praia')],
    ['image by link', new Image(b.link)],
    ['video', new Video(b.media.video, true)],
    ['audio', new Audio(b.media.audio, true, true)],
    ['document', new Document(b.media.document, true, 'conta', 'conta.pdf')],
    ['sticker', new Sticker(b.media.sticker, true)],
    ['location', new Location(-45.2, -23.1, 'Pousada', 'Rua 1')],
    ['contacts', new Contacts([new Name('Ana Lima', 'Ana'), new Phone('+5511900000000', 'WORK')])],
    ['reaction', new Reaction(b.inboundId, '👍')],
    ['buttons', new Interactive(new ActionButtons(new Button('1', 'Hoje'), new Button('2', 'Amanhã')), new Body('Quando?'), new Header('Reserva'))],
    ['list', new Interactive(new ActionList('Ver', new ListSection('Casal', new Row('a', 'Vista mar', 'duas pessoas'))), new Body('Quartos'))],
    ['catalog', new Interactive(new ActionCatalog(new Product('sku-1')), new Body('Tudo'))],
    ['product', new Interactive(new ActionProduct(new CatalogProduct('sku-1', CATALOG)))],
    [
      'product list',
      new Interactive(new ActionProductList(CATALOG, new ProductSection('Bebidas', new Product('sku-1'))), new Body('Café'), new Header('Cardápio')),
    ],
    ['CTA', new Interactive(new ActionCTA('Abrir', 'https://example.com'), new Body('Site'))],
    ['flow', new Interactive(new ActionNavigateFlow('t', b.flowId, 'Abrir', 'WELCOME'), new Body('Reserve'))],
    ['location request', new Interactive(new ActionLocation(), new Body('Onde?'))],
    ['call permission', new Interactive(new ActionCallPermission(), new Body('Podemos ligar?'))],
    ['contact request', new Interactive(new ActionContactRequest(), new Body('Qual é o seu número?'))],
    [
      'template',
      new Template(
        'reserva_confirmada',
        'pt_BR',
        new HeaderComponent(new HeaderParameter(new Image(b.media.image, true))),
        new BodyComponent(new BodyParameter('Marina'), new BodyParameter('42')),
        new PayloadComponent('thanks'),
        new URLComponent('42'),
      ),
    ],
  ] as const

test('whatsapp-api-js sends every type it knows, and each arrives with its statuses', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  for (const [name, message] of listMessages(business)) {
    const answer = await client.sendMessage(PNID, MARINA, message, undefined, 'meu')
    if (!('messages' in answer)) throw new Error(`${name}: ${JSON.stringify(answer)}`)
    await business.arrives(answer.messages[0].id, message._type)
  }
}, 60_000)

test('whatsapp-api-js answers with a quote, and to a business-scoped user id', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  await waitFor(() => business.receiver.messages().length === 1)
  const bsuid = String(business.receiver.messages()[0]?.from_user_id)
  const answer = await client.sendMessage(PNID, { bsuid }, new Text('sim'), business.inboundId)
  if (!('messages' in answer)) throw new Error(JSON.stringify(answer))
  expect(answer.contacts).toMatchObject([{ input: bsuid, user_id: bsuid }])
  expect((await business.arrives(answer.messages[0].id, 'text')).contextId).toBe(business.inboundId)
})

test('whatsapp-api-js gets Meta’s error body as it is', async () => {
  const business = await prepareBusiness()
  const refused = await createClient(business).sendMessage(PNID, '5500000131047', new Text('x'))
  expect(refused).toMatchObject({
    error: { code: 131047, type: 'OAuthException', error_data: { messaging_product: 'whatsapp' }, fbtrace_id: expect.any(String) },
  })
})

test('whatsapp-api-js handles media, QR codes, read marks and blocks', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  const form = new FormData()
  form.set('file', new Blob([FILES.image.bytes], { type: 'image/png' }))
  form.set('messaging_product', 'whatsapp')
  const uploaded = await client.uploadMedia(PNID, form)
  const id = 'id' in uploaded ? uploaded.id : ''
  const described = await client.retrieveMedia(id, PNID)
  if (!('url' in described)) throw new Error(JSON.stringify(described))
  const file = await client.fetchMedia(described.url)
  expect(Buffer.from(await file.arrayBuffer())).toEqual(FILES.image.bytes)
  expect(await client.deleteMedia(id, PNID)).toEqual({ success: true })

  const created = await client.createQR(PNID, 'Olá')
  const code = 'code' in created ? created.code : ''
  expect(created).toMatchObject({ prefilled_message: 'Olá', deep_link_url: `https://wa.me/message/${code}`, qr_image_url: expect.any(String) })
  expect(await client.updateQR(PNID, code, 'Oi')).toMatchObject({ code, prefilled_message: 'Oi' })
  expect(await client.retrieveQR(PNID)).toMatchObject({ data: [{ code }] })
  expect(await client.retrieveQR(PNID, code)).toMatchObject({ data: [{ code, prefilled_message: 'Oi' }] })
  expect(await client.deleteQR(PNID, code)).toEqual({ success: true })

  expect(await client.markAsRead(PNID, business.inboundId, 'text')).toEqual({ success: true })
  expect(await client.blockUser(PNID, MARINA)).toMatchObject({ block_users: { added_users: [{ input: MARINA, wa_id: MARINA }] } })
  expect(await client.unblockUser(PNID, MARINA)).toMatchObject({ block_users: { removed_users: [{ input: MARINA, wa_id: MARINA }] } })
})

test('webhooks pass the handshake, signature check and parser of whatsapp-api-js', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  const [handshake] = business.receiver.handshakes
  expect(client.get(Object.fromEntries(handshake?.searchParams ?? []) as never)).toBe(handshake?.searchParams.get('hub.challenge'))
  const answer = await client.sendMessage(PNID, MARINA, new Text('Olá'))
  await business.arrives('messages' in answer ? answer.messages[0].id : undefined, 'text')
  const seen: string[] = []
  client.on.message = ({ message }) => void seen.push(message.type)
  client.on.status = ({ status }) => void seen.push(status)
  for (const { body, headers } of business.receiver.received) {
    const signature = String(headers['x-hub-signature-256'])
    expect(await client.verifyRequestSignature(body, signature)).toBe(true)
    const field = JSON.parse(body).entry[0].changes[0].field
    // It throws on every field but messages and calls.
    if (field === 'messages') await client.post(JSON.parse(body), body, signature)
    else await expect(client.post(JSON.parse(body), body, signature)).rejects.toThrow()
  }
  expect(seen).toEqual(expect.arrayContaining(['text', 'sent', 'delivered', 'read']))
})

test('whatsapp-api-js calls a customer and hangs up, without a version in the path', async () => {
  const business = await prepareBusiness()
  const client = createClient(business)
  expect(await client.initiateCall(PNID, MARINA, 'v=0')).toMatchObject({ error: { code: 138000 } })
  await allowCalls(business)
  const call = await client.initiateCall(PNID, MARINA, 'v=0')
  if (!('calls' in call)) throw new Error(JSON.stringify(call))
  await waitFor(() => JSON.stringify(business.receiver.changes()).includes('RINGING'))
  expect(await client.terminateCall(PNID, call.calls[0].id)).toMatchObject({ success: true })
})

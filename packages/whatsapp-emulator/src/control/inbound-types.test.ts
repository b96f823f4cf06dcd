import { expect, test } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { type JsonObject, readObject, readObjects } from '../json.ts'
import { MARINA, startPair } from '../testing/start-pair.ts'
import { waitFor } from '../testing/start-receiver.ts'
import { expectLikeMeta } from './expect-like-meta.ts'

const OWN = '551140022026'
const MEDIA = { id: expect.stringMatching(/^\d{15}$/), sha256: expect.stringMatching(/^[\w+/]{43}=$/), url: expect.stringContaining('/media-download/') }
const CARD = { name: { formatted_name: 'Rita Lopes', first_name: 'Rita' }, phones: [{ phone: '+55 11 98888-0000', wa_id: '5511988880000', type: 'CELL' }] }
const ORDER = { catalog_id: '1', text: 'sem pressa', product_items: [{ product_retailer_id: 'a', quantity: 2, item_price: 48, currency: 'BRL' }] }
const REFERRAL = {
  source_url: 'https://fb.me/x',
  source_id: '1',
  source_type: 'ad',
  headline: 'Feriado',
  body: 'Praia',
  media_type: 'image',
  image_url: 'https://x/y.jpg',
  ctwa_clid: 'c',
}
const unsupported = (inner: string, code = 131051): JsonObject & { type: string } => ({
  type: 'unsupported',
  unsupported: { type: inner },
  errors: [{ code, title: 'Message type unknown', message: 'Message type unknown', error_data: { details: 'x' } }],
})

/** What a customer sends, and what must stand in `messages[0]` (Cloud API, inbound messages). */
const TYPES: [name: string, message: JsonObject & { type: string }, expected: JsonObject][] = [
  ['text', { type: 'text', text: { body: 'Olá 💑 a/b' } }, { type: 'text', text: { body: 'Olá 💑 a/b' } }],
  ['image', { type: 'image', image: { sample: 'image', caption: 'é aqui' } }, { image: { ...MEDIA, mime_type: 'image/jpeg', caption: 'é aqui' } }],
  ['video', { type: 'video', video: { sample: 'video' } }, { video: { ...MEDIA, mime_type: 'video/mp4' } }],
  ['an audio file', { type: 'audio', audio: { sample: 'music' } }, { audio: { ...MEDIA, mime_type: 'audio/mpeg', voice: false } }],
  ['a voice note', { type: 'audio', audio: { sample: 'audio', voice: true } }, { audio: { ...MEDIA, mime_type: 'audio/ogg; codecs=opus', voice: true } }],
  ['document', { type: 'document', document: { sample: 'document' } }, { document: { ...MEDIA, mime_type: 'application/pdf', filename: 'comprovante.pdf' } }],
  ['a still sticker', { type: 'sticker', sticker: { sample: 'sticker' } }, { sticker: { ...MEDIA, mime_type: 'image/webp', animated: false } }],
  ['an animated sticker', { type: 'sticker', sticker: { sample: 'animatedSticker' } }, { sticker: { ...MEDIA, mime_type: 'image/webp', animated: true } }],
  [
    'location',
    { type: 'location', location: { latitude: -28.1, longitude: -48.6, name: 'Praia' } },
    { location: { latitude: -28.1, longitude: -48.6, name: 'Praia' } },
  ],
  ['contacts', { type: 'contacts', contacts: [CARD] }, { contacts: [CARD] }],
  ['a shared own contact', { type: 'contacts', contacts: [CARD], origin: 'contact_request' }, { contacts: [CARD], origin: 'contact_request' }],
  ['order', { type: 'order', order: ORDER }, { order: ORDER }],
  ['referral from an ad', { type: 'text', text: { body: 'oi' }, referral: REFERRAL }, { referral: REFERRAL }],
  ['forwarded', { type: 'text', text: { body: 'x' }, context: { forwarded: true } }, { context: { forwarded: true } }],
  ['frequently forwarded', { type: 'text', text: { body: 'x' }, context: { frequently_forwarded: true } }, { context: { frequently_forwarded: true } }],
  [
    'product question',
    { type: 'text', text: { body: 'quanto?' }, context: { referred_product: { catalog_id: '1', product_retailer_id: 'a' } } },
    { context: { from: OWN, referred_product: { catalog_id: '1', product_retailer_id: 'a' } } },
  ],
  [
    'quote of a message nobody knows',
    { type: 'text', text: { body: 'sim' }, context: { message_id: 'wamid.unknown' } },
    { context: { from: OWN, id: 'wamid.unknown' } },
  ],
  [
    'button reply',
    { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 's', title: 'Sim' } }, context: { message_id: 'wamid.x' } },
    { interactive: { type: 'button_reply', button_reply: { id: 's', title: 'Sim' } }, context: { id: 'wamid.x' } },
  ],
  [
    'list reply',
    { type: 'interactive', interactive: { type: 'list_reply', list_reply: { id: 'a', title: 'Azul', description: 'Mar' } } },
    { interactive: { type: 'list_reply', list_reply: { id: 'a', title: 'Azul', description: 'Mar' } } },
  ],
  [
    'flow reply',
    { type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"a":"1"}' } } },
    { interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: '{"a":"1"}' } } },
  ],
  [
    'call permission reply',
    {
      type: 'interactive',
      interactive: { type: 'call_permission_reply', call_permission_reply: { response: 'accept', is_permanent: true, response_source: 'user_action' } },
    },
    { interactive: { type: 'call_permission_reply', call_permission_reply: { response: 'accept', is_permanent: true } } },
  ],
  ['template quick reply', { type: 'button', button: { payload: 'P', text: 'Sim' } }, { button: { payload: 'P', text: 'Sim' } }],
  ['media that was too large', { type: 'video', errors: [{ code: 131052, title: 'Media download error' }] }, { errors: [{ code: 131052 }] }],
  ['a type nobody knows', { type: 'hologram', hologram: { depth: 3 } }, { hologram: { depth: 3 } }],
  ...['poll_creation', 'location', 'gif', 'group_invite', 'keep_in_chat', 'pin', 'hsm', 'list', 'media_placeholder'].map(
    (inner): [string, JsonObject & { type: string }, JsonObject] => [
      `unsupported ${inner}`,
      unsupported(inner),
      { unsupported: { type: inner }, errors: [{ code: 131051 }] },
    ],
  ),
]

test.each(TYPES)('%s arrives as Meta sends it', async (_name, message, expected) => {
  const { control, receiver, emulator } = await startPair()
  const sent = await control('POST', 'messages', { from: MARINA, message })
  expect(sent.status).toBe(200)
  await waitFor(() => receiver.messages().length === 1)
  const common = {
    from: MARINA,
    from_user_id: expect.stringMatching(/^BR\.\d+$/),
    id: sent.body.id,
    timestamp: expect.stringMatching(/^\d{10}$/),
    type: message.type,
  }
  expect(receiver.messages()[0]).toMatchObject({ ...common, ...expected })
  expect(receiver.changes()[0]).toMatchObject({
    field: 'messages',
    value: {
      metadata: { display_phone_number: OWN, phone_number_id: DEFAULT_NUMBER.phoneNumberId },
      contacts: [{ profile: { name: 'Marina Souza' }, wa_id: MARINA }],
    },
  })
  expectLikeMeta(receiver, emulator.defaults.appSecret)
})

test('media that was too large has no file', async () => {
  const { control, receiver } = await startPair()
  await control('POST', 'messages', { from: MARINA, message: { type: 'video', errors: [{ code: 131052 }] } })
  await waitFor(() => receiver.messages().length === 1)
  expect(receiver.messages()[0]).not.toHaveProperty('video')
})

test.each([
  ['phone', ['from'], ['from_user_id']],
  ['both', ['from', 'from_user_id'], []],
  ['bsuid', ['from_user_id'], ['from']],
])('identity %s shows the right identifiers, absent ones without a key', async (identity, present, absent) => {
  const { control, receiver } = await startPair()
  await control('PUT', 'scenario', { identity })
  await control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: 'oi' } } })
  await waitFor(() => receiver.messages().length === 1)
  const message = receiver.messages()[0]
  for (const key of present) expect(message).toHaveProperty(key)
  for (const key of absent) expect(message).not.toHaveProperty(key)
  const contact = readObjects(readObject(receiver.changes()[0], 'value'), 'contacts')[0]
  expect('wa_id' in (contact ?? {})).toBe(identity !== 'bsuid')
  expect('user_id' in (contact ?? {})).toBe(identity !== 'phone')
})

test('a reaction is set, changed and removed', async () => {
  const { control, receiver } = await startPair()
  const target = (await control('POST', 'messages', { from: MARINA, message: { type: 'text', text: { body: 'oi' } } })).body.id
  for (const emoji of ['❤️', '😂', ''])
    await control('POST', 'messages', { from: MARINA, message: { type: 'reaction', reaction: { message_id: target, emoji } } })
  await waitFor(() => receiver.messages().length === 4)
  const reactions = receiver.messages().slice(1)
  expect(reactions.map((message) => message.reaction)).toEqual([
    { message_id: target, emoji: '❤️' },
    { message_id: target, emoji: '😂' },
    { message_id: target },
  ])
})

import type { JsonObject } from '../json.ts'

export interface SampleIds {
  image: string
  video: string
  audio: string
  document: string
  sticker: string
  inbound: string
  flow: string
}

const CATALOG = '1234567890'

const interactive = (content: JsonObject): JsonObject => ({ type: 'interactive', interactive: content })
const card = (index: number, image: string): JsonObject => ({
  card_index: index,
  type: 'cta_url',
  header: { type: 'image', image: { id: image } },
  body: { text: 'Quarto de casal' },
  action: { name: 'cta_url', parameters: { display_text: 'Ver', url: 'https://example.com/1' } },
})

/** A message body of every kind the API takes, without recipient (Cloud API, send messages). */
export function listSampleMessages(ids: SampleIds): [name: string, body: JsonObject][] {
  return [
    ['text', { type: 'text', text: { body: 'Olá 😀 https://example.com', preview_url: true } }],
    ['text as a reply', { type: 'text', text: { body: 'Sim' }, context: { message_id: ids.inbound }, biz_opaque_callback_data: 'x'.repeat(512) }],
    ['image', { type: 'image', image: { id: ids.image, caption: 'a'.repeat(1024) } }],
    ['video', { type: 'video', video: { id: ids.video, caption: 'mar' } }],
    ['audio', { type: 'audio', audio: { id: ids.audio } }],
    ['voice', { type: 'audio', audio: { id: ids.audio, voice: true } }],
    ['document', { type: 'document', document: { id: ids.document, filename: 'conta.pdf', caption: 'conta' } }],
    ['sticker', { type: 'sticker', sticker: { id: ids.sticker } }],
    ['location', { type: 'location', location: { latitude: -23.18, longitude: -45.88, name: 'Pousada', address: 'Rua 1' } }],
    [
      'contacts',
      { type: 'contacts', contacts: [{ name: { formatted_name: 'Ana Lima', first_name: 'Ana' }, phones: [{ phone: '+5511900000000', type: 'CELL' }] }] },
    ],
    ['reaction', { type: 'reaction', reaction: { message_id: ids.inbound, emoji: '👍' } }],
    ['reaction removed', { type: 'reaction', reaction: { message_id: ids.inbound, emoji: '' } }],
    ...listSampleInteractive(ids),
    ['template', { type: 'template', template: { name: 'hello_world', language: { code: 'en_US' } } }],
  ]
}

function listSampleInteractive(ids: SampleIds): [name: string, body: JsonObject][] {
  return [
    [
      'buttons',
      interactive({
        type: 'button',
        header: { type: 'image', image: { id: ids.image } },
        body: { text: 'Quando?' },
        footer: { text: 'Pousada' },
        action: { buttons: [1, 2, 3].map((n) => ({ type: 'reply', reply: { id: `${n}`, title: `Opção ${n}` } })) },
      }),
    ],
    [
      'list',
      interactive({
        type: 'list',
        header: { type: 'text', text: 'Quartos' },
        body: { text: 'b'.repeat(4096) },
        action: {
          button: 'Ver quartos',
          sections: [
            { title: 'Casal', rows: [{ id: 'a', title: 'Vista mar', description: 'dois' }] },
            { title: 'Família', rows: [{ id: 'b', title: 'Térreo' }] },
          ],
        },
      }),
    ],
    [
      'cta_url',
      interactive({ type: 'cta_url', body: { text: 'b' }, action: { name: 'cta_url', parameters: { display_text: 'Abrir', url: 'https://example.com' } } }),
    ],
    ['location request', interactive({ type: 'location_request_message', body: { text: 'Onde?' }, action: { name: 'send_location' } })],
    ['contact request', interactive({ type: 'request_contact_info', body: { text: 'Qual é o seu número?' }, action: { name: 'request_contact_info' } })],
    ['call permission', interactive({ type: 'call_permission_request', body: { text: 'Podemos ligar?' }, action: { name: 'call_permission_request' } })],
    [
      'voice call',
      interactive({ type: 'voice_call', body: { text: 'Ligue' }, action: { name: 'voice_call', parameters: { display_text: 'Ligar', ttl_minutes: 100 } } }),
    ],
    [
      'flow',
      interactive({
        type: 'flow',
        body: { text: 'Reserve' },
        action: {
          name: 'flow',
          parameters: {
            flow_message_version: '3',
            flow_id: ids.flow,
            flow_cta: 'Abrir',
            flow_token: 't',
            flow_action: 'navigate',
            flow_action_payload: { screen: 'WELCOME' },
          },
        },
      }),
    ],
    ...listSampleProducts(ids),
  ]
}

function listSampleProducts(ids: SampleIds): [name: string, body: JsonObject][] {
  return [
    ['product', interactive({ type: 'product', body: { text: 'b' }, action: { catalog_id: CATALOG, product_retailer_id: 'sku-1' } })],
    [
      'product list',
      interactive({
        type: 'product_list',
        header: { type: 'text', text: 'Cardápio' },
        body: { text: 'b' },
        action: { catalog_id: CATALOG, sections: [{ title: 'Bebidas', product_items: [{ product_retailer_id: 'sku-1' }] }] },
      }),
    ],
    [
      'catalog',
      interactive({
        type: 'catalog_message',
        body: { text: 'b' },
        action: { name: 'catalog_message', parameters: { thumbnail_product_retailer_id: 'sku-1' } },
      }),
    ],
    ['carousel', interactive({ type: 'carousel', body: { text: 'Quartos' }, action: { cards: [card(0, ids.image), card(1, ids.image)] } })],
  ]
}

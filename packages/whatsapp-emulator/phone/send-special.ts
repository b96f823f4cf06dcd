import type { CustomerMessage } from '../src/emulator-types.ts'
import type { JsonObject } from '../src/json.ts'

/** A product of the sample catalogue: nothing is for sale. */
export interface Product {
  id: string
  name: string
  price: number
  sign: string
}

export const CATALOGUE_ID = '194836987003835'
export const PRODUCTS: readonly Product[] = [
  { id: 'diaria-casal', name: 'Diária para casal', price: 389, sign: '🛏️' },
  { id: 'cafe-varanda', name: 'Café na varanda', price: 48, sign: '☕' },
  { id: 'passeio-barco', name: 'Passeio de barco', price: 120, sign: '⛵' },
  { id: 'massagem', name: 'Massagem relaxante', price: 160, sign: '🌿' },
  { id: 'transfer', name: 'Transfer do aeroporto', price: 95, sign: '🚗' },
]

/** What inbound messages Meta does not support are called inside (Cloud API, unsupported messages). */
export const UNSUPPORTED: readonly (readonly [string, string])[] = [
  ['poll_creation', 'Enquete'],
  ['location', 'Localização em tempo real'],
  ['gif', 'GIF'],
  ['keep_in_chat', 'Mensagem mantida'],
  ['pin', 'Mensagem fixada'],
  ['group_invite', 'Convite para grupo'],
  ['link_preview', 'Prévia de link'],
  ['list', 'Lista'],
  ['hsm', 'Modelo antigo'],
  ['media_placeholder', 'Mídia sem arquivo'],
  ['product', 'Produto'],
  ['poll_update', 'Voto em enquete'],
]

/** Name of an unsupported message's inner type. */
export function nameUnsupported(type: string | undefined): string {
  return UNSUPPORTED.find(([name]) => name === type)?.[1] ?? 'Mensagem não suportada'
}

/** A message of a kind the API does not carry. */
export function buildUnsupported(inner: string): CustomerMessage {
  const title = 'Message type unknown'
  return {
    type: 'unsupported',
    unsupported: { type: inner },
    errors: [{ code: 131051, title, message: title, error_data: { details: 'Message type is currently not supported.' } }],
  }
}

/** The first message of somebody who came by an ad, with or without the ad's click id. */
export function buildAdMessage(origin: string, text: string, headline: string, source: 'ad' | 'post'): CustomerMessage {
  const image = `${origin}/phone/samples/anuncio.jpg`
  return {
    type: 'text',
    text: { body: text },
    referral: {
      source_url: `https://fb.me/${source === 'ad' ? '2AnuncioPraia' : '2PostPraia'}`,
      source_id: source === 'ad' ? '120210000000000001' : '120210000000000002',
      source_type: source,
      headline,
      body: 'Café da manhã na varanda e pé na areia. Fale com a gente pelo chat.',
      media_type: 'image',
      image_url: image,
      thumbnail_url: image,
      ...(source === 'ad' ? { ctwa_clid: 'ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0HR4irJ6LEkR7JwFF4XvnO2E4Nx0-eM-GABDLOPaOdRMv-_zfUQ2a' } : {}),
      welcome_message: { text: 'Oi! Que bom que você veio pelo anúncio. Como podemos ajudar?' },
    },
  }
}

/** A question about a product of the catalogue. */
export function buildProductQuestion(product: Product): CustomerMessage {
  return {
    type: 'text',
    text: { body: `Quero saber mais sobre: ${product.name}` },
    context: { referred_product: { catalog_id: CATALOGUE_ID, product_retailer_id: product.id } },
  }
}

/** An order with these amounts; products without an amount are left out. */
export function buildOrder(amounts: Map<string, number>, note: string): CustomerMessage {
  const items: JsonObject[] = PRODUCTS.filter((product) => (amounts.get(product.id) ?? 0) > 0).map((product) => ({
    product_retailer_id: product.id,
    quantity: amounts.get(product.id) ?? 0,
    item_price: product.price,
    currency: 'BRL',
  }))
  return { type: 'order', order: { catalog_id: CATALOGUE_ID, ...(note ? { text: note } : {}), product_items: items } }
}

/** A contact card, with the phone as other people's phones write it. */
export function buildContactCard(name: string, phone: string, email = ''): CustomerMessage {
  const [first = name, ...rest] = name.trim().split(/\s+/)
  const digits = phone.replace(/\D/g, '')
  return {
    type: 'contacts',
    contacts: [
      {
        name: { formatted_name: name, first_name: first, ...(rest.length > 0 ? { last_name: rest.join(' ') } : {}) },
        ...(digits ? { phones: [{ phone, wa_id: digits, type: 'CELL' }] } : {}),
        ...(email ? { emails: [{ email, type: 'WORK' }] } : {}),
      },
    ],
  }
}

import type { InboundMessage } from '../../../messages/inbound.ts'
import { id, list, num, type Obj, obj, present, str, timeOf } from './read.ts'

export type Part = Pick<InboundMessage, 'type' | 'body' | 'content' | 'media' | 'reaction'>
export const part = (p: Partial<Part> & { type: string }): Part => ({ body: null, content: {}, media: null, reaction: null, ...p })

const FIELDS_MAX = 60
const VALUE_MAX = 2000
const BODY_MAX = 2000

function replyPart(reply: Obj, by: 'button' | 'list'): Part | null {
  const title = str(reply.title, 1000) ?? str(reply.id, 1000)
  if (!title) return null
  return part({ type: 'button_reply', body: title, content: present({ payload: str(reply.id, 1000), by, description: str(reply.description, 1000) }) })
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Names and values of anything at all, flat: `address.city`. What a customer entered is untrusted text. */
function flatten(value: unknown, path: string, depth: number, out: { name: string; value: string }[]): void {
  if (out.length >= FIELDS_MAX || value === null || value === undefined) return
  if (typeof value !== 'object') {
    const text = str(typeof value === 'boolean' ? (value ? 'sim' : 'não') : value, VALUE_MAX)
    if (text !== null) out.push({ name: path || 'resposta', value: text })
    return
  }
  const entries = Array.isArray(value) ? value.map((v, i): [string, unknown] => [String(i + 1), v]) : Object.entries(value)
  if (Array.isArray(value) && value.every((v) => typeof v !== 'object')) {
    const text = str(value.map((v) => str(v, VALUE_MAX) ?? '').join(', '), VALUE_MAX)
    if (text !== null) out.push({ name: path || 'resposta', value: text })
    return
  }
  if (depth > 5) return
  for (const [key, inner] of entries) flatten(inner, [path, str(key, 100) ?? ''].filter((s) => s !== '').join('.'), depth + 1, out)
}

/** What the flow's endpoint put there for itself. */
const INTERNAL = new Set(['flow_token'])

/** A filled form. Its answers come as a string of JSON, to be parsed a second time (Cloud API, flows, receive a response). */
function flowPart(reply: Obj): Part {
  const parsed = typeof reply.response_json === 'string' ? parseJson(reply.response_json) : reply.response_json
  const fields: { name: string; value: string }[] = []
  flatten(parsed, '', 0, fields)
  const shown = fields.filter((f) => !INTERNAL.has(f.name))
  const body = str(reply.body, BODY_MAX)
  const words = shown.map((f) => f.value).join(' · ')
  return part({ type: 'flow_reply', body: str(words, BODY_MAX) ?? body, content: { name: str(reply.name, 100) ?? 'flow', answer: body ?? '', fields: shown } })
}

function callPermissionPart(reply: Obj): Part | null {
  const response = reply.response
  if (response !== 'accept' && response !== 'reject') return null
  const seconds = num(reply.expiration_timestamp)
  const expiresAt = seconds === null || seconds > 9_999_999_999 ? null : timeOf(seconds, new Date(seconds * 1000)).toISOString()
  return part({ type: 'call_permission', content: { response, permanent: reply.is_permanent === true, expiresAt } })
}

/** Documented since August 2026 by name only: whatever is known of the product is shown. */
function productPart(inner: Obj): Part {
  const product = obj(inner.product)
  const productId = id(product.product_retailer_id) ?? id(product.id)
  const catalogId = id(product.catalog_id)
  const body =
    str(obj(inner.body).text, BODY_MAX) ?? str(product.title, BODY_MAX) ?? str(product.name, BODY_MAX) ?? (productId ? `Produto ${productId}` : 'Produto')
  return part({ type: 'text', body, content: productId ? { product: { catalogId: catalogId ?? '', productId } } : {} })
}

/** An answer to something interactive of ours (Cloud API, interactive messages webhook). */
export function interactivePart(m: Obj): Part | null {
  const inner = obj(m.interactive)
  if (inner.button_reply) return replyPart(obj(inner.button_reply), 'button')
  if (inner.list_reply) return replyPart(obj(inner.list_reply), 'list')
  if (inner.nfm_reply) return flowPart(obj(inner.nfm_reply))
  if (inner.call_permission_reply) return callPermissionPart(obj(inner.call_permission_reply))
  return inner.type === 'product' ? productPart(inner) : null
}

const ITEMS_MAX = 200
/** What a person ordered from the catalogue; amounts as Meta writes them, in the currency's whole units. */
export function orderPart(m: Obj): Part | null {
  const order = obj(m.order)
  const items = list(order.product_items)
    .slice(0, ITEMS_MAX)
    .map((item) => ({
      productId: id(item.product_retailer_id) ?? '?',
      quantity: num(item.quantity) ?? 1,
      price: num(item.item_price) ?? 0,
      currency: str(item.currency, 3) ?? '',
    }))
  if (items.length === 0 && !order.catalog_id) return null
  const currencies = new Set(items.map((i) => i.currency))
  const [currency] = currencies
  const known = currencies.size === 1 && currency !== undefined && currency !== ''
  // Cents, so that 0.1 + 0.2 is 0.3.
  const total = known ? items.reduce((sum, i) => sum + Math.round(i.price * 100) * i.quantity, 0) / 100 : null
  const text = str(order.text, BODY_MAX)
  return part({ type: 'order', body: text, content: { order: { catalogId: id(order.catalog_id), text, items, total, currency: known ? currency : null } } })
}

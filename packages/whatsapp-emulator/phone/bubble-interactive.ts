import type { PhoneMessage } from '../src/control/phone-message.ts'
import { type Json, type JsonObject, readObject, readObjects, readText } from '../src/json.ts'
import { buildHeader } from './bubble-media.ts'
import { buildCarousel } from './carousel.ts'
import type { ChatContext } from './chat-context.ts'
import { contentOf } from './describe-message.ts'
import { h } from './dom.ts'
import { parseObject } from './flow-scope.ts'
import { formatText } from './format-text.ts'
import { PRODUCTS } from './send-special.ts'

/** What stands above the buttons of an interactive message of the business, or the answer of the customer. */
export function buildInteractive(context: ChatContext, message: PhoneMessage): Node[] {
  const content = contentOf(message)
  if (message.direction === 'inbound') return buildAnswer(content)
  const footer = readText(readObject(content, 'footer'), 'text')
  const body = readText(readObject(content, 'body'), 'text') ?? (content.type === 'call_permission_request' ? 'Podemos ligar para você por aqui?' : '')
  return [
    ...buildHeader(readObject(content, 'header')),
    h('span', {}, formatText(body)),
    ...(footer ? [h('span', { class: 'foot' }, footer)] : []),
    ...buildProducts(content),
    ...(content.type === 'carousel' ? [buildCarousel(context, message, readObjects(readObject(content, 'action'), 'cards'))] : []),
  ]
}

function buildAnswer(content: JsonObject): Node[] {
  const answer = readObject(content, 'button_reply') ?? readObject(content, 'list_reply')
  if (answer) {
    const description = readText(answer, 'description')
    return [h('span', {}, readText(answer, 'title') ?? ''), ...(description ? [h('span', { class: 'foot' }, description)] : [])]
  }
  const form = readObject(content, 'nfm_reply')
  if (form) return buildFormAnswer(form)
  const permission = readObject(content, 'call_permission_reply')
  if (permission) return [h('span', {}, permission.response === 'accept' ? 'Permiti ligações' : 'Não permiti ligações')]
  return [h('span', {}, 'Resposta enviada')]
}

function buildFormAnswer(form: JsonObject): Node[] {
  const rows = Object.entries(parseObject(readText(form, 'response_json'))).filter(([key]) => key !== 'flow_token')
  const list = h('dl', {}, ...rows.flatMap(([key, value]) => [h('dt', {}, key.replaceAll('_', ' ')), h('dd', {}, describeValue(value))]))
  return [h('div', { class: 'form-answer' }, h('b', {}, 'Formulário enviado'), list)]
}

function describeValue(value: Json): string {
  if (typeof value === 'boolean') return value ? 'sim' : 'não'
  return Array.isArray(value) ? value.join(', ') : String(value ?? '')
}

function buildProducts(content: JsonObject): Node[] {
  const action = readObject(content, 'action')
  const single = content.type === 'product' ? readText(action, 'product_retailer_id') : undefined
  if (single) return [buildProduct(single)]
  if (content.type !== 'product_list') return []
  return readObjects(action, 'sections').flatMap((section) => [
    h('b', { class: 'section' }, readText(section, 'title') ?? 'Produtos'),
    ...readObjects(section, 'product_items').map((item) => buildProduct(readText(item, 'product_retailer_id') ?? '')),
  ])
}

function buildProduct(id: string): HTMLElement {
  const product = PRODUCTS.find((entry) => entry.id === id)
  return h(
    'div',
    { class: 'origin product' },
    h('span', { class: 'tile', 'aria-hidden': 'true' }, product?.sign ?? '🛍️'),
    h('div', {}, h('b', {}, product?.name ?? id), h('small', {}, product ? `R$ ${product.price},00` : 'Produto do catálogo')),
  )
}

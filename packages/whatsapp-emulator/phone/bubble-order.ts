import { type JsonObject, readObjects, readText } from '../src/json.ts'
import { h } from './dom.ts'
import { formatMoney } from './format-money.ts'
import { PRODUCTS } from './send-special.ts'

/** The items of an order with their total. */
export function buildOrderCard(order: JsonObject): HTMLElement {
  const items = readObjects(order, 'product_items')
  const total = items.reduce((sum, item) => sum + Number(item.item_price ?? 0) * Number(item.quantity ?? 0), 0)
  const currency = readText(items[0], 'currency') ?? 'BRL'
  const count = items.reduce((sum, item) => sum + Number(item.quantity ?? 0), 0)
  const note = readText(order, 'text')
  return h(
    'div',
    { class: 'order' },
    h('b', {}, `Pedido · ${count} ${count === 1 ? 'item' : 'itens'}`),
    h(
      'ul',
      {},
      ...items.map((item) => {
        const id = readText(item, 'product_retailer_id')
        const product = PRODUCTS.find((entry) => entry.id === id)
        const price = formatMoney(Number(item.item_price ?? 0) * Number(item.quantity ?? 0), currency)
        return h(
          'li',
          {},
          h('span', { 'aria-hidden': 'true' }, product?.sign ?? '🛍️'),
          h('span', {}, `${item.quantity} × ${product?.name ?? id ?? ''}`),
          h('span', {}, price),
        )
      }),
    ),
    h('div', { class: 'total' }, h('span', {}, 'Total'), h('b', {}, formatMoney(total, currency))),
    note ? h('p', {}, note) : null,
  )
}

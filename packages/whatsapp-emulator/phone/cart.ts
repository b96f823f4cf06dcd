import type { ChatContext } from './chat-context.ts'
import { h, iconButton, showNotice } from './dom.ts'
import { formatMoney } from './format-money.ts'
import { buildOrder, buildProductQuestion, PRODUCTS } from './send-special.ts'
import { openSheet } from './sheet.ts'

/** The sample catalogue with a cart: an order, or a question about one product. */
export function openCart(context: ChatContext): void {
  const amounts = new Map<string, number>()
  const note = h('input', { placeholder: 'Observação (opcional)', 'aria-label': 'Observação do pedido', maxlength: 200 })
  const send = h('button', { type: 'button', class: 'button main wide' }, '')
  const counts = new Map<string, HTMLElement>()

  function refresh(): void {
    const total = PRODUCTS.reduce((sum, product) => sum + product.price * (amounts.get(product.id) ?? 0), 0)
    send.textContent = total > 0 ? `Enviar pedido · ${formatMoney(total)}` : 'Escolha ao menos um item'
    send.classList.toggle('idle', total === 0)
    for (const [id, count] of counts) count.textContent = String(amounts.get(id) ?? 0)
  }
  function change(id: string, by: number): void {
    amounts.set(id, Math.max(0, Math.min(99, (amounts.get(id) ?? 0) + by)))
    refresh()
  }
  const rows = PRODUCTS.map((product) => {
    const count = h('output', { 'aria-label': `Quantidade de ${product.name}` }, '0')
    counts.set(product.id, count)
    const ask = (): void => {
      close()
      context.send(buildProductQuestion(product))
    }
    return h(
      'li',
      {},
      h('span', { class: 'tile', 'aria-hidden': 'true' }, product.sign),
      h(
        'div',
        {},
        h('b', {}, product.name),
        h('small', {}, formatMoney(product.price)),
        h('button', { type: 'button', class: 'link', onclick: ask }, 'Perguntar'),
      ),
      iconButton('minus', `Menos ${product.name}`, () => change(product.id, -1)),
      count,
      iconButton('plus', `Mais ${product.name}`, () => change(product.id, 1)),
    )
  })
  send.addEventListener('click', () => {
    const order = buildOrder(amounts, note.value.trim())
    if ([...amounts.values()].every((amount) => amount === 0)) {
      showNotice('O carrinho está vazio: toque no + de um item.')
      return
    }
    close()
    context.send(order)
  })
  refresh()
  const close = openSheet(context.screen, 'Catálogo de exemplo', h('ul', { class: 'cart' }, ...rows), note, send)
}

import { attempt, removeCustomer, saveCustomer, setOnline } from './api-client.ts'
import type { ChatContext } from './chat-context.ts'
import { h, icon } from './dom.ts'

/** The menu of one phone: which business it talks to, network, read receipts, take it off the desk. */
export function openPhoneMenu(context: ChatContext, anchor: HTMLElement): void {
  const { customer, number, state } = context
  const save = (changes: { phoneNumberId?: string; readReceipts?: boolean }): void =>
    attempt(saveCustomer({ name: customer.name, phone: customer.phone, waId: customer.waId, ...changes }), 'Não deu para mudar o telefone')
  const close = (): void => {
    menu.remove()
    document.removeEventListener('pointerdown', outside, true)
    anchor.setAttribute('aria-expanded', 'false')
  }
  const leave = (): void => {
    close()
    anchor.focus()
  }
  const outside = (event: Event): void => {
    if (event.target instanceof Node && !menu.contains(event.target) && !anchor.contains(event.target)) close()
  }
  const choice = h(
    'select',
    {},
    ...state.numbers.map((entry) =>
      h(
        'option',
        { value: entry.phoneNumberId, selected: entry.phoneNumberId === number.phoneNumberId },
        `${entry.verifiedName} · ${entry.displayPhoneNumber}`,
      ),
    ),
  )
  choice.addEventListener('change', () => {
    close()
    save({ phoneNumberId: choice.value })
  })
  const online = h('input', { type: 'checkbox', class: 'switch', role: 'switch', checked: customer.online })
  online.addEventListener('change', () => attempt(setOnline(customer.waId, online.checked), 'Não deu para mudar a rede'))
  const receipts = h('input', { type: 'checkbox', class: 'switch', role: 'switch', checked: customer.readReceipts })
  receipts.addEventListener('change', () => save({ readReceipts: receipts.checked }))
  const remove = (): void => {
    close()
    attempt(removeCustomer(customer.waId), 'Não deu para tirar o telefone')
  }
  const menu = h(
    'div',
    {
      class: 'menu',
      role: 'dialog',
      'aria-label': 'Opções do telefone',
      onkeydown: (event: KeyboardEvent) => event.key === 'Escape' && leave(),
    },
    h('label', { class: 'tall' }, 'Conversando com', choice),
    h('label', {}, 'Com internet', online),
    h('label', {}, 'Confirma leitura', receipts),
    h('button', { type: 'button', class: 'harm', onclick: remove }, icon('trash', 18), 'Tirar da mesa'),
  )
  if (anchor.getAttribute('aria-expanded') === 'true') {
    context.screen.querySelector('.menu')?.remove()
    anchor.setAttribute('aria-expanded', 'false')
    return
  }
  anchor.setAttribute('aria-expanded', 'true')
  context.screen.append(menu)
  document.addEventListener('pointerdown', outside, true)
  choice.focus()
}

import { attempt, customerPath, post, removeCustomer, saveCustomer, setOnline } from './api-client.ts'
import type { ChatContext } from './chat-context.ts'
import { h, type IconName, icon } from './dom.ts'
import { openGroups } from './group-sheet.ts'
import { openIdentity } from './identity-sheet.ts'
import { keyOf } from './page-state.ts'

/** The menu of one phone: which chat it shows, network, read receipts, blocking, offers, identity, take it off the desk. */
export function openPhoneMenu(context: ChatContext, anchor: HTMLElement): void {
  if (anchor.getAttribute('aria-expanded') === 'true') {
    context.screen.querySelector('.menu')?.remove()
    anchor.setAttribute('aria-expanded', 'false')
    return
  }
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
  const choice = buildNumberChoice(context, close)
  const action = (sign: IconName, label: string, work: () => void, className = ''): HTMLElement => {
    const run = (): void => {
      close()
      work()
    }
    return h('button', { type: 'button', class: className, onclick: run }, icon(sign, 18), label)
  }
  const { customer } = context
  const menu = h(
    'div',
    {
      class: 'menu',
      role: 'dialog',
      'aria-label': 'Opções do telefone',
      onkeydown: (event: KeyboardEvent) => event.key === 'Escape' && leave(),
    },
    h('label', { class: 'tall' }, 'Conversando com', choice),
    ...buildSwitches(context),
    action('people', 'Grupos…', () => openGroups(context)),
    action('person', 'Perfil e número…', () => openIdentity(context)),
    action('trash', 'Tirar da mesa', () => attempt(removeCustomer(customer.waId), 'Não deu para tirar o telefone'), 'harm'),
  )
  anchor.setAttribute('aria-expanded', 'true')
  context.screen.append(menu)
  document.addEventListener('pointerdown', outside, true)
  choice.focus()
}

function buildNumberChoice(context: ChatContext, close: () => void): HTMLSelectElement {
  const { customer, number, state } = context
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
    context.showGroup(null)
    attempt(saveCustomer({ name: customer.name, phone: customer.phone, waId: customer.waId, phoneNumberId: choice.value }), 'Não deu para mudar o telefone')
  })
  return choice
}

function buildSwitches(context: ChatContext): HTMLElement[] {
  const { customer, number, state } = context
  const chat = state.chats.get(keyOf(number.phoneNumberId, customer.waId))
  const toggle = (label: string, checked: boolean, change: (on: boolean) => void): HTMLElement => {
    const input = h('input', { type: 'checkbox', class: 'switch', role: 'switch', checked })
    input.addEventListener('change', () => change(input.checked))
    return h('label', {}, label, input)
  }
  const about = (what: string, body: object): void =>
    post(customerPath(customer.waId, what), { ...body, phoneNumberId: number.phoneNumberId }, 'Não deu para mudar')
  return [
    toggle('Com internet', customer.online, (on) => attempt(setOnline(customer.waId, on), 'Não deu para mudar a rede')),
    toggle('Confirma leitura', customer.readReceipts, (on) =>
      attempt(saveCustomer({ name: customer.name, phone: customer.phone, waId: customer.waId, readReceipts: on }), 'Não deu para mudar o telefone'),
    ),
    toggle('Recebe ofertas', chat?.marketingStopped !== true, (on) => about('marketing', { value: on ? 'resume' : 'stop' })),
    toggle('Negócio bloqueado', chat?.blockedByCustomer === true, (on) => about('block', { blocked: on })),
  ]
}

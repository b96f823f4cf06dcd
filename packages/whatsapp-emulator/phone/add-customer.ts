import { attempt, saveCustomer } from './api-client.ts'
import { h, showNotice } from './dom.ts'
import type { PageState } from './page-state.ts'

/** The dialog to put one more phone on the desk: a new customer or one who has written before. */
export function openAddCustomer(state: PageState, added: (waId: string) => void): void {
  const name = h('input', { name: 'name', required: true, maxlength: 60, autocomplete: 'off', placeholder: 'Ex.: João Pereira' })
  const phone = h('input', { name: 'phone', required: true, inputmode: 'tel', autocomplete: 'off', value: suggestPhone(state) })
  const business = h(
    'select',
    { name: 'business' },
    ...state.numbers.map((number) => h('option', { value: number.phoneNumberId }, `${number.verifiedName} · ${number.displayPhoneNumber}`)),
  )
  const others = state.customers.filter((customer) => !customer.onDesk).slice(0, 30)
  const put = (customer: Parameters<typeof saveCustomer>[0]): void => {
    const digits = (customer.waId ?? customer.phone).replace(/\D/g, '')
    if (digits.length < 10 || digits.length > 15) {
      showNotice('Escreva o telefone com país e DDD, por exemplo +55 11 91234-5678.')
      return
    }
    dialog.close()
    attempt(
      saveCustomer({ ...customer, onDesk: true }).then(() => added(digits)),
      'O cliente não foi adicionado',
    )
  }
  const form = h(
    'form',
    {},
    h('label', {}, 'Nome do cliente', name),
    h('label', {}, 'Telefone, com país e DDD', phone),
    h('label', {}, 'Conversa com', business),
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', class: 'button', onclick: () => dialog.close() }, 'Cancelar'),
      h('button', { class: 'button main' }, 'Adicionar'),
    ),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    put({ name: name.value.trim(), phone: phone.value, phoneNumberId: business.value })
  })
  const back = others.map((customer) =>
    h(
      'button',
      { type: 'button', onclick: () => put({ name: customer.name, phone: customer.phone, waId: customer.waId }) },
      customer.name,
      h('span', {}, customer.phone === customer.name ? '' : customer.phone),
    ),
  )
  const dialog = h(
    'dialog',
    { 'aria-label': 'Adicionar cliente' },
    h('h2', {}, 'Adicionar cliente'),
    ...(back.length > 0 ? [h('div', { class: 'others' }, ...back)] : []),
    form,
  )
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
  name.focus()
}

/** A phone nobody on the desk has yet. */
function suggestPhone(state: PageState): string {
  const taken = new Set(state.customers.map((customer) => customer.waId))
  for (let place = 1; ; place += 1) {
    const tail = String(1000 + place * 111).slice(-4)
    if (!taken.has(`551191234${tail}`)) return `+55 11 91234-${tail}`
  }
}

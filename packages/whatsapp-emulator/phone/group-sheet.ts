import { call, customerPath, post } from './api-client.ts'
import type { ChatContext } from './chat-context.ts'
import { h, showNotice } from './dom.ts'
import { openSheet } from './sheet.ts'

/** Groups of this number: open, enter by the invite link, leave. The business creates them through the API. */
export function openGroups(context: ChatContext): void {
  const { customer, number, state } = context
  const own = state.groups.filter((group) => group.phoneNumberId === number.phoneNumberId)
  const link = h('input', { placeholder: 'https://chat.whatsapp.com/…', 'aria-label': 'Link de convite' })
  const join = (invite: string): void => {
    close()
    call('POST', customerPath(customer.waId, 'join'), { invite })
      .then(() => showNotice('Pedido enviado ao grupo.'))
      .catch((error: unknown) => showNotice(`Não deu para entrar: ${error instanceof Error ? error.message : String(error)}`))
  }
  const open = (id: string | null): void => {
    close()
    context.showGroup(id)
  }
  const form = h(
    'form',
    { class: 'sheet-form' },
    h('label', { class: 'field-line' }, 'Entrar pelo link de convite', link),
    h('button', { class: 'button main wide' }, 'Entrar'),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (link.value.trim()) join(link.value)
  })
  const rows = own.map((group) => {
    const member = group.participants.includes(customer.waId)
    const asked = group.joinRequests.some((request) => request.waId === customer.waId)
    const leave = (): void => {
      close()
      context.showGroup(null)
      post(customerPath(customer.waId, 'leave'), { groupId: group.id }, 'Não deu para sair')
    }
    const people = `${group.participants.length} ${group.participants.length === 1 ? 'pessoa' : 'pessoas'}`
    return h(
      'li',
      {},
      h('div', {}, h('b', {}, group.subject), h('small', {}, asked ? 'Aguardando aprovação' : people)),
      ...(member
        ? [
            h('button', { type: 'button', class: 'button', onclick: () => open(group.id) }, 'Abrir'),
            h('button', { type: 'button', class: 'link harm', onclick: leave }, 'Sair'),
          ]
        : [h('button', { type: 'button', class: 'button', onclick: () => join(group.id) }, asked ? 'Pedir de novo' : 'Entrar')]),
    )
  })
  const back = context.group
    ? [h('button', { type: 'button', class: 'button wide', onclick: () => open(null) }, `Voltar à conversa com ${number.verifiedName}`)]
    : []
  const empty = own.length === 0 ? [h('p', { class: 'hint' }, 'O negócio ainda não criou grupos (POST /{número}/groups).')] : []
  const close = openSheet(context.screen, 'Grupos', ...back, ...empty, h('ul', { class: 'group-list' }, ...rows), form)
}

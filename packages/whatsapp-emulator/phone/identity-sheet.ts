import { call, customerPath, post } from './api-client.ts'
import type { ChatContext } from './chat-context.ts'
import { h, showNotice } from './dom.ts'
import { openForm } from './form-sheet.ts'
import { openSheet } from './sheet.ts'

/** Name, username, number and identifiers of one customer. */
export function openIdentity(context: ChatContext): void {
  const { customer, number } = context
  const item = (label: string, hint: string, work: () => void): HTMLElement => {
    const run = (): void => {
      close()
      work()
    }
    return h('button', { type: 'button', onclick: run }, label, h('small', {}, hint))
  }
  const close = openSheet(
    context.screen,
    'Perfil e número',
    h(
      'div',
      { class: 'options' },
      item('Nome e usuário', customer.username ? `${customer.name} · @${customer.username}` : customer.name, () => openProfile(context)),
      item('Mudar de número', `Hoje: ${customer.phone}`, () => openNewPhone(context)),
      item('Trocar o identificador', 'O negócio recebe um aviso sem telefone (user_changed_user_id)', () =>
        post(customerPath(customer.waId, 'user-id'), {}, 'O identificador não mudou'),
      ),
      item('Trocar o código de segurança', 'Como ao trocar de aparelho (user_identity_changed)', () =>
        post(customerPath(customer.waId, 'identity'), { phoneNumberId: number.phoneNumberId }, 'O código não mudou'),
      ),
    ),
  )
}

function openProfile(context: ChatContext): void {
  const { customer } = context
  openForm(context.screen, {
    title: 'Nome e usuário',
    submit: 'Salvar',
    fields: [
      { name: 'name', label: 'Nome no perfil', value: customer.name, required: true, hint: 'O negócio vê o novo nome na próxima mensagem.' },
      { name: 'username', label: 'Nome de usuário (vazio = nenhum)', value: customer.username ?? '' },
    ],
    done: ({ name, username = '' }) =>
      post(customerPath(customer.waId, 'profile'), { name, username: username.replace(/^@/, '') || null }, 'O perfil não mudou'),
  })
}

function openNewPhone(context: ChatContext): void {
  const { customer } = context
  openForm(context.screen, {
    title: 'Mudar de número',
    submit: 'Mudar e avisar o negócio',
    intro: 'A conversa vai junto; o número antigo deixa de ter WhatsApp.',
    fields: [
      { name: 'phone', label: 'Número novo, com país e DDD', value: suggestPhone(customer.waId), type: 'tel', required: true },
      {
        name: 'shape',
        label: 'Forma do aviso',
        value: 'current',
        options: [
          { value: 'current', label: 'Atual (com previous_user_id)' },
          { value: 'body-only', label: 'Até agosto de 2026 (só no texto)' },
          { value: 'legacy', label: 'Antiga (new_wa_id)' },
        ],
      },
    ],
    done: (values) => {
      call('POST', customerPath(customer.waId, 'phone'), values).catch((error: unknown) => showNotice(`O número não mudou: ${String(error)}`))
    },
  })
}

function suggestPhone(waId: string): string {
  const tail = String((Number(waId.slice(-4)) + 1111) % 10_000).padStart(4, '0')
  return `+${waId.slice(0, 2)} ${waId.slice(2, 4)} ${waId.slice(4, -4)}-${tail}`
}

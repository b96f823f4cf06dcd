import type { PhoneMessage } from '../../src/control/phone-message.ts'
import { h, showNotice } from '../dom.ts'
import { keyOf } from '../page-state.ts'
import type { Backstage } from './backstage.ts'
import { button, hint, line, run, toggle } from './controls.ts'

/** The Business app on the same number: echoes of what is typed there, history, address book. */
export function buildAppSection({ state, number, customer, platform }: Backstage): Node[] {
  const { phoneNumberId } = number
  const { coexistence } = platform.number
  const share = toggle(
    'Número também no aplicativo',
    coexistence,
    (on) => run('PATCH', `numbers/${phoneNumberId}/platform`, { coexistence: on }, ''),
    'edições e exclusões chegam de verdade',
  )
  if (!coexistence) return [share, hint('Ligue para enviar ecos, histórico e agenda. Sem isso, edições e exclusões do cliente chegam como “não suportada”.')]
  const text = h('input', { value: 'Respondi pelo celular da recepção 🙂', 'aria-label': 'Mensagem pelo aplicativo' })
  const echo = (message: object): void => {
    if (customer) run('POST', 'echoes', { to: customer.waId, phoneNumberId, message }, 'Eco enviado.')
  }
  // Looked up when it is needed: messages come without the panel being drawn anew.
  const findLast = (): PhoneMessage | undefined =>
    customer && [...(state.messages.get(keyOf(phoneNumberId, customer.waId))?.values() ?? [])].findLast((message) => message.fromApp && !message.deletedAt)
  const onLast = (build: (id: string) => object) => (): void => {
    const last = findLast()
    if (last) echo(build(last.id))
    else showNotice('Ainda não há mensagem escrita pelo aplicativo nesta conversa.')
  }
  return [
    share,
    h('h4', {}, `Escrever pelo aplicativo${customer ? ` para ${customer.name}` : ''}`),
    line(
      text,
      button('Enviar', () => echo({ type: 'text', text: { body: text.value } })),
    ),
    line(
      button('Foto', () => echo({ type: 'image', image: { sample: 'image', caption: 'O quarto de vocês' } })),
      button(
        'Editar a última',
        onLast((id) => ({ type: 'edit', edit: { original_message_id: id, message: { type: 'text', text: { body: `${text.value} (corrigido)` } } } })),
      ),
      button(
        'Apagar a última',
        onLast((id) => ({ type: 'revoke', revoke: { original_message_id: id } })),
      ),
    ),
    h('h4', {}, 'Sincronizações'),
    line(
      button('Histórico (3 fases)', () => run('POST', 'history', { phoneNumberId }, 'Histórico enviado.')),
      button('Recusar histórico (2593109)', () => run('POST', 'history', { phoneNumberId, refused: true }, 'Recusa enviada.')),
    ),
    line(
      button('Agenda: incluir', () => run('POST', 'app-contacts', { phoneNumberId }, 'Agenda enviada.')),
      button('Agenda: remover', () => run('POST', 'app-contacts', { phoneNumberId, action: 'remove' }, 'Remoção enviada.')),
    ),
    line(
      button('Desligada (OFFBOARDED)', () => run('POST', 'fields/account_update', { phoneNumberId, event: 'ACCOUNT_OFFBOARDED' }, 'Aviso enviado.')),
      button('Reconectada', () => run('POST', 'fields/account_update', { phoneNumberId, event: 'ACCOUNT_RECONNECTED' }, 'Aviso enviado.')),
    ),
  ]
}

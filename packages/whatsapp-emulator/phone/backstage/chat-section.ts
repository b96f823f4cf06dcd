import { h, showNotice } from '../dom.ts'
import { keyOf } from '../page-state.ts'
import type { Backstage } from './backstage.ts'
import { button, choice, hint, line, pick, run } from './controls.ts'

const ROLES = ['ai_agent', 'ctwa', 'customer_service', 'escalation', 'marketing', 'utility'] as const

interface Target {
  stage: Backstage
  who: { customer: string; phoneNumberId: string }
}

/** Window, clock, who has the chat, calls, payments and errors. */
export function buildChatSection(stage: Backstage): Node[] {
  const { state, number, customer } = stage
  if (!customer) return [hint('Ponha um cliente na mesa.')]
  const { phoneNumberId } = number
  const from = { from: customer.waId, phoneNumberId }
  const target: Target = { stage, who: { customer: customer.waId, phoneNumberId } }
  const clock = new Intl.DateTimeFormat('pt-BR', { dateStyle: 'short', timeStyle: 'short' }).format(state.now())
  const forward = (hours: number, label: string): HTMLElement => button(label, () => run('POST', 'advance-clock', { hours }, 'Relógio adiantado.'))
  return [
    h('h4', {}, 'Janela de 24 h'),
    line(
      button('Abrir', () => run('POST', 'window', { ...from, open: true }, 'Janela aberta.')),
      button('Fechar', () => run('POST', 'window', { ...from, open: false }, 'Janela fechada.')),
    ),
    h('h4', {}, `Relógio do emulador: ${clock}`),
    line(forward(1, '+1 h'), forward(24, '+1 dia'), forward(24 * 7, '+7 dias'), forward(24 * 30, '+30 dias')),
    ...buildRouting(target),
    ...buildCalls(target),
    ...buildPayment(target),
    ...buildErrors(phoneNumberId),
  ]
}

function buildRouting({ stage, who }: Target): Node[] {
  const chat = stage.state.chats.get(keyOf(who.phoneNumberId, who.customer))
  const text = h('input', { value: 'Sou a assistente virtual. Qual a data da sua viagem?', 'aria-label': 'Resposta do agente' })
  const pass = (role: string): void => {
    const summary = role ? '' : 'Cliente pediu uma pessoa: quer confirmar a reserva.'
    run('POST', 'thread', { ...who, role: role || null, summary }, 'Conversa entregue.')
  }
  const answer = (): void => run('POST', 'agent-messages', { ...who, message: { type: 'text', text: { body: text.value } } }, 'Resposta enviada.')
  return [
    h('h4', {}, 'Roteamento da conversa'),
    choice('Quem atende', chat?.threadRole ?? '', [['', 'Este aplicativo'], ...ROLES.map((role) => [role, role] as const)], pass),
    hint('Com ai_agent, o que o cliente escreve chega no campo “standby”; a passagem vai em “messaging_handovers”.'),
    line(text, button('Responder como agente', answer)),
  ]
}

function buildCalls({ stage, who }: Target): Node[] {
  const ring = (event: string) => (): void => {
    const live = stage.state.calls.find((entry) => entry.waId === who.customer && entry.phoneNumberId === who.phoneNumberId)
    run('POST', 'calls', { ...who, event, ...(live ? { callId: live.id } : {}) }, '')
  }
  return [
    h('h4', {}, 'Ligações'),
    line(
      button('Cliente liga', ring('connect')),
      button('Desliga', ring('terminate')),
      button('Toca', ring('ringing')),
      button('Atende', ring('accepted')),
      button('Recusa', ring('rejected')),
    ),
  ]
}

function buildPayment({ stage, who }: Target): Node[] {
  const status = pick('Situação do pagamento', [
    ['captured', 'Pago'],
    ['pending', 'Pendente'],
    ['failed', 'Falhou'],
  ])
  const send = (): void => {
    const messages = [...(stage.state.messages.get(keyOf(who.phoneNumberId, who.customer))?.values() ?? [])]
    const last = messages.findLast((message) => message.direction === 'outbound')
    if (last) run('POST', 'payments', { messageId: last.id, status: status.value }, 'Pagamento avisado.')
    else showNotice('O negócio ainda não escreveu nesta conversa.')
  }
  return [h('h4', {}, 'Pagamento da última mensagem do negócio'), line(status, button('Enviar', send))]
}

function buildErrors(phoneNumberId: string): Node[] {
  const code = h('input', { type: 'number', value: 131000, 'aria-label': 'Código do erro' })
  const send = (): void => run('POST', 'errors', { phoneNumberId, code: Number(code.value) }, 'Erro avisado.')
  return [h('h4', {}, 'Erro do número (value.errors)'), line(code, button('Enviar', send))]
}

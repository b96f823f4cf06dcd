import type { PhoneMessage } from '../src/control/phone-message.ts'
import type { CustomerMessage } from '../src/emulator-types.ts'
import { type JsonObject, readObject, readObjects, readText } from '../src/json.ts'
import { openAddressForm } from './address-form.ts'
import { openCart } from './cart.ts'
import type { ChatContext } from './chat-context.ts'
import { buildLinkButton, startCall } from './choice-actions.ts'
import { contentOf } from './describe-message.ts'
import { h, icon, showNotice } from './dom.ts'
import { openFlowForm } from './flow-form.ts'
import { sendPlace } from './send-place.ts'
import { buildContactCard } from './send-special.ts'
import { openSheet } from './sheet.ts'
import { buildTemplateButtons } from './template-view.ts'

type Answer = (message: CustomerMessage) => void
type Builder = (context: ChatContext, message: PhoneMessage, action: JsonObject, answer: Answer) => HTMLElement[]

/** The buttons under an interactive message or a template; null when it has none. */
export function buildChoices(context: ChatContext, message: PhoneMessage): HTMLElement | null {
  if (message.direction === 'inbound') return null
  const content = contentOf(message)
  const answer: Answer = (reply) => context.send({ ...reply, context: { message_id: message.id } })
  const build = message.type === 'interactive' ? BUILDERS[String(content.type)] : undefined
  const buttons =
    message.type === 'template' ? buildTemplateButtons(context, message) : (build?.(context, message, readObject(content, 'action') ?? {}, answer) ?? [])
  return buttons.length > 0 ? h('div', { class: 'choices' }, ...buttons) : null
}

const interactive = (content: JsonObject): CustomerMessage => ({ type: 'interactive', interactive: content })
const button = (label: string, onclick: () => void, sign?: Parameters<typeof icon>[0]): HTMLElement =>
  h('button', { type: 'button', onclick }, sign ? icon(sign, 18) : null, label)

const BUILDERS: Record<string, Builder> = {
  button: (_context, _message, action, answer) =>
    readObjects(action, 'buttons').map((entry) => {
      const reply = readObject(entry, 'reply') ?? {}
      const title = readText(reply, 'title') ?? ''
      return button(title, () => answer(interactive({ type: 'button_reply', button_reply: { id: reply.id, title } })))
    }),
  list: (context, _message, action, answer) => {
    const label = readText(action, 'button') ?? 'Opções'
    return [button(label, () => openList(context, label, action, answer), 'list')]
  },
  cta_url: (_context, _message, action) => {
    const parameters = readObject(action, 'parameters')
    return [buildLinkButton(readText(parameters, 'display_text') ?? 'Abrir', readText(parameters, 'url') ?? '')]
  },
  location_request_message: (context, message) => [button('Enviar localização', () => sendPlace(context, message.id), 'pin')],
  flow: (context, message, action, answer) => {
    const parameters = readObject(action, 'parameters') ?? {}
    const label = readText(parameters, 'flow_cta') ?? 'Preencher'
    return [
      button(label, () => openFlowForm(context, { parameters, label, answer, body: readText(readObject(contentOf(message), 'body'), 'text') ?? '' }), 'list'),
    ]
  },
  address_message: (context, _message, _action, answer) => [button('Informar endereço', () => openAddressForm(context, answer), 'pin')],
  request_contact_info: (context, _message, _action, answer) => {
    const share = (): void => answer({ ...buildContactCard(context.customer.name, `+${context.customer.waId}`), origin: 'contact_request' })
    const refuse = (): void => showNotice('Você não compartilhou. O negócio não recebe nada.')
    return [button('Compartilhar meu contato', share, 'person'), button('Agora não', refuse)]
  },
  call_permission_request: (context, _message, _action, answer) => {
    const accept = (permanent: boolean): CustomerMessage =>
      interactive({
        type: 'call_permission_reply',
        call_permission_reply: {
          response: 'accept',
          is_permanent: permanent,
          ...(permanent ? {} : { expiration_timestamp: Math.floor(context.state.now() / 1000) + 7 * 86_400 }),
          response_source: 'user_action',
        },
      })
    const reject = interactive({
      type: 'call_permission_reply',
      call_permission_reply: { response: 'reject', is_permanent: false, response_source: 'user_action' },
    })
    return [
      button('Permitir por 7 dias', () => answer(accept(false)), 'phone'),
      button('Permitir sempre', () => answer(accept(true))),
      button('Agora não', () => answer(reject)),
    ]
  },
  voice_call: (context, _message, action) => {
    const label = readText(readObject(action, 'parameters'), 'display_text') ?? 'Ligar'
    return [button(label, () => startCall(context), 'phone')]
  },
  product: (context) => [button('Ver produto', () => openCart(context))],
  product_list: (context) => [button('Ver itens', () => openCart(context), 'list')],
  catalog_message: (context) => [button('Ver catálogo', () => openCart(context), 'list')],
}

function openList(context: ChatContext, label: string, action: JsonObject, answer: Answer): void {
  const list = h('div', { class: 'options' })
  for (const section of readObjects(action, 'sections')) {
    const title = readText(section, 'title')
    if (title) list.append(h('h4', {}, title))
    for (const row of readObjects(section, 'rows')) {
      const description = readText(row, 'description')
      const pick = (): void => {
        close()
        answer(interactive({ type: 'list_reply', list_reply: { id: row.id, title: row.title, ...(description ? { description } : {}) } }))
      }
      list.append(h('button', { type: 'button', onclick: pick }, readText(row, 'title') ?? '', description ? h('small', {}, description) : null))
    }
  }
  const close = openSheet(context.screen, label, list)
}

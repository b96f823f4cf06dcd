import type { PhoneMessage } from '../src/control/phone-message.ts'
import type { CustomerMessage } from '../src/emulator-types.ts'
import { messagePath, post } from './api-client.ts'
import { type ChatContext, isMine } from './chat-context.ts'
import { contentOf, describeMessage } from './describe-message.ts'
import { h, type IconName, icon, showNotice } from './dom.ts'
import { openSheet } from './sheet.ts'

const EDIT_MS = 15 * 60_000
const EDITABLE = ['text', 'image', 'video', 'document']
const FORWARDABLE = ['text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts']

/** What can be done with one message beside reacting and answering. */
export function openMessageMenu(context: ChatContext, message: PhoneMessage, row: HTMLElement): void {
  const mine = isMine(context, message)
  const content = contentOf(message)
  const young = context.state.now() - message.timestamp < EDIT_MS
  const run = (work: () => void) => (): void => {
    close()
    work()
  }
  const item = (sign: IconName, label: string, work: () => void, className = ''): HTMLElement =>
    h('button', { type: 'button', class: className, onclick: run(work) }, icon(sign, 19), label)
  const forward = (context_: CustomerMessage['context']): void => {
    const value = message.type === 'contacts' || message.type === 'location' ? message.content : cleanContent(message)
    context.send({ type: message.type, [message.type]: value, context: context_ })
  }
  const text = typeof content.body === 'string' ? content.body : typeof content.caption === 'string' ? content.caption : ''
  const items = [
    text
      ? item('copy', 'Copiar texto', () => {
          navigator.clipboard?.writeText(text).catch(() => {})
          showNotice('Texto copiado.')
        })
      : null,
    mine && young && EDITABLE.includes(message.type) ? item('pencil', 'Editar', () => context.startEdit(message)) : null,
    FORWARDABLE.includes(message.type) ? item('forward', 'Encaminhar ao negócio', () => forward({ forwarded: true })) : null,
    FORWARDABLE.includes(message.type) ? item('forward', 'Encaminhar como “muitas vezes”', () => forward({ frequently_forwarded: true })) : null,
    mine ? item('trash', 'Apagar para todos', () => post(messagePath(message.id, 'delete'), {}, 'A mensagem não foi apagada'), 'harm') : null,
  ].filter((entry) => entry !== null)
  if (items.length === 0) items.push(item('reply', 'Responder', () => context.startReply(message)))
  row.classList.remove('held')
  const close = openSheet(context.screen, describeMessage(message).slice(0, 60), h('div', { class: 'actions-list' }, ...items))
}

/** The content without what belongs to the first sending of it. */
function cleanContent(message: PhoneMessage): CustomerMessage['content'] {
  const { url: _, sha256: _hash, preview_url: _preview, ...rest } = contentOf(message)
  return rest
}

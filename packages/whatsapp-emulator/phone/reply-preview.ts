import type { PhoneMessage } from '../src/control/phone-message.ts'
import type { CustomerMessage } from '../src/emulator-types.ts'
import { type ChatContext, nameAuthor } from './chat-context.ts'
import { describeMessage } from './describe-message.ts'
import { h, iconButton } from './dom.ts'

export interface ReplyPreview {
  element: HTMLElement
  /** The message to answer, or with `editing` the own one to change; null ends both. */
  set(message: PhoneMessage | null, editing?: boolean): void
  /** The message being edited; taking it ends the edit. */
  takeEdited(): PhoneMessage | null
  /** Adds the quoted message to an outgoing one and ends the reply. */
  addTo(message: CustomerMessage): CustomerMessage
}

/** The message being answered, shown above the composer. */
export function createReplyPreview(context: ChatContext): ReplyPreview {
  const element = h('div', { class: 'reply-to', hidden: true })
  let quoted: PhoneMessage | null = null
  let edited = false
  function set(message: PhoneMessage | null, editing = false): void {
    quoted = message
    edited = editing
    element.hidden = !message
    if (!message) return
    const who = editing ? 'Editando' : nameAuthor(context, message)
    element.replaceChildren(
      h('div', { class: 'quote' }, h('b', {}, who), h('span', {}, describeMessage(message))),
      iconButton('close', editing ? 'Cancelar edição' : 'Cancelar resposta', () => set(null)),
    )
  }
  return {
    element,
    set,
    takeEdited() {
      const message = edited ? quoted : null
      if (message) set(null)
      return message
    },
    addTo(message) {
      if (!quoted || edited || message.context || message.type === 'reaction') return message
      const { id } = quoted
      set(null)
      return { ...message, context: { message_id: id } }
    },
  }
}

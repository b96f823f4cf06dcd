import type { ChatMessage, CustomerMessage } from '../src/emulator-types.ts'
import type { ChatContext } from './chat-context.ts'
import { describeMessage } from './describe-message.ts'
import { h, iconButton } from './dom.ts'

export interface ReplyPreview {
  element: HTMLElement
  set(message: ChatMessage | null): void
  /** Adds the quoted message to an outgoing one and ends the reply. */
  addTo(message: CustomerMessage): CustomerMessage
}

/** The message being answered, shown above the composer. */
export function createReplyPreview(context: ChatContext): ReplyPreview {
  const element = h('div', { class: 'reply-to', hidden: true })
  let quoted: ChatMessage | null = null
  function set(message: ChatMessage | null): void {
    quoted = message
    element.hidden = !message
    if (!message) return
    const who = message.direction === 'inbound' ? 'Você' : context.number.verifiedName
    element.replaceChildren(
      h('div', { class: 'quote' }, h('b', {}, who), h('span', {}, describeMessage(message))),
      iconButton('close', 'Cancelar resposta', () => set(null)),
    )
  }
  return {
    element,
    set,
    addTo(message) {
      if (!quoted || message.context || message.type === 'reaction') return message
      const { id } = quoted
      set(null)
      return { ...message, context: { message_id: id } }
    },
  }
}

import type { PhoneMessage } from '../src/control/phone-message.ts'
import { type ChatContext, isMine } from './chat-context.ts'
import { h } from './dom.ts'

const EMOJI = ['👍', '❤️', '😂', '😮', '😢', '🙏']

/** Six emoji above a message; the one already given takes itself back. */
export function openReactionPicker(context: ChatContext, message: PhoneMessage, row: HTMLElement): void {
  document.querySelector('.reaction-picker')?.remove()
  const list = row.parentElement
  if (!list) return
  const own = message.reactions.customer
  const before = document.activeElement
  const close = (): void => {
    picker.remove()
    row.classList.remove('held')
    document.removeEventListener('pointerdown', outside, true)
    if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  }
  const outside = (event: Event): void => {
    if (!(event.target instanceof Node) || !picker.contains(event.target)) close()
  }
  const choose = (emoji: string): void => {
    context.send({ type: 'reaction', reaction: { message_id: message.id, ...(emoji === own ? {} : { emoji }) } })
    close()
  }
  const shown = own && !EMOJI.includes(own) ? [...EMOJI.slice(0, 5), own] : EMOJI
  const picker = h(
    'div',
    { class: 'reaction-picker', role: 'dialog', 'aria-label': 'Reagir', onkeydown: (event: KeyboardEvent) => event.key === 'Escape' && close() },
    ...shown.map((emoji) =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': String(emoji === own),
          'aria-label': emoji === own ? `Remover ${emoji}` : `Reagir com ${emoji}`,
          title: emoji === own ? 'Remover' : '',
          onclick: () => choose(emoji),
        },
        emoji,
      ),
    ),
  )
  list.append(picker)
  const mine = isMine(context, message)
  picker.style.setProperty('top', `${Math.max(list.scrollTop + 4, row.offsetTop - 48)}px`)
  picker.style.setProperty(mine ? 'right' : 'left', '12px')
  document.addEventListener('pointerdown', outside, true)
  picker.querySelector('button')?.focus({ preventScroll: true })
}

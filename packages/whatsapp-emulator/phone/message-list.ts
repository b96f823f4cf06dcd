import type { PhoneMessage } from '../src/control/phone-message.ts'
import { buildRow } from './bubble.ts'
import { type ChatContext, initialsOf, isMine } from './chat-context.ts'
import { h } from './dom.ts'
import { dayOf, formatDay } from './format-time.ts'

const NEAR_END = 90

/** A message of the business is on the phone once it was delivered: not while offline, never when it failed. */
function hasArrived(message: PhoneMessage): boolean {
  if (message.groupId && message.direction === 'outbound') return message.status !== 'accepted' && message.status !== 'failed'
  return message.direction === 'inbound' || ['delivered', 'read', 'played'].includes(message.status)
}

export interface MessageList {
  element: HTMLElement
  /** Draws the whole chat. */
  redraw(messages: Iterable<PhoneMessage>): void
  /** Draws one message: in its place when it is there already, else at the end. */
  show(message: PhoneMessage): void
  showTyping(typing: boolean): void
  scrollTo(id: string): void
  /** The phone came into sight: a list that was hidden could not scroll. */
  refreshScroll(): void
}

/** Keeps the end of a list in sight while the reader is there. */
function followEnd(element: HTMLElement): { isNear(): boolean; go(): void; goIfNear(): void } {
  let wasNear = true
  const distance = (): number => element.scrollHeight - element.scrollTop - element.clientHeight
  const go = (): void => {
    element.scrollTop = element.scrollHeight
  }
  const goIfNear = (): void => {
    if (wasNear) go()
  }
  // A picture that loads late makes the chat longer, by more than what counts as near.
  element.addEventListener('load', goIfNear, true)
  element.addEventListener('loadedmetadata', goIfNear, true)
  // The composer grows below, or the window changes its size.
  new ResizeObserver(goIfNear).observe(element)
  element.addEventListener('scroll', () => {
    wasNear = distance() < NEAR_END + 320
  })
  return { isNear: () => distance() < NEAR_END, go, goIfNear }
}

/** Whose messages stand together. */
function authorOf(message: PhoneMessage): string {
  return message.direction === 'outbound' ? 'business' : (message.sender ?? 'customer')
}

function buildEmpty(context: ChatContext): HTMLElement {
  const verifiedName = context.group?.subject ?? context.number.verifiedName
  const greet = (): void => context.send({ type: 'text', text: { body: 'Oi, boa tarde! 👋' } })
  return h(
    'div',
    { class: 'no-messages' },
    h('span', { class: 'avatar', 'aria-hidden': 'true' }, initialsOf(verifiedName)),
    h('b', {}, verifiedName),
    h('span', {}, 'Nenhuma mensagem ainda. Escreva como se fosse o cliente e veja chegar no atendimento.'),
    h('button', { type: 'button', class: 'button', onclick: greet }, 'Dizer “Oi, boa tarde!”'),
  )
}

function buildTypingRow(): HTMLElement {
  const dots = h('span', { class: 'dots' }, h('i'), h('i'), h('i'))
  return h('div', { class: 'row theirs first' }, h('div', { class: 'bubble', role: 'img', 'aria-label': 'digitando' }, dots))
}

/** The messages of one chat, with day separators; it stays at the end while the reader is there. */
export function createMessageList(context: ChatContext): MessageList {
  const element = h('div', { class: 'messages', role: 'log', 'aria-label': 'Mensagens', tabindex: 0 })
  const rows = new Map<string, HTMLElement>()
  const typingRow = buildTypingRow()
  const end = followEnd(element)
  let last: PhoneMessage | null = null

  function append(message: PhoneMessage): void {
    if (message.type === 'reaction' || message.type === 'pin' || !hasArrived(message)) return
    if (rows.size === 0) element.replaceChildren()
    const old = rows.get(message.id)
    const row = buildRow(context, message)
    rows.set(message.id, row)
    if (old) {
      if (old.classList.contains('first')) row.classList.add('first')
      old.replaceWith(row)
      return
    }
    const newDay = !last || dayOf(last.timestamp) !== dayOf(message.timestamp)
    if (newDay) element.append(h('div', { class: 'day' }, formatDay(message.timestamp, context.state.now())))
    if (newDay || !last || authorOf(last) !== authorOf(message)) row.classList.add('first')
    element.append(row)
    last = message
  }

  return {
    element,
    refreshScroll: end.goIfNear,
    redraw(messages) {
      rows.clear()
      last = null
      element.replaceChildren(buildEmpty(context))
      for (const message of messages) append(message)
      end.go()
    },
    show(message) {
      const stay = end.isNear() || (isMine(context, message) && !rows.has(message.id))
      append(message)
      if (typingRow.isConnected) element.append(typingRow)
      if (stay) end.go()
    },
    showTyping(typing) {
      const stay = end.isNear()
      if (!typing) typingRow.remove()
      else if (rows.size > 0) element.append(typingRow)
      if (stay) end.go()
    },
    scrollTo(id) {
      const row = rows.get(id)
      if (!row) return
      row.scrollIntoView({ block: 'center' })
      row.classList.remove('flash')
      requestAnimationFrame(() => row.classList.add('flash'))
    },
  }
}

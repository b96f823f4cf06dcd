import type { BusinessNumber, Customer, Group } from '../src/emulator-types.ts'
import { attempt } from './api-client.ts'
import { kindOfFile, sendFile } from './attach-menu.ts'
import { type ChatContext, initialsOf, sendFrom } from './chat-context.ts'
import { buildCallLine } from './choice-actions.ts'
import { createComposer } from './composer.ts'
import { h, icon, iconButton } from './dom.ts'
import { formatClock } from './format-time.ts'
import { createMessageList } from './message-list.ts'
import { keyOf, type PageState } from './page-state.ts'
import { openPhoneMenu } from './phone-menu.ts'

export interface PhoneFrame {
  element: HTMLElement
  customer: Customer
  /** Shows whether the chat is open on this phone. */
  setOpen(open: boolean): void
  /** On a small screen: shows this phone and hides the others. */
  setCurrent(current: boolean): void
  remove(): void
}

/** One phone on the desk, showing one chat. It is made anew when the customer or number changes. */
export function createPhoneFrame(
  state: PageState,
  customer: Customer,
  number: BusinessNumber,
  view: { group: Group | null; showGroup(groupId: string | null): void },
): PhoneFrame {
  const chat = keyOf(number.phoneNumberId, view.group?.id ?? customer.waId)
  const screen = h('div', { class: 'screen' })
  const context: ChatContext = {
    state,
    customer,
    number,
    screen,
    find: (id) => state.messages.get(chat)?.get(id),
    ...view,
    send: (message) => sendFrom(customer, number, { ...composer.withReply(message), ...(view.group ? { group_id: view.group.id } : {}) }),
    startReply: (message) => composer.startReply(message),
    startEdit: (message) => composer.startEdit(message),
    scrollTo: (id) => list.scrollTo(id),
  }
  const list = createMessageList(context)
  const composer = createComposer(context)
  const header = buildHeader(context)
  const notes = buildNotes(context).map((text) => h('div', { class: 'flight' }, text))
  const line = buildCallLine(context)
  screen.append(header.bar, header.title, ...(line ? [line] : []), ...notes, list.element, composer.element, h('div', { class: 'home-bar' }))
  const { element, setOpen } = buildCase(context)

  const showTyping = (): void => {
    const typing = (state.typingUntil.get(chat) ?? 0) > state.now()
    header.showTyping(typing)
    list.showTyping(typing)
  }
  const stopListening = state.listen((change) => {
    if (!('chat' in change) || change.chat !== chat) return
    if (change.kind === 'message') list.show(change.message)
    if (change.kind === 'messages') list.redraw(state.messages.get(chat)?.values() ?? [])
    if (change.kind === 'typing') showTyping()
  })
  const ticker = window.setInterval(header.showClock, 10_000)
  showTyping()
  const known = state.messages.get(chat)
  if (known) requestAnimationFrame(() => list.redraw(known.values()))
  else state.loadChat(number.phoneNumberId, view.group?.id ?? customer.waId)

  return {
    element,
    customer,
    setOpen,
    setCurrent(current) {
      const appears = current && !element.classList.contains('current')
      element.classList.toggle('current', current)
      if (appears) list.refreshScroll()
    },
    remove() {
      stopListening()
      clearInterval(ticker)
      element.remove()
    },
  }
}

function countPeople(group: Group): string {
  return group.participants.length === 1 ? 'Grupo · 1 pessoa e o negócio' : `Grupo · ${group.participants.length} pessoas e o negócio`
}

/** What keeps messages from flowing, said at the top of the chat. */
function buildNotes(context: ChatContext): string[] {
  const { customer, number, state } = context
  const chat = state.chats.get(keyOf(number.phoneNumberId, customer.waId))
  return [
    customer.online ? '' : 'Sem internet: o que o negócio enviar chega depois.',
    chat?.blockedByCustomer ? 'Você bloqueou este negócio: nada chega, nada sai.' : '',
    chat?.threadRole ? `Quem atende agora: ${chat.threadRole}. Suas mensagens vão para “standby”.` : '',
  ].filter(Boolean)
}

/** Status bar and chat header. */
function buildHeader(context: ChatContext): { bar: HTMLElement; title: HTMLElement; showClock(): void; showTyping(typing: boolean): void } {
  const { number, state } = context
  const title = context.group?.subject ?? number.verifiedName
  const under = h('p', {})
  const time = h('time', {})
  const more = iconButton('more', 'Opções do telefone', () => openPhoneMenu(context, more))
  more.setAttribute('aria-expanded', 'false')
  const showClock = (): void => {
    time.textContent = formatClock(state.now())
  }
  showClock()
  return {
    bar: h('div', { class: 'status-bar' }, time, h('span', { class: 'name' }, 'emulador'), drawBattery()),
    title: h(
      'div',
      { class: 'chat-header' },
      h('span', { class: 'avatar', 'aria-hidden': 'true' }, initialsOf(title)),
      h('div', {}, h('h2', {}, title), under),
      more,
    ),
    showClock,
    showTyping(typing) {
      under.textContent = typing ? 'digitando…' : context.group ? countPeople(context.group) : number.displayPhoneNumber
      under.classList.toggle('typing', typing)
    },
  }
}

/** The phone around the screen, with the label above it; a file dropped on it is sent. */
function buildCase(context: ChatContext): { element: HTMLElement; setOpen(open: boolean): void } {
  const { customer, screen } = context
  const label = h('span', { class: 'state' })
  const element = h(
    'section',
    { class: `phone${customer.online ? '' : ' offline'}`, 'aria-label': `Celular de ${customer.name}`, 'data-customer': customer.waId },
    h('div', { class: 'phone-label' }, h('b', {}, customer.name), h('span', {}, customer.phone), label),
    h('div', { class: 'frame' }, screen),
  )
  const setOpen = (open: boolean): void => {
    element.classList.toggle('open', open)
    label.textContent = customer.online ? (open ? 'chat aberto' : 'chat fechado') : 'sem internet'
  }
  setOpen(false)
  for (const name of ['dragover', 'drop'] as const) {
    element.addEventListener(name, (event) => {
      event.preventDefault()
      const file = name === 'drop' ? event.dataTransfer?.files[0] : undefined
      if (file) attempt(sendFile(context, kindOfFile(file), file), 'O arquivo não foi enviado')
    })
  }
  return { element, setOpen }
}

function drawBattery(): SVGSVGElement {
  const svg = icon('stop', 22)
  svg.setAttribute('viewBox', '0 0 26 14')
  svg.setAttribute('height', '12')
  svg.setAttribute('stroke-width', '1.2')
  svg.querySelector('path')?.setAttribute('d', 'M4 4h13v6H4z')
  const shell = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  for (const [key, value] of Object.entries({ d: 'M3.5 1.5h17a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-17a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM24.5 5.5v3', fill: 'none' }))
    shell.setAttribute(key, value)
  svg.append(shell)
  return svg
}

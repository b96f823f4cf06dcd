import type { ChatMessage } from '../src/emulator-types.ts'
import { readText } from '../src/json.ts'
import { buildChoices, buildInteractive, buildTemplate } from './bubble-interactive.ts'
import { buildMedia } from './bubble-media.ts'
import type { ChatContext } from './chat-context.ts'
import { contentOf, describeMessage } from './describe-message.ts'
import { h, icon, iconButton } from './dom.ts'
import { formatText, isOnlyEmoji } from './format-text.ts'
import { formatClock } from './format-time.ts'
import { openReactionPicker } from './reaction-picker.ts'

const HOLD_MS = 450
const TICKS: Partial<Record<string, { name: 'check' | 'checks'; label: string }>> = {
  sent: { name: 'check', label: 'Enviada' },
  delivered: { name: 'checks', label: 'Entregue' },
  read: { name: 'checks', label: 'Lida' },
}

/** One line of the chat: bubble, tools and reactions. */
export function buildRow(context: ChatContext, message: ChatMessage): HTMLElement {
  const mine = message.direction === 'inbound'
  const row = h('div', { class: `row ${mine ? 'mine' : 'theirs'}`, 'data-id': message.id })
  const bubble = h('div', { class: 'bubble' })
  const quoted = message.contextId ? buildQuote(context, message.contextId) : null
  if (quoted) bubble.append(quoted)
  fillBubble(message, bubble)
  bubble.append(buildMeta(message, mine))
  const choices = buildChoices(context, message)
  if (choices) bubble.append(choices)
  const emoji = [message.reactions.business, message.reactions.customer].filter((entry) => entry !== undefined)
  if (emoji.length > 0) {
    row.classList.add('reacted')
    bubble.append(h('span', { class: 'reactions', 'aria-label': `Reações: ${emoji.join(' ')}` }, [...new Set(emoji)].join(' ')))
  }
  row.append(bubble, buildTools(context, message, row))
  holdForTools(row, bubble)
  return row
}

function fillBubble(message: ChatMessage, bubble: HTMLElement): void {
  const content = contentOf(message)
  const media = buildMedia(message)
  if (media) {
    const caption = readText(content, 'caption')
    bubble.classList.add(message.type === 'sticker' ? 'bare' : 'media')
    bubble.append(media)
    if (caption) bubble.append(h('span', { class: 'caption' }, formatText(caption)))
    return
  }
  if (message.type === 'interactive') bubble.append(...buildInteractive(message))
  else if (message.type === 'template') bubble.append(...buildTemplate(message))
  else if (message.type === 'text' || message.type === 'button') {
    const text = readText(content, 'body') ?? readText(content, 'text') ?? ''
    const large = isOnlyEmoji(text) && !message.contextId
    if (large) bubble.classList.add('bare')
    bubble.append(h('span', { class: large ? 'big' : '' }, formatText(text)))
  } else bubble.append(h('i', { class: 'kind' }, `Mensagem do tipo “${message.type}”`))
}

function buildQuote(context: ChatContext, id: string): HTMLElement {
  const quoted = context.find(id)
  const who = !quoted ? '' : quoted.direction === 'inbound' ? 'Você' : context.number.verifiedName
  return h(
    'button',
    { type: 'button', class: 'quote', 'aria-label': 'Ir para a mensagem citada', onclick: () => context.scrollTo(id) },
    who ? h('b', {}, who) : null,
    h('span', {}, quoted ? describeMessage(quoted) : 'Mensagem anterior'),
  )
}

function buildMeta(message: ChatMessage, mine: boolean): HTMLElement {
  const tick = mine ? TICKS[message.status] : undefined
  const time = h('time', { datetime: new Date(message.timestamp).toISOString() }, formatClock(message.timestamp))
  if (!tick) return h('span', { class: 'meta' }, time)
  const sign = h('span', { class: `ticks ${message.status}`, role: 'img', 'aria-label': tick.label, title: tick.label }, '')
  const drawn = icon(tick.name, 17)
  drawn.setAttribute('stroke-width', '2.2')
  sign.append(drawn)
  return h('span', { class: 'meta' }, time, sign)
}

function buildTools(context: ChatContext, message: ChatMessage, row: HTMLElement): HTMLElement {
  const react = iconButton('smile', 'Reagir', () => openReactionPicker(context, message, row))
  return h(
    'div',
    { class: 'tools' },
    react,
    iconButton('reply', 'Responder', () => context.startReply(message)),
  )
}

/** On touch there is no hovering: a long press shows the tools. */
function holdForTools(row: HTMLElement, bubble: HTMLElement): void {
  let timer = 0
  bubble.addEventListener(
    'touchstart',
    () => {
      timer = window.setTimeout(() => {
        for (const held of document.querySelectorAll('.row.held')) held.classList.remove('held')
        row.classList.add('held')
      }, HOLD_MS)
    },
    { passive: true },
  )
  for (const name of ['touchend', 'touchmove', 'touchcancel']) bubble.addEventListener(name, () => clearTimeout(timer), { passive: true })
}

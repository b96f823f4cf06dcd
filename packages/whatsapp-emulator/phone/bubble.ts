import type { PhoneMessage } from '../src/control/phone-message.ts'
import { isObject, readText } from '../src/json.ts'
import { buildInteractive } from './bubble-interactive.ts'
import { buildMedia } from './bubble-media.ts'
import { buildOrderCard } from './bubble-order.ts'
import { buildOrigin } from './bubble-origin.ts'
import { type ChatContext, isMine, nameAuthor } from './chat-context.ts'
import { buildChoices } from './choices.ts'
import { contentOf, describeMessage } from './describe-message.ts'
import { h, icon, iconButton } from './dom.ts'
import { formatText, isOnlyEmoji } from './format-text.ts'
import { formatClock } from './format-time.ts'
import { buildLinkPreview } from './link-preview.ts'
import { openMessageMenu } from './message-menu.ts'
import { openReactionPicker } from './reaction-picker.ts'
import { nameUnsupported } from './send-special.ts'
import { buildTemplate } from './template-view.ts'

const HOLD_MS = 450
const TICKS: Partial<Record<string, { name: 'check' | 'checks'; label: string }>> = {
  sent: { name: 'check', label: 'Enviada' },
  delivered: { name: 'checks', label: 'Entregue' },
  read: { name: 'checks', label: 'Lida' },
}

/** One line of the chat: bubble, tools and reactions. A notice of the system stands alone. */
export function buildRow(context: ChatContext, message: PhoneMessage): HTMLElement {
  if (message.type === 'system') return buildNotice(message)
  const mine = isMine(context, message)
  const row = h('div', { class: `row ${mine ? 'mine' : 'theirs'}`, 'data-id': message.id })
  const bubble = h('div', { class: 'bubble' })
  if (context.group && !mine) bubble.append(h('b', { class: 'author' }, nameAuthor(context, message)))
  if (message.deletedAt) {
    bubble.classList.add('gone')
    bubble.append(h('span', { class: 'gone-text' }, icon('ban', 16), mine ? 'Você apagou esta mensagem' : 'Esta mensagem foi apagada'))
  } else fillRow(context, message, bubble)
  bubble.append(buildMeta(message, mine))
  const choices = message.deletedAt ? null : buildChoices(context, message)
  if (choices) bubble.append(choices)
  const emoji = [message.reactions.business, message.reactions.customer].filter((entry) => entry !== undefined)
  if (emoji.length > 0 && !message.deletedAt) {
    row.classList.add('reacted')
    bubble.append(h('span', { class: 'reactions', 'aria-label': `Reações: ${emoji.join(' ')}` }, [...new Set(emoji)].join(' ')))
  }
  row.append(bubble)
  if (!message.deletedAt) {
    row.append(buildTools(context, message, row))
    holdForTools(row, bubble)
  }
  return row
}

function buildNotice(message: PhoneMessage): HTMLElement {
  const content = contentOf(message)
  const texts: Record<string, string> = {
    user_changed_number: 'Você mudou de número. O negócio foi avisado.',
    customer_changed_number: 'Você mudou de número. O negócio foi avisado.',
    user_changed_user_id: 'Seu identificador mudou. O negócio foi avisado.',
    user_identity_changed: 'Seu código de segurança mudou. O negócio foi avisado.',
  }
  return h('div', { class: 'day note', 'data-id': message.id }, texts[readText(content, 'type') ?? ''] ?? readText(content, 'body') ?? 'Aviso do sistema')
}

function fillRow(context: ChatContext, message: PhoneMessage, bubble: HTMLElement): void {
  if (message.forwarded) {
    const label = message.forwarded === 'many' ? 'Encaminhada muitas vezes' : 'Encaminhada'
    bubble.append(h('span', { class: 'forwarded' }, icon('forward', 14), label))
  }
  const origin = buildOrigin(message)
  if (origin) bubble.append(origin)
  const quoted = message.contextId ? buildQuote(context, message.contextId) : null
  if (quoted) bubble.append(quoted)
  fillBubble(context, message, bubble)
}

function fillBubble(context: ChatContext, message: PhoneMessage, bubble: HTMLElement): void {
  const content = contentOf(message)
  const media = buildMedia(message)
  if (media) {
    const caption = readText(content, 'caption')
    bubble.classList.add(message.type === 'sticker' ? 'bare' : 'media')
    bubble.append(media)
    if (caption) bubble.append(h('span', { class: 'caption' }, formatText(caption)))
    return
  }
  if (message.type === 'interactive') bubble.append(...buildInteractive(context, message))
  else if (message.type === 'template') bubble.append(...buildTemplate(context, message))
  else if (message.type === 'order') bubble.append(buildOrderCard(content))
  else if (message.type === 'text' || message.type === 'button') fillText(message, bubble)
  else bubble.append(h('span', { class: 'unsupported' }, icon('question', 18), describeUnknown(message)))
}

function fillText(message: PhoneMessage, bubble: HTMLElement): void {
  const content = contentOf(message)
  const text = readText(content, 'body') ?? readText(content, 'text') ?? ''
  const large = isOnlyEmoji(text) && !message.contextId && !message.forwarded
  if (large) bubble.classList.add('bare')
  const preview = content.preview_url === true ? buildLinkPreview(text) : null
  if (preview) bubble.append(preview)
  bubble.append(h('span', { class: large ? 'big' : '' }, formatText(text)))
}

function describeUnknown(message: PhoneMessage): string {
  if (message.type !== 'unsupported') return `Mensagem do tipo “${message.type}”`
  const inner = isObject(message.content) ? readText(message.content, 'type') : undefined
  return `${nameUnsupported(inner)} · o negócio recebe como não suportada`
}

function buildQuote(context: ChatContext, id: string): HTMLElement {
  const quoted = context.find(id)
  return h(
    'button',
    { type: 'button', class: 'quote', 'aria-label': 'Ir para a mensagem citada', onclick: () => context.scrollTo(id) },
    quoted ? h('b', {}, nameAuthor(context, quoted)) : null,
    h('span', {}, quoted ? describeMessage(quoted) : 'Mensagem anterior'),
  )
}

function buildMeta(message: PhoneMessage, mine: boolean): HTMLElement {
  const tick = mine ? TICKS[message.status] : undefined
  const time = h('time', { datetime: new Date(message.timestamp).toISOString() }, formatClock(message.timestamp))
  const edited = message.editedAt && !message.deletedAt ? h('span', {}, 'editada') : null
  const app = message.fromApp ? h('span', { title: 'Escrita no aplicativo do negócio' }, 'pelo aplicativo') : null
  if (!tick) return h('span', { class: 'meta' }, app, edited, time)
  const sign = h('span', { class: `ticks ${message.status}`, role: 'img', 'aria-label': tick.label, title: tick.label }, '')
  const drawn = icon(tick.name, 17)
  drawn.setAttribute('stroke-width', '2.2')
  sign.append(drawn)
  return h('span', { class: 'meta' }, edited, time, sign)
}

function buildTools(context: ChatContext, message: PhoneMessage, row: HTMLElement): HTMLElement {
  const more = iconButton('more', 'Mais ações', () => openMessageMenu(context, message, row))
  return h(
    'div',
    { class: 'tools' },
    iconButton('smile', 'Reagir', () => openReactionPicker(context, message, row)),
    iconButton('reply', 'Responder', () => context.startReply(message)),
    more,
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

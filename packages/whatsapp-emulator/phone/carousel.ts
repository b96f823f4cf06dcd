import type { PhoneMessage } from '../src/control/phone-message.ts'
import { type JsonObject, readObject, readObjects, readText } from '../src/json.ts'
import { buildHeader } from './bubble-media.ts'
import type { ChatContext } from './chat-context.ts'
import { buildLinkButton } from './choice-actions.ts'
import { h } from './dom.ts'
import { formatText } from './format-text.ts'

/** Cards side by side, each with its own buttons. */
export function buildCarousel(context: ChatContext, message: PhoneMessage, cards: JsonObject[]): HTMLElement {
  const answer = (id: unknown, title: string): void =>
    context.send({
      type: 'interactive',
      interactive: { type: 'button_reply', button_reply: { id: String(id ?? title), title } },
      context: { message_id: message.id },
    })
  return h('div', { class: 'carousel', role: 'group', 'aria-label': 'Cartões', tabindex: 0 }, ...cards.map((card) => buildCard(card, answer)))
}

function buildCard(card: JsonObject, answer: (id: unknown, title: string) => void): HTMLElement {
  const action = readObject(card, 'action')
  const link = readObject(action, 'parameters')
  const replies = [...readObjects(action, 'buttons'), ...readObjects(action, 'quick_replies')].map((button) => {
    const reply = readObject(button, 'reply') ?? readObject(button, 'quick_reply') ?? {}
    const title = readText(reply, 'title') ?? readText(reply, 'text') ?? 'Responder'
    return h('button', { type: 'button', onclick: () => answer(reply.id, title) }, title)
  })
  const product = readText(action, 'product_retailer_id')
  return h(
    'article',
    { class: 'slide' },
    ...buildHeader(readObject(card, 'header')),
    h('span', { class: 'slide-text' }, formatText(readText(readObject(card, 'body'), 'text') ?? product ?? '')),
    h(
      'div',
      { class: 'choices' },
      ...replies,
      ...(readText(link, 'url') ? [buildLinkButton(readText(link, 'display_text') ?? 'Abrir', readText(link, 'url') ?? '')] : []),
    ),
  )
}

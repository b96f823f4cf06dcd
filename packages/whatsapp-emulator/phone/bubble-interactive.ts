import type { ChatMessage } from '../src/emulator-types.ts'
import { type JsonObject, readObject, readObjects, readText } from '../src/json.ts'
import type { ChatContext } from './chat-context.ts'
import { contentOf } from './describe-message.ts'
import { h, icon } from './dom.ts'
import { formatText } from './format-text.ts'
import { sendPlace } from './send-place.ts'
import { openSheet } from './sheet.ts'

/** Body and choices of an interactive message of the business, or the answer of the customer. */
export function buildInteractive(message: ChatMessage): Node[] {
  const content = contentOf(message)
  if (message.direction === 'inbound') {
    const answer = readObject(content, 'button_reply') ?? readObject(content, 'list_reply')
    const description = readText(answer, 'description')
    return [h('span', {}, readText(answer, 'title') ?? 'Resposta enviada'), ...(description ? [h('span', { class: 'foot' }, description)] : [])]
  }
  const header = readText(readObject(content, 'header'), 'text')
  const footer = readText(readObject(content, 'footer'), 'text')
  return [
    ...(header ? [h('b', { class: 'head' }, header)] : []),
    h('span', {}, formatText(readText(readObject(content, 'body'), 'text') ?? '')),
    ...(footer ? [h('span', { class: 'foot' }, footer)] : []),
  ]
}

/** The buttons under an interactive message or a template; null when it has none. */
export function buildChoices(context: ChatContext, message: ChatMessage): HTMLElement | null {
  if (message.direction === 'inbound') return null
  const content = contentOf(message)
  const buttons = message.type === 'template' ? templateButtons(context, message, content) : interactiveButtons(context, message, content)
  return buttons.length > 0 ? h('div', { class: 'choices' }, ...buttons) : null
}

function interactiveButtons(context: ChatContext, message: ChatMessage, content: JsonObject): HTMLElement[] {
  const action = readObject(content, 'action')
  const answer = (interactive: JsonObject): void => context.send({ type: 'interactive', interactive, context: { message_id: message.id } })
  if (content.type === 'button') {
    return readObjects(action, 'buttons').map((button) => {
      const reply = readObject(button, 'reply') ?? {}
      const title = readText(reply, 'title') ?? ''
      return h('button', { type: 'button', onclick: () => answer({ type: 'button_reply', button_reply: { id: reply.id, title } }) }, title)
    })
  }
  if (content.type === 'list') {
    const label = readText(action, 'button') ?? 'Opções'
    return [h('button', { type: 'button', onclick: () => openList(context, label, action, answer) }, icon('list', 18), label)]
  }
  if (content.type === 'cta_url') {
    const parameters = readObject(action, 'parameters')
    const url = readText(parameters, 'url') ?? ''
    const href = /^https?:\/\//.test(url) ? url : undefined
    return [h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, icon('link', 18), readText(parameters, 'display_text') ?? 'Abrir')]
  }
  if (content.type === 'location_request_message') {
    return [h('button', { type: 'button', onclick: () => sendPlace(context, message.id) }, icon('pin', 18), 'Enviar localização')]
  }
  const name = readText(readObject(action, 'parameters'), 'flow_cta') ?? readText(readObject(action, 'parameters'), 'display_text')
  return name ? [h('button', { type: 'button', disabled: true }, name)] : []
}

function openList(context: ChatContext, label: string, action: JsonObject | undefined, answer: (interactive: JsonObject) => void): void {
  const list = h('div', { class: 'options' })
  for (const section of readObjects(action, 'sections')) {
    const title = readText(section, 'title')
    if (title) list.append(h('h4', {}, title))
    for (const row of readObjects(section, 'rows')) {
      const description = readText(row, 'description')
      const pick = (): void => {
        close()
        answer({ type: 'list_reply', list_reply: { id: row.id, title: row.title, ...(description ? { description } : {}) } })
      }
      list.append(h('button', { type: 'button', onclick: pick }, readText(row, 'title') ?? '', description ? h('small', {}, description) : null))
    }
  }
  const close = openSheet(context.screen, label, list)
}

/** A template is shown by its parameters: the emulator does not keep template texts. */
export function buildTemplate(message: ChatMessage): Node[] {
  const content = contentOf(message)
  const parts = readObjects(content, 'components').filter((component) => String(component.type).toLowerCase() !== 'button')
  const texts = parts.flatMap((component) =>
    readObjects(component, 'parameters')
      .map((parameter) => readParameter(parameter))
      .filter((text) => text !== ''),
  )
  return [h('i', { class: 'kind' }, `Modelo · ${readText(content, 'name') ?? ''}`), h('span', {}, formatText(texts.join('\n') || 'Mensagem modelo'))]
}

function readParameter(parameter: JsonObject): string {
  return (
    readText(parameter, 'text') ??
    readText(readObject(parameter, 'currency'), 'fallback_value') ??
    readText(readObject(parameter, 'date_time'), 'fallback_value') ??
    ''
  )
}

function templateButtons(context: ChatContext, message: ChatMessage, content: JsonObject): HTMLElement[] {
  return readObjects(content, 'components')
    .filter((component) => String(component.type).toLowerCase() === 'button' && component.sub_type === 'quick_reply')
    .map((component) => {
      const payload = readText(readObjects(component, 'parameters')[0], 'payload') ?? 'Responder'
      const send = (): void => context.send({ type: 'button', button: { payload, text: payload }, context: { message_id: message.id } })
      return h('button', { type: 'button', onclick: send }, payload)
    })
}

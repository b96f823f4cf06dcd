import type { PhoneMessage } from '../src/control/phone-message.ts'
import type { Template } from '../src/emulator-types.ts'
import { type Json, type JsonObject, readObject, readObjects, readText } from '../src/json.ts'
import { buildHeader } from './bubble-media.ts'
import type { ChatContext } from './chat-context.ts'
import { buildLinkButton, startCall } from './choice-actions.ts'
import { contentOf } from './describe-message.ts'
import { h, icon, showNotice } from './dom.ts'
import { openFlowForm } from './flow-form.ts'
import { formatText } from './format-text.ts'
import { buildContactCard } from './send-special.ts'

/** The definition of a sent template: the one it was checked against, else by name and language. */
function findDefinition(context: ChatContext, message: PhoneMessage): Template | undefined {
  const content = contentOf(message)
  const language = readText(readObject(content, 'language'), 'code')
  const own = context.state.templates.filter((entry) => entry.wabaId === context.number.wabaId)
  return own.find((entry) => entry.id === message.template?.id) ?? own.find((entry) => entry.name === content.name && entry.language === language)
}

/** A text with its variables filled, positional or named; what nobody filled stays visible. */
function fill(text: string, parameters: JsonObject[]): string {
  return text.replace(/\{\{\s*([^{}]+?)\s*\}\}/g, (whole, name: string) => {
    const found = /^\d+$/.test(name) ? parameters[Number(name) - 1] : parameters.find((parameter) => parameter.parameter_name === name)
    return found ? readParameter(found) : whole
  })
}

function readParameter(parameter: JsonObject): string {
  return (
    readText(parameter, 'text') ??
    readText(parameter, 'coupon_code') ??
    readText(readObject(parameter, 'currency'), 'fallback_value') ??
    readText(readObject(parameter, 'date_time'), 'fallback_value') ??
    ''
  )
}

function parametersOf(components: JsonObject[], type: string): JsonObject[] {
  return readObjects(
    components.find((component) => String(component.type).toLowerCase() === type),
    'parameters',
  )
}

/** Header, body and footer of a template, from its definition; without one its parameters are shown. */
export function buildTemplate(context: ChatContext, message: PhoneMessage): Node[] {
  const content = contentOf(message)
  const sent = readObjects(content, 'components')
  const definition = findDefinition(context, message)
  const kind = h('i', { class: 'kind' }, `Modelo · ${readText(content, 'name') ?? ''}`)
  if (!definition) {
    const texts = sent.filter((part) => String(part.type).toLowerCase() !== 'button').flatMap((part) => readObjects(part, 'parameters').map(readParameter))
    return [kind, h('span', {}, formatText(texts.filter(Boolean).join('\n') || 'Mensagem modelo'))]
  }
  return [kind, ...buildParts(context, message, fixed(definition), sent)]
}

function buildParts(context: ChatContext, message: PhoneMessage, parts: JsonObject[], sent: JsonObject[]): Node[] {
  return parts.flatMap((part): Node[] => {
    if (part.type === 'HEADER') return buildTemplateHeader(part, parametersOf(sent, 'header'))
    if (part.type === 'BODY') return [h('span', {}, formatText(fill(readText(part, 'text') ?? '', parametersOf(sent, 'body'))))]
    if (part.type === 'FOOTER') return [h('span', { class: 'foot' }, readText(part, 'text') ?? '')]
    if (part.type === 'LIMITED_TIME_OFFER')
      return [h('span', { class: 'offer' }, icon('clock', 16), readText(readObject(part, 'limited_time_offer'), 'text') ?? 'Oferta')]
    return part.type === 'CAROUSEL' ? [buildTemplateCards(context, message, readObjects(part, 'cards'), sent)] : []
  })
}

/** Authentication templates have Meta's text (Cloud API, authentication templates). */
function fixed(definition: Template): JsonObject[] {
  if (definition.category !== 'AUTHENTICATION') return definition.components
  const portuguese = definition.language.startsWith('pt')
  return definition.components.map((part) => {
    if (part.type === 'BODY') {
      const advice =
        part.add_security_recommendation === true
          ? portuguese
            ? ' Para sua segurança, não o compartilhe.'
            : ' For your security, do not share this code.'
          : ''
      return { ...part, text: `${portuguese ? 'Seu código de verificação é *{{1}}*.' : '*{{1}}* is your verification code.'}${advice}` }
    }
    const minutes = part.code_expiration_minutes
    return part.type === 'FOOTER' && minutes
      ? { ...part, text: portuguese ? `Este código expira em ${minutes} minutos.` : `This code expires in ${minutes} minutes.` }
      : part
  })
}

function buildTemplateHeader(part: JsonObject, parameters: JsonObject[]): Node[] {
  const text = readText(part, 'text')
  if (part.format === 'TEXT' && text) return [h('b', { class: 'head' }, fill(text, parameters))]
  return buildHeader(parameters[0] ?? { type: String(part.format ?? 'image').toLowerCase() })
}

function buildTemplateCards(context: ChatContext, message: PhoneMessage, cards: JsonObject[], sent: JsonObject[]): HTMLElement {
  const given = readObjects(
    sent.find((part) => String(part.type).toLowerCase() === 'carousel'),
    'cards',
  )
  const slides = cards.map((card, index) => {
    const filled = readObjects(
      given.find((entry) => Number(entry.card_index) === index),
      'components',
    )
    const parts = readObjects(card, 'components')
    const buttons = parts.flatMap((part) => readObjects(part, 'buttons')).map((entry, place) => buildButton(context, message, entry, place, filled))
    return h('article', { class: 'slide' }, ...buildParts(context, message, parts, filled), h('div', { class: 'choices' }, ...buttons))
  })
  return h('div', { class: 'carousel', role: 'group', 'aria-label': 'Cartões', tabindex: 0 }, ...slides)
}

/** The buttons of a template, from its definition; without one only the quick replies that carry a payload. */
export function buildTemplateButtons(context: ChatContext, message: PhoneMessage): HTMLElement[] {
  const sent = readObjects(contentOf(message), 'components')
  const definition = findDefinition(context, message)
  if (definition) {
    const buttons = definition.components.filter((part) => part.type === 'BUTTONS').flatMap((part) => readObjects(part, 'buttons'))
    return buttons.map((entry, index) => buildButton(context, message, entry, index, sent))
  }
  return sent
    .filter((part) => String(part.type).toLowerCase() === 'button' && part.sub_type === 'quick_reply')
    .map((part) => {
      const payload = readText(readObjects(part, 'parameters')[0], 'payload') ?? 'Responder'
      return press(payload, () => reply(context, message, payload, payload))
    })
}

function press(label: string, onclick: () => void, sign?: Parameters<typeof icon>[0]): HTMLElement {
  return h('button', { type: 'button', onclick }, sign ? icon(sign, 18) : null, label)
}

function reply(context: ChatContext, message: PhoneMessage, payload: string, text: string): void {
  context.send({ type: 'button', button: { payload, text }, context: { message_id: message.id } })
}

function buildButton(context: ChatContext, message: PhoneMessage, entry: JsonObject, index: number, sent: JsonObject[]): HTMLElement {
  const given = readObjects(
    sent.find((part) => String(part.type).toLowerCase() === 'button' && Number(part.index) === index),
    'parameters',
  )[0]
  const label = readText(entry, 'text') ?? 'Abrir'
  switch (entry.type) {
    case 'QUICK_REPLY':
      return press(label, () => reply(context, message, readText(given, 'payload') ?? label, label), 'reply')
    case 'URL':
      return buildLinkButton(label, fill(readText(entry, 'url') ?? '', given ? [given] : []))
    case 'PHONE_NUMBER':
      return h('a', { href: `tel:${readText(entry, 'phone_number') ?? ''}` }, icon('phone', 18), label)
    case 'FLOW': {
      const action = readObject(given, 'action')
      const parameters = {
        flow_id: entry.flow_id,
        flow_name: entry.flow_name,
        flow_token: action?.flow_token,
        flow_action_payload: { screen: entry.navigate_screen, data: action?.flow_action_data },
      }
      return press(
        label,
        () => openFlowForm(context, { parameters, label, body: '', answer: (form) => context.send({ ...form, context: { message_id: message.id } }) }),
        'list',
      )
    }
    case 'VOICE_CALL':
      return press(label, () => startCall(context), 'phone')
    case 'REQUEST_CONTACT_INFO': {
      const card = { ...buildContactCard(context.customer.name, `+${context.customer.waId}`), origin: 'contact_request', context: { message_id: message.id } }
      return press(label, () => context.send(card), 'person')
    }
    default:
      return press(label === 'Abrir' && /COPY_CODE|OTP/.test(String(entry.type)) ? 'Copiar código' : label, () => copyCode(given), 'copy')
  }
}

function copyCode(parameter: JsonObject | undefined): void {
  const code: Json = parameter ? readParameter(parameter) : ''
  navigator.clipboard?.writeText(String(code)).catch(() => {})
  showNotice(code ? `Copiado: ${code}` : 'Este botão abre algo que o emulador não tem.')
}

import type { BusinessNumber, Template } from '../emulator-types.ts'
import { type JsonObject, readObject, readObjects, readText } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { listTemplates } from './find-template.ts'
import { messagingError } from './graph-error.ts'
import { countVariables, listVariables } from './template-texts.ts'
import { validateMediaObject } from './validate-media-message.ts'

/** The checked template of a send; with the scenario's `templateCheck` off any name goes, and there is none. */
export function findTemplateToSend(engine: Engine, number: BusinessNumber, body: JsonObject): Template | null {
  return engine.world.scenario.templateCheck ? checkTemplateSend(engine, number, readObject(body, 'template') ?? {}) : null
}

/**
 * The template a send names, checked for its status and its parameters (Cloud API, send template messages).
 * @throws GraphError 132001, 132000, 132005, 132012, 132015, 132016, 131008 or 131009.
 */
function checkTemplateSend(engine: Engine, number: BusinessNumber, content: JsonObject): Template {
  const name = readText(content, 'name') ?? ''
  const code = readText(readObject(content, 'language'), 'code') ?? ''
  const template = listTemplates(engine, number.wabaId).find((entry) => entry.name === name && entry.language === code)
  if (!template) throw messagingError(132001, `template name (${name}) does not exist in ${code}`)
  if (template.status === 'PAUSED') throw messagingError(132015)
  if (template.status === 'DISABLED') throw messagingError(132016)
  if (template.status !== 'APPROVED' && template.status !== 'PENDING_DELETION') {
    throw messagingError(132001, `template name (${name}) is not approved in ${code}: ${template.status}`)
  }
  checkComponents(engine, number, template, template.components, readObjects(content, 'components'))
  return template
}

function findComponent(components: JsonObject[], type: string): JsonObject | undefined {
  return components.find((component) => String(component.type).toUpperCase() === type)
}

function checkComponents(engine: Engine, number: BusinessNumber, template: Template, defined: JsonObject[], sent: JsonObject[]): void {
  checkHeader(engine, number, template, findComponent(defined, 'HEADER'), findComponent(sent, 'HEADER'))
  if (template.category === 'AUTHENTICATION') {
    checkCode(sent)
    return
  }
  const body = findComponent(defined, 'BODY')
  if (body) checkTexts('body', String(body.text ?? ''), template, readObjects(findComponent(sent, 'BODY'), 'parameters'), 1024)
  checkButtons(readObjects(findComponent(defined, 'BUTTONS'), 'buttons'), sent)
  checkCards(engine, number, template, findComponent(defined, 'CAROUSEL'), findComponent(sent, 'CAROUSEL'))
}

function checkHeader(engine: Engine, number: BusinessNumber, template: Template, header: JsonObject | undefined, sent: JsonObject | undefined): void {
  const parameters = readObjects(sent, 'parameters')
  const format = String(header?.format ?? 'NONE').toUpperCase()
  if (format === 'TEXT' || format === 'NONE') {
    checkTexts('header', format === 'TEXT' ? String(header?.text ?? '') : '', template, parameters, 60)
    return
  }
  const [parameter] = parameters
  const kind = format === 'GIF' ? 'video' : format.toLowerCase()
  const got = parameter ? String(parameter.type).toUpperCase() : 'UNKNOWN'
  const given = readObject(parameter, kind) ?? readObject(parameter, 'gif')
  if (!given) throw messagingError(132012, `header: Format mismatch, expected ${format}, received ${got}`)
  if (parameters.length > 1) throw messagingError(132000, `header: number of params (${parameters.length}) does not match the expected number of params (1)`)
  if (kind !== 'location') validateMediaObject(engine.world, number, kind, given)
}

/** Text parameters against the variables of a text: number, names, kind and length. */
function checkTexts(where: string, text: string, template: Template, parameters: JsonObject[], limit: number): void {
  const wanted = countVariables(text)
  if (parameters.length !== wanted) {
    throw messagingError(132000, `${where}: number of localizable_params (${parameters.length}) does not match the expected number of params (${wanted})`)
  }
  const values = new Map<string, string>()
  parameters.forEach((parameter, place) => {
    const value = readParameter(where, parameter)
    const name = template.parameterFormat === 'NAMED' ? readText(parameter, 'parameter_name') : String(place + 1)
    if (!name) throw messagingError(132012, `${where}: Parameter name is missing or empty`)
    values.set(name, value)
  })
  const missing = listVariables(text).find((name) => !values.has(name))
  if (missing !== undefined) throw messagingError(132012, `${where}: Parameter ${missing} is missing`)
  const filled = text.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (_whole, name: string) => values.get(name) ?? '')
  if ([...filled].length > limit) throw messagingError(132005, `${where}: the filled text has ${[...filled].length} characters, at most ${limit} are possible`)
}

function readParameter(where: string, parameter: JsonObject): string {
  const type = String(parameter.type ?? '').toLowerCase()
  const value = type === 'text' ? readText(parameter, 'text') : readText(readObject(parameter, type), 'fallback_value')
  if (!['text', 'currency', 'date_time'].includes(type))
    throw messagingError(132012, `${where}: Format mismatch, expected TEXT, received ${type.toUpperCase()}`)
  if (value === undefined) throw messagingError(131008, `Required parameter is missing: ${where}.parameters[${type}]`)
  if (/[\n\t]| {5,}/.test(value)) throw messagingError(132012, `${where}: Param text cannot have new-line/tab characters or more than 4 consecutive spaces`)
  return value
}

/** The code stands twice, in the body and in the button (Cloud API, authentication templates). */
function checkCode(sent: JsonObject[]): void {
  const [body, ...more] = readObjects(findComponent(sent, 'BODY'), 'parameters')
  if (!body || more.length > 0)
    throw messagingError(132000, `body: number of localizable_params (${body ? more.length + 1 : 0}) does not match the expected number of params (1)`)
  const code = readParameter('body', body)
  if ([...code].length > 15) throw messagingError(132005, 'body: a code has at most 15 characters')
  const [button] = readObjects(findComponent(sent, 'BUTTON'), 'parameters')
  if (!button) throw messagingError(131008, 'Required parameter is missing: buttons: Button at index 0 of type Url requires a parameter')
  if (String(button.text) !== code) throw messagingError(132012, 'buttons: the code of the button differs from the code of the body')
}

const NEEDS: Record<string, string> = { COPY_CODE: 'coupon_code', MPM: 'action' }

function checkButtons(buttons: JsonObject[], sent: JsonObject[]): void {
  const given = sent.filter((component) => String(component.type).toUpperCase() === 'BUTTON')
  for (const component of given) {
    const index = Number(component.index)
    const button = buttons[index]
    if (!button) throw messagingError(132000, `buttons: there is no button at index ${String(component.index)}`)
    const kind = String(component.sub_type ?? '').toUpperCase()
    if (kind !== String(button.type).toUpperCase()) {
      throw messagingError(132012, `buttons: Button at index ${index} is of type ${String(button.type)}, received ${kind}`)
    }
  }
  buttons.forEach((button, index) => {
    const kind = String(button.type).toUpperCase()
    const needed = kind === 'URL' && listVariables(String(button.url ?? '')).length > 0 ? 'text' : NEEDS[kind]
    if (!needed) return
    const [parameter] = readObjects(
      given.find((component) => Number(component.index) === index),
      'parameters',
    )
    if (parameter?.[needed] === undefined || parameter[needed] === '') {
      throw messagingError(131008, `Required parameter is missing: buttons: Button at index ${index} of type ${kind} requires a parameter`)
    }
    if (kind === 'COPY_CODE' && String(parameter[needed]).length > 15) throw messagingError(132005, 'buttons: a code has at most 15 characters')
  })
}

function checkCards(engine: Engine, number: BusinessNumber, template: Template, carousel: JsonObject | undefined, sent: JsonObject | undefined): void {
  if (!carousel) return
  const defined = readObjects(carousel, 'cards')
  const cards = readObjects(sent, 'cards')
  if (cards.length !== defined.length)
    throw messagingError(132000, `carousel: number of cards (${cards.length}) does not match the expected number of cards (${defined.length})`)
  defined.forEach((card, place) => {
    const given = cards.find((entry) => Number(entry.card_index) === place)
    if (!given) throw messagingError(132012, `carousel: card ${place} is missing`)
    checkComponents(engine, number, template, readObjects(card, 'components'), readObjects(given, 'components'))
  })
}

import type { TemplateCategory } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readObject, readObjects } from '../json.ts'
import { type GraphError, parameterError, userError } from './graph-error.ts'
import { listVariables } from './template-texts.ts'
import { validateAuthenticationTemplate } from './validate-authentication-template.ts'
import { validateTemplateButtons } from './validate-template-buttons.ts'

const HEADER_FORMATS = ['TEXT', 'IMAGE', 'VIDEO', 'DOCUMENT', 'GIF', 'LOCATION']
const KINDS = ['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CAROUSEL', 'LIMITED_TIME_OFFER', 'CALL_PERMISSION_REQUEST']

/** Subcodes of template creation (Cloud API, error codes); those beyond Meta's page stand in its answers. */
const SUBCODE = { length: 2388040, header: 2388047, body: 2388072, footer: 2388073, ratio: 2388293, edges: 2388299, missing: 2388043 } as const

/** A template's content is refused: code 100 with its own subcode. */
function refuse(kind: keyof typeof SUBCODE, text: string): GraphError {
  const titles = {
    length: 'Character limit exceeded',
    header: 'Invalid header',
    body: 'Invalid body',
    footer: 'Invalid footer',
    ratio: 'Too many variables for the length of the text',
    edges: 'Variables at the beginning or end',
    missing: 'Missing expected field(s)',
  }
  return userError(100, SUBCODE[kind], titles[kind], text)
}

/**
 * Checks the components of a template (Cloud API, template components) and gives them with upper-case types.
 * @throws GraphError 100, mostly with a `2388…` subcode.
 */
export function validateComponents(given: Json, category: TemplateCategory, format: 'POSITIONAL' | 'NAMED'): JsonObject[] {
  if (!Array.isArray(given) || given.length === 0) throw parameterError('The parameter components is required.')
  const components = given.map((value) => {
    if (!isObject(value) || typeof value.type !== 'string') throw parameterError('Param components must be an array of objects with a type.')
    return { ...value, type: value.type.toUpperCase() }
  })
  for (const { type } of components)
    if (!KINDS.includes(type)) throw parameterError(`Param components[type] must be one of {${KINDS.join(', ')}} - got "${type}".`)
  if (new Set(components.map(({ type }) => type)).size < components.length) throw parameterError('Each component may stand once.')
  if (category === 'AUTHENTICATION') {
    validateAuthenticationTemplate(components)
    return components
  }
  if (!components.some(({ type }) => type === 'BODY')) throw refuse('missing', 'The template needs a component of type BODY.')
  for (const component of components) validateComponent(component, category, format)
  return components
}

function validateComponent(component: JsonObject & { type: string }, category: TemplateCategory, format: 'POSITIONAL' | 'NAMED'): void {
  if (component.type === 'HEADER') validateHeader(component, category, format)
  else if (component.type === 'BODY') validateBody(component, format, 1024)
  else if (component.type === 'FOOTER') validateFooter(component)
  else if (component.type === 'BUTTONS') validateTemplateButtons(component, 10)
  else if (component.type === 'CAROUSEL') validateCarousel(component, format)
  else if (component.type === 'LIMITED_TIME_OFFER') {
    const offer = readObject(component, 'limited_time_offer')
    if (category !== 'MARKETING' || !offer) throw parameterError('A limited time offer needs a marketing template and limited_time_offer.')
    if ([...String(offer.text ?? '')].length > 16) throw refuse('length', 'The text of a limited time offer has at most 16 characters.')
  }
}

function validateHeader(header: JsonObject, category: TemplateCategory, format: 'POSITIONAL' | 'NAMED'): void {
  const kind = String(header.format ?? '').toUpperCase()
  if (!HEADER_FORMATS.includes(kind)) throw refuse('header', `format must be one of ${HEADER_FORMATS.join(', ')}`)
  if (kind === 'GIF' && category !== 'MARKETING') throw refuse('header', 'A GIF header needs a marketing template.')
  if (kind === 'TEXT') validateHeaderText(header, format)
  else if (kind !== 'LOCATION') {
    const handles = readObject(header, 'example')?.header_handle
    if (!Array.isArray(handles) || handles.length === 0) throw refuse('missing', 'component of type HEADER is missing expected field(s) (example)')
  }
}

function validateHeaderText(header: JsonObject, format: 'POSITIONAL' | 'NAMED'): void {
  const text = typeof header.text === 'string' ? header.text : ''
  if (text.trim() === '') throw refuse('missing', 'component of type HEADER is missing expected field(s) (text)')
  if ([...text].length > 60) throw refuse('length', 'The header has at most 60 characters.')
  if (/[\n*~`_]/.test(text.replace(/\{\{[^}]*\}\}/g, '')) || /\p{Extended_Pictographic}/u.test(text)) {
    throw refuse('header', 'A header has no new lines, emoji, asterisks or other formatting.')
  }
  const variables = checkVariables(text, format, 'header')
  if (variables.length > 1) throw refuse('header', 'A header has at most one variable.')
  if (variables.length > 0 && !hasExample(header, 'header')) throw refuse('missing', 'component of type HEADER is missing expected field(s) (example)')
}

function validateBody(body: JsonObject, format: 'POSITIONAL' | 'NAMED', limit: number): void {
  const text = typeof body.text === 'string' ? body.text : ''
  if (text.trim() === '') throw refuse('missing', 'component of type BODY is missing expected field(s) (text)')
  if ([...text].length > limit) throw refuse('length', `The body has at most ${limit} characters.`)
  if (/\n{3,}| {5,}/.test(text)) throw refuse('body', 'The body has more than two new lines or four spaces one after the other.')
  const variables = checkVariables(text, format, 'body')
  if (variables.length === 0) return
  if (/^\s*\{\{|\}\}\s*$/.test(text)) throw refuse('edges', 'Variables may not be at the beginning or the end of the template.')
  const words = text.replace(/\{\{[^}]*\}\}/g, ' ').match(/[\p{L}\p{N}]+/gu)?.length ?? 0
  if (words < variables.length) throw refuse('ratio', 'This template has too many variables for its length.')
  if (!hasExample(body, 'body')) throw refuse('missing', 'component of type BODY is missing expected field(s) (example)')
}

function validateFooter(footer: JsonObject): void {
  const text = typeof footer.text === 'string' ? footer.text : ''
  if (text.trim() === '') throw refuse('missing', 'component of type FOOTER is missing expected field(s) (text)')
  if ([...text].length > 60) throw refuse('length', 'The footer has at most 60 characters.')
  if (listVariables(text).length > 0 || text.includes('\n')) throw refuse('footer', 'A footer has no variables and no new lines.')
}

/** Positional variables are 1, 2, 3 … without a gap, named ones lower case; gives the different ones. */
function checkVariables(text: string, format: 'POSITIONAL' | 'NAMED', kind: 'header' | 'body'): string[] {
  const all = listVariables(text)
  const different = [...new Set(all)]
  if (format === 'POSITIONAL') {
    if (different.some((name, place) => name !== String(place + 1))) throw refuse(kind, 'Variables must be {{1}}, {{2}}, … in order.')
  } else if (different.some((name) => !/^[a-z][a-z0-9_]*$/.test(name))) throw refuse(kind, 'Named variables have lower-case letters, digits and underscores.')
  if (/\{\{|\}\}/.test(text.replace(/\{\{[^{}]*\}\}/g, ''))) throw refuse(kind, 'Curly braces are not closed.')
  return different
}

function hasExample(component: JsonObject, kind: 'header' | 'body'): boolean {
  const example = readObject(component, 'example')
  const list = example?.[`${kind}_text`] ?? example?.[`${kind}_text_named_params`]
  return Array.isArray(list) && list.length > 0
}

function validateCarousel(carousel: JsonObject, format: 'POSITIONAL' | 'NAMED'): void {
  const cards = readObjects(carousel, 'cards')
  if (cards.length < 2 || cards.length > 10) throw parameterError('A carousel has 2 to 10 cards.')
  const shapes = new Set<string>()
  for (const card of cards) {
    const parts = readObjects(card, 'components').map((part) => ({ ...part, type: String(part.type).toUpperCase() }))
    const shape: string[] = []
    for (const part of parts) {
      if (part.type === 'BODY') validateBody(part, format, 160)
      else if (part.type === 'HEADER') validateHeader(part, 'MARKETING', format)
      else if (part.type === 'BUTTONS') shape.push(...validateTemplateButtons(part, 2))
      else throw parameterError('A card has HEADER, BODY and BUTTONS only.')
      shape.push(part.type)
    }
    shapes.add(shape.join())
  }
  if (shapes.size > 1) throw parameterError('All cards of a carousel have the same components.')
}

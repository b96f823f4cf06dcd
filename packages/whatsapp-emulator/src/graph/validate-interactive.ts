import { isObject, type Json, type JsonObject } from '../json.ts'
import { messagingError } from './graph-error.ts'
import { optionalText, requireList, requireObject, requireText } from './require-value.ts'

const LIMITED_BODY = 1024

/** Checks an interactive message against the limits of the Cloud API (send messages). Kinds without rules here are kept as they are. */
export function validateInteractive(interactive: JsonObject): void {
  const kind = requireText(interactive.type, 'interactive.type', 64)
  const known = [
    'button',
    'list',
    'cta_url',
    'location_request_message',
    'flow',
    'product',
    'product_list',
    'catalog_message',
    'address_message',
    'carousel',
    'voice_call',
    'call_permission_request',
    'request_contact_info',
  ]
  if (!known.includes(kind)) throw messagingError(131009, `Parameter value is not valid: interactive.type must be one of ${known.join(', ')}`)
  if (['product', 'call_permission_request'].includes(kind)) {
    if (interactive.body) validateBody(interactive, LIMITED_BODY)
  } else validateBody(interactive, kind === 'list' ? 4096 : LIMITED_BODY)
  if (isObject(interactive.footer)) requireText(interactive.footer.text, 'interactive.footer.text', 60)
  if (isObject(interactive.header)) validateHeader(interactive.header, kind)
  const action = kind === 'call_permission_request' ? interactive.action : requireObject(interactive.action, 'interactive.action')
  if (!isObject(action)) return
  if (kind === 'button') validateButtons(action)
  if (kind === 'list') validateList(action)
  if (kind === 'cta_url') {
    const parameters = requireObject(action.parameters, 'interactive.action.parameters')
    requireText(parameters.display_text, 'interactive.action.parameters.display_text', 20)
    requireText(parameters.url, 'interactive.action.parameters.url', 2000)
  }
}

function validateBody(interactive: JsonObject, max: number): void {
  requireText(requireObject(interactive.body, 'interactive.body').text, 'interactive.body.text', max)
}

function validateHeader(header: JsonObject, kind: string): void {
  const type = requireText(header.type, 'interactive.header.type', 20)
  if (type === 'text') requireText(header.text, 'interactive.header.text', 60)
  else if (kind === 'list' || kind === 'product_list') throw messagingError(131009, 'Parameter value is not valid: a list takes only a text header')
  else if (['image', 'video', 'document'].includes(type)) requireObject(header[type], `interactive.header.${type}`)
  else throw messagingError(131009, 'Parameter value is not valid: interactive.header.type')
}

function validateButtons(action: JsonObject): void {
  const replies = requireList(action.buttons, 'interactive.action.buttons', 1, 3).map((button, index) => {
    const reply = requireObject(requireObject(button, `buttons[${index}]`).reply, `buttons[${index}].reply`)
    return {
      id: requireText(reply.id, `buttons[${index}].reply.id`, 256),
      title: requireText(reply.title, `buttons[${index}].reply.title`, 20),
    }
  })
  requireUnique(
    replies.map((reply) => reply.id),
    'button ids',
  )
  requireUnique(
    replies.map((reply) => reply.title),
    'button titles',
  )
}

function validateList(action: JsonObject): void {
  requireText(action.button, 'interactive.action.button', 20)
  const sections = requireList(action.sections, 'interactive.action.sections', 1, 10)
  const ids: string[] = []
  sections.forEach((value: Json, index) => {
    const section = requireObject(value, `sections[${index}]`)
    if (sections.length > 1) requireText(section.title, `sections[${index}].title`, 24)
    else optionalText(section.title, `sections[${index}].title`, 24)
    requireList(section.rows, `sections[${index}].rows`, 1, 10).forEach((item, place) => {
      const row = requireObject(item, `sections[${index}].rows[${place}]`)
      ids.push(requireText(row.id, `rows[${place}].id`, 200))
      requireText(row.title, `rows[${place}].title`, 24)
      optionalText(row.description, `rows[${place}].description`, 72)
    })
  })
  if (ids.length > 10) throw messagingError(131009, 'Parameter value is not valid: a list has at most 10 rows in total')
  requireUnique(ids, 'row ids')
}

function requireUnique(values: string[], what: string): void {
  if (new Set(values).size !== values.length) throw messagingError(131009, `Parameter value is not valid: ${what} must be unique`)
}

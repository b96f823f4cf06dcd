import type { BusinessNumber } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readText } from '../json.ts'
import type { World } from '../state/world.ts'
import { messagingError } from './graph-error.ts'
import { optionalText, requireList, requireNumber, requireObject, requireText } from './require-value.ts'
import { validateCarousel, validateCatalog, validateProduct, validateProductList } from './validate-products.ts'

const LIMITED_BODY = 1024

type ActionCheck = (action: JsonObject, world: World, number: BusinessNumber) => void

const ACTIONS: Record<string, ActionCheck> = {
  button: validateButtons,
  list: validateList,
  cta_url: validateCtaUrl,
  location_request_message: (action) => requireName(action, 'send_location'),
  flow: validateFlow,
  product: validateProduct,
  product_list: validateProductList,
  catalog_message: validateCatalog,
  address_message: validateAddress,
  carousel: validateCarousel,
  voice_call: validateVoiceCall,
  call_permission_request: (action) => requireName(action, 'call_permission_request'),
  order_details: (action) => validateOrder(action, 'review_and_pay'),
  order_status: (action) => validateOrder(action, 'review_order'),
  request_contact_info: (action) => requireName(action, 'request_contact_info'),
}

/** Checks an interactive message against the limits of the Cloud API (send messages). */
export function validateInteractive(world: World, number: BusinessNumber, interactive: JsonObject): void {
  const kind = requireText(interactive.type, 'interactive.type', 64)
  const check = ACTIONS[kind]
  if (!check) throw messagingError(131009, `Parameter value is not valid: interactive.type must be one of ${Object.keys(ACTIONS).join(', ')}`)
  const bodyFree = kind === 'product' || kind === 'call_permission_request'
  if (!bodyFree || interactive.body) validateBody(interactive, kind === 'list' ? 4096 : LIMITED_BODY)
  if (isObject(interactive.footer)) requireText(interactive.footer.text, 'interactive.footer.text', 60)
  if (kind === 'product_list') requireObject(interactive.header, 'interactive.header')
  if (isObject(interactive.header)) validateHeader(interactive.header, kind)
  const action = requireObject(interactive.action, 'interactive.action')
  check(action, world, number)
}

function validateBody(interactive: JsonObject, max: number): void {
  requireText(requireObject(interactive.body, 'interactive.body').text, 'interactive.body.text', max)
}

function validateHeader(header: JsonObject, kind: string): void {
  const type = requireText(header.type, 'interactive.header.type', 20)
  if (['product', 'catalog_message', 'carousel', 'location_request_message', 'request_contact_info'].includes(kind)) {
    throw messagingError(131009, `Parameter value is not valid: ${kind} takes no header`)
  }
  if (type === 'text') requireText(header.text, 'interactive.header.text', 60)
  else if (kind === 'list' || kind === 'product_list') throw messagingError(131009, 'Parameter value is not valid: a list takes only a text header')
  else if (['image', 'video', 'document'].includes(type)) requireObject(header[type], `interactive.header.${type}`)
  else throw messagingError(131009, 'Parameter value is not valid: interactive.header.type')
}

function requireName(action: JsonObject, name: string): void {
  if (requireText(action.name, 'interactive.action.name', 64) !== name) {
    throw messagingError(131009, `Parameter value is not valid: interactive.action.name must be ${name}`)
  }
}

function requireParameters(action: JsonObject, name: string): JsonObject {
  requireName(action, name)
  return requireObject(action.parameters, 'interactive.action.parameters')
}

function validateButtons(action: JsonObject): void {
  const replies = requireList(action.buttons, 'interactive.action.buttons', 1, 3).map((value, index) => {
    const button = requireObject(value, `buttons[${index}]`)
    if (button.type !== 'reply') throw messagingError(131009, `Parameter value is not valid: buttons[${index}].type must be reply`)
    const reply = requireObject(button.reply, `buttons[${index}].reply`)
    return {
      id: requireText(reply.id, `buttons[${index}].reply.id`, 256),
      title: requireText(reply.title, `buttons[${index}].reply.title`, 20),
    }
  })
  const ids = replies.map((reply) => reply.id)
  const titles = replies.map((reply) => reply.title)
  requireUnique(ids, 'button ids')
  requireUnique(titles, 'button titles')
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

function validateCtaUrl(action: JsonObject): void {
  const parameters = requireParameters(action, 'cta_url')
  requireText(parameters.display_text, 'interactive.action.parameters.display_text', 20)
  const url = requireText(parameters.url, 'interactive.action.parameters.url', 2000)
  if (!/^https?:\/\//.test(url)) throw messagingError(131009, 'Parameter value is not valid: interactive.action.parameters.url must be an http(s) address')
}

function validateVoiceCall(action: JsonObject): void {
  requireName(action, 'voice_call')
  if (!isObject(action.parameters)) return
  optionalText(action.parameters.display_text, 'interactive.action.parameters.display_text', 20)
  if (action.parameters.ttl_minutes !== undefined) requireNumber(action.parameters.ttl_minutes, 'interactive.action.parameters.ttl_minutes', 1, 43_200)
}

/** Payments, as far as the reference (Cloud API, payments). */
function validateOrder(action: JsonObject, name: string): void {
  const parameters = requireParameters(action, name)
  requireText(parameters.reference_id, 'interactive.action.parameters.reference_id', 60)
}

function validateAddress(action: JsonObject, _world: World, number: BusinessNumber): void {
  const parameters = requireParameters(action, 'address_message')
  requireText(parameters.country, 'interactive.action.parameters.country', 60)
  if (!number.displayPhoneNumber.replace(/\D/g, '').startsWith('91')) {
    throw messagingError(131009, 'Parameter value is not valid: address messages are for businesses and customers in India')
  }
}

/** A flow must exist in the account: published, or a draft in draft mode (Cloud API, flows). */
function validateFlow(action: JsonObject, world: World, number: BusinessNumber): void {
  const parameters = requireParameters(action, 'flow')
  if (requireText(parameters.flow_message_version, 'interactive.action.parameters.flow_message_version', 5) !== '3') {
    throw messagingError(131009, 'Parameter value is not valid: flow_message_version must be 3')
  }
  const id = readText(parameters, 'flow_id')
  const name = readText(parameters, 'flow_name')
  if (!id && !name) throw messagingError(131008, 'Required parameter is missing: flow_id or flow_name')
  requireText(parameters.flow_cta, 'interactive.action.parameters.flow_cta', 30)
  const how = parameters.flow_action ?? 'navigate'
  if (how !== 'navigate' && how !== 'data_exchange') throw messagingError(131009, 'Parameter value is not valid: flow_action must be navigate or data_exchange')
  if (isObject(parameters.flow_action_payload)) requireText(parameters.flow_action_payload.screen, 'flow_action_payload.screen', 200)
  const flow = [...world.flows.values()].find((entry) => entry.wabaId === number.wabaId && (id ? entry.id === id : entry.name === name))
  if (!flow) throw messagingError(131009, `Parameter value is not valid: there is no flow ${id ?? name}`)
  if (flow.status === 'BLOCKED') throw messagingError(132068)
  if (flow.status === 'THROTTLED') throw messagingError(132069)
  const wanted = parameters.mode === 'draft' ? 'DRAFT' : 'PUBLISHED'
  if (flow.status !== wanted) throw messagingError(131009, `Parameter value is not valid: the flow is ${flow.status}, not ${wanted}`)
}

function requireUnique(values: string[], what: string): void {
  if (new Set(values).size !== values.length) throw messagingError(131009, `Parameter value is not valid: ${what} must be unique`)
}

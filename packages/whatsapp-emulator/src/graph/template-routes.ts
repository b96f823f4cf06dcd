import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber, Template } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readText } from '../json.ts'
import { changeTemplate, reviewTemplate, tellTemplateComponents, tellTemplateEvent, unpauseTemplate } from '../state/decide-template.ts'
import type { Engine } from '../state/engine.ts'
import { changeAccountState, readAccountState } from '../state/platform-state.ts'
import { bodyOf } from './body-of.ts'
import { createMessageTemplate, readTtl } from './create-template.ts'
import { listByToken, requireAccountAccess } from './find-by-token.ts'
import { describeTemplate, listTemplates, TEMPLATE_DEFAULTS } from './find-template.ts'
import { messagingError, parameterError, unknownObject, userError } from './graph-error.ts'
import type { ManagementLimit } from './limit-management.ts'
import { paginate, queryOf } from './paginate.ts'
import { pickFields } from './select-fields.ts'
import { listLibrary } from './template-library.ts'
import { validateComponents } from './validate-template.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>
const DAY_MS = 24 * 3600_000
const NAME_BLOCKED_MS = 30 * DAY_MS

/** Message templates of an account (Cloud API, template management). Single templates are dispatched by the node routes. */
export function registerTemplateRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine
  const enter = (request: IdRequest, reply: FastifyReply): BusinessNumber => {
    const [number] = requireAccountAccess(world, request, request.params.id)
    count(reply, number)
    return number
  }

  app.get('/:id/message_templates', async (request: IdRequest, reply) => {
    const { wabaId } = enter(request, reply)
    const query = queryOf(request)
    const shown = listTemplates(engine, wabaId).filter((template) => matches(template, query))
    return paginate(
      world,
      request,
      shown.map((template) => pickFields(describeTemplate(template), query.fields, TEMPLATE_DEFAULTS)),
    )
  })

  app.post('/:id/message_templates', async (request: IdRequest, reply) => createMessageTemplate(engine, enter(request, reply), bodyOf(request)))

  app.delete('/:id/message_templates', async (request: IdRequest, reply) => {
    const { wabaId } = enter(request, reply)
    return deleteTemplates(engine, wabaId, { ...bodyOf(request), ...queryOf(request) })
  })

  app.get('/message_template_library', async (request) => {
    listByToken(world, request, 'whatsapp_business_management')
    return paginate(world, request, listLibrary(queryOf(request)))
  })

  app.post('/:id/unpause', async (request: IdRequest, reply) => {
    const template = requireTemplate(engine, request, request.params.id, reply, count)
    if (template.status !== 'PAUSED') return { success: false, reason: 'The template is not paused.' }
    unpauseTemplate(engine, template.id)
    return { success: true }
  })

  app.get('/:id/compare', async (request: IdRequest, reply) => compare(engine, requireTemplate(engine, request, request.params.id, reply, count), request))

  for (const verb of ['archive', 'unarchive'] as const) {
    app.post(`/:id/message_templates/${verb}`, async (request: IdRequest, reply) =>
      archiveTemplates(engine, enter(request, reply).wabaId, verb, bodyOf(request)),
    )
  }
}

function matches(template: Template, query: Record<string, string>): boolean {
  const text = JSON.stringify(template.components)
  return (
    (!query.name || template.name === query.name || template.name.includes(query.name)) &&
    (!query.name_or_content || template.name.includes(query.name_or_content) || text.includes(query.name_or_content)) &&
    (!query.content || text.includes(query.content)) &&
    isAmong(query.language, template.language) &&
    isAmong(query.quality_score, template.quality) &&
    isAmong(query.status, template.status) &&
    isAmong(query.category, template.category)
  )
}

/** A filter is one value, several with commas, or a JSON list. */
function isAmong(filter: string | undefined, value: string): boolean {
  return !filter || readIds(filter).some((wanted) => wanted.toLowerCase() === value.toLowerCase())
}

/** The template with this id, when the token reaches its account; otherwise undefined. */
export function findTemplateByToken(engine: Engine, request: FastifyRequest, id: string): Template | undefined {
  const accounts = new Set(listByToken(engine.world, request, 'whatsapp_business_management').map((number) => number.wabaId))
  for (const wabaId of accounts) {
    const found = listTemplates(engine, wabaId).find((template) => template.id === id)
    if (found) return found
  }
  return undefined
}

function requireTemplate(engine: Engine, request: FastifyRequest, id: string, reply: FastifyReply, count: ManagementLimit): Template {
  const template = findTemplateByToken(engine, request, id)
  if (!template) throw unknownObject(request.method, id)
  const owner = listByToken(engine.world, request).find((number) => number.wabaId === template.wabaId)
  if (owner) count(reply, owner)
  return template
}

/** `POST /{TEMPLATE_ID}`: approved, rejected and paused ones; approved ones once a day and ten times in 30 days. */
export function editTemplate(engine: Engine, template: Template, body: JsonObject): JsonObject {
  const now = engine.world.now()
  if (!['APPROVED', 'REJECTED', 'PAUSED'].includes(template.status)) {
    throw userError(100, 2388003, 'Message template cannot be edited', `A template with status ${template.status} cannot be edited.`)
  }
  const approved = template.status === 'APPROVED'
  const category = body.category === undefined ? template.category : String(body.category).toUpperCase()
  if (category !== 'MARKETING' && category !== 'UTILITY' && category !== 'AUTHENTICATION') throw parameterError('Param category is not valid.')
  if (approved && category !== template.category) throw parameterError('The category of an approved template cannot be changed.')
  const edits = template.edits.filter((at) => now - at < 30 * DAY_MS)
  if (approved && (edits.length >= 10 || edits.some((at) => now - at < DAY_MS))) {
    throw userError(100, 2388004, 'Message template edited too often', 'An approved template can be edited once in 24 hours and ten times in 30 days.')
  }
  const components = body.components === undefined ? template.components : validateComponents(body.components, category, template.parameterFormat)
  const contentChanged = body.components !== undefined || category !== template.category
  const changed = changeTemplate(engine, template.id, {
    components,
    category,
    ttlSeconds: body.message_send_ttl_seconds === undefined ? template.ttlSeconds : readTtl(body.message_send_ttl_seconds, category),
    edits: approved && contentChanged ? [...edits, now] : edits,
    status: contentChanged ? 'PENDING' : template.status,
  })
  if (changed && contentChanged) {
    tellTemplateComponents(engine, changed)
    reviewTemplate(engine, template.id)
  }
  return { success: true, id: template.id, name: template.name, category }
}

function deleteTemplates(engine: Engine, wabaId: string, given: JsonObject): JsonObject {
  const { world } = engine
  const name = readText(given, 'name')
  const ids = readIds(given.hsm_ids)
  const single = given.hsm_id === undefined ? null : String(given.hsm_id)
  if (!name && !single && ids.length === 0) throw parameterError('The parameter name, hsm_id or hsm_ids is required.')
  if (ids.length > 100) throw parameterError('Param hsm_ids has at most 100 ids.')
  const all = listTemplates(engine, wabaId)
  const meant = all.filter((template) =>
    ids.length > 0 ? ids.includes(template.id) : (!single || template.id === single) && (!name || template.name === name),
  )
  if (meant.length === 0 || meant.length < ids.length) throw userError(100, 2593002, 'Message Template Not Found', 'The message template could not be found.')
  if (meant.some((template) => template.status === 'DISABLED')) throw parameterError('A disabled template cannot be deleted.')
  const blocked = { ...readAccountState(world, wabaId).blockedNames }
  for (const template of meant) {
    if (template.status === 'APPROVED') blocked[template.name] = world.now() + NAME_BLOCKED_MS
    tellTemplateEvent(engine, template.id, 'DELETED')
  }
  changeAccountState(world, wabaId, { blockedNames: blocked })
  return { success: true }
}

function readIds(value: Json): string[] {
  const list = typeof value === 'string' ? value.replace(/[[\]"\s]/g, '').split(',') : Array.isArray(value) ? value.map(String) : []
  return list.filter((id) => id !== '')
}

function archiveTemplates(engine: Engine, wabaId: string, verb: 'archive' | 'unarchive', body: JsonObject): JsonObject {
  const ids = readIds(body.hsm_ids ?? body.template_ids)
  const done: string[] = []
  const failed: JsonObject[] = []
  for (const id of ids) {
    const template = listTemplates(engine, wabaId).find((entry) => entry.id === id)
    if (template && (template.status === 'ARCHIVED') === (verb === 'unarchive')) {
      tellTemplateEvent(engine, id, verb === 'archive' ? 'ARCHIVED' : 'UNARCHIVED')
      done.push(id)
    } else failed.push({ [id]: template ? 'The template has a wrong status.' : 'The template does not exist.' })
  }
  return { [`${verb}d_templates`]: done, failed_templates: failed }
}

function compare(engine: Engine, template: Template, request: FastifyRequest): JsonObject {
  const others = readIds(queryOf(request).template_ids)
  if (others.length !== 1) throw messagingError(131009, 'Parameter value is not valid: template_ids must name one other template')
  const ids = [template.id, ...others]
  const sends = (id: string): number => [...engine.world.messages.values()].filter((message) => isObject(message.template) && message.template.id === id).length
  return {
    data: [
      { metric: 'BLOCK_RATE', type: 'RELATIVE', order_by_relative_metric: ids },
      { metric: 'MESSAGE_SENDS', type: 'NUMBER_VALUES', number_values: ids.map((key) => ({ key, value: sends(key) })) },
      { metric: 'TOP_BLOCK_REASON', type: 'STRING_VALUES', string_values: ids.map((key) => ({ key, value: 'UNKNOWN_BLOCK_REASON' })) },
    ],
  }
}

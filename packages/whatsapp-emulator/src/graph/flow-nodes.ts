import type { FastifyRequest } from 'fastify'
import type { Flow } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { queueAccountChange } from '../webhooks/queue-change.ts'
import { readForm } from './body-of.ts'
import { listByToken } from './find-by-token.ts'
import { messagingError, parameterError, userError } from './graph-error.ts'

export const FLOW_DEFAULTS = ['id', 'name', 'status', 'categories', 'validation_errors']
export const FLOW_CATEGORIES = ['SIGN_UP', 'SIGN_IN', 'APPOINTMENT_BOOKING', 'LEAD_GENERATION', 'SHOPPING', 'CONTACT_US', 'CUSTOMER_SUPPORT', 'SURVEY', 'OTHER']

/** The flow with this id, when the token reaches its account. */
export function findFlowByToken(engine: Engine, request: FastifyRequest, id: string): Flow | undefined {
  const flow = engine.world.flows.get(id)
  return flow && listByToken(engine.world, request).some((number) => number.wabaId === flow.wabaId) ? flow : undefined
}

/** A flow as `GET` shows it (Cloud API, flows). */
export function describeFlow(engine: Engine, flow: Flow): JsonObject {
  return {
    id: flow.id,
    name: flow.name,
    status: flow.status,
    categories: flow.categories,
    validation_errors: validateFlowJson(flow.json),
    json_version: readVersion(flow.json),
    data_api_version: flow.endpointUri ? '3.0' : null,
    endpoint_uri: flow.endpointUri,
    preview: {
      preview_url: `${engine.world.url}/flows/${flow.id}/preview`,
      expires_at: new Date(engine.world.now() + 30 * 24 * 3600_000).toISOString().replace(/\.\d+Z$/, '+0000'),
    },
    whatsapp_business_account: { id: flow.wabaId },
    health_status: {
      can_send_message: flow.status === 'PUBLISHED' ? 'AVAILABLE' : 'BLOCKED',
      entities: [{ entity_type: 'FLOW', id: flow.id, can_send_message: flow.status === 'PUBLISHED' ? 'AVAILABLE' : 'BLOCKED' }],
    },
  }
}

function parseFlow(text: string): JsonObject | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : null
  } catch {
    return null
  }
}

function readVersion(text: string): string {
  return String(parseFlow(text)?.version ?? '')
}

/** The first things Meta looks at in a flow.json: it is JSON, has a version and screens with ids. */
export function validateFlowJson(text: string): Json[] {
  const flow = parseFlow(text)
  const problem = (error: string, message: string): Json[] => [
    { error, error_type: 'FLOW_JSON_ERROR', message, line_start: 1, line_end: 1, column_start: 1, column_end: 1 },
  ]
  if (!flow) return problem('INVALID_JSON', 'flow.json is not a JSON object.')
  if (typeof flow.version !== 'string') return problem('INVALID_PROPERTY_VALUE', "Required property 'version' is missing.")
  if (!Array.isArray(flow.screens) || flow.screens.length === 0) return problem('INVALID_PROPERTY_VALUE', "Required property 'screens' is missing.")
  const named = flow.screens.every((screen) => isObject(screen) && typeof screen.id === 'string')
  return named ? [] : problem('INVALID_PROPERTY_VALUE', "Every screen needs an 'id'.")
}

/** Form fields may bring lists as text. */
export function readCategories(value: Json): string[] {
  let list: Json = value
  if (typeof value === 'string') {
    try {
      list = JSON.parse(value)
    } catch {
      list = [value]
    }
  }
  if (!Array.isArray(list) || list.length === 0 || list.some((entry) => !FLOW_CATEGORIES.includes(String(entry)))) {
    throw parameterError(`Param categories must be a list of {${FLOW_CATEGORIES.join(', ')}}`)
  }
  return list.map(String)
}

/** `POST /{FLOW_ID}`: name, categories and endpoint of a draft. */
export async function changeFlow(engine: Engine, flow: Flow, request: FastifyRequest): Promise<JsonObject> {
  const { fields } = await readForm(request)
  if (flow.status === 'DEPRECATED') throw messagingError(139002, 'A deprecated flow cannot be changed.')
  engine.world.flows.put(flow.id, {
    ...flow,
    ...(typeof fields.name === 'string' && fields.name !== '' ? { name: fields.name } : {}),
    ...(fields.categories === undefined ? {} : { categories: readCategories(fields.categories) }),
    ...(typeof fields.endpoint_uri === 'string' ? { endpointUri: fields.endpoint_uri } : {}),
  })
  return { success: true }
}

/** `DELETE /{FLOW_ID}`: drafts only. */
export function deleteFlow(engine: Engine, flow: Flow): JsonObject {
  if (flow.status !== 'DRAFT') throw messagingError(139002, 'Only drafts can be deleted.')
  engine.world.flows.remove(flow.id)
  return { success: true }
}

/** Changes a flow's status and tells it (`flows` webhook). */
export function changeFlowStatus(engine: Engine, flow: Flow, status: Flow['status']): Flow {
  const changed = engine.world.flows.put(flow.id, { ...flow, status })
  engine.world.emit({ kind: 'state' })
  queueAccountChange(engine, flow.wabaId, 'flows', {
    event: 'FLOW_STATUS_CHANGE',
    message: `Flow ${flow.name} changed status from ${flow.status} to ${status}`,
    flow_id: flow.id,
    old_status: flow.status,
    new_status: status,
  })
  return changed
}

/** `POST /{FLOW_ID}/publish`. */
export function publishFlow(engine: Engine, flow: Flow): JsonObject {
  if (flow.status !== 'DRAFT') throw messagingError(139002, 'Only drafts can be published.')
  if (validateFlowJson(flow.json).length > 0) throw userError(139001, 4016002, 'Flow is not valid', 'The flow has validation errors.', '(#139001) Flow invalid')
  changeFlowStatus(engine, flow, 'PUBLISHED')
  return { success: true }
}

/** `POST /{FLOW_ID}/deprecate`. */
export function deprecateFlow(engine: Engine, flow: Flow): JsonObject {
  if (flow.status !== 'PUBLISHED') throw messagingError(139002, 'Only published flows can be deprecated.')
  changeFlowStatus(engine, flow, 'DEPRECATED')
  return { success: true }
}

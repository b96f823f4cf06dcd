import type { Template } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import { settleTemplate } from '../state/decide-template.ts'
import type { Engine } from '../state/engine.ts'
import { fixAuthenticationComponents } from './template-texts.ts'

const SAMPLE: JsonObject[] = [
  { type: 'HEADER', format: 'TEXT', text: 'Hello World' },
  {
    type: 'BODY',
    text: 'Hello! This sample template came with the emulator, so that a first message can be sent before any other template exists.',
  },
  { type: 'FOOTER', text: 'A sample of the emulator' },
]

/** Every account has `hello_world` from its first day. The id is made from the account's, so that it is added once. */
function ensureSample(engine: Engine, wabaId: string): void {
  const id = `7${wabaId.slice(1)}`
  const { world } = engine
  if (world.templates.get(id)) return
  world.templates.put(id, {
    ...createTemplate(id, wabaId, world.now()),
    name: 'hello_world',
    language: 'en_US',
    components: SAMPLE,
    status: 'APPROVED',
  })
}

/** A new template without content, waiting for its review. */
export function createTemplate(id: string, wabaId: string, now: number): Template {
  return {
    id,
    wabaId,
    name: '',
    language: '',
    category: 'UTILITY',
    previousCategory: null,
    correctCategory: null,
    parameterFormat: 'POSITIONAL',
    components: [],
    status: 'PENDING',
    rejectedReason: 'NONE',
    quality: 'UNKNOWN',
    ttlSeconds: null,
    linkTrackingOptedOut: false,
    createdAt: now,
    changedAt: now,
    edits: [],
    pauses: 0,
    pausedUntil: null,
  }
}

/** The templates of an account, newest first; deleted ones are not shown. */
export function listTemplates(engine: Engine, wabaId: string): Template[] {
  ensureSample(engine, wabaId)
  return [...engine.world.templates.values()]
    .filter((template) => template.wabaId === wabaId && template.status !== 'DELETED')
    .map((template) => settleTemplate(engine, template))
    .reverse()
}

/** A template as `GET` shows it (Cloud API, template management). */
export function describeTemplate(template: Template): JsonObject {
  const authentication = template.category === 'AUTHENTICATION'
  return {
    name: template.name,
    parameter_format: template.parameterFormat,
    components: authentication ? fixAuthenticationComponents(template.components, template.language) : template.components,
    language: template.language,
    status: template.status,
    category: template.category,
    ...(template.previousCategory ? { previous_category: template.previousCategory } : {}),
    ...(template.correctCategory ? { correct_category: template.correctCategory } : {}),
    rejected_reason: template.rejectedReason,
    quality_score: { score: template.quality, date: Math.floor(template.changedAt / 1000) },
    ...(template.ttlSeconds === null ? {} : { message_send_ttl_seconds: template.ttlSeconds }),
    cta_url_link_tracking_opted_out: template.linkTrackingOptedOut,
    last_updated_time: new Date(template.changedAt).toISOString().replace(/\.\d+Z$/, '+0000'),
    health_status: {
      can_send_message: template.status === 'APPROVED' ? 'AVAILABLE' : 'BLOCKED',
      entities: [{ entity_type: 'MESSAGE_TEMPLATE', id: template.id, can_send_message: template.status === 'APPROVED' ? 'AVAILABLE' : 'BLOCKED' }],
    },
    id: template.id,
  }
}

export const TEMPLATE_DEFAULTS = ['name', 'parameter_format', 'components', 'language', 'status', 'category', 'id']

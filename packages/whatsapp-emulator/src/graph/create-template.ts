import { createObjectId } from '../create-identifiers.ts'
import type { BusinessNumber, Template, TemplateCategory } from '../emulator-types.ts'
import { type Json, type JsonObject, readText } from '../json.ts'
import { isWronglyCategorised, reviewTemplate } from '../state/decide-template.ts'
import type { Engine } from '../state/engine.ts'
import { changeAccountState, readAccountState } from '../state/platform-state.ts'
import { createTemplate, listTemplates } from './find-template.ts'
import { messagingError, parameterError, userError } from './graph-error.ts'
import { findLibraryTemplate } from './template-library.ts'
import { validateComponents } from './validate-template.ts'

const HOUR_MS = 3600_000
const PER_HOUR = 100
const TTL: Record<TemplateCategory, [number, number]> = { AUTHENTICATION: [30, 900], UTILITY: [30, 43_200], MARKETING: [43_200, 2_592_000] }

/**
 * `POST /{WABA}/message_templates` (Cloud API, template management). The review follows by itself.
 * @throws GraphError 100 (often with a `2388…` subcode) or 80007.
 */
export function createMessageTemplate(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  const { world } = engine
  const name = readName(body)
  const language = readText(body, 'language')
  if (!language) throw parameterError('The parameter language is required.')
  if (!/^[a-z]{2,3}(_[A-Z]{2,3})?$/.test(language)) throw parameterError(`Param language must be one of the supported languages - got "${language}".`)
  const asked = readCategory(body.category)
  const library = readText(body, 'library_template_name')
  const parameterFormat = readFormat(body.parameter_format)
  const components = library ? findLibraryTemplate(library, language) : validateComponents(body.components, asked, parameterFormat)
  checkRoom(engine, number.wabaId, name, language)
  const category = isWronglyCategorised(name, asked) && body.allow_category_change === true ? 'MARKETING' : asked
  const id = createObjectId()
  const template: Template = {
    ...createTemplate(id, number.wabaId, world.now()),
    name,
    language,
    category,
    parameterFormat,
    components,
    status: library ? 'APPROVED' : 'PENDING',
    ttlSeconds: readTtl(body.message_send_ttl_seconds, category),
    linkTrackingOptedOut: body.cta_url_link_tracking_opted_out === true,
  }
  world.templates.put(id, template)
  world.emit({ kind: 'state' })
  if (!library) reviewTemplate(engine, id)
  return { id, status: template.status, category }
}

function readName(body: JsonObject): string {
  const name = readText(body, 'name')
  if (!name) throw parameterError('The parameter name is required.')
  if (!/^[a-z0-9_]{1,512}$/.test(name)) throw parameterError('Param name must have at most 512 lower-case letters, digits and underscores.')
  return name
}

function readCategory(value: Json): TemplateCategory {
  const category = String(value ?? '').toUpperCase()
  if (category === 'MARKETING' || category === 'UTILITY' || category === 'AUTHENTICATION') return category
  if (category === '') throw parameterError('The parameter category is required.')
  throw parameterError(`Param category must be one of {AUTHENTICATION, MARKETING, UTILITY} - got "${String(value)}".`)
}

function readFormat(value: Json): 'POSITIONAL' | 'NAMED' {
  const format = String(value ?? 'POSITIONAL').toUpperCase()
  if (format === 'POSITIONAL' || format === 'NAMED') return format
  throw parameterError('Param parameter_format must be one of {POSITIONAL, NAMED}.')
}

/** Seconds a message of this template is tried; -1 = 30 days (Cloud API, time to live). */
export function readTtl(value: Json, category: TemplateCategory): number | null {
  if (value === undefined || value === null) return null
  const seconds = Number(value)
  const [least, most] = TTL[category]
  if (seconds === -1 || (Number.isInteger(seconds) && seconds >= least && seconds <= most)) return seconds
  throw parameterError(`Param message_send_ttl_seconds must be -1 or ${least} to ${most} for ${category}.`)
}

function checkRoom(engine: Engine, wabaId: string, name: string, language: string): void {
  const { world } = engine
  const templates = listTemplates(engine, wabaId)
  const account = readAccountState(world, wabaId)
  if ((account.blockedNames[name] ?? 0) > world.now()) {
    throw userError(100, 2388023, 'Message template language is being deleted', `New content for ${name} cannot be added for 30 days after it was deleted.`)
  }
  if (templates.some((template) => template.name === name && template.language === language)) {
    throw userError(100, 2388024, 'Content in this language already exists', `There is already ${language} content for this template.`)
  }
  const names = new Set(templates.map((template) => template.name))
  const most = account.businessVerification === 'verified' ? 6_000 : 250
  if (!names.has(name) && names.size >= most) throw userError(100, 2388019, 'Template limit reached', `The account has ${most} templates.`)
  const recent = account.templateCreations.filter((at) => world.now() - at < HOUR_MS)
  if (world.scenario.limits && recent.length >= PER_HOUR) throw messagingError(80007, 'An account creates at most 100 templates per hour.')
  changeAccountState(world, wabaId, { templateCreations: [...recent, world.now()] })
}

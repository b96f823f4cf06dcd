import type { QualityScore, Template, TemplateCategory } from '../emulator-types.ts'
import { type Json, type JsonObject, readObjects, readText } from '../json.ts'

/** What happened to a template, as `message_template_status_update` names it (Cloud API, webhook fields). */
export type TemplateEvent =
  | 'APPROVED'
  | 'REJECTED'
  | 'PENDING'
  | 'PAUSED'
  | 'DISABLED'
  | 'FLAGGED'
  | 'REINSTATED'
  | 'ARCHIVED'
  | 'UNARCHIVED'
  | 'DELETED'
  | 'PENDING_DELETION'
  | 'IN_APPEAL'
  | 'LOCKED'
  | 'LIMIT_EXCEEDED'

export interface TemplateEventDetails {
  reason?: string | null
  recommendation?: string
  /** Seconds since 1970. */
  disableDate?: number
  other?: { title: string; description: string }
}

/** Ids are numbers in webhooks, strings in the API. */
function identify(template: Template, language = template.language): JsonObject {
  return { message_template_id: Number(template.id), message_template_name: template.name, message_template_language: language }
}

/** `message_template_status_update`; here, and only here, the language comes with a hyphen (Cloud API, webhook fields). */
export function buildTemplateStatus(template: Template, event: TemplateEvent, details: TemplateEventDetails = {}): JsonObject {
  return {
    event,
    ...identify(template, template.language.replace('_', '-')),
    message_template_category: template.category,
    reason: details.reason === undefined ? 'NONE' : details.reason,
    ...(details.disableDate === undefined ? {} : { disable_info: { disable_date: details.disableDate } }),
    ...(details.other ? { other_info: { ...details.other } } : {}),
    ...(details.recommendation ? { rejection_info: { reason: details.reason ?? 'NONE', recommendation: details.recommendation } } : {}),
  }
}

export function buildTemplateQuality(template: Template, previous: QualityScore): JsonObject {
  return { previous_quality_score: previous, new_quality_score: template.quality, ...identify(template) }
}

/** Impending: `new_category` is the category of today, `correct_category` the one to come (Cloud API, webhook fields). */
export function buildCategoryImpending(template: Template, correct: TemplateCategory, atSeconds: number): JsonObject {
  return { ...identify(template), new_category: template.category, correct_category: correct, category_update_timestamp: atSeconds }
}

export function buildCategoryCompleted(template: Template, previous: TemplateCategory): JsonObject {
  return { ...identify(template), previous_category: previous, new_category: template.category }
}

export function buildTemplateComponents(template: Template): JsonObject {
  const find = (type: string): JsonObject | undefined => template.components.find((component) => component.type === type)
  const buttons: Json[] = readObjects(find('BUTTONS'), 'buttons').map((button) => ({
    message_template_button_type: button.type,
    ...(button.text ? { message_template_button_text: button.text } : {}),
    ...(button.url ? { message_template_button_url: button.url } : {}),
    ...(button.phone_number ? { message_template_button_phone_number: button.phone_number } : {}),
  }))
  const title = readText(find('HEADER'), 'text')
  const footer = readText(find('FOOTER'), 'text')
  return {
    ...identify(template),
    message_template_element: readText(find('BODY'), 'text') ?? '',
    ...(title ? { message_template_title: title } : {}),
    ...(footer ? { message_template_footer: footer } : {}),
    ...(buttons.length > 0 ? { message_template_buttons: buttons } : {}),
  }
}

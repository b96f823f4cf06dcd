import type { QualityScore, Template, TemplateCategory, TemplateStatus } from '../emulator-types.ts'
import {
  buildCategoryCompleted,
  buildCategoryImpending,
  buildTemplateComponents,
  buildTemplateQuality,
  buildTemplateStatus,
  type TemplateEvent,
  type TemplateEventDetails,
} from '../webhooks/build-template-values.ts'
import { queueAccountChange } from '../webhooks/queue-change.ts'
import type { Engine } from './engine.ts'

const HOUR_MS = 3600_000

/** The status a template has after an event; events that are only a notice change nothing. */
const STATUS_AFTER: Partial<Record<TemplateEvent, TemplateStatus>> = {
  APPROVED: 'APPROVED',
  REINSTATED: 'APPROVED',
  UNARCHIVED: 'APPROVED',
  REJECTED: 'REJECTED',
  PENDING: 'PENDING',
  PAUSED: 'PAUSED',
  DISABLED: 'DISABLED',
  ARCHIVED: 'ARCHIVED',
  DELETED: 'DELETED',
  PENDING_DELETION: 'PENDING_DELETION',
  IN_APPEAL: 'IN_APPEAL',
  LIMIT_EXCEEDED: 'LIMIT_EXCEEDED',
}

/** Changes a template and gives it back; undefined when it is gone. */
export function changeTemplate(engine: Engine, id: string, changes: Partial<Template>): Template | undefined {
  const template = engine.world.templates.get(id)
  if (!template) return undefined
  const changed = engine.world.templates.put(id, { ...template, ...changes, changedAt: engine.world.now() })
  engine.world.emit({ kind: 'state' })
  return changed
}

/** Lets an event happen to a template: its status changes and `message_template_status_update` is told. */
export function tellTemplateEvent(engine: Engine, id: string, event: TemplateEvent, details: TemplateEventDetails = {}): Template | undefined {
  const status = STATUS_AFTER[event]
  const changed = changeTemplate(engine, id, {
    ...(status ? { status } : {}),
    ...(event === 'REJECTED'
      ? { rejectedReason: details.reason ?? 'INVALID_FORMAT' }
      : status === 'APPROVED'
        ? { rejectedReason: 'NONE', pausedUntil: null }
        : {}),
  })
  if (changed) queueAccountChange(engine, changed.wabaId, 'message_template_status_update', buildTemplateStatus(changed, event, details))
  return changed
}

export const approveTemplate = (engine: Engine, id: string): Template | undefined => tellTemplateEvent(engine, id, 'APPROVED')

/** @param reason ABUSIVE_CONTENT, INCORRECT_CATEGORY, INVALID_FORMAT, PROMOTIONAL, SCAM, TAG_CONTENT_MISMATCH */
export function rejectTemplate(engine: Engine, id: string, reason = 'INVALID_FORMAT'): Template | undefined {
  return tellTemplateEvent(engine, id, 'REJECTED', { reason, recommendation: 'Review the template and send it again.' })
}

/** Bad feedback: paused for three hours, then for six, then disabled (Cloud API, template pausing). */
export function pauseTemplate(engine: Engine, id: string): Template | undefined {
  const template = engine.world.templates.get(id)
  if (!template) return undefined
  const pauses = template.pauses + 1
  if (pauses > 2) {
    changeTemplate(engine, id, { pauses, quality: 'RED' })
    return disableTemplate(engine, id)
  }
  const hours = pauses === 1 ? 3 : 6
  changeTemplate(engine, id, { pauses, quality: 'RED', pausedUntil: engine.world.now() + hours * HOUR_MS })
  const title = pauses === 1 ? 'FIRST_PAUSE' : 'SECOND_PAUSE'
  return tellTemplateEvent(engine, id, 'PAUSED', {
    other: { title, description: `Your message template has been paused for ${hours} hours because it had issues.` },
  })
}

export function disableTemplate(engine: Engine, id: string): Template | undefined {
  return tellTemplateEvent(engine, id, 'DISABLED', {
    disableDate: Math.floor(engine.world.now() / 1000),
    other: { title: 'DISABLED', description: 'Your message template has been disabled because it had issues again and again.' },
  })
}

/** Ends a pause, by hand or because its time is over. */
export function unpauseTemplate(engine: Engine, id: string): Template | undefined {
  return tellTemplateEvent(engine, id, 'REINSTATED', { other: { title: 'UNPAUSE', description: 'Your message template can be sent again.' } })
}

/** A template as it is now: a pause whose time is over ends here. */
export function settleTemplate(engine: Engine, template: Template): Template {
  const over = template.status === 'PAUSED' && template.pausedUntil !== null && template.pausedUntil <= engine.world.now()
  return over ? (unpauseTemplate(engine, template.id) ?? template) : template
}

export function setTemplateQuality(engine: Engine, id: string, quality: QualityScore): Template | undefined {
  const previous = engine.world.templates.get(id)?.quality
  const changed = changeTemplate(engine, id, { quality })
  if (changed && previous) queueAccountChange(engine, changed.wabaId, 'message_template_quality_update', buildTemplateQuality(changed, previous))
  return changed
}

/** Meta announces 24 hours ahead that a template's category will change. */
export function announceCategoryChange(engine: Engine, id: string, correct: TemplateCategory): Template | undefined {
  const changed = changeTemplate(engine, id, { correctCategory: correct })
  const at = Math.floor((engine.world.now() + 24 * HOUR_MS) / 1000)
  if (changed) queueAccountChange(engine, changed.wabaId, 'template_category_update', buildCategoryImpending(changed, correct, at))
  return changed
}

/** Meta changed a template's category. */
export function completeCategoryChange(engine: Engine, id: string, category: TemplateCategory): Template | undefined {
  const previous = engine.world.templates.get(id)?.category
  const changed = changeTemplate(engine, id, { category, correctCategory: null, previousCategory: previous ?? null })
  if (changed && previous) queueAccountChange(engine, changed.wabaId, 'template_category_update', buildCategoryCompleted(changed, previous))
  return changed
}

/** Tells that a template's content was changed. */
export function tellTemplateComponents(engine: Engine, template: Template): void {
  queueAccountChange(engine, template.wabaId, 'message_template_components_update', buildTemplateComponents(template))
}

/** A name `marketing_…` says that the content is marketing, whatever category was asked for. */
export function isWronglyCategorised(name: string, category: TemplateCategory): boolean {
  return category === 'UTILITY' && name.startsWith('marketing_')
}

/** Goes on with the reviews that a restart interrupted. */
export function resumeReviews(engine: Engine): void {
  for (const template of engine.world.templates.values()) if (template.status === 'PENDING') reviewTemplate(engine, template.id)
}

/** The review of a new or edited template. The name may tell what comes of it: `reject_…`, `pause_…`, `slow_…` (stays PENDING until somebody decides). */
export function reviewTemplate(engine: Engine, id: string): void {
  const { world } = engine
  const template = world.templates.get(id)
  if (!template || template.name.startsWith('slow_')) return
  world.after(world.scenario.templateReviewMs, () => {
    const waiting = world.templates.get(id)
    if (waiting?.status !== 'PENDING') return
    if (isWronglyCategorised(waiting.name, waiting.category)) rejectTemplate(engine, id, 'INCORRECT_CATEGORY')
    else if (waiting.name.startsWith('reject_') || world.scenario.templateDecision === 'reject') rejectTemplate(engine, id)
    else if (world.scenario.templateDecision === 'approve' || waiting.name.startsWith('pause_')) {
      approveTemplate(engine, id)
      if (waiting.name.startsWith('pause_')) pauseTemplate(engine, id)
    }
  })
}

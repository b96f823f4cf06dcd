import { TemplateCategory, TemplateQuality, TemplateStatus } from '@atende/contracts/templates'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import type { AccountChange } from '../messages/inbound.ts'
import * as db from './templates.db.ts'
import { syncTemplatesJob } from './templates.jobs.ts'
import { NO_PARTS, templatesChanged } from './templates.ts'

/** A template changed, and whether an admin should hear of it. */
export type TemplateNews = {
  templateId: string
  name: string
  language: string
  code: 'rejected' | 'paused' | 'disabled' | 'flagged' | 'category' | 'quality' | 'approved'
  details: string | null
}
type Raw = Record<string, unknown>
type Applied = { change: db.TemplateChange; news: TemplateNews['code'] | null; details: string | null }

const isObject = (v: unknown): v is Raw => typeof v === 'object' && v !== null && !Array.isArray(v)
const text = (v: unknown): string | null => (typeof v === 'string' && v !== '' ? v.slice(0, 1000) : null)
const category = (v: unknown) => TemplateCategory.safeParse(v).data ?? null
const fromSeconds = (v: unknown): Date | null => {
  const date = new Date(Number(v) * 1000)
  return Number(v) > 0 && !Number.isNaN(date.getTime()) ? date : null
}

/** Events whose name is not the status they lead to. */
const STATUS_OF: Record<string, TemplateStatus> = { REINSTATED: 'APPROVED', UNARCHIVED: 'APPROVED' }
const NEWS_OF: Partial<Record<TemplateStatus, TemplateNews['code']>> = {
  APPROVED: 'approved',
  REJECTED: 'rejected',
  PAUSED: 'paused',
  DISABLED: 'disabled',
  FLAGGED: 'flagged',
}

/** Between our clock, by which a reading is dated, and Meta's. */
const CLOCKS_MS = 60_000
/** An older word than what was told before, or than what was read from Meta since. */
const isStale = (row: db.TemplateRow, before: Date | null, at: Date): boolean =>
  (before !== null && before > at) || (row.synced_at !== null && at.getTime() < row.synced_at.getTime() - CLOCKS_MS)

/** `message_template_status_update`. The reason is Meta's word; its sentences are kept beside it. */
function applyStatus(row: db.TemplateRow, value: Raw, at: Date): Applied | undefined {
  const event = text(value.event)
  if (!event || isStale(row, row.status_at, at)) return undefined
  const status = STATUS_OF[event] ?? TemplateStatus.catch('UNKNOWN').parse(event)
  const other = isObject(value.other_info) ? value.other_info : {}
  const rejection = isObject(value.rejection_info) ? value.rejection_info : {}
  const disabling = isObject(value.disable_info) ? value.disable_info : {}
  const said = text(value.reason) === 'NONE' ? null : text(value.reason)
  const reason = status === 'APPROVED' ? null : status === 'UNKNOWN' ? event : (said ?? text(other.title))
  const day = text(disabling.disable_date) ?? fromSeconds(disabling.disable_date)?.toISOString().slice(0, 10) ?? null
  const details = status === 'APPROVED' ? null : (text(rejection.recommendation) ?? text(rejection.reason) ?? text(other.description) ?? day)
  return { change: { status, reason, reason_details: details, status_at: at }, news: row.status === status ? null : (NEWS_OF[status] ?? null), details: reason }
}

function applyQuality(row: db.TemplateRow, value: Raw, at: Date): Applied | undefined {
  if (isStale(row, row.quality_at, at)) return undefined
  const quality = TemplateQuality.catch('UNKNOWN').parse(value.new_quality_score)
  return { change: { quality, quality_at: at }, news: quality === 'RED' && row.quality !== 'RED' ? 'quality' : null, details: quality }
}

/**
 * `template_category_update` and `template_correct_category_detection`. When Meta announces a change, `new_category` is the one of
 * TODAY and `correct_category` the one to come (Cloud API, template_category_update); when it is done, `new_category` is the new one.
 */
function applyCategory(row: db.TemplateRow, value: Raw, at: Date): Applied | undefined {
  if (isStale(row, row.category_at, at)) return undefined
  const coming = category(value.correct_category)
  if (coming) {
    const today = category(value.new_category) ?? category(value.category) ?? row.category
    if (coming === today) return { change: { category: today, next_category: null, category_change_at: null, category_at: at }, news: null, details: null }
    const when = fromSeconds(value.category_update_timestamp)
    return {
      change: { category: today, next_category: coming, category_change_at: when, category_at: at },
      news: row.next_category === coming ? null : 'category',
      details: coming,
    }
  }
  const now = category(value.new_category)
  if (!now) return undefined
  return {
    change: { category: now, next_category: null, category_change_at: null, category_at: at },
    news: row.category === now ? null : 'category',
    details: now,
  }
}

const APPLY: Record<string, (row: db.TemplateRow, value: Raw, at: Date) => Applied | undefined> = {
  message_template_status_update: applyStatus,
  message_template_quality_update: applyQuality,
  template_category_update: applyCategory,
  template_correct_category_detection: applyCategory,
  // It tells only half of the content: the account is read again.
  message_template_components_update: () => undefined,
}

/** The API writes `pt_BR`, the status webhook `pt-BR`. */
const languageOf = (v: unknown) => (text(v) ?? '').replace('-', '_').slice(0, 20)
const idOf = (v: unknown): string | null => {
  // Ids are numbers in webhooks; one beyond the exact numbers of JSON would be another template's.
  if (typeof v === 'number') return Number.isSafeInteger(v) ? String(v) : null
  return typeof v === 'string' && /^\d{1,32}$/.test(v) ? v : null
}

type Named = { row: db.TemplateRow; isNew: boolean }
/** The row that a change speaks of, locked; made when only Meta knew of it. */
async function findOrHear(tx: TenantTx, tenantId: string, wabaId: string, value: Raw): Promise<Named | undefined> {
  const name = text(value.message_template_name)
  const language = languageOf(value.message_template_language)
  const providerId = idOf(value.message_template_id)
  const known =
    (name && language ? await db.lockByName(tx, wabaId, name, language) : undefined) ??
    (providerId ? await db.lockByProvider(tx, wabaId, providerId) : undefined)
  if (known) return { row: known, isNew: false }
  if (!name || !language || value.event === 'DELETED') return undefined
  const said = category(value.message_template_category) ?? category(value.new_category) ?? 'MARKETING'
  const fresh = { waba_id: wabaId, provider_id: providerId, name: name.slice(0, 512), language, category: said, parts: NO_PARTS, status: 'UNKNOWN' }
  const made = await db.insertHeard(tx, tenantId, fresh)
  if (made) return { row: made, isNew: true }
  const theirs = await db.lockByName(tx, wabaId, fresh.name, language)
  return theirs && { row: theirs, isNew: false }
}

/**
 * Fields `message_template_*` and `template_*`: status, quality, components, category. Answers what is worth telling. Unknown
 * templates are made known; with `ctx`, accounts of which something is known by name only are read from Meta by a job.
 */
export async function applyTemplateChanges(
  tx: TenantTx,
  tenantId: string,
  list: readonly AccountChange[],
  ctx: Pick<Context, 'jobs'>,
): Promise<TemplateNews[]> {
  const news: TemplateNews[] = []
  const toRead = new Set<string>()
  let changed = false
  for (const { field, wabaId, value, at } of list) {
    const apply = APPLY[field]
    const found = apply && wabaId ? await findOrHear(tx, tenantId, wabaId, value) : undefined
    if (!apply || !wabaId || !found) continue
    const { row, isNew } = found
    if (isNew || row.synced_at === null || field === 'message_template_components_update') toRead.add(wabaId)
    const applied = apply(row, value, at)
    if (applied) await db.update(tx, row.id, applied.change)
    changed ||= isNew || applied !== undefined
    if (applied?.news) news.push({ templateId: row.id, name: row.name, language: row.language, code: applied.news, details: applied.details })
  }
  if (changed) await templatesChanged(tx, tenantId)
  for (const wabaId of toRead) await ctx.jobs.send(tx, syncTemplatesJob, { tenantId, wabaId })
  return news
}

import { pageOf } from '@atende/contracts/common'
import { Template, TemplateCategory, TemplateParts, TemplateQuality, TemplateStatus, type TemplatesQuery } from '@atende/contracts/templates'
import { z } from 'zod'
import type { TenantTx } from '../../platform/database.ts'
import { notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { decodeCursor, toPage } from '../../platform/pages.ts'
import { estimateCost } from '../usage/estimate-cost.ts'
import { explainState } from './template-reasons.ts'
import * as db from './templates.db.ts'

export type { TemplateRow } from './templates.db.ts'

export const NO_PARTS: TemplateParts = { header: null, body: '', variables: [], footer: null, buttons: [], cards: null, auth: null, offer: null }
export const readCategory = (text: string): z.infer<typeof TemplateCategory> => TemplateCategory.catch('MARKETING').parse(text)
export const readParts = (row: Pick<db.TemplateRow, 'parts'>): TemplateParts => TemplateParts.catch(NO_PARTS).parse(row.parts)

export const templatesChanged = (tx: TenantTx, tenantId: string) => publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'templates' } }])

type Around = { channels: ReadonlyMap<string, string[]>; costs: ReadonlyMap<string, Template['estimatedCost']> }
const HOME = 'BR'

/** What every template's answer needs besides its row: the numbers of its account, and what its category costs. */
async function lookAround(tx: TenantTx, rows: readonly db.TemplateRow[]): Promise<Around> {
  if (rows.length === 0) return { channels: new Map(), costs: new Map() }
  const channels = Map.groupBy(await db.channelsByAccount(tx), (c) => c.waba_id)
  const costs = new Map<string, Template['estimatedCost']>()
  for (const category of new Set(rows.map((r) => r.category))) {
    const { amount, currency } = await estimateCost(tx, { category, country: HOME, channelId: null })
    costs.set(category, amount !== null && currency !== null ? { amount, currency } : null)
  }
  return { channels: new Map([...channels].map(([waba, list]) => [waba, list.map((c) => c.id)])), costs }
}

const iso = (d: Date | null) => d?.toISOString() ?? null
function present(row: db.TemplateRow, { channels, costs }: Around): Template {
  const next = row.next_category
  return {
    id: row.id,
    wabaId: row.waba_id,
    channelIds: channels.get(row.waba_id) ?? [],
    providerId: row.provider_id,
    name: row.name,
    language: row.language,
    category: readCategory(row.category),
    parameterFormat: row.parameter_format === 'named' ? 'named' : 'positional',
    parts: readParts(row),
    status: TemplateStatus.catch('UNKNOWN').parse(row.status),
    quality: TemplateQuality.catch('UNKNOWN').parse(row.quality),
    reason: explainState(row),
    categoryChange: next ? { to: readCategory(next), at: iso(row.category_change_at) } : null,
    estimatedCost: costs.get(row.category) ?? null,
    syncedAt: iso(row.synced_at),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

export const TemplatePage = pageOf(Template)
const Place = z.tuple([z.int(), z.string(), z.string(), z.uuid()])

/** Portuguese ones first, then by name. @throws AppError cursor_invalid */
export async function listTemplates(tx: TenantTx, query: z.infer<typeof TemplatesQuery>): Promise<z.infer<typeof TemplatePage>> {
  const rows = await db.list(tx, { ...query, after: query.cursor ? decodeCursor(query.cursor, Place) : undefined, limit: query.limit + 1 })
  const around = await lookAround(tx, rows)
  return toPage(
    rows,
    query.limit,
    (r) => [r.language === 'pt_BR' ? 0 : 1, r.name, r.language, r.id],
    (r) => present(r, around),
  )
}

/** @throws AppError not_found */
export async function getTemplateRow(tx: TenantTx, id: string): Promise<db.TemplateRow> {
  const row = await db.find(tx, id)
  if (!row) throw notFound()
  return row
}

export const presentTemplate = async (tx: TenantTx, row: db.TemplateRow): Promise<Template> => present(row, await lookAround(tx, [row]))

/** @throws AppError not_found */
export const getTemplate = async (tx: TenantTx, id: string): Promise<Template> => presentTemplate(tx, await getTemplateRow(tx, id))

export const findTemplateByName = db.findByName
export const lockAccountTemplates = db.lockAccount
export const saveSyncedTemplates = db.saveSynced
export const markTemplatesGone = db.markGone
export const databaseTime = db.databaseTime
export type SyncedTemplate = db.SyncedTemplate

type Made = Pick<db.NewTemplate, 'waba_id' | 'provider_id' | 'name' | 'language' | 'category' | 'parameter_format' | 'parts' | 'components' | 'status'>
/** Meta accepted it at `at`. @param made.components as they were sent */
export async function keepCreated(tx: TenantTx, tenantId: string, made: Made, at: Date): Promise<db.TemplateRow> {
  const row = await db.insertOrTakeOver(tx, tenantId, { ...made, synced_at: at })
  await templatesChanged(tx, tenantId)
  return row
}

/** @throws AppError not_found when it was deleted meanwhile */
export async function keepChanged(tx: TenantTx, tenantId: string, id: string, change: db.TemplateChange): Promise<db.TemplateRow> {
  const row = await db.update(tx, id, change)
  if (!row) throw notFound()
  await templatesChanged(tx, tenantId)
  return row
}

/** Forgets one, or every language of its name. */
export async function forgetTemplates(tx: TenantTx, tenantId: string, row: db.TemplateRow, allLanguages: boolean): Promise<number> {
  const gone = allLanguages ? (await db.removeByName(tx, row.waba_id, row.name)).length : (await db.remove(tx, row.id)) ? 1 : 0
  if (gone > 0) await templatesChanged(tx, tenantId)
  return gone
}

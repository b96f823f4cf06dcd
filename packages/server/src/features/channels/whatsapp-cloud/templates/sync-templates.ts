import { TemplateQuality, TemplateStatus } from '@atende/contracts/templates'
import { type Context, tenantTx } from '../../../../platform/context.ts'
import { keepOwnSamples, partsFromComponents } from '../../../templates/read-components.ts'
import { syncTemplatesJob } from '../../../templates/templates.jobs.ts'
import {
  databaseTime,
  lockAccountTemplates,
  markTemplatesGone,
  NO_PARTS,
  readCategory,
  readParts,
  type SyncedTemplate,
  saveSyncedTemplates,
  templatesChanged,
} from '../../../templates/templates.ts'
import { getChannelAccess, type SendingChannel } from '../../channels.ts'
import { findAccountAccess } from './account-access.ts'
import { createTemplateGraph, type TemplateNode } from './graph-templates.ts'

/** `found` at Meta, `gone` from there since, `changed` counts those that look different now. */
export type SyncResult = { found: number; gone: number; changed: number }

function toRow(node: TemplateNode, stored: Parameters<typeof keepOwnSamples>[1] | undefined): SyncedTemplate {
  const category = readCategory(node.category)
  const parts = partsFromComponents(node.components, category)
  const next = node.correct_category && node.correct_category !== category ? readCategory(node.correct_category) : null
  return {
    provider_id: node.id,
    name: node.name.slice(0, 512),
    language: node.language.slice(0, 20),
    category,
    parameter_format: node.parameter_format?.toLowerCase() === 'named' || looksNamed(parts.body) ? 'named' : 'positional',
    parts: stored ? keepOwnSamples(parts, stored) : parts,
    components: node.components,
    status: TemplateStatus.catch('UNKNOWN').parse(node.status),
    reason: node.rejected_reason && node.rejected_reason !== 'NONE' ? node.rejected_reason : null,
    quality: TemplateQuality.catch('UNKNOWN').parse(node.quality_score?.score),
    next_category: next,
  }
}
/** Older versions do not tell the format; a name in the text does. */
const looksNamed = (body: string) => /\{\{\s*[a-z]/.test(body)

async function syncAccount(ctx: Context, access: SendingChannel): Promise<SyncResult> {
  const { tenantId, wabaId } = access
  // What a webhook tells from now on is newer than what is about to be read. Webhooks count in whole seconds.
  const readAt = new Date(Math.floor(Date.now() / 1000) * 1000)
  const startedAt = await tenantTx(ctx, tenantId, databaseTime)
  const nodes = await createTemplateGraph(access).listTemplates(wabaId)
  return tenantTx(ctx, tenantId, async (tx) => {
    const stored = new Map((await lockAccountTemplates(tx, wabaId)).map((r) => [`${r.name} ${r.language}`, readParts(r)]))
    const rows = new Map(nodes.map((n) => [`${n.name} ${n.language}`, toRow(n, stored.get(`${n.name} ${n.language}`) ?? NO_PARTS)]))
    const changed = await saveSyncedTemplates(tx, tenantId, wabaId, [...rows.values()], readAt)
    const gone = (await markTemplatesGone(tx, wabaId, [...rows.keys()], startedAt)).rows.length
    if (changed > 0 || gone > 0) await templatesChanged(tx, tenantId)
    return { found: rows.size, gone, changed }
  })
}

/**
 * Reads every template of the channel's account from Meta and keeps what it says; those that Meta no longer has are marked. Call it
 * outside of a transaction. Nothing happens for a channel that is absent or released.
 * @throws GraphFailure
 */
export async function syncTemplates(ctx: Context, tenantId: string, channelId: string): Promise<SyncResult> {
  const access = await tenantTx(ctx, tenantId, (tx) => getChannelAccess(ctx, tx, channelId))
  return access ? syncAccount(ctx, access) : { found: 0, gone: 0, changed: 0 }
}

/** After a number was connected, and with its daily check: its account's templates are read soon. */
export const planTemplateSync = (ctx: Context, { tenantId, channelId }: { tenantId: string; channelId: string }): Promise<void> =>
  tenantTx(ctx, tenantId, async (tx) => {
    const access = await getChannelAccess(ctx, tx, channelId)
    if (access) await ctx.jobs.send(tx, syncTemplatesJob, { tenantId, wabaId: access.wabaId })
  })

/** The job's handler. @throws GraphFailure, so that it is tried again */
export async function syncAccountTemplates(ctx: Context, job: { tenantId: string; wabaId: string }): Promise<void> {
  const access = await tenantTx(ctx, job.tenantId, (tx) => findAccountAccess(ctx, tx, job.wabaId))
  if (access) await syncAccount(ctx, access)
}

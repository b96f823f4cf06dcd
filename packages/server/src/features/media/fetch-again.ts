import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { tellMessages } from './download-inbound.ts'
import * as db from './media.db.ts'
import { downloadMediaJob } from './media.jobs.ts'
import type { MediaRow } from './media.ts'
import { withFacts } from './media-facts.ts'

/** A try that began less than this ago is still under way. */
const UNDER_WAY_MS = 60_000

const no = (detail: string) => new AppError('media_not_retryable', { detail })

const WHY_NOT: Record<string, string> = {
  stored: 'Este arquivo já está aqui.',
  expired: 'O WhatsApp não guarda mais este arquivo. Peça ao cliente para mandar de novo.',
  too_large: 'O arquivo é grande demais: o WhatsApp só entrega até 100 MB.',
}

function isUnderWay(row: db.SealedRow): boolean {
  const began = row.retry_at ?? (row.attempts === 0 ? row.created_at : undefined)
  const since = began ? Date.now() - began.getTime() : -1
  return since >= 0 && since < UNDER_WAY_MS
}

/** As much as a channel without a token collects in a busy week; the rest comes at its own next try. */
const AT_ONCE = 500

/** The planned try of this media is replaced by one now. */
async function replan(ctx: Pick<Context, 'jobs'>, tx: TenantTx, row: db.SealedRow, providerMediaId: string): Promise<db.SealedRow> {
  const [message] = await db.messagesShowing(tx, row.id)
  if (!message) throw no('Nenhuma mensagem mostra este arquivo.')
  const tryId = uuidv7()
  const changed = await db.update(tx, row.id, { status: 'pending', reason: 'not_yet', retry_at: new Date(), try_id: tryId })
  const job = { tenantId: row.tenant_id, mediaId: row.id, channelId: message.channel_id, messageId: message.id, providerMediaId, tryId }
  await ctx.jobs.send(tx, downloadMediaJob, job)
  await tellMessages(tx, row.tenant_id, row.id)
  return changed ?? row
}

/** The channel has a token that works: what could not be fetched for want of one comes now, not at its next try. Answers how many. */
export async function fetchWaitingMedia(ctx: Pick<Context, 'jobs'>, tx: TenantTx, channelId: string): Promise<number> {
  const ids = await db.waitingForToken(tx, channelId, AT_ONCE)
  for (const id of ids) {
    const row = await db.findLocked(tx, id)
    if (row?.provider_media_id && row.reason === 'token') await replan(ctx, tx, row, row.provider_media_id)
  }
  return ids.length
}

/**
 * Fetches a received media now instead of at its next turn; the planned try is replaced. While one is under way, nothing happens.
 * @throws AppError not_found, media_not_retryable (stored, expired, too large, or never announced with an id)
 */
export async function fetchMediaAgain(ctx: Pick<Context, 'jobs'>, tx: TenantTx, id: string): Promise<MediaRow> {
  const row = await db.findLocked(tx, id)
  if (!row) throw notFound()
  const why = WHY_NOT[row.status]
  if (why) throw no(why)
  if (!row.provider_media_id) throw no('O WhatsApp não entregou este arquivo. Peça ao cliente para mandar de novo.')
  const [known] = await withFacts(tx, [isUnderWay(row) ? row : await replan(ctx, tx, row, row.provider_media_id)])
  if (!known) throw notFound()
  return known
}

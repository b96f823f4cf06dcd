import type { z } from 'zod'
import type { Context } from '../../../platform/context.ts'
import { tenantTx } from '../../../platform/context.ts'
import type { TenantTx } from '../../../platform/database.ts'
import { publish } from '../../../platform/events.ts'
import type { JobMeta } from '../../../platform/jobs.ts'
import { getMedia, type MediaRow, readMediaBytes } from '../../media/media.ts'
import type { sendMessageJob } from '../../messages/messages.jobs.ts'
import * as messages from '../../messages/save-messages.ts'
import { getSendingChannel, noteChannelError, type SendingChannel } from '../channels.ts'
import { type ExplainedError, explainError, explainOwn } from './error-table.ts'
import { createGraph, type Graph, GraphFailure, type SendResult } from './graph.ts'
import { messageBody } from './message-body.ts'
import * as db from './send.db.ts'

type Job = z.infer<typeof sendMessageJob.payload>
type Waiting = NonNullable<Awaited<ReturnType<typeof db.nextWaiting>>>
type Turn = { message: Waiting; channel: SendingChannel; to: { phone: string | null; bsuid: string | null }; media: MediaRow | null }

/** Codes that mean: the token or the account itself does not work, so nothing of this channel will go out. */
const CHANNEL_BROKEN = new Set([0, 3, 10, 190, 131031, 131042, 131045, 133010])

const told = (m: Pick<Waiting, 'id' | 'conversation_id'>) => ({
  kind: 'message.status' as const,
  payload: { messageId: m.id, conversationId: m.conversation_id },
})

async function end(tx: TenantTx, job: Job, message: Waiting, status: string, error: ExplainedError | null): Promise<void> {
  await db.setStatus(tx, message.id, status, error)
  await publish(tx, job.tenantId, [told(message)])
}

/**
 * Handler of `messages.send`: hands the oldest waiting message of a conversation to WhatsApp. Exactly once, as far as the API can
 * tell: a try is on record before it leaves, and a try that never got its answer is not repeated but shown as unknown.
 * @throws when the job should run again later
 */
export async function sendWaiting(ctx: Context, job: Job, meta: JobMeta): Promise<void> {
  try {
    await takeAndSend(ctx, job, meta)
  } catch (e) {
    if (!meta.lastAttempt) throw e
    // A job that fails for good would hold back its conversation for ever: the message keeps the failure, the job ends well.
    ctx.log.error({ err: e, jobId: meta.id }, 'send: given up')
    await tenantTx(ctx, job.tenantId, (tx) => giveUp(tx, job))
  }
}

/** A try that is on record without its end may have arrived; without one, nothing left. */
async function giveUp(tx: TenantTx, job: Job): Promise<void> {
  const message = await db.nextWaiting(tx, job.conversationId)
  if (!message || (await closeLostTry(tx, job, message))) return
  await end(tx, job, message, 'failed', explainOwn('gave_up'))
}

/** A process died, or lost its database, between asking and hearing: a late status may still tell, nobody else can. */
async function closeLostTry(tx: TenantTx, job: Job, message: Waiting): Promise<boolean> {
  const open = await db.openAttempt(tx, message.id)
  if (!open) return false
  await db.finishAttempt(tx, open.id, { outcome: 'unknown' })
  await end(tx, job, message, 'unknown', explainOwn('unknown_outcome'))
  return true
}

async function takeAndSend(ctx: Context, job: Job, meta: JobMeta): Promise<void> {
  const turn = await tenantTx(ctx, job.tenantId, (tx) => takeTurn(ctx, tx, job))
  if (!turn) return
  const graph = createGraph(turn.channel)
  const media = await uploadMedia(ctx, job, turn, graph, meta)
  if (media === 'ended') return
  const { message, to, channel } = turn
  // Made before the try is on record: what cannot be written never left.
  const body = messageBody(to, {
    id: message.id,
    type: message.type,
    body: message.body,
    content: message.content,
    quotedProviderId: message.quoted_provider_id,
    media,
  })
  const attempt = await tenantTx(ctx, job.tenantId, (tx) => db.startAttempt(tx, job.tenantId, message.id))
  const result = await graph.sendMessage(channel.phoneNumberId, body)
  const again = await tenantTx(ctx, job.tenantId, (tx) => settle(tx, job, turn, attempt, result, meta))
  if (result.outcome === 'refused' && result.error.code !== null && CHANNEL_BROKEN.has(result.error.code)) {
    await noteChannelError(ctx, job.tenantId, channel.id, explainError(result.error.code).title)
  }
  if (again) throw new Error(`send again later: ${result.outcome}`)
}

/** Undefined when there is nothing (more) to do. */
async function takeTurn(ctx: Context, tx: TenantTx, job: Job): Promise<Turn | undefined> {
  const message = await db.nextWaiting(tx, job.conversationId)
  if (!message) return undefined
  if (await closeLostTry(tx, job, message)) return undefined
  const channel = await getSendingChannel(ctx, tx, message.channel_id)
  if (!channel) {
    await end(tx, job, message, 'failed', explainOwn('channel_unavailable'))
    return undefined
  }
  return { message, channel, to: await db.findRecipient(tx, job.conversationId), media: message.media_id ? await getMedia(tx, message.media_id) : null }
}

/** Uploading twice does no harm, so it comes before the try that is on record. */
async function uploadMedia(ctx: Context, job: Job, turn: Turn, graph: Graph, meta: JobMeta) {
  const { media, message } = turn
  if (!media) return null
  const fail = (error: ExplainedError) => tenantTx(ctx, job.tenantId, (tx) => end(tx, job, message, 'failed', error)).then(() => 'ended' as const)
  const data = await readMediaBytes(ctx, media).catch(() => undefined)
  if (!data) return fail(explainOwn('media_missing'))
  const filename = media.filename ?? `arquivo.${media.mime.split('/')[1] ?? 'bin'}`
  const mime = media.voice ? 'audio/ogg; codecs=opus' : media.mime
  try {
    const { id } = await graph.uploadMedia(turn.channel.phoneNumberId, { data, mime, filename })
    return { providerMediaId: id, filename: media.filename, voice: media.voice }
  } catch (e) {
    if (!(e instanceof GraphFailure)) throw e
    const refused = e.failure.outcome === 'refused' ? e.failure.error : undefined
    const explained = refused ? explainError(refused.code, refused.details) : explainOwn('media_upload_failed')
    const worthRetrying = !refused || explained.kind === 'back_off' || explained.kind === 'limited'
    if (worthRetrying && !meta.lastAttempt) throw e
    return fail(explained)
  }
}

/** Records how a try ended. Answers whether the job should run again. */
async function settle(tx: TenantTx, job: Job, turn: Turn, attempt: string, result: SendResult, meta: JobMeta): Promise<boolean> {
  const { message } = turn
  switch (result.outcome) {
    case 'accepted':
      await db.finishAttempt(tx, attempt, { outcome: 'accepted', providerId: result.providerId })
      await db.setProviderId(tx, message.id, result.providerId)
      await db.setStatus(tx, message.id, 'sent', null)
      await messages.insertStatuses(tx, job.tenantId, [
        { channelId: message.channel_id, providerId: result.providerId, status: 'accepted', at: new Date(), messageId: message.id, details: {} },
      ])
      // Statuses may have overtaken this answer; they have been waiting for the id.
      await messages.advance(tx, [message.channel_id], [result.providerId])
      await publish(tx, job.tenantId, [told(message)])
      return false
    case 'unknown':
      await db.finishAttempt(tx, attempt, { outcome: 'unknown', error: { reason: result.reason } })
      await end(tx, job, message, 'unknown', explainOwn('unknown_outcome'))
      return false
    case 'unreached':
      await db.finishAttempt(tx, attempt, { outcome: 'refused', error: { reason: result.reason } })
      return giveUpOrRequeue(tx, job, message, explainOwn('unreached'), meta)
    case 'refused': {
      const { error } = result
      const explained = explainError(error.code, error.details)
      await db.finishAttempt(tx, attempt, { outcome: 'refused', error })
      const limited = explained.kind === 'limited' && meta.attempt <= 2
      if (explained.kind === 'back_off' || limited) return giveUpOrRequeue(tx, job, message, explained, meta)
      await end(tx, job, message, 'failed', explained)
      return false
    }
  }
}

async function giveUpOrRequeue(tx: TenantTx, job: Job, message: Waiting, error: ExplainedError, meta: JobMeta): Promise<boolean> {
  await end(tx, job, message, meta.lastAttempt ? 'failed' : 'queued', meta.lastAttempt ? { ...error, canRetry: true } : null)
  return !meta.lastAttempt
}

/** Handler of `messages.mark-read`. */
export async function markConversationRead(ctx: Context, job: Job): Promise<void> {
  const found = await tenantTx(ctx, job.tenantId, (tx) => lastInboundOf(ctx, tx, job.conversationId))
  if (found) await createGraph(found.channel).markRead(found.channel.phoneNumberId, found.providerId)
}

/** Shows the customer that somebody types (and, as the API has it, that the message was read). */
export async function showTyping(ctx: Context, tenantId: string, conversationId: string): Promise<void> {
  const found = await tenantTx(ctx, tenantId, (tx) => lastInboundOf(ctx, tx, conversationId))
  if (found) await createGraph(found.channel).markRead(found.channel.phoneNumberId, found.providerId, { typing: true })
}

async function lastInboundOf(ctx: Context, tx: TenantTx, conversationId: string) {
  const last = await db.lastInbound(tx, conversationId)
  const channel = last ? await getSendingChannel(ctx, tx, last.channel_id) : undefined
  return last?.provider_id && channel ? { channel, providerId: last.provider_id } : undefined
}

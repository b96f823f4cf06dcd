import type { Context } from '../../../platform/context.ts'
import type { TenantTx } from '../../../platform/database.ts'
import { type NewEvent, publish } from '../../../platform/events.ts'
import { contactKey } from '../../../platform/vault/vault.ts'
import { UNKNOWN_WAIT_MS } from '../../conversations/send-lanes.ts'
import { messageMarks, sealRealId } from '../../messages/message-ids.ts'
import * as messages from '../../messages/save-messages.ts'
import { raiseNotices, settleNotices } from '../../notices/notices.ts'
import { type ExplainedError, explainError, explainOwn } from './error-table.ts'
import type { SendResult } from './graph.ts'
import * as db from './send.db.ts'
import { backOffSeconds, nextStep } from './send-backoff.ts'
import * as lanes from './send-lanes.db.ts'
import { putBack, type Turn, type Waiting } from './send-turn.ts'

/** Shorter waits need no explanation. */
const TELL_AFTER_SECONDS = 10
/** Meta's answer when an uploaded file is gone or was another number's (Cloud API, error codes). */
const MEDIA_GONE = new Set([100, 131009, 131053])

type Told = Pick<Waiting, 'id' | 'conversation_id'>
const told = (m: Told): NewEvent => ({ kind: 'message.status', payload: { messageId: m.id, conversationId: m.conversation_id } })
type StoredError = ExplainedError & { retryAt?: string }

export const unknownOutcome = (): StoredError => ({
  ...explainOwn('unknown_outcome'),
  retryAt: new Date(Date.now() + UNKNOWN_WAIT_MS).toISOString(),
})

export async function endMessage(tx: TenantTx, tenantId: string, message: Told, status: string, error: StoredError | null): Promise<void> {
  await db.setStatus(tx, message.id, status, error)
  await publish(tx, tenantId, [told(message)])
}

/**
 * Records how a try ended, and puts the lane back for what follows. Answers the reason when the whole number stands still because
 * of it.
 */
export async function settle(ctx: Context, tx: TenantTx, turn: Turn, attempt: string, result: SendResult): Promise<ExplainedError | undefined> {
  const { lane, message, state } = turn
  switch (result.outcome) {
    case 'accepted':
      await settleAccepted(ctx, tx, turn, attempt, result.providerId)
      return undefined
    case 'unknown':
      await db.finishAttempt(tx, attempt, { outcome: 'unknown', error: { reason: result.reason } })
      await endMessage(tx, lane.tenantId, message, 'unknown', unknownOutcome())
      await putBack(ctx, tx, lane, { counts: true })
      return undefined
    case 'unreached': {
      await db.finishAttempt(tx, attempt, { outcome: 'refused', error: { reason: result.reason } })
      const next = nextStep({ ...state, code: null, kind: 'back_off' }, Math.random())
      const error = explainOwn('unreached')
      if (next.step === 'fail') await endMessage(tx, lane.tenantId, message, 'failed', error)
      else await endMessage(tx, lane.tenantId, message, 'queued', state.tries < 2 ? null : error)
      await putBack(ctx, tx, lane, next.step === 'fail' ? {} : { ...state, tries: state.tries + 1, waitSeconds: backOffSeconds(state.tries) })
      return undefined
    }
    case 'refused':
      await db.finishAttempt(tx, attempt, { outcome: 'refused', error: result.error })
      return settleRefused(ctx, tx, turn, result.error.code, explainError(result.error.code, result.error.details, result.error.subcode))
  }
}

async function settleAccepted(ctx: Context, tx: TenantTx, { lane, message, channel, to }: Turn, attempt: string, realId: string): Promise<void> {
  const providerId = (await messageMarks(tx))(realId)
  // The conversation before its messages, as everywhere.
  const freeEntry = message.type !== 'reaction' && (await db.beginFreeEntry(tx, lane.conversationId))
  await db.finishAttempt(tx, attempt, { outcome: 'accepted', providerId })
  await db.setProviderId(tx, message.id, providerId, sealRealId(await contactKey(tx, to.contactId), message.id, realId))
  await db.setStatus(tx, message.id, 'sent', null)
  await messages.insertStatuses(tx, lane.tenantId, [
    { channelId: channel.id, providerId, status: 'accepted', at: new Date(), messageId: message.id, participant: '', details: {} },
  ])
  // Statuses may have overtaken this answer; they have been waiting for the id.
  await messages.advance(tx, [channel.id], [providerId])
  const changed: NewEvent[] = freeEntry ? [{ kind: 'conversation.updated', payload: { conversationId: lane.conversationId } }] : []
  await publish(tx, lane.tenantId, [told(message), ...changed])
  await putBack(ctx, tx, lane, { counts: true })
  if (await lanes.liftHold(tx, channel.id)) await goOn(tx, lane.tenantId, channel.id)
}

/** The number that was held works: what waits no longer needs an explanation, and the admins no warning. */
async function goOn(tx: TenantTx, tenantId: string, channelId: string): Promise<void> {
  const waiting = await lanes.markWaiting(tx, channelId, null)
  const works = await lanes.channelWorks(tx, channelId)
  const news: NewEvent[] = works ? [{ kind: 'list.changed', payload: { list: 'channels' } }] : []
  await publish(tx, tenantId, [...waiting.map(told), ...news])
  await settleNotices(tx, tenantId, [noticeKey(channelId), tokenKey(channelId)])
}

const noticeKey = (channelId: string) => `sending:${channelId}`
/** The one that the check of the channel raises and settles as well. */
const tokenKey = (channelId: string) => `token_invalid:${channelId}`

async function settleRefused(ctx: Context, tx: TenantTx, turn: Turn, code: number | null, error: ExplainedError): Promise<ExplainedError | undefined> {
  const { lane, message, state, channel, attached } = turn
  const reused = attached.filter((a) => a.providerMediaId !== null).map((a) => a.row.id)
  if (reused.length > 0 && state.tries === 0 && code !== null && MEDIA_GONE.has(code)) {
    await db.forgetUploads(tx, channel.id, reused)
    await endMessage(tx, lane.tenantId, message, 'queued', null)
    await putBack(ctx, tx, lane, { ...state, tries: 1 })
    return undefined
  }
  const next = nextStep({ ...state, code, kind: error.kind }, Math.random())
  if (next.step === 'fail') {
    await endMessage(tx, lane.tenantId, message, 'failed', error)
    await putBack(ctx, tx, lane, {})
    return undefined
  }
  await endMessage(tx, lane.tenantId, message, 'queued', next.seconds < TELL_AFTER_SECONDS ? null : error)
  if (next.step === 'hold') {
    // Behind the others of its number: another one tries first whether it works again.
    await putBack(ctx, tx, lane, state)
    await lanes.hold(tx, channel.id, code, next.seconds, next.tell ? error : null, state.holds)
    if (next.tell) await tellStopped(tx, lane.tenantId, channel.id, code, error)
    return next.tell ? error : undefined
  }
  await putBack(ctx, tx, lane, {
    waitSeconds: next.seconds,
    tries: next.counts ? state.tries + 1 : state.tries,
    pairStrikes: next.pair ? state.pairStrikes + 1 : state.pairStrikes,
  })
  if (next.slow) await lanes.slowDown(tx, channel.id)
  return undefined
}

/** Everything that waits for this number says why, and its admins are told. */
async function tellStopped(tx: TenantTx, tenantId: string, channelId: string, code: number | null, error: ExplainedError): Promise<void> {
  const waiting = await lanes.markWaiting(tx, channelId, error)
  await publish(tx, tenantId, waiting.map(told))
  const number = await lanes.channelName(tx, channelId)
  await raiseNotices(tx, tenantId, [
    {
      code: code === 190 || code === 0 ? 'token_invalid' : 'sending_blocked',
      severity: 'critical',
      channelId,
      key: code === 190 || code === 0 ? tokenKey(channelId) : noticeKey(channelId),
      details: { number, reason: error.title.replace(/\.$/, ''), action: error.action },
    },
  ])
}

import type { Context } from '../../../platform/context.ts'
import { tenantTx } from '../../../platform/context.ts'
import type { TenantTx } from '../../../platform/database.ts'
import { openMany } from '../../../platform/vault/sealed-words.ts'
import { openRealId } from '../../messages/message-ids.ts'
import { getSendingChannel, noteChannelError } from '../channels.ts'
import { CHANNEL, callTimes, sendTimes, sentCounted } from './counted.ts'
import { explainOwn } from './error-table.ts'
import { createGraph } from './graph.ts'
import { learnFromAnswer } from './learn-from-answer.ts'
import { messageBody } from './message-body.ts'
import * as db from './send.db.ts'
import { backOffSeconds } from './send-backoff.ts'
import * as lanes from './send-lanes.db.ts'
import { endMessage, settle, unknownOutcome } from './send-settle.ts'
import { type Lane, putBack, type Turn, type Waiting } from './send-turn.ts'
import { type Attached, findAttached, uploadAll } from './send-uploads.ts'

type Started = { turn: Turn; body: object; attempt: string }

/** Faults of our own in a row before a message is given up. */
const MOST_FAULTS = 8

/**
 * Hands the oldest waiting message of a lane to WhatsApp and puts the lane back. Exactly once, as far as the API can tell: a try is
 * on record before it leaves, and a try that never got its answer is not repeated but shown as unknown. Never throws.
 */
export async function sendNext(ctx: Context, lane: Lane): Promise<void> {
  try {
    await takeAndSend(ctx, lane)
  } catch (err) {
    ctx.log.error({ err, conversationId: lane.conversationId }, 'send: fault')
    // When even this fails, the lease runs out and another try begins.
    await tenantTx(ctx, lane.tenantId, (tx) => afterFault(ctx, tx, lane)).catch((e: unknown) => ctx.log.error({ err: e }, 'send: lane left behind'))
  }
}

/** A try that is on record without its end may have arrived; without one, nothing left. */
async function afterFault(ctx: Context, tx: TenantTx, lane: Lane): Promise<void> {
  const message = await db.nextWaiting(tx, lane.conversationId)
  const state = await lanes.readLane(tx, lane.conversationId, lane.holder)
  if (!state) return
  if (!message) return putBack(ctx, tx, lane, {})
  if (await closeLostTry(tx, lane, message)) return putBack(ctx, tx, lane, { counts: true })
  if (state.tries + 1 < MOST_FAULTS) return putBack(ctx, tx, lane, { ...state, tries: state.tries + 1, waitSeconds: backOffSeconds(state.tries) })
  await endMessage(tx, lane.tenantId, message, 'failed', explainOwn('gave_up'))
  return putBack(ctx, tx, lane, {})
}

/** A process died, or lost its database, between asking and hearing: a late status may still tell, nobody else can. */
async function closeLostTry(tx: TenantTx, lane: Lane, message: Waiting): Promise<boolean> {
  const open = await db.openAttempt(tx, message.id)
  if (!open) return false
  await db.finishAttempt(tx, open.id, { outcome: 'unknown' })
  await endMessage(tx, lane.tenantId, message, 'unknown', unknownOutcome())
  return true
}

async function takeAndSend(ctx: Context, lane: Lane): Promise<void> {
  const taken = await tenantTx(ctx, lane.tenantId, async (tx) => {
    const turn = await takeTurn(ctx, tx, lane)
    // What has nothing to upload leaves with the same commit.
    if (!turn || turn.attached.some((a) => a.providerMediaId === null)) return turn
    return start(ctx, tx, turn, new Map(turn.attached.map(asUploaded)))
  })
  const started = taken && 'lane' in taken ? await uploadAndStart(ctx, taken) : taken
  if (!started) return
  const { turn, body, attempt } = started
  const began = performance.now()
  const result = await createGraph(turn.channel).sendMessage(turn.channel.phoneNumberId, body)
  ctx.counters.observe(callTimes, CHANNEL, (performance.now() - began) / 1000)
  const stopped = await tenantTx(ctx, lane.tenantId, (tx) => settle(ctx, tx, turn, attempt, result))
  ctx.counters.add(sentCounted, { ...CHANNEL, outcome: result.outcome })
  if (stopped) await noteChannelError(ctx, lane.tenantId, turn.channel.id, stopped.title)
  if (result.outcome !== 'accepted') return
  ctx.counters.observe(sendTimes, CHANNEL, (Date.now() - turn.message.created_at.getTime()) / 1000)
  await learnFromAnswer(ctx, turn, result)
}

/** Undefined when there is nothing (more) to do; the lane is back then. */
async function takeTurn(ctx: Context, tx: TenantTx, lane: Lane): Promise<Turn | undefined> {
  // The message before the lane: who queues an answer locks in this order as well.
  const message = await db.nextWaiting(tx, lane.conversationId)
  const state = await lanes.readLane(tx, lane.conversationId, lane.holder)
  if (!state) return undefined
  if (!message) return void (await putBack(ctx, tx, lane, {}))
  if (await closeLostTry(tx, lane, message)) return void (await putBack(ctx, tx, lane, { counts: true }))
  const fail = async (name: Parameters<typeof explainOwn>[0]) => {
    await endMessage(tx, lane.tenantId, message, 'failed', explainOwn(name))
    await putBack(ctx, tx, lane, {})
    return undefined
  }
  const said = (await openMany(tx, [message])).get(message.id)
  if (said?.state !== 'open') return fail(said?.state === 'erased' ? 'erased' : 'unreadable')
  const target = message.quoted_provider_id ? await openRealId(tx, await db.findTarget(tx, message.channel_id, message.quoted_provider_id)) : undefined
  // An answer can do without what it quotes.
  if (message.type === 'reaction' && !target) return fail('unreadable')
  const outgoing = { ...message, body: said.body, content: said.content, mediaId: message.media_id, target: target ?? null }
  const channel = await getSendingChannel(ctx, tx, message.channel_id)
  if (!channel) return fail('channel_unavailable')
  const to = await db.findRecipient(tx, lane.conversationId)
  if (!to?.phone && !to?.bsuid && !to?.group) return fail('no_address')
  return { lane, state, message: outgoing, channel, to, attached: await findAttached(tx, channel.id, outgoing) }
}

const asUploaded = ({ row, providerMediaId }: Attached) =>
  [row.id, { providerMediaId: providerMediaId ?? '', filename: row.filename, voice: row.voice }] as const

async function uploadAndStart(ctx: Context, turn: Turn): Promise<Started | undefined> {
  const { lane, message, channel, state } = turn
  const end = await uploadAll(ctx, channel, createGraph(channel), turn.attached)
  return tenantTx(ctx, lane.tenantId, async (tx) => {
    // An upload takes long: somebody else may have this lane by now.
    if (!(await lanes.readLane(tx, lane.conversationId, lane.holder))) return undefined
    if ('uploaded' in end) return start(ctx, tx, turn, end.uploaded)
    const again = end.again && state.tries + 1 < MOST_FAULTS
    await endMessage(tx, lane.tenantId, message, again ? 'queued' : 'failed', again && state.tries < 2 ? null : end.error)
    await putBack(ctx, tx, lane, again ? { ...state, tries: state.tries + 1, waitSeconds: backOffSeconds(state.tries) } : {})
    return undefined
  })
}

type UploadedFiles = ReadonlyMap<string, { providerMediaId: string; filename: string | null; voice: boolean }>

/** Puts the try on record. The body is made before: what cannot be written never left. */
async function start(ctx: Context, tx: TenantTx, turn: Turn, uploaded: UploadedFiles): Promise<Started | undefined> {
  const { lane, message: m } = turn
  const body = writeBody(ctx, turn, uploaded)
  const attempt = body && (await db.startAttempt(tx, lane.tenantId, m.id))
  if (body && attempt) return { turn, body, attempt }
  if (!body) await endMessage(tx, lane.tenantId, m, 'failed', explainOwn('gave_up'))
  await putBack(ctx, tx, lane, {})
  return undefined
}

function writeBody(ctx: Context, { message: m, to }: Turn, uploaded: UploadedFiles): object | undefined {
  try {
    return messageBody(to, {
      id: m.id,
      type: m.type,
      body: m.body,
      content: m.content,
      quotedProviderId: m.target,
      media: (m.media_id ? uploaded.get(m.media_id) : undefined) ?? null,
      inside: uploaded,
    })
  } catch (err) {
    ctx.log.error({ err, messageId: m.id }, 'send: cannot be written')
    return undefined
  }
}

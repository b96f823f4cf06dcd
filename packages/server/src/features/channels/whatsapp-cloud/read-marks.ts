import { type Context, tenantTx } from '../../../platform/context.ts'
import type { TenantTx } from '../../../platform/database.ts'
import { openRealId } from '../../messages/message-ids.ts'
import { getSendingChannel } from '../channels.ts'
import { createGraph } from './graph.ts'
import * as db from './send.db.ts'

/** Handler of `messages.mark-read`. */
export async function markConversationRead(ctx: Context, job: { tenantId: string; conversationId: string }): Promise<void> {
  const found = await tenantTx(ctx, job.tenantId, (tx) => lastInboundOf(ctx, tx, job.conversationId))
  if (found) await createGraph(found.channel).markRead(found.channel.phoneNumberId, found.realId)
}

/** Shows the customer that somebody types (and, as the API has it, that the message was read). */
export async function showTyping(ctx: Context, tenantId: string, conversationId: string): Promise<void> {
  const found = await tenantTx(ctx, tenantId, (tx) => lastInboundOf(ctx, tx, conversationId))
  if (found) await createGraph(found.channel).markRead(found.channel.phoneNumberId, found.realId, { typing: true })
}

async function lastInboundOf(ctx: Context, tx: TenantTx, conversationId: string) {
  const last = await db.lastInbound(tx, conversationId)
  const realId = await openRealId(tx, last)
  const channel = last ? await getSendingChannel(ctx, tx, last.channel_id) : undefined
  return realId && channel ? { channel, realId } : undefined
}

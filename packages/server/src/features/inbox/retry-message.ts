import type { TenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { lockConversation } from '../conversations/conversations.ts'
import { UNKNOWN_WAIT_MS, wakeLane } from '../conversations/send-lanes.ts'
import { windowIsOpen } from '../conversations/window.ts'
import * as messages from '../messages/save-messages.ts'
import * as db from './inbox.db.ts'

/** The person got enough marketing for today (Cloud API, error 131049). */
const MARKETING_CAP = 131049
const MARKETING_CAP_MS = 24 * 3600 * 1000

type Row = NonNullable<Awaited<ReturnType<typeof messages.lockMessage>>>

/**
 * Sends a failed message again, or one whose fate is unknown after a person has checked: a new try, the earlier ones stay visible.
 * @throws AppError not_found, retry_refused (with `retryAfter` when it is only too early), window_closed, channel_unavailable
 */
export async function retryMessage(ctx: Context, tx: TenantTx, login: TenantLogin, id: string): Promise<void> {
  // The conversation first, as everywhere: two who lock in different orders would wait for each other.
  const place = await db.findMessage(tx, id)
  const conversation = place && (await lockConversation(tx, place.conversation_id))
  const row = await messages.lockMessage(tx, id)
  if (!conversation || !row) throw notFound()
  if (row.direction !== 'out' || !['failed', 'unknown'].includes(row.status)) throw new AppError('retry_refused')
  await requireTime(tx, row)
  const channel = await db.channelState(tx, conversation.channel_id)
  if (!channel || channel.status === 'disabled' || channel.released_at) throw new AppError('channel_unavailable')
  if (row.type !== 'template' && !windowIsOpen(conversation.last_inbound_at)) throw new AppError('window_closed')
  await db.requeue(tx, id)
  await publish(tx, login.tenantId, [{ kind: 'message.status', payload: { messageId: id, conversationId: row.conversation_id } }])
  await wakeLane(ctx.config, tx, login.tenantId, { id: row.conversation_id, channelId: row.channel_id })
}

async function requireTime(tx: TenantTx, row: Row): Promise<void> {
  const capped = row.status === 'failed' && row.error?.code === MARKETING_CAP
  if (row.status !== 'unknown' && !capped) return
  const ended = await db.lastEnd(tx, row.id)
  const wait = (ended?.getTime() ?? 0) + (capped ? MARKETING_CAP_MS : UNKNOWN_WAIT_MS) - Date.now()
  if (wait <= 0) return
  const retryAfter = Math.ceil(wait / 1000)
  const hours = Math.ceil(retryAfter / 3600)
  throw new AppError('retry_refused', {
    retryAfter,
    detail: capped
      ? `O WhatsApp limita as propagandas que cada pessoa recebe. Dá para tentar de novo em ${hours} h.`
      : `Ainda esperamos o WhatsApp dizer se ela chegou. Dá para enviar de novo em ${retryAfter} s.`,
  })
}

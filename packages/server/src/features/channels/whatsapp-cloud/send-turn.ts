import type { Context } from '../../../platform/context.ts'
import type { TenantTx } from '../../../platform/database.ts'
import type { Words } from '../../../platform/vault/sealed-words.ts'
import { pairAllowance } from '../../conversations/send-lanes.ts'
import type { SendingChannel } from '../channels.ts'
import type { Recipient } from './message-body.ts'
import type * as db from './send.db.ts'
import * as lanes from './send-lanes.db.ts'
import type { Attached } from './send-uploads.ts'

export type Waiting = NonNullable<Awaited<ReturnType<typeof db.nextWaiting>>>
/** Opened: what goes out. `target`: WhatsApp's id of what it quotes or reacts to. */
export type Outgoing = Waiting & Pick<Words, 'body' | 'content'> & { mediaId: string | null; target: string | null }
export type Lane = lanes.Lane & { holder: string }
export type Turn = {
  lane: Lane
  state: lanes.LaneState
  message: Outgoing
  channel: SendingChannel
  to: Recipient & { contactId: string }
  attached: Attached[]
}
const pairOf = (ctx: Context) => ({ intervalMs: ctx.config.WHATSAPP_PAIR_INTERVAL_MS, allowance: pairAllowance(ctx.config) })
/** Puts the lane back, due again when something still waits in it. */
export const putBack = (ctx: Context, tx: TenantTx, lane: Lane, end: Partial<lanes.LaneEnd>): Promise<void> =>
  lanes.putBack(tx, lane.conversationId, lane.holder, { waitSeconds: 0, tries: 0, pairStrikes: 0, counts: false, ...end }, pairOf(ctx))

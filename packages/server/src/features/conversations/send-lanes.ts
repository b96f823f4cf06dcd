import type { Config } from '../../platform/config.ts'
import type { TenantTx } from '../../platform/database.ts'
import * as db from './send-lanes.db.ts'

/** Wakes the senders. */
export const SENDS_CHANNEL = 'atende_sends'

/** 45 messages to one person may go out at once, borrowed from later (Cloud API, pair limit); a little less, because they travel unevenly. */
const PAIR_BURST = 43

/** So long a status may still tell what became of a send that was never answered; only then may a person send it again. */
export const UNKNOWN_WAIT_MS = 120_000

/** How far ahead of its theoretical time a message to the same person may leave, as PostgreSQL's interval. */
export const pairAllowance = (config: Pick<Config, 'WHATSAPP_PAIR_INTERVAL_MS'>): string =>
  `${(PAIR_BURST - 1) * config.WHATSAPP_PAIR_INTERVAL_MS} milliseconds`

/** A message of ours waits in this conversation: it will leave when its turn comes. In the transaction of the message. */
export const wakeLane = async (
  config: Pick<Config, 'WHATSAPP_PAIR_INTERVAL_MS'>,
  tx: TenantTx,
  tenantId: string,
  conversation: { id: string; channelId: string },
): Promise<void> => {
  await db.wake(tx, tenantId, conversation.id, conversation.channelId, pairAllowance(config), SENDS_CHANNEL)
}

/** What held the number back was dealt with (a new token, a test that passed): its waiting messages go on at once. */
export const resumeSending = async (tx: TenantTx, channelId: string): Promise<void> => {
  await db.release(tx, channelId, SENDS_CHANNEL)
}

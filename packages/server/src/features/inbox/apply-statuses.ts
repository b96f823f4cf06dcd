import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import type { StatusUpdate } from '../messages/inbound.ts'
import * as messages from '../messages/save-messages.ts'
import { withoutWords } from '../messages/without-words.ts'

/** Explains a provider's error code to people; the channel knows its own codes. */
export type ExplainError = (code: number | null, details: string | null) => { code: number | null; title: string; action: string; canRetry: boolean }

/** Only what is asked for later: what it counts as, and what went wrong. */
function detailsOf({ details: { reference: _, ...details }, error }: StatusUpdate, explain: ExplainError): Record<string, unknown> {
  return error ? { ...details, error: withoutWords(explain(error.code, error.details)) } : details
}

/**
 * Statuses came, in any order, any number of times: each is kept once, and each message shows the furthest it has reached.
 * Those of messages we do not know (yet) wait for them. In a group each member's receipt is kept; the furthest of any counts.
 */
export async function applyStatuses(tx: TenantTx, tenantId: string, list: readonly StatusUpdate[], explain: ExplainError): Promise<void> {
  if (list.length === 0) return
  await messages.insertStatuses(
    tx,
    tenantId,
    list.map((s) => ({ ...s, details: detailsOf(s, explain) })),
  )
  const echoed = list.flatMap((s) => (s.messageId ? [{ messageId: s.messageId, channelId: s.channelId, providerId: s.providerId, realId: s.realId }] : []))
  if (echoed.length > 0) await messages.learnProviderIds(tx, echoed)
  const changed = await messages.advance(
    tx,
    list.map((s) => s.channelId),
    list.map((s) => s.providerId),
  )
  await publish(
    tx,
    tenantId,
    changed.map((m) => ({ kind: 'message.status' as const, payload: { messageId: m.id, conversationId: m.conversation_id } })),
  )
}

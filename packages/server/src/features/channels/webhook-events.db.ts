import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'

/** Larger bodies are read only in the detail. */
const LISTED_BODY = 100_000

export type EventRow = {
  id: string
  channel_id: string | null
  received_at: Date
  processed_at: Date | null
  attempts: number
  error: string | null
  understood: boolean | null
  /** Null when it is too large for a list. */
  body: Buffer | null
  size: number
}

export const list = async (tx: TenantTx, q: { before: string | null; limit: number; problem: boolean }): Promise<EventRow[]> =>
  (
    await sql<EventRow>`select id, channel_id, received_at, processed_at, attempts, error, understood, length(body) size,
        case when length(body) <= ${LISTED_BODY} then body end body
      from webhook_events
      where (${q.before}::uuid is null or id < ${q.before}::uuid) ${q.problem ? sql`and (error is not null or understood = false)` : sql``}
      order by id desc limit ${q.limit}`.execute(tx)
  ).rows

export const find = async (tx: TenantTx, id: string): Promise<EventRow | undefined> =>
  (
    await sql<EventRow>`select id, channel_id, received_at, processed_at, attempts, error, understood, length(body) size, body
      from webhook_events where id = ${id}`.execute(tx)
  ).rows[0]

/** Puts it back among the waiting ones, as if it had just come. */
export const putBack = async (tx: TenantTx, id: string): Promise<boolean> =>
  (
    await sql`update webhook_events set processed_at = null, attempts = 0, retry_at = null, error = null, understood = null where id = ${id} returning id`.execute(
      tx,
    )
  ).rows.length > 0

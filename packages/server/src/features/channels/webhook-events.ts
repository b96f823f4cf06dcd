import type { WebhookEvent, WebhookEventDetail } from '@atende/contracts/channels'
import { z } from 'zod'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { decodeCursor, toPage } from '../../platform/pages.ts'
import { summarizeWebhook } from './summarize-webhook.ts'
import * as db from './webhook-events.db.ts'
import { openDeliveries } from './whatsapp-cloud/sealed-delivery.ts'

const IdCursor = z.tuple([z.uuid()])

function statusOf(row: db.EventRow): WebhookEvent['status'] {
  if (row.processed_at === null) return row.error === null ? 'waiting' : 'failed'
  return row.understood === false ? 'not_understood' : 'processed'
}

const CLOSED = 'Não foi possível abrir esta entrega'
const summaryOf = (row: db.EventRow, body: Buffer | null) =>
  row.body ? (body ? summarizeWebhook(body) : CLOSED) : `Corpo grande (${Math.ceil(row.size / 1024)} KB)`

/** `body` is that of the row, opened; null when it does not open. */
const present = (row: db.EventRow, body: Buffer | null): WebhookEvent => ({
  id: row.id,
  channelId: row.channel_id,
  receivedAt: row.received_at.toISOString(),
  processedAt: row.processed_at?.toISOString() ?? null,
  status: statusOf(row),
  summary: summaryOf(row, body),
  error: row.error,
  attempts: row.attempts,
})

/** Newest first. @throws AppError cursor_invalid */
export async function listWebhookEvents(tx: TenantTx, q: { cursor?: string | undefined; limit: number; status: 'any' | 'problem' }) {
  const before = q.cursor === undefined ? null : decodeCursor(q.cursor, IdCursor)[0]
  const rows = await db.list(tx, { before, limit: q.limit + 1, problem: q.status === 'problem' })
  const bodies = await openDeliveries(tx, rows)
  const opened = rows.map((row, i) => ({ row, body: bodies[i] ?? null }))
  return toPage(
    opened,
    q.limit,
    ({ row }) => [row.id],
    ({ row, body }) => present(row, body),
  )
}

/** With the body as it came. @throws AppError not_found, content_unreadable */
export async function getWebhookEvent(tx: TenantTx, id: string): Promise<z.infer<typeof WebhookEventDetail>> {
  const row = await db.find(tx, id)
  if (!row) throw notFound()
  const [body = null] = await openDeliveries(tx, [row])
  if (!body) throw new AppError('content_unreadable')
  return { ...present(row, body), body: body.toString('utf8') }
}

/** Lets the receiver take it again; what was already saved from it stays once. @throws AppError not_found */
export async function replayWebhookEvent(tx: TenantTx, id: string): Promise<WebhookEvent> {
  const row = (await db.putBack(tx, id)) ? await db.find(tx, id) : undefined
  if (!row) throw notFound()
  const [body = null] = await openDeliveries(tx, [row])
  return present(row, body)
}

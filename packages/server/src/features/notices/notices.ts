import { type Notice, NoticeSeverity } from '@atende/contracts/notices'
import type { TenantTx } from '../../platform/database.ts'
import { notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { decodeCursor, TimeIdCursor, toPage } from '../../platform/pages.ts'
import { type NoticeCode, type NoticeDetails, sayNotice } from './notice-texts.ts'
import * as db from './notices.db.ts'

export type { NoticeCode } from './notice-texts.ts'

export type NewNotice = {
  /** Stable name of the cause; the texts are found by it. */
  code: NoticeCode
  severity: 'info' | 'warning' | 'critical'
  channelId: string | null
  /** An open notice with the same key is not raised again, only refreshed. */
  key: string
  /** Fills the texts; no personal data. */
  details: NoticeDetails
}

const changed = (tx: TenantTx, tenantId: string) => publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'notices' } }])

/** Tells the tenant's admins. Once per open `key`; the last of the same key in one list counts. */
export async function raiseNotices(tx: TenantTx, tenantId: string, list: readonly NewNotice[]): Promise<void> {
  if (list.length === 0) return
  const once = [...new Map(list.map((n) => [n.key, n])).values()]
  const rows = once.map((n) => ({ ...n, details: n.channelId ? { ...n.details, channelId: n.channelId } : n.details }))
  if (await db.raise(tx, tenantId, rows)) await changed(tx, tenantId)
}

/** The cause went away by itself. */
export async function settleNotices(tx: TenantTx, tenantId: string, keys: readonly string[]): Promise<void> {
  if (keys.length > 0 && (await db.settle(tx, keys))) await changed(tx, tenantId)
}

const present = (row: db.NoticeRow): Notice => ({
  id: row.id,
  code: row.code,
  severity: NoticeSeverity.catch('warning').parse(row.severity),
  ...sayNotice(row.code, row.details),
  channelId: row.channel_id,
  createdAt: row.created_at.toISOString(),
  resolvedAt: row.resolved_at?.toISOString() ?? null,
  resolvedBy: row.resolved_by_name,
})

/** Newest first. @throws AppError cursor_invalid */
export async function listNotices(tx: TenantTx, q: { cursor?: string | undefined; limit: number; status: 'open' | 'any' }) {
  const before = q.cursor === undefined ? null : decodeCursor(q.cursor, TimeIdCursor)
  const rows = await db.list(tx, { open: q.status === 'open', before, limit: q.limit + 1 })
  return toPage(rows, q.limit, (r) => [r.created_text, r.id], present)
}

export const countNotices = (tx: TenantTx): Promise<{ open: number; critical: number }> => db.count(tx)

/** Somebody dealt with it. Doing it twice changes nothing. @throws AppError not_found */
export async function resolveNotice(tx: TenantTx, tenantId: string, id: string, userId: string): Promise<Notice> {
  const done = await db.resolve(tx, id, userId)
  const row = await db.find(tx, id)
  if (!row) throw notFound()
  if (done) await changed(tx, tenantId)
  return present(row)
}

import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'

export type NoticeRow = {
  id: string
  code: string
  severity: string
  channel_id: string | null
  details: Record<string, string>
  created_at: Date
  /** `created_at` with microseconds, for the cursor. */
  created_text: string
  resolved_at: Date | null
  resolved_by_name: string | null
}
export type RaisedRow = { code: string; severity: string; channelId: string | null; key: string; details: Record<string, string> }

/** New ones are made, open ones of the same key take the newest words. Answers whether anything changed for the eye. */
export async function raise(tx: TenantTx, tenantId: string, list: readonly RaisedRow[]): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    insert into notices (id, tenant_id, code, severity, channel_id, key, details)
    select i, ${tenantId}::uuid, c, s, ch, k, d::jsonb from unnest(${list.map(() => uuidv7())}::uuid[], ${list.map((n) => n.code)}::text[],
      ${list.map((n) => n.severity)}::text[], ${list.map((n) => n.channelId)}::uuid[], ${list.map((n) => n.key)}::text[],
      ${list.map((n) => JSON.stringify(n.details))}::text[]) x(i, c, s, ch, k, d) order by k
    on conflict (tenant_id, key) where resolved_at is null do update
      set code = excluded.code, severity = excluded.severity, details = excluded.details, refreshed_at = now()
      where (notices.code, notices.severity, notices.details) is distinct from (excluded.code, excluded.severity, excluded.details)
    returning id`.execute(tx)
  return rows.length > 0
}

export const settle = async (tx: TenantTx, keys: readonly string[]): Promise<boolean> =>
  (await sql<{ id: string }>`update notices set resolved_at = now() where key = any(${keys}::text[]) and resolved_at is null returning id`.execute(tx)).rows
    .length > 0

const columns = sql`n.id, n.code, n.severity, n.channel_id, n.details, n.created_at, n.created_at::text created_text, n.resolved_at, u.name resolved_by_name`

export const list = async (tx: TenantTx, q: { open: boolean; before: readonly [string, string] | null; limit: number }): Promise<NoticeRow[]> =>
  (
    await sql<NoticeRow>`select ${columns} from notices n left join users u on u.id = n.resolved_by
      where ${q.open ? sql`n.resolved_at is null` : sql`true`}
        and ${q.before ? sql`(n.created_at, n.id) < (${q.before[0]}::timestamptz, ${q.before[1]}::uuid)` : sql`true`}
      order by n.created_at desc, n.id desc limit ${q.limit}`.execute(tx)
  ).rows

export const find = async (tx: TenantTx, id: string): Promise<NoticeRow | undefined> =>
  (await sql<NoticeRow>`select ${columns} from notices n left join users u on u.id = n.resolved_by where n.id = ${id}`.execute(tx)).rows[0]

export const resolve = async (tx: TenantTx, id: string, userId: string): Promise<boolean> =>
  (await sql<{ id: string }>`update notices set resolved_at = now(), resolved_by = ${userId} where id = ${id} and resolved_at is null returning id`.execute(tx))
    .rows.length > 0

export const count = async (tx: TenantTx): Promise<{ open: number; critical: number }> => {
  const { rows } = await sql<{ open: number; critical: number }>`
    select count(*)::int open, (count(*) filter (where severity = 'critical'))::int critical from notices where resolved_at is null`.execute(tx)
  return rows[0] ?? { open: 0, critical: 0 }
}

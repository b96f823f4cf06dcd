import { sql } from 'kysely'
import type { Database } from '../../platform/database.ts'

type Row = { now: Date; installed_at: Date | null; dead_tokens: number; unsigned_since: Date | null }
/** `skewMs`: how much the clock of this process is ahead of the database's. */
export type ServerFigures = { installedAt: Date | null; deadTokens: number; unsignedSince: Date | null; skewMs: number }

/** What only whoever runs the server may know across companies: counts and times. */
export async function readFigures(db: Database): Promise<ServerFigures> {
  const asked = Date.now()
  const { rows } = await sql<Row>`select * from door_server_figures()`.execute(db)
  const answered = Date.now()
  const [row] = rows
  if (!row) throw new Error('no figures')
  return {
    installedAt: row.installed_at,
    deadTokens: row.dead_tokens,
    unsignedSince: row.unsigned_since,
    // The database looked at its clock somewhere between the two.
    skewMs: row.now.getTime() < asked ? asked - row.now.getTime() : row.now.getTime() > answered ? answered - row.now.getTime() : 0,
  }
}

export type Backlog = { waiting: number; oldestSeconds: number }
const present = (row: { waiting: string; oldest: Date | null } | undefined): Backlog => ({
  waiting: Number(row?.waiting ?? 0),
  oldestSeconds: row?.oldest ? Math.max(0, Math.round((Date.now() - row.oldest.getTime()) / 1000)) : 0,
})

/** Deliveries that wait to be understood, and conversations whose next message could leave and has not. */
export async function readBacklogs(db: Database): Promise<{ webhooks: Backlog; sends: Backlog }> {
  type Row = { waiting: string; oldest: Date | null }
  const webhooks = await sql<Row>`select waiting, oldest from door_webhook_backlog()`.execute(db)
  const sends = await sql<Row>`select waiting, oldest from door_send_backlog()`.execute(db)
  return { webhooks: present(webhooks.rows[0]), sends: present(sends.rows[0]) }
}

import { sql } from 'kysely'
import type { Database } from '../../platform/database.ts'
import type { Alert, AlertChannel, AlertDetails, Told } from './alert-state.ts'
import { isAlertCode } from './alert-texts.ts'

type Row = {
  id: string
  code: string
  key: string
  details: AlertDetails
  since: Date
  last_seen: Date
  firing_at: Date | null
  resolved_at: Date | null
  again: boolean
  told: Partial<Record<AlertChannel, Told>>
}

/** The open ones, and the newest of the others. Codes of a newer version are left to it. */
export async function loadAlerts(db: Database, max = 50): Promise<Alert[]> {
  const { rows } = await sql<Row>`select * from door_alerts(${max})`.execute(db)
  return rows.flatMap(({ code, ...r }) => {
    if (!isAlertCode(code)) return []
    const times = { since: r.since.getTime(), lastSeen: r.last_seen.getTime(), firingAt: r.firing_at?.getTime() ?? null }
    return [{ id: r.id, code, key: r.key, details: r.details, ...times, resolvedAt: r.resolved_at?.getTime() ?? null, again: r.again, told: r.told }]
  })
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

/** @param gone suspicions that came to nothing */
export async function saveAlerts(db: Database, alerts: readonly Alert[], gone: readonly string[]): Promise<void> {
  if (alerts.length + gone.length === 0) return
  const rows = alerts.map(({ since, lastSeen, firingAt, resolvedAt, ...a }) => ({
    ...a,
    ...{ since: iso(since), last_seen: iso(lastSeen), firing_at: iso(firingAt), resolved_at: iso(resolvedAt) },
  }))
  await sql`select door_save_alerts(${JSON.stringify(rows)}::jsonb, ${[...gone]}::uuid[])`.execute(db)
}

export type ChannelState = { channel: AlertChannel; triedAt: Date; okAt: Date | null; error: string | null }

export async function loadChannelStates(db: Database): Promise<ChannelState[]> {
  type StateRow = { channel: AlertChannel; tried_at: Date; ok_at: Date | null; error: string | null }
  const { rows } = await sql<StateRow>`select * from door_alert_channels()`.execute(db)
  return rows.map((r) => ({ channel: r.channel, triedAt: r.tried_at, okAt: r.ok_at, error: r.error }))
}

export const noteChannel = async (db: Database, channel: AlertChannel, error: string | null): Promise<void> =>
  void (await sql`select door_note_alert_channel(${channel}, ${error})`.execute(db))

/** The company whose number carries the alerts. */
export async function tenantOfSlug(db: Database, slug: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string | null }>`select door_tenant_of_slug(${slug}) id`.execute(db)
  return rows[0]?.id ?? undefined
}

import type pg from 'pg'
import { connect, one, type PhysicalPlace, withRights } from './database-place.ts'

/** Keeps the WAL in its place until it is at every target. */
export const SLOT = 'atende_archive'
/** The database's own bound lies a little above ours, for when nobody ships. */
const SPARE_MB = 1024

/**
 * `new`: nothing was kept until now. `lost`: the database gave up what it kept, since nobody shipped for too long. Either way the slot
 * begins here, and only a new copy makes the archive whole.
 */
export type SlotState = 'there' | 'new' | 'lost'

export async function ensureSlot(client: pg.Client, place: PhysicalPlace, keepMb: number): Promise<SlotState> {
  if (place.walDir) return 'there'
  if (place.embedded) await boundSlots(client, keepMb + SPARE_MB)
  const found = await one<{ status: string } | undefined>(
    client,
    "select wal_status status from pg_replication_slots where slot_name = $1 and slot_type = 'physical'",
    [SLOT],
  )
  if (found && found.status !== 'lost') return 'there'
  await withRights('keep the WAL (replication slot)', async () => {
    if (found) await client.query('select pg_drop_replication_slot($1)', [SLOT])
    await client.query('select pg_create_physical_replication_slot($1, true)', [SLOT])
  })
  return found ? 'lost' : 'new'
}

async function boundSlots(client: pg.Client, mb: number): Promise<void> {
  const { v } = await one<{ v: string }>(client, "select setting v from pg_settings where name = 'max_slot_wal_keep_size'")
  if (v === String(mb)) return
  await client.query(`alter system set max_slot_wal_keep_size = '${mb}MB'`)
  await client.query('select pg_reload_conf()')
}

/** Backups were switched off: nothing keeps WAL for them any more. */
export async function dropSlot(url: string): Promise<boolean> {
  const client = await connect(url)
  try {
    const { rowCount } = await client.query('select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active', [SLOT])
    return (rowCount ?? 0) > 0
  } finally {
    await client.end()
  }
}

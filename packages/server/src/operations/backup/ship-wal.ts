import { readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'
import { BackupError } from './backup-error.ts'
import { connect, describeCluster, lockWal, one, type PhysicalPlace, withRights } from './database-place.ts'
import { HISTORY, lsnOfSegment, SEGMENT, segmentNumber, segmentOfLsn } from './segments.ts'
import type { Target } from './target.ts'
import { archiveKey, listArchive, sealSegment } from './wal-store.ts'

/** Keeps the WAL in its place until it is at the target; bounded, so that a target that is away never fills the disk. */
const SLOT = 'atende_archive'
const KEEP_AT_MOST = '4GB'

type Shipping = { place: PhysicalPlace; targets: readonly Target[]; recipients: readonly string[]; switchAfterMs: number; now: number }
export type Shipped = { segments: number; bytes: number; gap: boolean }

/** When this process last saw the database write, so that an idle one is left alone. */
const switched = new Map<string, number>()

/**
 * A slot that lost its WAL (the target was away for too long) is made anew: the archive has a gap, and only a new backup ends it.
 * Answers whether there is one.
 */
export async function ensureSlot(client: pg.Client, place: PhysicalPlace): Promise<boolean> {
  if (place.walDir) return false
  if (place.embedded) await boundSlots(client)
  const found = await one<{ status: string } | undefined>(
    client,
    "select wal_status status from pg_replication_slots where slot_name = $1 and slot_type = 'physical'",
    [SLOT],
  )
  if (found && found.status !== 'lost') return false
  await withRights('keep the WAL (replication slot)', async () => {
    if (found) await client.query('select pg_drop_replication_slot($1)', [SLOT])
    await client.query('select pg_create_physical_replication_slot($1, true)', [SLOT])
  })
  return true
}

async function boundSlots(client: pg.Client): Promise<void> {
  const { v } = await one<{ v: string }>(client, "select current_setting('max_slot_wal_keep_size') v")
  if (v !== '-1') return
  await client.query(`alter system set max_slot_wal_keep_size = '${KEEP_AT_MOST}'`)
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

/** Ends the segment that is being written when something stands in it and the last end is long ago. */
async function endSegment(client: pg.Client, { place, switchAfterMs, now }: Shipping, segmentBytes: number): Promise<void> {
  if (now - (switched.get(place.url) ?? 0) < switchAfterMs) return
  const { lsn } = await one<{ lsn: string }>(client, 'select pg_current_wal_insert_lsn()::text lsn')
  // Behind its head, a segment of a database that sleeps holds a snapshot of nothing now and then.
  const used = Number(BigInt(`0x${lsn.split('/')[1]}`) % BigInt(segmentBytes))
  if (used > 400) await withRights('end a WAL segment (pg_switch_wal)', () => client.query('select pg_switch_wal()'))
  switched.set(place.url, now)
}

async function waiting(client: pg.Client, { place }: Shipping, segmentBytes: number): Promise<string[]> {
  if (place.walDir) return (await readdir(place.walDir)).filter((n) => SEGMENT.test(n) || HISTORY.test(n)).toSorted()
  const state = await one<{ kept: string; now: string }>(
    client,
    'select s.restart_lsn::text kept, pg_current_wal_flush_lsn()::text now from pg_replication_slots s where s.slot_name = $1',
    [SLOT],
  )
  const [from, end] = [segmentOfLsn(state.kept, segmentBytes), segmentOfLsn(state.now, segmentBytes)]
  const names = await readdir(path.join(place.data, 'pg_wal'))
  const isWaiting = (n: string) => SEGMENT.test(n) && segmentNumber(n, segmentBytes) >= from && segmentNumber(n, segmentBytes) < end
  return names.filter((n) => isWaiting(n) || HISTORY.test(n)).toSorted()
}

type Sending = { client: pg.Client; shipping: Shipping; systemId: string; segmentBytes: number }

/** Answers its size in the archive. */
async function sendOne({ shipping: { targets, recipients }, systemId, segmentBytes }: Sending, folder: string, name: string): Promise<number> {
  const data = await readFile(path.join(folder, name))
  if (SEGMENT.test(name) && data.length !== segmentBytes) throw new BackupError('wal_missing', `the WAL segment ${name} is cut off`)
  const sealed = await sealSegment(data, recipients)
  for (const target of targets) await target.put(archiveKey(systemId, name, sealed), sealed)
  return sealed.length
}

/** It is at every target: the database need not keep it any longer. */
async function letGo({ client, shipping: { place }, segmentBytes }: Sending, name: string): Promise<void> {
  if (place.walDir) return rm(path.join(place.walDir, name), { force: true })
  if (!SEGMENT.test(name)) return
  await client.query('select pg_replication_slot_advance($1, $2)', [SLOT, lsnOfSegment(segmentNumber(name, segmentBytes) + 1n, segmentBytes)])
}

async function sendAll(sending: Sending, names: readonly string[]): Promise<Omit<Shipped, 'gap'>> {
  const { place, targets } = sending.shipping
  const folder = place.walDir ?? path.join(place.data, 'pg_wal')
  // A history stays in the folder for good; it is sent once.
  const archived = names.some((n) => HISTORY.test(n)) && targets[0] ? await listArchive(targets[0], sending.systemId) : []
  const known = new Set(archived.map((a) => a.segment).filter((n) => HISTORY.test(n)))
  const wanted = names.filter((n) => !known.has(n))
  let bytes = 0
  for (const name of wanted) {
    bytes += await sendOne(sending, folder, name)
    await letGo(sending, name)
  }
  return { segments: wanted.filter((n) => SEGMENT.test(n)).length, bytes }
}

/** Sends what is complete to every target. What was sent is free to go in the database. @throws BackupError */
export async function shipWal(shipping: Shipping): Promise<Shipped> {
  const client = await connect(shipping.place.url)
  try {
    await lockWal(client)
    const { systemId, segmentBytes } = await describeCluster(client)
    const gap = await ensureSlot(client, shipping.place)
    await endSegment(client, shipping, segmentBytes)
    return { ...(await sendAll({ client, shipping, systemId, segmentBytes }, await waiting(client, shipping, segmentBytes))), gap }
  } finally {
    await client.end()
  }
}

import { readdir, readFile, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'
import type { Keys } from '../../platform/keys.ts'
import { noteGap } from './archive-gaps.ts'
import { BackupError } from './backup-error.ts'
import { type Cluster, lockShipping, one, type PhysicalPlace, withLockedWal, withRights } from './database-place.ts'
import type { Presence } from './presence.ts'
import { lsnOfSegment, SEGMENT, segmentNumber } from './segments.ts'
import type { Target } from './target.ts'
import { forgetLetGo, isArchiverStuck, letGoByArchiver, untilHandedOver, type Waiting, waitingWal } from './waiting-wal.ts'
import { ensureSlot, SLOT } from './wal-slot.ts'
import { type Archived, archiveKey, listArchive, printOf, sealSegment } from './wal-store.ts'

/** `all`: every configured place, since what waits is free to go only when all have it. */
export type Shipping = {
  client: pg.Client
  place: PhysicalPlace
  cluster: Cluster
  all: readonly Target[]
  there: Presence
  /** Places that were tried since this process began, and whether the last pass went well. */
  tried: ReadonlyMap<string, boolean>
  recipients: readonly string[]
  keys: Keys
  home: string
  keepMb: number
}
/** When to stop, though more waits. */
export type Until = () => boolean
export const STUCK = 'PostgreSQL has not handed over all that was written (archive_command)'

const MIB = 1024 * 1024

/** The slot, or the folder of archive_command, is whole; otherwise it is noted. */
async function lookForGaps({ client, place, all, home, keepMb }: Shipping): Promise<void> {
  await withLockedWal(client, async () => {
    const at = new Date().toISOString()
    const slot = await ensureSlot(client, place, keepMb)
    if (slot !== 'there') await noteGap(home, all, { at, lost: slot === 'lost', segment: null })
    const segment = await letGoByArchiver(place)
    if (segment === undefined) return
    await noteGap(home, all, { at, lost: true, segment })
    await forgetLetGo(place)
  })
}

/** Ends the segment that is being written when something stands in it. Answers whether all that is complete is where it waits. */
export async function endWal(shipping: Shipping): Promise<boolean> {
  const { client, place, cluster } = shipping
  await lookForGaps(shipping)
  const { lsn } = await one<{ lsn: string }>(client, 'select pg_current_wal_insert_lsn()::text lsn')
  // Behind its head, a segment of a database that sleeps holds a snapshot of nothing now and then.
  const used = Number(BigInt(`0x${lsn.split('/')[1]}`) % BigInt(cluster.segmentBytes))
  if (used > 400) await withRights('end a WAL segment (pg_switch_wal)', () => client.query('select pg_switch_wal()'))
  return untilHandedOver(client, place, cluster.segmentBytes)
}

async function read({ name, folder }: Waiting, segmentBytes: number): Promise<Buffer | undefined> {
  const data = await readFile(path.join(folder, name)).catch((e: unknown) => {
    // Another process has brought it everywhere meanwhile.
    if (e instanceof Error && 'code' in e && e.code === 'ENOENT') return undefined
    throw e
  })
  if (data && SEGMENT.test(name) && data.length !== segmentBytes) throw new BackupError('wal_missing', `the WAL segment ${name} is cut off`)
  return data
}

/** One name has one content, for ever. @throws BackupError archive_conflict */
function requireSame(target: Target, name: string, print: string, known: readonly Archived[]): void {
  if (known.some((a) => a.print !== undefined && a.print !== print)) throw new BackupError('archive_conflict', `${target.name} has ${name} with other content`)
}

async function sendOne({ cluster, recipients, keys }: Shipping, target: Target, waiting: Waiting, known: readonly Archived[]): Promise<void> {
  const data = await read(waiting, cluster.segmentBytes)
  if (!data) return
  const print = printOf(keys, data)
  requireSame(target, waiting.name, print, known)
  if (known.length > 0) return
  const sealed = await sealSegment(data, recipients)
  await target.put(archiveKey(cluster.systemId, waiting.name, sealed, print), sealed)
}

async function sendMissing(shipping: Shipping, target: Target, until: Until): Promise<number> {
  const { client, place, cluster, there } = shipping
  const waiting = await waitingWal(client, place, cluster.segmentBytes)
  there.keepOnly(target.name, new Set(waiting.map((w) => w.name)))
  const missing = waiting.filter((w) => !there.has(target.name, w.name))
  const listed = missing.length > 0 ? Map.groupBy(await listArchive(target, cluster.systemId), (a) => a.segment) : new Map<string, Archived[]>()
  for (const [n, w] of missing.entries()) {
    if (until()) return missing.length - n
    await sendOne(shipping, target, w, listed.get(w.name) ?? [])
    there.add(target.name, w.name)
  }
  return 0
}

/** Sends to one place what it lacks, whatever becomes of the others. Answers how much still waits. @throws BackupError */
export async function shipWal(shipping: Shipping, target: Target, until: Until): Promise<number> {
  await lockShipping(shipping.client, target.name)
  await lookForGaps(shipping)
  const left = await sendMissing(shipping, target, until)
  if (await isArchiverStuck(shipping.place, Date.now())) throw new BackupError('archive_stuck', STUCK)
  return left
}

/** Whatever else fills this disk: so much of it is left to the database. */
const RESERVE_BYTES = 2048 * MIB
const RESERVE_SHARE = 0.05
/** A place that is only slow is waited for until so little of the reserve is left, or so much more waits (before the slot's own bound). */
const SCARCE_SHARE = 0.25
const SLOW_MB = 512
const AT_LEAST = 2

/** How many segments may wait, and whether that is so for a place that is only slow. */
async function roomFor(shipping: Shipping, waiting: number): Promise<{ segments: number; isScarce: boolean }> {
  const { place, cluster, keepMb } = shipping
  const { bavail, blocks, bsize } = await statfs(place.walDir ?? path.join(place.data, 'pg_wal'))
  const [free, reserve] = [bavail * bsize, Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE)]
  const held = waiting * cluster.segmentBytes
  const isScarce = free < reserve * SCARCE_SHARE || held > (keepMb + SLOW_MB) * MIB
  return { segments: Math.max(AT_LEAST, Math.floor(Math.min(keepMb * MIB, held + free - reserve) / cluster.segmentBytes)), isScarce }
}

/** What goes though a place lacks it, the oldest of what is left: a place that answers still gets what it is just being sent. */
async function overOf(shipping: Shipping, left: readonly Waiting[]): Promise<readonly Waiting[]> {
  const { all, there, tried } = shipping
  if (!all.every((t) => tried.has(t.name))) return []
  const { segments, isScarce } = await roomFor(shipping, left.length)
  const over = left.slice(0, Math.max(0, left.length - segments))
  const isWanted = ({ name }: Waiting) => all.some((t) => tried.get(t.name) && !there.has(t.name, name))
  const wanted = isScarce ? -1 : over.findIndex(isWanted)
  return wanted === -1 ? over : over.slice(0, wanted)
}

async function letGo({ client, place, cluster }: Shipping, gone: readonly Waiting[], next: Waiting | undefined): Promise<void> {
  const { walDir } = place
  if (walDir) {
    for (const { name, folder } of gone) if (folder === walDir) await rm(path.join(walDir, name), { force: true })
    // Notes that a backup began and ended; archive_command brings them too.
    for (const name of await readdir(walDir)) if (/^[0-9A-F]{24}\.[0-9A-F]{8}\.backup$/.test(name)) await rm(path.join(walDir, name), { force: true })
    return
  }
  const number = ({ name }: Waiting) => segmentNumber(name, cluster.segmentBytes)
  const [first, last] = [gone[0], gone.at(-1)]
  if (!first || !last) return
  const to = next ? number(next) : number(last) + 1n
  if (to > number(first)) await client.query('select pg_replication_slot_advance($1, $2)', [SLOT, lsnOfSegment(to, cluster.segmentBytes)])
}

/**
 * What is at every place is free to go. What waits for a place that is away (its last pass failed) goes too, the oldest first, before it
 * fills the disk: that place then has a gap until its next backup. Answers how many bytes wait.
 */
export async function releaseWal(shipping: Shipping): Promise<number> {
  const { client, place, cluster, all, there, home } = shipping
  return withLockedWal(client, async () => {
    const waiting = await waitingWal(client, place, cluster.segmentBytes)
    const isEverywhere = ({ name }: Waiting) => all.every((t) => there.has(t.name, name))
    const segments = waiting.filter((w) => SEGMENT.test(w.name))
    const firstLeft = segments.findIndex((w) => !isEverywhere(w))
    const begin = firstLeft === -1 ? segments.length : firstLeft
    // A slot keeps what is behind a point; a folder keeps each.
    const left = place.walDir ? segments.filter((w) => !isEverywhere(w)) : segments.slice(begin)
    const free = place.walDir ? waiting.filter(isEverywhere) : segments.slice(0, begin)
    const over = await overOf(shipping, left)
    for (const target of all) {
      const lacking = over.findLast((w) => !there.has(target.name, w.name))
      if (lacking) await noteGap(home, [target], { at: new Date().toISOString(), lost: true, segment: lacking.name })
    }
    await letGo(shipping, [...free, ...over], left[over.length])
    return (left.length - over.length) * cluster.segmentBytes
  })
}

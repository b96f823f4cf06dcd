import { existsSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'
import { one, type PhysicalPlace } from './database-place.ts'
import { HISTORY, SEGMENT, segmentNumber, segmentOfLsn } from './segments.ts'
import { SLOT } from './wal-slot.ts'

export type Waiting = { name: string; folder: string }

const walOf = (place: PhysicalPlace) => path.join(place.data, 'pg_wal')
/** In the order in which they were written, whatever their history; what says which histories there are comes first. */
const order = (name: string) => (HISTORY.test(name) ? `0${name}` : `1${name.slice(8)}${name.slice(0, 8)}`)
const sorted = (list: readonly Waiting[]): Waiting[] => list.toSorted((a, b) => (order(a.name) < order(b.name) ? -1 : 1))

/** What a restore began is noted in the folder of the database alone, when PostgreSQL did not archive just then. */
const histories = async (place: PhysicalPlace): Promise<string[]> =>
  (await readdir(walOf(place)).catch(() => [])).filter((n) => HISTORY.test(n) && !(place.walDir && existsSync(path.join(place.walDir, n))))

async function inFolder(place: PhysicalPlace, walDir: string): Promise<Waiting[]> {
  const found = (await readdir(walDir)).filter((n) => SEGMENT.test(n) || HISTORY.test(n)).map((name) => ({ name, folder: walDir }))
  return sorted([...found, ...(await histories(place)).map((name) => ({ name, folder: walOf(place) }))])
}

/** The complete segments that are kept until they are everywhere, and the histories. */
export async function waitingWal(client: pg.Client, place: PhysicalPlace, segmentBytes: number): Promise<Waiting[]> {
  if (place.walDir) return inFolder(place, place.walDir)
  const state = await one<{ kept: string | null; now: string } | undefined>(
    client,
    'select s.restart_lsn::text kept, pg_current_wal_flush_lsn()::text now from pg_replication_slots s where s.slot_name = $1',
    [SLOT],
  )
  if (!state?.kept) return []
  const [from, end] = [segmentOfLsn(state.kept, segmentBytes), segmentOfLsn(state.now, segmentBytes)]
  const isWaiting = (n: string) => SEGMENT.test(n) && segmentNumber(n, segmentBytes) >= from && segmentNumber(n, segmentBytes) < end
  const names = (await readdir(walOf(place))).filter((n) => isWaiting(n) || HISTORY.test(n))
  return sorted(names.map((name) => ({ name, folder: walOf(place) })))
}

const readyFolder = (place: PhysicalPlace) => path.join(walOf(place), 'archive_status')
const readySegments = async (place: PhysicalPlace): Promise<string[]> =>
  (await readdir(readyFolder(place)).catch(() => [])).flatMap((n) => (n.endsWith('.ready') && SEGMENT.test(n.slice(0, 24)) ? [n] : []))

/** archive_command has had a minute for a segment, and it is not in the folder. */
export async function isArchiverStuck(place: PhysicalPlace, now: number): Promise<boolean> {
  if (!place.walDir) return false
  for (const name of await readySegments(place)) {
    const found = await stat(path.join(readyFolder(place), name)).catch(() => undefined)
    if (found && now - found.mtimeMs > STUCK_MS) return true
  }
  return false
}
const STUCK_MS = 60_000

const HAND_OVER_MS = 20_000
const LOOK_MS = 200
/** PostgreSQL hands what was ended to archive_command by itself, a moment later. Answers whether it has. */
export async function untilHandedOver(client: pg.Client, place: PhysicalPlace, segmentBytes: number): Promise<boolean> {
  if (!place.walDir) return true
  const { lsn } = await one<{ lsn: string }>(client, 'select pg_current_wal_insert_lsn()::text lsn')
  const current = segmentOfLsn(lsn, segmentBytes)
  const isLeft = async () => (await readySegments(place)).some((n) => segmentNumber(n.slice(0, 24), segmentBytes) < current)
  for (let waited = 0; waited < HAND_OVER_MS; waited += LOOK_MS) {
    if (!(await isLeft())) return true
    await new Promise((r) => setTimeout(r, LOOK_MS))
  }
  return false
}

const NOTE = '.let-go'
/** archive_command let segments go because nobody fetched them: the last one's name. */
export async function letGoByArchiver(place: PhysicalPlace): Promise<string | undefined> {
  if (!place.walDir) return undefined
  const text = await readFile(path.join(place.walDir, NOTE), 'utf8').catch(() => '')
  return text
    .split('\n')
    .findLast((l) => SEGMENT.test(l.trim()))
    ?.trim()
}
export const forgetLetGo = async (place: PhysicalPlace): Promise<void> => {
  if (place.walDir) await rm(path.join(place.walDir, NOTE), { force: true })
}

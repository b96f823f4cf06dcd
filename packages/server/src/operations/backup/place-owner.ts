import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { z } from 'zod'
import { BackupError } from './backup-error.ts'
import { sha256Hex } from './chunks.ts'
import { type DatabasePlace, one } from './database-place.ts'
import { backupFolder, type Target } from './target.ts'

/**
 * Whose backups lie at a place. A second installation with the same settings (one that was restored for a rehearsal) would remove the
 * backups of the first and mix two histories in one archive, so it is refused until somebody says that it takes over.
 */
const Owner = z.object({ installation: z.uuid(), system: z.string(), timeline: z.string(), host: z.string(), since: z.iso.datetime() })
type Owner = z.infer<typeof Owner>
/** `installation` belongs to the data folder and is in no backup; workers elsewhere know themselves by the database and its history. */
export type Here = Pick<Owner, 'installation' | 'system' | 'timeline'>

const KEY = 'owner.json'

const idFile = (home: string): string => path.join(backupFolder(home), 'installation')

/** Whole or not at all, also when the power goes; what is there already stays. */
async function writeOnce(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const part = `${file}.${randomUUID()}`
  try {
    await writeFile(part, text, { mode: 0o600, flush: true })
    await link(part, file)
  } catch (e) {
    if (!(e instanceof Error && 'code' in e && e.code === 'EEXIST')) throw e
  } finally {
    await rm(part, { force: true })
  }
}

const uuidOf = (text: string | undefined): string | undefined => z.uuid().safeParse(text?.trim()).data
const readId = (home: string): Promise<string | undefined> => readFile(idFile(home), 'utf8').catch(() => undefined)

async function installationId(home: string): Promise<string> {
  const left = await readId(home)
  const known = uuidOf(left)
  if (known) return known
  // A power cut left nothing in it.
  if (left !== undefined) await rm(idFile(home), { force: true })
  await writeOnce(idFile(home), randomUUID())
  return (await readFile(idFile(home), 'utf8')).trim()
}

/** A note for each place that has been seen to be ours: one that is empty later is a disk that is not mounted, and not a new place. */
const noteFile = (home: string, { place }: Target): string => path.join(backupFolder(home), 'places', sha256Hex(Buffer.from(place)).slice(0, 16))
const isNoted = (target: Target, home: string): boolean => existsSync(noteFile(home, target))
async function notePlace(target: Target, home: string): Promise<void> {
  if (!isNoted(target, home)) await writeOnce(noteFile(home, target), `${target.place}\n`)
}

export async function describeHere(client: pg.Client, place: DatabasePlace, home: string): Promise<Here> {
  const { system } = await one<{ system: string }>(client, 'select system_identifier::text system from pg_control_system()')
  // A managed database changes its history by itself.
  const { timeline } =
    place.kind === 'dump'
      ? { timeline: '' }
      : await one<{ timeline: string }>(client, 'select substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) timeline')
  return { installation: await installationId(home), system, timeline }
}

export async function takeOver(target: Target, here: Here, home: string): Promise<void> {
  await target.put(KEY, Buffer.from(`${JSON.stringify({ ...here, host: hostname(), since: new Date().toISOString() })}\n`))
  await notePlace(target, home)
}

async function ownerOf(target: Target): Promise<Owner | undefined> {
  const data = await target.get(KEY).catch((e: unknown) => {
    if (e instanceof BackupError && e.code === 'chunk_missing') return undefined
    throw e
  })
  if (!data) return undefined
  try {
    return Owner.parse(JSON.parse(data.toString('utf8')))
  } catch {
    throw new BackupError('place_taken', `${target.name}: ${KEY} cannot be read, so nobody knows whose backups these are`)
  }
}

/** Whether it had ours, and has lost them; one whose owner cannot be read has not. */
export const isEmptied = async (target: Target, home: string): Promise<boolean> =>
  isNoted(target, home) && (await ownerOf(target).catch(() => null)) === undefined

/** Whether a place has the backups of another data folder than this one: until somebody says that this one takes over, it gets none of ours. */
export async function belongsElsewhere(target: Target, home: string): Promise<boolean> {
  const owner = await ownerOf(target)
  if (!owner) return isNoted(target, home)
  return uuidOf(await readId(home)) !== owner.installation
}

/** A place that nobody has is ours from now on. @throws BackupError place_taken, target_unreachable */
export async function requireOwner(target: Target, here: Here, home: string): Promise<void> {
  const owner = await ownerOf(target)
  if (!owner && isNoted(target, home)) {
    throw new BackupError('target_unreachable', `${target.name}: ${KEY} is gone: is the disk mounted? When it was emptied on purpose: "atende backup adopt"`)
  }
  const isOwn = owner?.installation === here.installation
  if (owner && !isOwn && !(owner.system === here.system && owner.timeline === here.timeline)) {
    throw new BackupError('place_taken', `${target.name} holds the backups of another installation (on ${owner.host}, since ${owner.since})`)
  }
  // A restore begins another history; an upgrade of PostgreSQL makes another system of it.
  const isAsNoted = owner && (!isOwn || (owner.timeline === here.timeline && owner.system === here.system))
  if (isAsNoted) await notePlace(target, home)
  else await takeOver(target, here, home)
}

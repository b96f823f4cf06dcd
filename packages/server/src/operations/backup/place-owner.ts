import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { z } from 'zod'
import { BackupError } from './backup-error.ts'
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

async function installationId(home: string): Promise<string> {
  const file = idFile(home)
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  await writeFile(file, randomUUID(), { flag: 'wx', mode: 0o600 }).catch((e: unknown) => {
    if (!(e instanceof Error && 'code' in e && e.code === 'EEXIST')) throw e
  })
  return (await readFile(file, 'utf8')).trim()
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

export const takeOver = (target: Target, here: Here): Promise<void> =>
  target.put(KEY, Buffer.from(`${JSON.stringify({ ...here, host: hostname(), since: new Date().toISOString() })}\n`))

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

/** Whether a place has the backups of another data folder than this one: until somebody says that this one takes over, it gets none of ours. */
export async function belongsElsewhere(target: Target, home: string): Promise<boolean> {
  const owner = await ownerOf(target)
  if (!owner) return false
  return !existsSync(idFile(home)) || (await installationId(home)) !== owner.installation
}

/** A place that nobody has is ours from now on. @throws BackupError place_taken, target_unreachable */
export async function requireOwner(target: Target, here: Here): Promise<void> {
  const owner = await ownerOf(target)
  if (owner && owner.installation !== here.installation && !(owner.system === here.system && owner.timeline === here.timeline)) {
    throw new BackupError('place_taken', `${target.name} holds the backups of another installation (on ${owner.host}, since ${owner.since})`)
  }
  if (!owner || (owner.installation === here.installation && owner.timeline !== here.timeline)) await takeOver(target, here)
}

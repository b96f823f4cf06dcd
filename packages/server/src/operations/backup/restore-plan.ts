import { existsSync, lstatSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { Config } from '../../platform/config.ts'
import { isServed } from '../../platform/embedded-postgres.ts'
import { Keys } from '../../platform/keys.ts'
import { MasterKeys } from '../../platform/master-keys.ts'
import { runningServer } from '../../platform/running-file.ts'
import { decryptWith } from './age-files.ts'
import { BackupError } from './backup-error.ts'
import { readStored } from './chunks.ts'
import { embeddedData } from './database-place.ts'
import { type Found, listIds, type Manifest, openManifest } from './manifest.ts'
import type { RecoverTo } from './recover.ts'
import { firstGap, segmentName, segmentNumber } from './segments.ts'
import type { Target } from './target.ts'
import { type Archived, listArchive } from './wal-store.ts'

export type RestoreOptions = {
  target: Target
  backup: string | undefined
  to: RecoverTo
  home: string
  /** Where the master key lies, when it is not in `home`: a test restores into a folder of its own. */
  keyHome?: string
  /** The data folder of a PostgreSQL that is not the embedded one. */
  pgdata: string | undefined
  identities: readonly string[]
  skipMedia: boolean
}

export type Plan = {
  manifest: Manifest
  authentic: 'ok' | 'wrong' | 'unknown'
  data: string
  media: string
  keys: { needed: string[]; missing: string[] }
  wal: { archived: Archived[]; bytes: number; until: string | null; gap: string | null }
  space: { needed: number; free: number }
  existing: { data: boolean; media: boolean; running: boolean }
}

/** Without a key where that comes from the settings, as on every server of the installer. */
const KeyFile = z.object({ encryptionKey: z.string().optional(), previousKeys: z.array(z.string()).optional() })

/** The master keys that are here; nothing is made. */
function keysHere(config: Config, home: string): string[] {
  const file = path.join(home, 'secrets.json')
  const fromFile = existsSync(file) ? KeyFile.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
  const fromSettings = config.ENCRYPTION_KEY ? [config.ENCRYPTION_KEY, ...config.ENCRYPTION_KEY_PREVIOUS] : []
  return [...fromSettings, ...(fromFile?.encryptionKey ? [fromFile.encryptionKey] : []), ...(fromFile?.previousKeys ?? [])]
}

/** Keys of the restored server: those of the settings, else of the data folder. */
export const keysFor = (config: Config, home: string): Keys => new Keys(new MasterKeys(keysHere(config, home)))

const hasFiles = (folder: string): boolean => existsSync(folder) && readdirSync(folder).some((n) => n !== 'lost+found')

/** The folder itself, or the nearest above it that exists: it has its disk and its owner. */
export function nearest(folder: string): string {
  const f = path.resolve(folder)
  return existsSync(f) ? f : nearest(path.dirname(f))
}

function freeBytes(folder: string): number {
  const s = statfsSync(nearest(folder))
  return s.bavail * s.bsize
}

/** A folder that is a disk of its own cannot be renamed. */
export const isMount = (folder: string): boolean => existsSync(folder) && lstatSync(folder).dev !== statSync(path.dirname(path.resolve(folder))).dev

/** The one that was asked for; else the newest that ended before the moment. @throws BackupError no_backup */
export async function chooseBackup(target: Target, backup: string | undefined, to: RecoverTo): Promise<Found> {
  if (backup) return openManifest(target, backup)
  for (const id of await listIds(target)) {
    const found = await openManifest(target, id)
    if (!(to instanceof Date) || Date.parse(found.manifest.takenAt) <= to.getTime()) return found
  }
  throw new BackupError('no_backup', to instanceof Date ? `${target.name} has no backup from before ${to.toISOString()}` : `${target.name} has no backup`)
}

async function archiveOf(target: Target, { database }: Manifest): Promise<Plan['wal']> {
  const { systemId, stopSegment, segmentBytes } = database
  if (!systemId || !stopSegment || !segmentBytes) return { archived: [], bytes: 0, until: null, gap: null }
  const after = segmentNumber(stopSegment, segmentBytes) + 1n
  const all = await listArchive(target, systemId)
  const number = (a: Archived) => segmentNumber(a.segment, segmentBytes)
  const archived = all.filter((a) => a.segment.length !== 24 || number(a) >= after)
  const segments = archived.filter((a) => a.segment.length === 24)
  const gap = firstGap(segments.map(number), after)
  const until = segments.reduce<Date | null>((latest, a) => (latest && latest > a.at ? latest : a.at), null)
  return {
    archived,
    bytes: archived.reduce((sum, a) => sum + a.bytes, 0),
    until: until?.toISOString() ?? null,
    gap: gap === undefined ? null : segmentName(stopSegment.slice(0, 8), gap, segmentBytes),
  }
}

/** One piece is opened, so that a wrong identity is known before anything else happens. @throws BackupError wrong_identity */
async function tryIdentity(target: Target, { settings }: Manifest, identities: readonly string[]): Promise<void> {
  for (const chunk of settings.chunks) await decryptWith(identities, await readStored(target, chunk), chunk.name)
}

const isRunning = async (data: string, home: string, foreign: boolean): Promise<boolean> =>
  // Whether a process of another container lives cannot be seen; its file is there while it does.
  foreign ? existsSync(path.join(data, 'postmaster.pid')) : isServed(data) || (await runningServer(home)) !== undefined

/** Looks at everything, changes nothing. @throws BackupError */
export async function planRestore(config: Config, o: RestoreOptions): Promise<Plan> {
  const { manifest, authentic } = await chooseBackup(o.target, o.backup, o.to)
  await tryIdentity(o.target, manifest, o.identities)
  const data = path.resolve(o.pgdata ?? embeddedData(o.home))
  const media = path.join(o.home, 'media')
  const { masters } = keysFor(config, o.keyHome ?? o.home)
  const needed = manifest.database.plainBytes + (o.skipMedia || manifest.media.listedOnly !== null ? 0 : manifest.media.bytes)
  return {
    manifest,
    authentic: authentic(masters),
    data,
    media,
    keys: { needed: manifest.masterKeys, missing: manifest.masterKeys.slice(0, 1).filter((id) => !masters.ids.includes(id)) },
    wal: await archiveOf(o.target, manifest),
    // Some room for what PostgreSQL writes while it reads the archive.
    space: { needed: Math.round(needed * 1.1) + 64 * 1024 * 1024, free: freeBytes(data) },
    existing: { data: hasFiles(data), media: !o.skipMedia && hasFiles(media), running: await isRunning(data, o.home, o.pgdata !== undefined) },
  }
}

/** @throws BackupError for what stands in the way */
export function requirePossible(plan: Plan, replace: boolean): void {
  const { keys, existing, space, authentic, manifest } = plan
  if (authentic === 'wrong') throw new BackupError('not_authentic', `the list of contents of ${manifest.id} was changed`)
  if (keys.missing.length > 0)
    throw new BackupError('master_key_missing', `the master key ${keys.missing.join(', ')} is not here; without it nothing in this backup can be read`)
  if (existing.running) throw new BackupError('installation_running', `a server runs on ${plan.data}`)
  if ((existing.data || existing.media) && !replace) throw new BackupError('not_empty', `${existing.data ? plan.data : plan.media} is not empty`)
  if (space.free < space.needed) throw new BackupError('not_enough_space', `${plan.data}: ${space.needed} bytes are needed, ${space.free} are free`)
}

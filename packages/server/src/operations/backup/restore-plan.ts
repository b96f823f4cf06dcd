import { existsSync, lstatSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { connect as netConnect } from 'node:net'
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
import { type Following, followArchive } from './follow-archive.ts'
import { type Found, listIds, type Manifest, openManifest } from './manifest.ts'
import type { RecoverTo } from './recover.ts'
import type { Target } from './target.ts'
import { numberOf } from './timelines.ts'

export type RestoreOptions = {
  target: Target
  /** Wherever lists of erasures may lie: all that were ever kept count, wherever the backup comes from. */
  places: readonly Target[]
  backup: string | undefined
  to: RecoverTo
  /** The history to follow; `latest`: the newest that goes on from the backup. */
  timeline: string
  home: string
  /** Where the master key lies, when it is not in `home`: a test restores into a folder of its own. */
  keyHome?: string
  /** The data folder of a PostgreSQL that is not the embedded one. */
  pgdata: string | undefined
  /** Somebody has seen that the PostgreSQL of `pgdata` stands still, whatever its postmaster.pid says. */
  stopped: boolean
  /** PostgreSQL (of a container) reads the archive itself at its next start. */
  startLater: boolean
  identities: readonly string[]
  skipMedia: boolean
}

export type Plan = {
  manifest: Manifest
  authentic: 'ok' | 'wrong' | 'unknown'
  data: string
  media: string
  keys: { needed: string[]; missing: string[] }
  wal: Following
  space: { needed: number; free: number }
  existing: { data: boolean; media: boolean; running: boolean; maybeRunning: boolean }
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

/** One piece is opened, so that a wrong identity is known before anything else happens. @throws BackupError wrong_identity */
async function tryIdentity(target: Target, { settings }: Manifest, identities: readonly string[]): Promise<void> {
  for (const chunk of settings.chunks) await decryptWith(identities, await readStored(target, chunk), chunk.name)
}

/** Does whatever the settings name as the database take connections? */
async function takesConnections(urls: readonly (string | undefined)[]): Promise<boolean> {
  for (const url of urls) {
    if (!url) continue
    const { hostname, port } = new URL(url)
    const socket = netConnect({ host: hostname, port: Number(port || 5432), timeout: 2000 })
    const open = await new Promise<boolean>((done) => {
      socket.once('connect', () => done(true))
      for (const event of ['error', 'timeout'] as const) socket.once(event, () => done(false))
    })
    socket.destroy()
    if (open) return true
  }
  return false
}

/** Whether a process of another container lives cannot be seen: its file is there while it does, and after it was killed. */
async function lookForServer(config: Config, data: string, { home, pgdata, stopped }: RestoreOptions): Promise<{ running: boolean; maybeRunning: boolean }> {
  if (pgdata === undefined) return { running: isServed(data) || (await runningServer(home)) !== undefined, maybeRunning: false }
  if (!existsSync(path.join(data, 'postmaster.pid'))) return { running: false, maybeRunning: false }
  const running = await takesConnections([config.DATABASE_URL, config.BACKUP_DATABASE_URL])
  return { running, maybeRunning: !running && !stopped }
}

type Chosen = Found & { wal: Following }

/** By a restore that came after it; where the backup came after, both histories go on, and nobody guesses which is meant. */
function leftBehind(manifest: Manifest, wal: Following): BackupError {
  const [own, last] = [numberOf(wal.timeline), numberOf(wal.newest)]
  if (wal.newestAt && Date.parse(manifest.takenAt) > wal.newestAt.getTime()) {
    return new BackupError('wal_ambiguous', `two histories go on here: timeline ${own} (backup ${manifest.id}) and ${last}; name one with --timeline`)
  }
  return new BackupError('wal_missing', `a restore (timeline ${last}) left the backup ${manifest.id} behind; --timeline ${own} follows its own history`)
}

const isOfOtherHistory = (e: unknown): boolean => e instanceof BackupError && e.code === 'wal_missing'

/**
 * The backup, and what of the archive goes on from it. One that does not belong to the history that is wanted is passed over: for the
 * latest state, what a later restore left behind is not what there was last.
 * @throws BackupError
 */
async function chooseFollowing(o: RestoreOptions): Promise<Chosen> {
  const newest = await chooseBackup(o.target, o.backup, o.to)
  const follow = async (found: Found): Promise<Chosen> => {
    const { manifest } = found
    await tryIdentity(o.target, manifest, o.identities)
    const wal = await followArchive({ ...o, manifest, toCopyOnly: o.to === 'backup' })
    if (o.to === 'latest' && o.timeline === 'latest' && wal.timeline !== wal.newest) throw leftBehind(manifest, wal)
    return { ...found, wal }
  }
  try {
    return await follow(newest)
  } catch (e) {
    if (!isOfOtherHistory(e) || o.backup) throw e
    for (const id of (await listIds(o.target)).filter((id) => id < newest.manifest.id)) {
      const older = await follow(await openManifest(o.target, id)).catch((e: unknown) => {
        if (!isOfOtherHistory(e)) throw e
      })
      if (older) return older
    }
    throw e
  }
}

/** So much the archive takes when it is laid out for a PostgreSQL that reads it by itself. */
const laidOut = ({ manifest, wal }: Chosen, startLater: boolean): number =>
  startLater ? new Set(wal.archived.map((a) => a.segment)).size * (manifest.database.segmentBytes ?? 0) : 0

/** Looks at everything, changes nothing. @throws BackupError */
export async function planRestore(config: Config, o: RestoreOptions): Promise<Plan> {
  const chosen = await chooseFollowing(o)
  const { manifest, authentic, wal } = chosen
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
    wal,
    // Some room for what PostgreSQL writes while it reads the archive.
    space: { needed: Math.round(needed * 1.1) + laidOut(chosen, o.startLater) + 64 * 1024 * 1024, free: freeBytes(data) },
    existing: { data: hasFiles(data), media: !o.skipMedia && hasFiles(media), ...(await lookForServer(config, data, o)) },
  }
}

/** @throws BackupError for what stands in the way */
export function requirePossible(plan: Plan, replace: boolean): void {
  const { keys, existing, space, authentic, manifest } = plan
  if (authentic === 'wrong') throw new BackupError('not_authentic', `the list of contents of ${manifest.id} was changed`)
  if (keys.missing.length > 0)
    throw new BackupError('master_key_missing', `the master key ${keys.missing.join(', ')} is not here; without it nothing in this backup can be read`)
  if (existing.maybeRunning) {
    throw new BackupError('maybe_running', `${path.join(plan.data, 'postmaster.pid')} is there: a PostgreSQL runs on these files, or it was killed`)
  }
  if (existing.running) throw new BackupError('installation_running', `a server runs on ${plan.data}`)
  if ((existing.data || existing.media) && !replace) throw new BackupError('not_empty', `${existing.data ? plan.data : plan.media} is not empty`)
  if (space.free < space.needed) throw new BackupError('not_enough_space', `${plan.data}: ${space.needed} bytes are needed, ${space.free} are free`)
}

import { readIdentities } from '../operations/backup/age-files.ts'
import { codeOf } from '../operations/backup/backup-error.ts'
import { type Checked, settleRestored } from '../operations/backup/check-restored.ts'
import { choosePlace, type PassedOver } from '../operations/backup/choose-place.ts'
import { placeOf } from '../operations/backup/database-place.ts'
import { belongsElsewhere } from '../operations/backup/place-owner.ts'
import type { RecoverTo } from '../operations/backup/recover.ts'
import { type Restored, type RestoreStep, restore } from '../operations/backup/restore.ts'
import { restoreDump } from '../operations/backup/restore-dump.ts'
import { chooseBackup, type Plan, planRestore, type RestoreOptions } from '../operations/backup/restore-plan.ts'
import { settleMedia } from '../operations/backup/restored-media.ts'
import { removeLaidOut } from '../operations/backup/swap-folder.ts'
import { openTargets, type Target } from '../operations/backup/target.ts'
import { beginRun } from '../operations/server-runs.ts'
import { type Config, loadConfig } from '../platform/config.ts'
import { findHome } from '../platform/home.ts'
import { openPlaces } from './backup-places.ts'
import { UsageError } from './output.ts'
import { verifyChains } from './verify-all.ts'
import { withOpened } from './with-opened.ts'

export type RestoreInput = {
  from: string | undefined
  backup: string | undefined
  to: RecoverTo
  timeline: string
  into: string | undefined
  pgdata: string | undefined
  database: string | undefined
  identity: string
  skipMedia: boolean
  startLater: boolean
  stopped: boolean
}
export type Finished = Checked & { missing: number }
/** Whether a place of the settings knows another data folder as its owner: `atende backup adopt` changes that. */
export async function mustAdopt({ config, target, options: { home } }: Planned): Promise<boolean> {
  const answers = await Promise.all(ownPlaces(config, home, [target]).map((t) => belongsElsewhere(t, home).catch(() => true)))
  return answers.includes(true)
}

/** `passedOver`: other places of the settings, and why they are not the one. */
type Planned = { config: Config; target: Target; options: RestoreOptions; plan: Plan; passedOver: PassedOver[] }

/** Where this server makes its backups; `otherwise` when the settings name no place. */
const ownPlaces = (config: Config, home: string, otherwise: Target[]): Target[] =>
  config.BACKUP_DIR || config.BACKUP_S3_BUCKET ? openTargets(config, home) : otherwise

/** The place of the backup, and every other that the settings name: a list of erasures may have reached only one of them. */
function placesWith(config: Config, home: string, target: Target): Target[] {
  return [target, ...ownPlaces(config, home, []).filter((t) => t.name !== target.name)]
}

const hasOwnPostgres = (config: Config): boolean => Boolean(config.DATABASE_URL ?? config.BACKUP_DATABASE_URL)

/** Of the database that the settings name; nobody would read a folder of the embedded one then. @throws UsageError */
function dataFolder(config: Config, { pgdata, into }: RestoreInput, isDump: boolean): string | undefined {
  if (isDump || pgdata !== undefined || into !== undefined || !hasOwnPostgres(config)) return pgdata
  if (config.BACKUP_PGDATA) return config.BACKUP_PGDATA
  throw new UsageError('--pgdata: DATABASE_URL names a PostgreSQL of your own; name its data folder (or BACKUP_PGDATA), or another data folder with --into')
}

/** @throws UsageError for what does not go together */
function pgdataFor(config: Config, input: RestoreInput, isDump: boolean): string | undefined {
  const { to, startLater, stopped } = input
  if (isDump !== (input.database !== undefined)) {
    throw new UsageError(
      isDump
        ? '--database: this backup is a dump; name an empty database to restore it into'
        : '--database is for backups that are dumps; this one holds files',
    )
  }
  if (isDump && to instanceof Date) throw new UsageError('--to: a dump is of one moment; leave it out')
  const pgdata = dataFolder(config, input, isDump)
  if (pgdata === undefined && (startLater || stopped)) throw new UsageError(`--${startLater ? 'start-later' : 'stopped'} goes with --pgdata`)
  return pgdata
}

/** @throws BackupError, UsageError */
export async function planHere(input: RestoreInput): Promise<Planned> {
  const config = loadConfig()
  const home = findHome(input.into ?? config.DATA_DIR)
  const { backup, to, timeline, skipMedia, startLater, stopped } = input
  // Read once: it may come by standard input.
  let identities: string[] | undefined
  const { best, passedOver } = await choosePlace(await openPlaces(input.from), to, async (target) => {
    const { manifest } = await chooseBackup(target, backup, to)
    const pgdata = pgdataFor(config, input, manifest.database.kind === 'dump')
    identities ??= readIdentities(input.identity)
    const places = placesWith(config, home, target)
    const options: RestoreOptions = { target, places, backup, to, timeline, home, pgdata, stopped, startLater, skipMedia, identities }
    return { config, target, options, plan: await planRestore(config, options) }
  })
  return { ...best, passedOver }
}

export function restoreHere({ config, options, plan }: Planned, input: RestoreInput, told: (step: RestoreStep) => void): Promise<Restored> {
  const { database } = input
  const o = { ...options, verifyChains, told }
  return database === undefined ? restore(config, plan, o) : restoreDump(config, plan, o, database)
}

/**
 * After a restore that another PostgreSQL carried out. As the owner of the tables: a login for backups only reads.
 * @throws BackupError
 */
export async function finishHere(from: string | undefined): Promise<Finished> {
  const named = await openPlaces(from)
  return withOpened(async ({ config, installation }) => {
    const { keys, ownerUrl: url, home } = installation
    const places = named.flatMap((t, n) => (n === 0 ? placesWith(config, home, t) : []))
    const run = await beginRun(installation.db, 'restore')
    try {
      // What is there now may be older or newer than any backup: rows are not compared.
      const checked = await settleRestored({ url, keys, places, counts: null, verifyChains })
      const { missing, faults } = await settleMedia(config, home, url)
      const place = placeOf(config, installation)
      if (place.kind === 'physical') faults.push(...(await removeLaidOut(place.data)))
      const all = [...checked.faults, ...faults]
      await run.end('ok', { erased: checked.erased, missing, faults: all.length })
      return { ...checked, missing, faults: all }
    } catch (e) {
      await run.end('failed', { error: codeOf(e) })
      throw e
    }
  })
}

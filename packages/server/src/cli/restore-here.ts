import { readIdentities } from '../operations/backup/age-files.ts'
import { BackupError } from '../operations/backup/backup-error.ts'
import { type Checked, settleRestored } from '../operations/backup/check-restored.ts'
import { placeOf } from '../operations/backup/database-place.ts'
import type { RecoverTo } from '../operations/backup/recover.ts'
import { type Restored, type RestoreStep, restore } from '../operations/backup/restore.ts'
import { restoreDump } from '../operations/backup/restore-dump.ts'
import { chooseBackup, type Plan, planRestore, type RestoreOptions } from '../operations/backup/restore-plan.ts'
import type { Target } from '../operations/backup/target.ts'
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
}
type Planned = { config: Config; target: Target; options: RestoreOptions; plan: Plan }

/** The first place that can be read: when one is lost, the other serves. */
async function choosePlace(input: RestoreInput): Promise<Target> {
  const targets = await openPlaces(input.from)
  let failure: unknown
  for (const target of targets) {
    try {
      await chooseBackup(target, input.backup, input.to)
      return target
    } catch (e) {
      failure ??= e
    }
  }
  throw failure
}

/** @throws BackupError, UsageError */
export async function planHere(input: RestoreInput): Promise<Planned> {
  const config = loadConfig()
  const home = findHome(input.into ?? config.DATA_DIR)
  const target = await choosePlace(input)
  const { backup, to, pgdata, skipMedia } = input
  const options: RestoreOptions = { target, backup, to, home, pgdata, skipMedia, identities: readIdentities(input.identity) }
  const plan = await planRestore(config, options)
  const isDump = plan.manifest.database.kind === 'dump'
  if (isDump !== (input.database !== undefined)) {
    throw new UsageError(
      isDump
        ? '--database: this backup is a dump; name an empty database to restore it into'
        : '--database is for backups that are dumps; this one holds files',
    )
  }
  if (isDump && to instanceof Date) throw new UsageError('--to: a dump is of one moment; leave it out')
  return { config, target, options, plan }
}

export function restoreHere({ config, options, plan }: Planned, input: RestoreInput, told: (step: RestoreStep) => void): Promise<Restored> {
  const { timeline, startLater, database } = input
  const o = { ...options, timeline, startLater, verifyChains, told }
  return database === undefined ? restore(config, plan, o) : restoreDump(config, plan, o, database)
}

/** @throws BackupError check_failed */
export async function finishHere(from: string | undefined): Promise<Checked> {
  const [target] = await openPlaces(from)
  if (!target) throw new BackupError('not_configured', 'no place is configured for backups')
  const { manifest } = await chooseBackup(target, undefined, 'latest')
  return withOpened(async ({ config, installation }) => {
    const { url } = placeOf(config, installation)
    // What is there now may be older or newer than this backup: rows are counted, not compared.
    return settleRestored({ url, keys: installation.keys, target, manifest: { ...manifest, counts: null }, verifyChains })
  })
}

import type { Config } from '../../platform/config.ts'
import type { Installation } from '../../platform/installation.ts'
import { noteGap } from './archive-gaps.ts'
import { BackupError } from './backup-error.ts'
import { connect, lockBackups, placeOf, withLockedWal } from './database-place.ts'
import { describeHere, isEmptied, requireOwner, takeOver } from './place-owner.ts'
import { type Pruned, prune } from './retention.ts'
import { createShipper } from './shipper.ts'
import { isConfigured, openTargets } from './target.ts'

/** What waits for its way out goes now, to each place whatever becomes of the others. @throws BackupError */
export async function shipNow(config: Config, installation: Installation): Promise<void> {
  if (!isConfigured(config)) throw new BackupError('not_configured', 'BACKUP_RECIPIENT is not set: nobody could open this archive')
  const targets = openTargets(config, installation.home)
  const shipper = createShipper(config, installation, targets)
  const passes = await shipper.passAll(targets)
  for (const { error } of passes) if (error !== undefined) throw error
}

/** From now on the backups at these places are those of this installation. Answers their names. @throws BackupError */
export async function adoptPlaces(config: Config, installation: Installation, only: 'dir' | 's3' | undefined): Promise<string[]> {
  const { home } = installation
  const targets = openTargets(config, home, only)
  const place = placeOf(config, installation)
  const client = await connect(place.url)
  try {
    const here = await describeHere(client, place, home)
    for (const target of targets) {
      // What it had is gone: only a new copy makes its archive whole again.
      const gap = (await isEmptied(target, home)) ? { at: new Date().toISOString(), lost: true, segment: null } : undefined
      await takeOver(target, here, home)
      if (gap) await withLockedWal(client, () => noteGap(home, [target], gap))
    }
    return targets.map((t) => t.name)
  } finally {
    await client.end()
  }
}

/** What `prune` removes, while no backup is under way. @throws BackupError */
export async function pruneLocked(config: Config, installation: Installation): Promise<(Pruned & { where: string })[]> {
  const targets = openTargets(config, installation.home)
  const place = placeOf(config, installation)
  const client = await connect(place.url)
  try {
    await lockBackups(client)
    const here = await describeHere(client, place, installation.home)
    for (const target of targets) await requireOwner(target, here, installation.home)
    const done = []
    for (const target of targets) done.push({ where: target.name, ...(await prune(target, config, { now: Date.now(), own: here.system })) })
    return done
  } finally {
    await client.end()
  }
}

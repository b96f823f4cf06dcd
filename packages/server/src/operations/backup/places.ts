import type { Config } from '../../platform/config.ts'
import type { Installation } from '../../platform/installation.ts'
import { connect, lockBackups, placeOf } from './database-place.ts'
import { describeHere, requireOwner, takeOver } from './place-owner.ts'
import { type Pruned, prune } from './retention.ts'
import { createShipper } from './shipper.ts'
import { openTargets } from './target.ts'

/** What waits for its way out goes now, to each place whatever becomes of the others. @throws BackupError */
export async function shipNow(config: Config, installation: Installation): Promise<void> {
  const targets = openTargets(config, installation.home)
  const shipper = createShipper(config, installation, targets)
  const passes = await shipper.passAll(targets)
  for (const { error } of passes) if (error !== undefined) throw error
}

/** From now on the backups at these places are those of this installation. Answers their names. @throws BackupError */
export async function adoptPlaces(config: Config, installation: Installation, only: 'dir' | 's3' | undefined): Promise<string[]> {
  const targets = openTargets(config, installation.home, only)
  const place = placeOf(config, installation)
  const client = await connect(place.url)
  try {
    const here = await describeHere(client, place, installation.home)
    for (const target of targets) await takeOver(target, here)
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
    for (const target of targets) await requireOwner(target, here)
    const done = []
    for (const target of targets) done.push({ where: target.name, ...(await prune(target, config, Date.now())) })
    return done
  } finally {
    await client.end()
  }
}

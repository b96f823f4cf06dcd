import { dirTarget, openTargets, type Target } from '../operations/backup/target.ts'
import { loadConfig } from '../platform/config.ts'
import { findHome } from '../platform/home.ts'

/** `dir` and `s3` are those of the settings; anything else is a folder. All that are configured when nothing is named. */
export async function openPlaces(from: string | undefined): Promise<Target[]> {
  if (from !== undefined && from !== 'dir' && from !== 's3') return [dirTarget(from)]
  const config = loadConfig()
  return openTargets(config, findHome(config.DATA_DIR), from)
}

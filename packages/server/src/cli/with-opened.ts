import { type Config, loadConfig } from '../platform/config.ts'
import { type Installation, openInstallation } from '../platform/installation.ts'
import { loadServerKeys } from '../platform/vault/server-key.ts'

/** Opens the installation as it is: a backup before an update must not bring the database to the new version. */
export async function withOpened<T>(work: (opened: { config: Config; installation: Installation }) => Promise<T>): Promise<T> {
  const config = loadConfig()
  const installation = await openInstallation(config)
  try {
    await loadServerKeys(installation.db, installation.keys)
    return await work({ config, installation })
  } finally {
    await installation.close()
  }
}

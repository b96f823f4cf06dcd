import pg from 'pg'
import { z } from 'zod'
import { JOB_DEFINITIONS } from '../jobs.ts'
import { type Config, loadConfig } from '../platform/config.ts'
import { AppError } from '../platform/errors.ts'
import { adoptInstallation, type Installation, openInstallation, prepareInstallation } from '../platform/installation.ts'

export type Opened = { config: Config; installation: Installation; applied: string[] }

/** Opens the installation (also beside a running server), brings its schema up to date where that is allowed, and closes it afterwards. */
export async function withInstallation<T>(work: (opened: Opened) => Promise<T>, { mayMigrate = false } = {}): Promise<T> {
  const config = loadConfig()
  const installation = await openInstallation(config)
  try {
    const managed = config.MIGRATE === 'never' && !mayMigrate
    const applied = managed ? [] : await prepareInstallation(installation, JOB_DEFINITIONS)
    if (managed) await adoptInstallation(installation)
    return await work({ config, installation, applied })
  } finally {
    await installation.close()
  }
}

/** One query across tenants, as the owner of the tables: the operator's right, which the application does not have. */
export async function askOwner<R extends pg.QueryResultRow>(installation: Pick<Installation, 'ownerUrl'>, text: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: installation.ownerUrl })
  await client.connect()
  try {
    return (await client.query<R>(text, values)).rows
  } finally {
    await client.end()
  }
}

export type FoundTenant = { id: string; slug: string; name: string }

/** By slug or id. @throws AppError not_found */
export async function findTenant(installation: Pick<Installation, 'ownerUrl'>, slugOrId: string): Promise<FoundTenant> {
  const column = z.uuid().safeParse(slugOrId).success ? 'id' : 'slug'
  const [found] = await askOwner<FoundTenant>(installation, `select id, slug, name from tenants where ${column} = $1`, [slugOrId])
  if (!found) throw new AppError('not_found')
  return found
}

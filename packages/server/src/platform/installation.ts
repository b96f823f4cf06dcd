import pg from 'pg'
import { type Config, ConfigError } from './config.ts'
import { hmacSha256 } from './crypto.ts'
import { alone, type Database, ensureAppRole, openDatabase, useKeys } from './database.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'
import { findHome, loadSecrets, readMasterKeys } from './home.ts'
import { type JobQueue, prepareJobs } from './jobs.ts'
import { Keys } from './keys.ts'
import { MasterKeys } from './master-keys.ts'
import { migrate, requireMigrated } from './migrate.ts'
import { runningServer } from './running-file.ts'
import { waitForShared } from './shared-database.ts'
import { requireStrongSecrets } from './strong-secrets.ts'
import { loadServerKeys } from './vault/server-key.ts'

/** Database, keys and folder of one installation, whether its server is running or not. */
export type Installation = {
  home: string
  keys: Keys
  db: Database
  /** Login of the application role: owns nothing, cannot bypass row-level security. */
  appUrl: string
  /** Login that owns the tables: migrations only. */
  ownerUrl: string
  appRole: string
  embedded: EmbeddedPostgres | undefined
  /**
   * Closes the connections. Stops the embedded PostgreSQL that this process started; `alsoAdopted`: and one that it found running
   * (a server ends what a killed one left; a command beside a running server does not).
   */
  close: (options?: { alsoAdopted: boolean }) => Promise<void>
}

const urlOf = (user: string, password: string, host: string, port: number, database: string) =>
  `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`

/** A password that every process of this installation knows without being told, and that changes with `secret` only. */
const passwordFrom = (secret: string | Buffer, role: string): string => hmacSha256(secret, `atende/database/${role}`).toString('hex')

/** Where the embedded database's two logins enter; the passwords follow from the superuser's. */
function embeddedUrls(port: number, secret: string) {
  return {
    ownerUrl: urlOf('atende_owner', passwordFrom(secret, 'owner'), '127.0.0.1', port, 'atende'),
    appUrl: urlOf('atende_app', passwordFrom(secret, 'app'), '127.0.0.1', port, 'atende'),
    appRole: 'atende_app',
  }
}

/** Makes the database and its two logins where they are missing. Who waits for it gets in as owner, which comes last. */
export async function prepareEmbedded(port: number, secret: string): Promise<void> {
  const own = urlOf('postgres', secret, '127.0.0.1', port, 'atende')
  const c = new pg.Client({ connectionString: urlOf('postgres', secret, '127.0.0.1', port, 'postgres') })
  await c.connect()
  try {
    const { rowCount } = await c.query("select 1 from pg_database where datname = 'atende'")
    const { rowCount: owner } = await c.query("select 1 from pg_roles where rolname = 'atende_owner'")
    if (!owner) await c.query('create role atende_owner nologin')
    if (!rowCount) await c.query('create database atende owner atende_owner')
    await ensureAppRole(own, 'atende_app', passwordFrom(secret, 'app'))
    await c.query(`alter role atende_owner login nosuperuser nobypassrls password '${passwordFrom(secret, 'owner')}'`)
  } finally {
    await c.end()
  }
  await countStatements(own)
}

/** In a schema that nobody but the superuser may look into. Without it the doctor knows less, and nothing else changes. */
async function countStatements(url: string): Promise<void> {
  const c = new pg.Client({ connectionString: url })
  await c.connect()
  try {
    const { rows } = await c.query("select current_setting('shared_preload_libraries') ~ 'pg_stat_statements' loaded")
    if (!rows[0]?.loaded) return
    await c.query('create schema if not exists server_stats')
    await c.query('create extension if not exists pg_stat_statements schema server_stats')
  } catch {
    // Another process may have made it in this moment; or an operator has taken it away.
  } finally {
    await c.end()
  }
}

/**
 * One address is enough when its login may create roles; then the application gets a role of its own. Otherwise both are needed:
 * DATABASE_OWNER_URL for migrations and DATABASE_URL for the application's plain role.
 */
async function externalUrls(config: Config, keys: Keys) {
  const appUrl = config.DATABASE_URL ?? ''
  if (config.DATABASE_OWNER_URL) {
    return { ownerUrl: config.DATABASE_OWNER_URL, appUrl, appRole: decodeURIComponent(new URL(appUrl).username) }
  }
  const c = new pg.Client({ connectionString: appUrl })
  await c.connect()
  const { rows } = await c.query('select current_database() as name, rolsuper or rolcreaterole as ok from pg_roles where rolname = current_user')
  await c.end()
  if (!rows[0]?.ok) {
    throw new ConfigError(
      'DATABASE_URL: this login may not create roles, so the application would run as the owner of its tables and row-level security could not be trusted. ' +
        'Create a second role ("create role atende_app login password …"), give its address as DATABASE_URL and the owner\'s as DATABASE_OWNER_URL.',
    )
  }
  const appRole = `atende_app_${String(rows[0].name).replace(/[^a-z0-9_]/gi, '_')}`.slice(0, 63)
  // From the owner's password, which outlives the master key; a login without one has only that.
  const password = passwordFrom(decodeURIComponent(new URL(appUrl).password) || keys.masters.current.key, 'app')
  await ensureAppRole(appUrl, appRole, password)
  const url = new URL(appUrl)
  url.username = appRole
  url.password = password
  return { ownerUrl: appUrl, appUrl: url.toString(), appRole }
}

type Found = { urls: Pick<Installation, 'ownerUrl' | 'appUrl' | 'appRole'>; embedded: EmbeddedPostgres | undefined }

async function findDatabase(config: Config, home: string, keys: Keys, tell: (text: string) => void): Promise<Found> {
  if (config.DATABASE_URL) return { urls: await externalUrls(config, keys), embedded: undefined }
  const { postgresPassword } = loadSecrets(home, config.ENCRYPTION_KEY !== undefined)
  if (config.EMBEDDED_DATABASE === 'shared') {
    const urls = embeddedUrls(config.EMBEDDED_PORT, postgresPassword)
    await waitForShared(urls, config, tell)
    return { urls, embedded: undefined }
  }
  const embedded = await startEmbeddedPostgres(home, postgresPassword, config.EMBEDDED_PORT)
  await prepareEmbedded(embedded.port, postgresPassword)
  return { urls: embeddedUrls(embedded.port, postgresPassword), embedded }
}

/**
 * @param tell is told what the process waits for; on standard error when absent
 * @throws ConfigError when the settings cannot work, or the shared database is not there.
 */
export async function openInstallation(config: Config, tell?: (text: string) => void): Promise<Installation> {
  requireStrongSecrets(config)
  const home = findHome(config.DATA_DIR)
  const keys = new Keys(new MasterKeys(readMasterKeys(config, home), () => readMasterKeys(config, home)))
  const { urls, embedded } = await findDatabase(config, home, keys, tell ?? ((text) => void process.stderr.write(`${text}\n`)))
  const { db } = openDatabase(urls.appUrl, config.DATABASE_POOL)
  useKeys(db, keys)
  return {
    home,
    keys,
    db,
    ...urls,
    embedded,
    async close({ alsoAdopted } = { alsoAdopted: false }) {
      await db.destroy()
      if (!embedded) return
      // A server may have come to rely on the database that a command had started.
      if (alsoAdopted || !(embedded.adopted || (await runningServer(home)))) await embedded.stop()
    },
  }
}

type Preparing = Pick<Installation, 'ownerUrl' | 'appRole'> & Partial<Pick<Installation, 'db' | 'keys'>>
/** Brings the schema, the job queues and the keys to this version, one process at a time. Answers the names of the migrations that ran. */
export async function prepareInstallation(i: Preparing, jobs: readonly JobQueue[]): Promise<string[]> {
  const { ownerUrl, appRole, db, keys } = i
  return alone(ownerUrl, async () => {
    const applied = await migrate(ownerUrl, appRole, keys)
    await prepareJobs(ownerUrl, appRole, jobs)
    if (db && keys) {
      useKeys(db, keys)
      await loadServerKeys(db, keys)
    }
    return applied
  })
}

/** For a process that may not migrate. @throws DatabaseTooOld when somebody must do it first */
export async function adoptInstallation({ db, keys }: Pick<Installation, 'db' | 'keys'>): Promise<void> {
  await requireMigrated(db)
  useKeys(db, keys)
  await loadServerKeys(db, keys)
}

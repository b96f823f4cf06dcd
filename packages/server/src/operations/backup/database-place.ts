import { open } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import type { Config } from '../../platform/config.ts'
import { loadSecrets } from '../../platform/home.ts'
import type { Installation } from '../../platform/installation.ts'
import { BackupError } from './backup-error.ts'

/** How the database can be copied: by its files, or by asking it for a dump. `url`: a login for backups, in the database of Atende. */
export type DatabasePlace = { kind: 'physical'; url: string; data: string; walDir: string | undefined; embedded: boolean } | { kind: 'dump'; url: string }
export type PhysicalPlace = Extract<DatabasePlace, { kind: 'physical' }>

export const embeddedData = (home: string): string => path.join(home, 'postgres', 'data')

type Opened = Pick<Installation, 'home' | 'appUrl' | 'ownerUrl'>

export function placeOf(config: Config, { home, appUrl, ownerUrl }: Opened): DatabasePlace {
  if (!config.DATABASE_URL && !config.BACKUP_DATABASE_URL) {
    const url = new URL(appUrl)
    url.username = 'postgres'
    url.password = loadSecrets(home).postgresPassword
    return { kind: 'physical', url: url.toString(), data: config.BACKUP_PGDATA ?? embeddedData(home), walDir: config.BACKUP_WAL_DIR, embedded: true }
  }
  const url = config.BACKUP_DATABASE_URL ?? ownerUrl
  if (!config.BACKUP_PGDATA) return { kind: 'dump', url }
  return { kind: 'physical', url, data: config.BACKUP_PGDATA, walDir: config.BACKUP_WAL_DIR, embedded: false }
}

export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'atende-backup' })
  client.on('error', () => {})
  await client.connect()
  return client
}

export const one = async <T>(client: pg.Client, text: string, values: unknown[] = []): Promise<T> => (await client.query(text, values)).rows[0] as T

/** What PostgreSQL refused for want of a right is told with what is wanted. */
export async function withRights<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (e) {
    if (e instanceof Error && 'code' in e && e.code === '42501') throw new BackupError('rights_missing', `the login for backups may not ${what}: ${e.message}`)
    throw e
  }
}

/** Numbers of advisory locks; any constants that nothing else uses. */
const BACKUP_LOCK = 7_204_128
const WAL_LOCK = 7_204_129

/** One backup of a database at a time, from whatever machine. @throws BackupError backup_running */
export async function lockBackups(client: pg.Client): Promise<void> {
  const { ok } = await one<{ ok: boolean }>(client, 'select pg_try_advisory_lock($1) ok', [BACKUP_LOCK])
  if (!ok) throw new BackupError('backup_running', 'another backup of this database is under way')
}

/** One process at a time sends the archive to a place; each place for itself. Until the connection ends. */
export const lockShipping = (client: pg.Client, place: string): Promise<unknown> => client.query('select pg_advisory_lock($1, hashtext($2))', [WAL_LOCK, place])

/** For a moment, whoever decides what need not be kept any longer does it alone. */
export async function withLockedWal<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('select pg_advisory_lock($1)', [WAL_LOCK])
  try {
    return await work()
  } finally {
    await client.query('select pg_advisory_unlock($1)', [WAL_LOCK]).catch(() => {})
  }
}

export type Cluster = { systemId: string; postgres: number; segmentBytes: number; name: string; owner: string; encoding: string }

export const describeCluster = (client: pg.Client): Promise<Cluster> =>
  one<Cluster>(
    client,
    `select (select system_identifier::text from pg_control_system()) "systemId", current_setting('server_version_num')::int / 10000 postgres,
      (select setting::int from pg_settings where name = 'wal_segment_size') "segmentBytes", current_database() name,
      (select rolname from pg_roles where oid = 10) owner, getdatabaseencoding() encoding`,
  )

/** Is this the folder of the server that answers? The first eight bytes of its control file say which it is. @throws BackupError data_unreadable */
export async function checkFolder(place: PhysicalPlace, systemId: string): Promise<void> {
  const handle = await open(path.join(place.data, 'global/pg_control')).catch((e) => {
    throw new BackupError('data_unreadable', `${place.data} cannot be read (${e.code})`)
  })
  const { buffer } = await handle.read(Buffer.alloc(8), 0, 8, 0)
  await handle.close()
  if (buffer.readBigUInt64LE().toString() !== systemId) throw new BackupError('data_unreadable', `${place.data} is not the folder of the database that answers`)
}

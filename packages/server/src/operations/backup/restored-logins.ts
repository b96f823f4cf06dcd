import type pg from 'pg'
import type { Config } from '../../platform/config.ts'
import { loadSecrets } from '../../platform/home.ts'
import { connect } from './database-place.ts'

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

async function asSuperuser(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = await connect(url)
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

/** The embedded server knows its superuser by the password in the data folder, which may be another than that of the backup. */
export const setEmbeddedPassword = (url: string, home: string): Promise<void> =>
  asSuperuser(url, async (client) => {
    await client.query(`alter role postgres password ${literal(loadSecrets(home).postgresPassword)}`)
    await client.query('checkpoint')
  })

const exists = async (client: pg.Client, role: string): Promise<boolean> =>
  ((await client.query('select from pg_roles where rolname = $1', [role])).rowCount ?? 0) > 0

/** What the login for backups needs (docs/backups.md): a backup of an embedded database knows none. */
async function makeBackupLogin(client: pg.Client, role: string): Promise<void> {
  await client.query(`create role ${identifier(role)} replication bypassrls`)
  await client.query(`grant pg_read_all_data, pg_monitor to ${identifier(role)}`)
  await client.query(`grant execute on function pg_backup_start(text, boolean), pg_backup_stop(boolean), pg_switch_wal() to ${identifier(role)}`)
}

/**
 * On a fresh machine the settings name logins with new passwords, and the restored database knows those of the old machine: it is told
 * the new ones while its superuser is at hand. Answers the logins that the settings name and this database has not.
 */
export async function setLogins(url: string, config: Pick<Config, 'DATABASE_URL' | 'DATABASE_OWNER_URL' | 'BACKUP_DATABASE_URL'>): Promise<string[]> {
  const unknown: string[] = []
  await asSuperuser(url, async (client) => {
    for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL', 'BACKUP_DATABASE_URL'] as const) {
      const address = config[name]
      if (!address) continue
      const { username, password } = new URL(address)
      const role = decodeURIComponent(username)
      if (role === '' || password === '') continue
      if (name === 'BACKUP_DATABASE_URL' && !(await exists(client, role))) await makeBackupLogin(client, role)
      if (await exists(client, role)) await client.query(`alter role ${identifier(role)} login password ${literal(decodeURIComponent(password))}`)
      else unknown.push(role)
    }
  })
  return unknown
}

import pg from 'pg'
import { checkPassword, hashPassword } from '../../platform/crypto.ts'
import { uuidv7 } from '../../platform/ids.ts'

/**
 * Makes this address the login of who runs the server, with this password. The application's role may not make anybody a super
 * admin, so this goes through the owner's login, and only when the server starts. Safe when several processes start at once.
 */
export async function ensureSuperAdmin(ownerUrl: string, email: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const found = await client.query('select password_hash, super_admin_since from users where lower(email) = lower($1)', [email])
    const known = found.rows[0]
    if (known?.super_admin_since && (await checkPassword(password, String(known.password_hash)))) return
    await client.query(
      `insert into users (id, email, name, password_hash, super_admin_since) values ($1, lower($2), 'Administração', $3, now())
       on conflict (lower(email)) do update set password_hash = excluded.password_hash,
         super_admin_since = coalesce(users.super_admin_since, now()), updated_at = now()`,
      [uuidv7(), email.trim(), await hashPassword(password)],
    )
  } finally {
    await client.end()
  }
}

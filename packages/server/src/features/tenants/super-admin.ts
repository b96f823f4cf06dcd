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

export type MadeSuperAdmin = { email: string; created: boolean; granted: boolean }

/**
 * The first login of who runs the server, made once: somebody who is known keeps name and password, and is given the right when
 * they lack it. Through the owner's login, as above.
 */
export async function makeSuperAdmin(ownerUrl: string, input: { name: string; email: string; password: string }): Promise<MadeSuperAdmin> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    const values = [uuidv7(), input.email, input.name, await hashPassword(input.password)]
    const { rowCount: created } = await client.query(
      `insert into users (id, email, name, password_hash, super_admin_since, email_confirmed_at) values ($1, lower($2), $3, $4, now(), now())
       on conflict (lower(email)) do nothing`,
      values,
    )
    const { rowCount: granted } = await client.query(
      'update users set super_admin_since = now(), updated_at = now() where lower(email) = lower($1) and super_admin_since is null',
      [input.email],
    )
    return { email: input.email.toLowerCase(), created: created === 1, granted: granted === 1 }
  } finally {
    await client.end()
  }
}

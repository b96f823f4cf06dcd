import { sql } from 'kysely'
import type { Database, TenantTx } from '../../../platform/database.ts'

export type SsoRow = NonNullable<Awaited<ReturnType<typeof find>>>
export const find = (tx: TenantTx) => tx.selectFrom('sso_settings').selectAll().executeTakeFirst()

type Saved = {
  tenant_id: string
  label: string
  issuer: string
  client_id: string
  client_secret_enc: Buffer
  domains: string[]
  newcomer_role: string | null
  enabled_at: Date | null
  passwords_refused_since: Date | null
}
export const save = (tx: TenantTx, row: Saved) => {
  const { tenant_id: _, ...change } = row
  return tx
    .insertInto('sso_settings')
    .values(row)
    .onConflict((c) => c.column('tenant_id').doUpdateSet({ ...change, updated_at: sql<Date>`now()` }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

export const remove = async (tx: TenantTx): Promise<void> => {
  await tx.deleteFrom('sso_identities').execute()
  await tx.deleteFrom('sso_settings').execute()
}

export const passwordsRefused = async (tx: TenantTx): Promise<boolean> =>
  (await tx
    .selectFrom('sso_settings')
    .select('tenant_id')
    .where('passwords_refused_since', 'is not', null)
    .where('enabled_at', 'is not', null)
    .executeTakeFirst()) !== undefined

export type Offered = { tenant_id: string; label: string; passwords_refused: boolean }
export const ofSlug = async (db: Database, slug: string): Promise<Offered | undefined> =>
  (await sql<Offered>`select tenant_id, label, passwords_refused from door_sso_of_slug(${slug})`.execute(db)).rows[0]

const members = (tx: TenantTx) =>
  tx
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select(['users.id as user_id', 'memberships.role', 'memberships.deactivated_at'])

export const memberOfAddress = (tx: TenantTx, email: string) => members(tx).where(sql<boolean>`lower(users.email) = lower(${email})`).executeTakeFirst()

export const memberOfSubject = (tx: TenantTx, issuer: string, subject: string) =>
  members(tx)
    .innerJoin('sso_identities', 'sso_identities.user_id', 'memberships.user_id')
    .where('sso_identities.issuer', '=', issuer)
    .where('sso_identities.subject', '=', subject)
    .executeTakeFirst()

export const activeMembers = (tx: TenantTx) =>
  tx.selectFrom('memberships').select(['user_id', 'role']).where('deactivated_at', 'is', null).orderBy('user_id').execute()

type Identity = { tenant_id: string; issuer: string; subject: string; user_id: string }
/** One subject of an issuer per person; false when the subject is somebody else's. */
export async function link(tx: TenantTx, row: Identity): Promise<boolean> {
  await tx.deleteFrom('sso_identities').where('issuer', '=', row.issuer).where('user_id', '=', row.user_id).where('subject', '!=', row.subject).execute()
  const done = await tx
    .insertInto('sso_identities')
    .values(row)
    .onConflict((c) =>
      c.columns(['tenant_id', 'issuer', 'subject']).doUpdateSet({ last_used_at: sql<Date>`now()` }).where('sso_identities.user_id', '=', row.user_id),
    )
    .returning('user_id')
    .executeTakeFirst()
  return done !== undefined
}

export const unlink = (tx: TenantTx, userId: string) => tx.deleteFrom('sso_identities').where('user_id', '=', userId).execute()
export const isLinked = async (tx: TenantTx, issuer: string, userId: string): Promise<boolean> =>
  (await tx.selectFrom('sso_identities').select('subject').where('issuer', '=', issuer).where('user_id', '=', userId).executeTakeFirst()) !== undefined

/** The same secret, sealed anew: nothing changed. */
export const putSecret = (tx: TenantTx, client_secret_enc: Buffer) => tx.updateTable('sso_settings').set({ client_secret_enc }).execute()

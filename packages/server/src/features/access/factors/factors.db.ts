import { sql } from 'kysely'
import type { Database, SystemTx } from '../../../platform/database.ts'

/** How long a new secret waits for its first code. */
const ENROLMENT = sql<Date>`now() - interval '15 minutes'`

export const totp = (tx: SystemTx, userId: string) => tx.selectFrom('totp_factors').selectAll().where('user_id', '=', userId).executeTakeFirst()

export const startTotp = (tx: SystemTx, userId: string, sealed: Buffer) =>
  tx
    .insertInto('totp_factors')
    .values({ user_id: userId, pending_enc: sealed, pending_at: sql<Date>`now()` })
    .onConflict((c) => c.column('user_id').doUpdateSet({ pending_enc: sealed, pending_at: sql<Date>`now()` }))
    .execute()

export const waitingTotp = (tx: SystemTx, userId: string) =>
  tx
    .selectFrom('totp_factors')
    .select('pending_enc')
    .where('user_id', '=', userId)
    .where('pending_enc', 'is not', null)
    .where('pending_at', '>', ENROLMENT)
    .executeTakeFirst()

/** The waiting secret takes the place of the old one; its first code counts as used. */
export const confirmTotp = (tx: SystemTx, userId: string, sealed: Buffer, step: number) =>
  tx
    .updateTable('totp_factors')
    .set({ secret_enc: sealed, confirmed_at: sql<Date>`now()`, last_step: step, pending_enc: null, pending_at: null })
    .where('user_id', '=', userId)
    .where('pending_enc', '=', sealed)
    .returning('user_id')
    .executeTakeFirst()

/** One statement, so that of two uses of one code at once only one finds an older step. */
export const takeStep = (tx: SystemTx, userId: string, step: number) =>
  tx.updateTable('totp_factors').set({ last_step: step }).where('user_id', '=', userId).where('last_step', '<', step).returning('user_id').executeTakeFirst()

export const dropTotp = (tx: SystemTx, userId: string) =>
  tx.deleteFrom('totp_factors').where('user_id', '=', userId).returning('confirmed_at').executeTakeFirst()

export async function recoveryCounts(tx: SystemTx, userId: string): Promise<{ left: number; total: number }> {
  const { rows } = await sql<{ left: number; total: number }>`select (count(*) filter (where used_at is null))::int "left", count(*)::int total
    from recovery_codes where user_id = ${userId}`.execute(tx)
  return rows[0] ?? { left: 0, total: 0 }
}

export const dropRecoveryCodes = (tx: SystemTx, userId: string) => tx.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()

export const insertRecoveryCodes = (tx: SystemTx, userId: string, hashes: readonly Buffer[]) =>
  tx
    .insertInto('recovery_codes')
    .values(hashes.map((code_hash) => ({ user_id: userId, code_hash })))
    .execute()

export const useRecoveryCode = (tx: SystemTx, userId: string, hash: Buffer) =>
  tx
    .updateTable('recovery_codes')
    .set({ used_at: sql<Date>`now()` })
    .where('user_id', '=', userId)
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst()

export async function dropAll(tx: SystemTx, userId: string): Promise<void> {
  await dropTotp(tx, userId)
  await dropRecoveryCodes(tx, userId)
  await tx.deleteFrom('passkeys').where('user_id', '=', userId).execute()
}

export type PasskeyRow = Awaited<ReturnType<typeof passkeys>>[number]
export const passkeys = (tx: SystemTx, userId: string) =>
  tx.selectFrom('passkeys').selectAll().where('user_id', '=', userId).orderBy('created_at').orderBy('id').execute()

export const passkeyByCredential = (tx: SystemTx, userId: string, credentialId: string) =>
  tx.selectFrom('passkeys').selectAll().where('user_id', '=', userId).where('credential_id', '=', credentialId).executeTakeFirst()

type NewPasskey = {
  id: string
  user_id: string
  credential_id: string
  public_key: Buffer
  counter: number
  transports: string[]
  backed_up: boolean
  name: string
}
export const insertPasskey = (tx: SystemTx, row: NewPasskey) => tx.insertInto('passkeys').values(row).returningAll().executeTakeFirstOrThrow()

export const renamePasskey = (tx: SystemTx, userId: string, id: string, name: string) =>
  tx.updateTable('passkeys').set({ name }).where('user_id', '=', userId).where('id', '=', id).returningAll().executeTakeFirst()

export const dropPasskey = (tx: SystemTx, userId: string, id: string) =>
  tx.deleteFrom('passkeys').where('user_id', '=', userId).where('id', '=', id).returning('id').executeTakeFirst()

/** A counter that counts may only go up; one that stays at zero does not count. */
export const usePasskey = (tx: SystemTx, id: string, counter: number, backedUp: boolean) =>
  tx
    .updateTable('passkeys')
    .set({ counter, backed_up: backedUp, last_used_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where((e) => e.or([e('counter', '=', 0), e('counter', '<', counter)]))
    .returning('id')
    .executeTakeFirst()

export const findPasskeyOwner = async (db: Database, credentialId: string): Promise<{ user_id: string; email: string } | undefined> =>
  (await sql<{ user_id: string; email: string }>`select * from door_find_passkey(${credentialId})`.execute(db)).rows[0]

export const keepChallenge = (db: Database, hash: Buffer, purpose: string, userId: string | null) =>
  sql`select door_keep_challenge(${hash}, ${purpose}, ${userId}, interval '5 minutes')`.execute(db)

export const takeChallenge = async (db: Database, hash: Buffer, purpose: string, userId: string | null): Promise<boolean> =>
  (await sql<{ taken: boolean }>`select door_take_challenge(${hash}, ${purpose}, ${userId}) as taken`.execute(db)).rows[0]?.taken ?? false

type NewPending = { id: string; user_id: string; tenant_id: string | null; token_hash: Buffer; proven_by: string }
export async function insertPending(tx: SystemTx, row: NewPending): Promise<void> {
  await tx.deleteFrom('pending_logins').where('user_id', '=', row.user_id).where('expires_at', '<', sql<Date>`now()`).execute()
  await tx
    .insertInto('pending_logins')
    .values({ ...row, expires_at: sql<Date>`now() + interval '5 minutes'` })
    .execute()
}

export const findPending = (tx: SystemTx, userId: string, hash: Buffer) =>
  tx
    .selectFrom('pending_logins')
    .select(['id', 'tenant_id', 'proven_by'])
    .where('user_id', '=', userId)
    .where('token_hash', '=', hash)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()

export const takePending = (tx: SystemTx, id: string) =>
  tx.deleteFrom('pending_logins').where('id', '=', id).where('expires_at', '>', sql<Date>`now()`).returning('id').executeTakeFirst()

export const setProven = (tx: SystemTx, sessionId: string) =>
  tx.updateTable('sessions').set({ proven_at: sql<Date>`now()` }).where('id', '=', sessionId).execute()

/** Has this person a second factor, and does their tenant require one of them? */
export async function standing(tx: SystemTx, who: { userId: string; tenantId: string | null }): Promise<{ has: boolean; required: boolean }> {
  const { rows } = await sql<{ has: boolean; required: boolean }>`select
    exists (select from totp_factors where user_id = ${who.userId} and confirmed_at is not null)
      or exists (select from passkeys where user_id = ${who.userId}) as has,
    exists (select from tenants t join memberships m on m.tenant_id = t.id left join custom_roles r on r.id = m.role_id and r.tenant_id = m.tenant_id
      where t.id = ${who.tenantId}::uuid and m.user_id = ${who.userId} and second_factor_needed(t.second_factor, m.role, r.permissions)) as required`.execute(
    tx,
  )
  return rows[0] ?? { has: false, required: false }
}

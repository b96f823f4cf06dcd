import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'

const LIFE = sql<Date>`now() + interval '7 days'`

const waiting = (tx: TenantTx) =>
  tx
    .selectFrom('invitations')
    .leftJoin('users', 'users.id', 'invitations.invited_by')
    .leftJoin('custom_roles', 'custom_roles.id', 'invitations.role_id')
    .select(['invitations.id', 'invitations.email', 'invitations.role', 'invitations.expires_at', 'invitations.created_at', 'users.name as invited_by'])
    .select(['invitations.role_id', 'custom_roles.name as role_name', 'custom_roles.permissions'])
    .where('invitations.accepted_at', 'is', null)
    .where('invitations.revoked_at', 'is', null)

export type InvitationRow = Awaited<ReturnType<typeof listWaiting>>[number]
export const listWaiting = (tx: TenantTx) => waiting(tx).orderBy('invitations.created_at', 'desc').orderBy('invitations.id').execute()
export const findWaiting = (tx: TenantTx, id: string) => waiting(tx).where('invitations.id', '=', id).executeTakeFirst()

export const findByToken = (tx: TenantTx, hash: Buffer) =>
  waiting(tx).where('invitations.token_hash', '=', hash).where('invitations.expires_at', '>', sql<Date>`now()`).executeTakeFirst()

export async function countOpen(tx: TenantTx): Promise<number> {
  const rows = await waiting(tx).where('invitations.expires_at', '>', sql<Date>`now()`).execute()
  return rows.length
}

export async function insert(
  tx: TenantTx,
  row: { tenant_id: string; email: string; role: string; role_id: string | null; token_hash: Buffer; invited_by: string },
): Promise<string> {
  const id = uuidv7()
  await tx
    .insertInto('invitations')
    .values({ id, ...row, expires_at: LIFE })
    .execute()
  return id
}

/** Each answers whether the invitation was still waiting: of two at once, one. */
export const renew = (tx: TenantTx, id: string, tokenHash: Buffer) => change(tx, id, { token_hash: tokenHash, expires_at: LIFE })
export const revoke = (tx: TenantTx, id: string) => change(tx, id, { revoked_at: sql<Date>`now()` })
export const accept = (tx: TenantTx, id: string, tokenHash: Buffer) => change(tx, id, { accepted_at: sql<Date>`now()` }, tokenHash)

type Moment = ReturnType<typeof sql<Date>>
type Change = { token_hash?: Buffer; expires_at?: Moment; revoked_at?: Moment; accepted_at?: Moment }
async function change(tx: TenantTx, id: string, set: Change, tokenHash?: Buffer): Promise<boolean> {
  let query = tx.updateTable('invitations').set(set).where('id', '=', id).where('accepted_at', 'is', null).where('revoked_at', 'is', null)
  if (tokenHash) query = query.where('token_hash', '=', tokenHash).where('expires_at', '>', sql<Date>`now()`)
  return (await query.returning('id').executeTakeFirst()) !== undefined
}

/** Belongs, or once belonged, to the tenant. */
export const memberExists = async (tx: TenantTx, email: string): Promise<boolean> =>
  (await tx
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select('users.id')
    .where(sql<boolean>`lower(users.email) = lower(${email})`)
    .executeTakeFirst()) !== undefined

export const findInviter = (tx: TenantTx, userId: string) =>
  tx.selectFrom('users').select(['email_confirmed_at', 'locale']).where('id', '=', userId).executeTakeFirst()

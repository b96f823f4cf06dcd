import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'

const members = (tx: TenantTx) =>
  tx
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .leftJoin('custom_roles', 'custom_roles.id', 'memberships.role_id')
    .select(['users.id', 'users.name', 'users.email', 'users.last_seen_at', 'memberships.role', 'memberships.deactivated_at', 'memberships.created_at'])
    .select(['memberships.role_id', 'custom_roles.name as role_name', 'custom_roles.permissions'])

export type MemberRow = Awaited<ReturnType<typeof listMembers>>[number]
export const listMembers = (tx: TenantTx) => members(tx).orderBy(sql`plain(users.name)`).orderBy('users.id').execute()
export const findMember = (tx: TenantTx, userId: string) => members(tx).where('users.id', '=', userId).executeTakeFirst()

export const updateMembership = (tx: TenantTx, userId: string, change: { role: string; role_id: string | null; deactivated_at?: Date | null | undefined }) =>
  tx.updateTable('memberships').set(change).where('user_id', '=', userId).execute()

export const otherOwnerExists = async (tx: TenantTx, userId: string): Promise<boolean> =>
  (await tx
    .selectFrom('memberships')
    .select('user_id')
    .where('role', '=', 'OWNER')
    .where('deactivated_at', 'is', null)
    .where('user_id', '!=', userId)
    .limit(1)
    .executeTakeFirst()) !== undefined

import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'

const base = (tx: TenantTx) =>
  tx
    .selectFrom('custom_roles')
    .selectAll()
    .select([
      sql<number>`(select count(*)::int from memberships m where m.role_id = custom_roles.id and m.deactivated_at is null)`.as('members'),
      sql<number>`(select count(*)::int from invitations i where i.role_id = custom_roles.id and i.accepted_at is null and i.revoked_at is null)`.as(
        'invitations',
      ),
    ])

export type RoleRow = Awaited<ReturnType<typeof list>>[number]
export const list = (tx: TenantTx) => base(tx).orderBy(sql`plain(name)`).orderBy('id').execute()
export const find = (tx: TenantTx, id: string) => base(tx).where('id', '=', id).executeTakeFirst()

export const countBuiltIn = async (tx: TenantTx): Promise<Map<string, number>> => {
  const rows = await tx
    .selectFrom('memberships')
    .select((eb) => ['role', eb.fn.countAll<string>().as('n')])
    .where('deactivated_at', 'is', null)
    .groupBy('role')
    .execute()
  return new Map(rows.map((r) => [r.role, Number(r.n)]))
}

export async function insert(tx: TenantTx, tenantId: string, row: { name: string; permissions: string[] }): Promise<string> {
  const id = uuidv7()
  await tx
    .insertInto('custom_roles')
    .values({ id, tenant_id: tenantId, ...row })
    .execute()
  return id
}

export const update = (tx: TenantTx, id: string, change: { name?: string | undefined; permissions?: string[] | undefined }) =>
  tx
    .updateTable('custom_roles')
    .set({ ...change, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .execute()

export const remove = (tx: TenantTx, id: string) => tx.deleteFrom('custom_roles').where('id', '=', id).execute()

export const memberIds = async (tx: TenantTx, roleId: string): Promise<string[]> =>
  (await tx.selectFrom('memberships').select('user_id').where('role_id', '=', roleId).execute()).map((r) => r.user_id)

/** Everybody of one role, and the invitations that wait with it, get another. */
export async function move(tx: TenantTx, roleId: string, to: { role: string; role_id: string | null }): Promise<void> {
  await tx.updateTable('memberships').set(to).where('role_id', '=', roleId).execute()
  await tx.updateTable('invitations').set(to).where('role_id', '=', roleId).where('accepted_at', 'is', null).where('revoked_at', 'is', null).execute()
}

import { sql } from 'kysely'
import type { SystemTx, TenantTx } from '../../platform/database.ts'

/** Months of a Brazilian business end at midnight there. */
const monthOf = (at: Date | undefined) => sql<string>`date_trunc('month', coalesce(${at ?? null}::timestamptz, now()) at time zone 'America/Sao_Paulo')::date`

export type TenantRow = NonNullable<Awaited<ReturnType<typeof find>>>

export const find = (tx: TenantTx, tenantId: string) => tx.selectFrom('tenants').selectAll().where('id', '=', tenantId).executeTakeFirst()

/** Others who ask for the same lock wait; rows that only refer to the tenant may still be written. */
export const lock = (tx: TenantTx, tenantId: string) => tx.selectFrom('tenants').selectAll().where('id', '=', tenantId).forNoKeyUpdate().executeTakeFirst()

export const update = (
  tx: TenantTx,
  tenantId: string,
  change: { name?: string | undefined; email?: string | undefined; onboarded?: true | undefined; attendantsSee?: string | undefined },
) =>
  tx
    .updateTable('tenants')
    .set({
      name: change.name,
      email: change.email,
      attendants_see: change.attendantsSee,
      onboarded_at: change.onboarded ? sql<Date>`coalesce(onboarded_at, now())` : undefined,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', tenantId)
    .returningAll()
    .executeTakeFirst()

export const insert = (tx: TenantTx, row: { id: string; name: string; slug: string; email: string; plan: string; status: string }) =>
  tx.insertInto('tenants').values(row).execute()

/** Without RETURNING: nobody may read a user before they belong to the tenant. */
export const insertUser = (tx: TenantTx, row: { id: string; email: string; name: string; password_hash: string; email_confirmed_at?: Date | null }) =>
  tx.insertInto('users').values(row).execute()

export const insertMembership = (tx: TenantTx, row: { tenant_id: string; user_id: string; role: string; role_id?: string | null }) =>
  tx
    .insertInto('memberships')
    .values(row)
    .onConflict((c) => c.columns(['tenant_id', 'user_id']).doNothing())
    .returning('user_id')
    .executeTakeFirst()

export const setSecondFactor = (tx: TenantTx, tenantId: string, policy: string) =>
  tx.updateTable('tenants').set({ second_factor: policy, updated_at: sql<Date>`now()` }).where('id', '=', tenantId).execute()

/** How many people there are, and how many of them have a second factor. */
export async function factorCounts(tx: TenantTx): Promise<{ people: number; protected: number }> {
  const { rows } = await sql<{ people: number; protected: number }>`select * from door_factor_counts()`.execute(tx)
  return rows[0] ?? { people: 0, protected: 0 }
}

export const memberIds = (tx: TenantTx) => tx.selectFrom('memberships').select('user_id').where('deactivated_at', 'is', null).execute()

export async function counts(tx: TenantTx): Promise<{ users: number; channels: number }> {
  const { rows } = await sql<{ users: number; channels: number }>`select
    (select count(*)::int from memberships where deactivated_at is null) users, (select count(*)::int from channels where released_at is null) channels`.execute(
    tx,
  )
  return rows[0] ?? { users: 0, channels: 0 }
}

export const addUsage = (tx: TenantTx, tenantId: string, metric: string, n: number, at: Date | undefined) =>
  sql`insert into usage_tracking (tenant_id, month, metric, count) values (${tenantId}, ${monthOf(at)}, ${metric}, ${n})
    on conflict (tenant_id, month, metric) do update set count = usage_tracking.count + excluded.count`.execute(tx)

export async function usage(tx: TenantTx) {
  const { rows } = await sql<{ month: string; metrics: Record<string, number> }>`select to_char(${monthOf(undefined)}, 'YYYY-MM') as month,
    coalesce((select jsonb_object_agg(metric, count) from usage_tracking where month = ${monthOf(undefined)}), '{}') as metrics`.execute(tx)
  return rows[0] ?? { month: '', metrics: {} }
}

export async function slugTaken(tx: SystemTx, slug: string): Promise<boolean> {
  const { rows } = await sql<{ taken: boolean }>`select door_slug_taken(${slug}) as taken`.execute(tx)
  return rows[0]?.taken ?? false
}

export const listAll = async (tx: SystemTx) => (await sql<TenantRow>`select * from door_list_tenants()`.execute(tx)).rows

export const updateAny = async (tx: SystemTx, id: string, change: { status?: string | undefined; plan?: string | undefined }) =>
  (await sql<TenantRow>`select * from door_update_tenant(${id}, ${change.status ?? null}, ${change.plan ?? null})`.execute(tx)).rows[0]

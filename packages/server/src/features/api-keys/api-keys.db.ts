import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'

const base = (tx: TenantTx) =>
  tx
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.created_by')
    .select([
      'api_keys.id',
      'api_keys.name',
      'api_keys.scopes',
      'api_keys.created_by',
      'users.name as creator',
      'api_keys.created_at',
      'api_keys.expires_at',
      'api_keys.last_used_at',
      'api_keys.last_used_from',
      'api_keys.revoked_at',
    ])

export type KeyRow = Awaited<ReturnType<typeof list>>[number]
export const list = (tx: TenantTx, max: number) =>
  base(tx).orderBy(sql`api_keys.revoked_at is not null`).orderBy('api_keys.created_at', 'desc').orderBy('api_keys.id').limit(max).execute()
export const find = (tx: TenantTx, id: string) => base(tx).where('api_keys.id', '=', id).executeTakeFirst()

export const countLive = async (tx: TenantTx): Promise<number> =>
  Number(
    (
      await tx
        .selectFrom('api_keys')
        .select((eb) => eb.fn.countAll<string>().as('n'))
        .where('revoked_at', 'is', null)
        .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', sql<Date>`now()`)]))
        .executeTakeFirstOrThrow()
    ).n,
  )

type NewKey = { id: string; tenant_id: string; name: string; secret_hash: Buffer; scopes: string[]; created_by: string; days: number | null }
export const insert = (tx: TenantTx, { days, ...row }: NewKey) =>
  tx
    .insertInto('api_keys')
    .values({ ...row, expires_at: days === null ? null : sql<Date>`now() + make_interval(days => ${days})` })
    .execute()

/** Answers whether it was still alive. */
export const revoke = async (tx: TenantTx, id: string, by: string): Promise<boolean> =>
  (await tx
    .updateTable('api_keys')
    .set({ revoked_at: sql<Date>`now()`, revoked_by: by })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst()) !== undefined

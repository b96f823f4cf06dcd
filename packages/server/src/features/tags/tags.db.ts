import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'

export const list = (tx: TenantTx) => tx.selectFrom('tags').selectAll().orderBy('name').execute()

export const insert = (tx: TenantTx, tenantId: string, tag: { name: string; color: string }) =>
  tx
    .insertInto('tags')
    .values({ id: uuidv7(), tenant_id: tenantId, ...tag })
    .returningAll()
    .executeTakeFirstOrThrow()

export const update = (tx: TenantTx, id: string, change: { name?: string | undefined; color?: string | undefined }) =>
  tx
    .updateTable('tags')
    .set({ ...change, id })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()

export const remove = (tx: TenantTx, id: string) => tx.deleteFrom('tags').where('id', '=', id).returning('id').executeTakeFirst()

import { type Insertable, sql, type Updateable } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import type { DB } from '../../platform/schema.ts'

export const list = (tx: TenantTx) => tx.selectFrom('channels').selectAll().orderBy('created_at').orderBy('id').execute()

export const find = (tx: TenantTx, id: string) => tx.selectFrom('channels').selectAll().where('id', '=', id).executeTakeFirst()
export type ChannelRow = NonNullable<Awaited<ReturnType<typeof find>>>

export const insert = (tx: TenantTx, row: Insertable<DB['channels']>) => tx.insertInto('channels').values(row).returningAll().executeTakeFirstOrThrow()

export const update = (tx: TenantTx, id: string, change: Updateable<DB['channels']>) =>
  tx
    .updateTable('channels')
    .set({ ...change, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()

/** Only when it says something new, so that a thousand failed sends do not write a thousand times. */
export const noteError = (tx: TenantTx, id: string, text: string) =>
  tx
    .updateTable('channels')
    .set({ status: 'error', last_error: text, updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('status', '<>', 'disabled')
    .where((e) => e.or([e('status', '<>', 'error'), e('last_error', 'is distinct from', text)]))
    .returning('id')
    .executeTakeFirst()

export const remove = (tx: TenantTx, id: string) => tx.deleteFrom('channels').where('id', '=', id).returning('id').executeTakeFirst()

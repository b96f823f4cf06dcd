import { sql } from 'kysely'
import type { Login } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { asUser, enterTenant, inTenant, type SystemTx } from '../../platform/database.ts'

/** Whose diary a caller reads: that of their company, or, for who runs the server, the server's own. */
export type Scope = {
  tenantId: string | null
  run: <T>(work: (tx: SystemTx) => Promise<T>) => Promise<T>
  /** Everything read in it is of one moment. */
  still: <T>(work: (tx: SystemTx) => Promise<T>) => Promise<T>
}

export function scopeOf(ctx: Context, { tenantId, userId }: Login): Scope {
  const enter = async (tx: SystemTx) => {
    await sql`select set_config('app.user_id', ${userId}, true)`.execute(tx)
    if (tenantId !== null) await enterTenant(tx, tenantId)
  }
  return {
    tenantId,
    run: (work) => (tenantId === null ? asUser(ctx.db, userId, work) : inTenant(ctx.db, tenantId, work, userId)),
    still: (work) =>
      ctx.db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (tx) => {
          await enter(tx)
          return work(tx)
        }),
  }
}

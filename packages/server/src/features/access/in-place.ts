import type { Context } from '../../platform/context.ts'
import { asUser, inTenant, type SystemTx } from '../../platform/database.ts'

/** A transaction as this person, in their tenant if there is one. */
export const inPlace = <T>(ctx: Context, who: { tenantId: string | null; userId: string }, work: (tx: SystemTx) => Promise<T>): Promise<T> =>
  who.tenantId === null ? asUser(ctx.db, who.userId, work) : inTenant(ctx.db, who.tenantId, work, who.userId)

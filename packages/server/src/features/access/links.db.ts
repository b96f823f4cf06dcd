import { sql } from 'kysely'
import type { Database, SystemTx } from '../../platform/database.ts'

export type LinkKind = 'reset_password' | 'confirm_email'
export type FoundLink = { id: string; user_id: string; email: string }

export const findLink = async (db: Database, hash: Buffer, kind: LinkKind): Promise<FoundLink | undefined> =>
  (await sql<FoundLink>`select id, user_id, email from door_account_link(${hash}, ${kind})`.execute(db)).rows[0]

type NewLink = { id: string; user_id: string; kind: LinkKind; token_hash: Buffer; email: string; minutes: number }
export const insertLink = (tx: SystemTx, { minutes, ...row }: NewLink) =>
  tx
    .insertInto('account_links')
    .values({ ...row, expires_at: sql<Date>`now() + make_interval(mins => ${minutes})` })
    .execute()

/** Of two uses at once, one finds it unused. */
export const takeLink = async (tx: SystemTx, id: string): Promise<boolean> =>
  (await tx
    .updateTable('account_links')
    .set({ used_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('id')
    .executeTakeFirst()) !== undefined

export const voidLinks = (tx: SystemTx, userId: string, kinds: readonly LinkKind[]) =>
  tx
    .updateTable('account_links')
    .set({ voided_at: sql<Date>`now()` })
    .where('user_id', '=', userId)
    .where('kind', 'in', kinds)
    .where('used_at', 'is', null)
    .where('voided_at', 'is', null)
    .execute()

export const countRecent = async (tx: SystemTx, userId: string, kind: LinkKind): Promise<number> => {
  const row = await tx
    .selectFrom('account_links')
    .select((e) => e.fn.countAll<string>().as('n'))
    .where('user_id', '=', userId)
    .where('kind', '=', kind)
    .where('created_at', '>', sql<Date>`now() - interval '15 minutes'`)
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}

/** Others who want a link for this person wait until this transaction ends. */
export const lockSelf = (tx: SystemTx, userId: string) => tx.selectFrom('users').selectAll().where('id', '=', userId).forNoKeyUpdate().executeTakeFirst()

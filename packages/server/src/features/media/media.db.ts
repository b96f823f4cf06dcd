import { type Insertable, sql, type Updateable } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import type { DB } from '../../platform/schema.ts'

export type NewMedia = Omit<Insertable<DB['media']>, 'created_at'>
export type Change = Updateable<DB['media']>

/** One statement per list: a burst of webhooks saves many at once. Rows of one list name the same columns. */
export const insert = (tx: TenantTx, rows: readonly NewMedia[]) =>
  rows.length === 0
    ? Promise.resolve([])
    : tx
        .insertInto('media')
        .values([...rows])
        .returningAll()
        .execute()

export const find = (tx: TenantTx, id: string) => tx.selectFrom('media').selectAll().where('id', '=', id).executeTakeFirst()
export const findLocked = (tx: TenantTx, id: string) => tx.selectFrom('media').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
export const findMany = (tx: TenantTx, ids: readonly string[]) =>
  tx
    .selectFrom('media')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
/** By a door: only `media_id` says which conversation a file belongs to, and these stand inside of what is shown already. */
export const shown = async (tx: TenantTx, ids: readonly string[]) =>
  (await sql<SealedRow>`select * from door_shown_media(${[...ids]}::uuid[])`.execute(tx)).rows
/** As it stands in the table; what is known of the file is sealed. */
export type SealedRow = NonNullable<Awaited<ReturnType<typeof find>>>

/**
 * Answers the row as it was changed; undefined when it is stored already, or when another try has taken over (`tryId` is not the
 * one that may go on): a repeated or outdated download changes nothing.
 */
export const updateTry = (tx: TenantTx, id: string, tryId: string | null, change: Change) =>
  tx
    .updateTable('media')
    .set(change)
    .where('id', '=', id)
    .where('status', '<>', 'stored')
    .where(sql<boolean>`try_id is not distinct from ${tryId}::uuid`)
    .returningAll()
    .executeTakeFirst()

export const update = (tx: TenantTx, id: string, change: Change) => tx.updateTable('media').set(change).where('id', '=', id).returningAll().executeTakeFirst()

/** What was made of a file is written once. */
export const updateUnderived = (tx: TenantTx, id: string, change: Change) =>
  tx.updateTable('media').set(change).where('id', '=', id).where('derived_at', 'is', null).returning('id').executeTakeFirst()

/** Whose keys are theirs. */
export const ofContacts = async (tx: TenantTx, contactIds: readonly string[]): Promise<string[]> =>
  (
    await sql<{ id: string }>`select m.id from data_keys k join media m on m.key_id = k.id
      where k.contact_id = any(${[...contactIds]}::uuid[]) and not m.shared order by m.id`.execute(tx)
  ).rows.map((r) => r.id)

export const removeUnshown = async (tx: TenantTx, ids: readonly string[]): Promise<string[]> =>
  ids.length === 0
    ? []
    : (
        await sql<{ id: string }>`delete from media m where m.id = any(${[...ids]}::uuid[])
          and not exists (select from messages x where x.media_id = m.id) returning m.id`.execute(tx)
      ).rows.map((r) => r.id)

export const thereOf = async (tx: TenantTx, ids: readonly string[]): Promise<string[]> =>
  (
    await tx
      .selectFrom('media')
      .select('id')
      .where('id', 'in', [...ids])
      .execute()
  ).map((r) => r.id)

/** Under the policy of sight, as the transaction's person. */
export const seesConversation = async (tx: TenantTx, id: string): Promise<boolean> =>
  (await tx.selectFrom('conversations').select('id').where('id', '=', id).executeTakeFirst()) !== undefined

type Showing = { id: string; conversation_id: string; channel_id: string }
/** What waits for a token of this channel, oldest first. */
export const waitingForToken = async (tx: TenantTx, channelId: string, limit: number) =>
  (
    await sql<{ id: string }>`select m.id from media m where m.status in ('pending', 'failed') and m.reason = 'token'
      and exists (select from messages x where x.media_id = m.id and x.channel_id = ${channelId}::uuid) order by m.created_at, m.id limit ${limit}`.execute(tx)
  ).rows.map((r) => r.id)

/** Which messages show this media (through the index made for it): they change on screen when it arrives. */
export const messagesShowing = async (tx: TenantTx, mediaId: string) =>
  (await sql<Showing>`select id, conversation_id, channel_id from messages where media_id = ${mediaId} order by id`.execute(tx)).rows

/** Who owns the keys of these files, locked in the order of their ids; without those that are the company's for good. */
export const ownersOf = async (tx: TenantTx, ids: readonly string[]): Promise<{ id: string; key_id: string; contact_id: string | null }[]> =>
  (
    await sql<{ id: string; key_id: string; contact_id: string | null }>`select m.id, m.key_id, k.contact_id from media m join data_keys k on k.id = m.key_id
      where m.id = any(${[...ids]}::uuid[]) and not m.shared order by m.id for update of m`.execute(tx)
  ).rows

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
    .returning(['id', 'name', 'display_phone_number'])
    .executeTakeFirst()

export const remove = (tx: TenantTx, id: string) => tx.deleteFrom('channels').where('id', '=', id).returning('id').executeTakeFirst()

/** This tenant's own former channel of a number. */
export const findReleased = (tx: TenantTx, phoneNumberId: string) =>
  tx
    .selectFrom('channels')
    .select('id')
    .where('phone_number_id', '=', phoneNumberId)
    .where('released_at', 'is not', null)
    .orderBy('released_at', 'desc')
    .executeTakeFirst()

export const isUsed = async (tx: TenantTx, id: string): Promise<boolean> =>
  (await tx.selectFrom('conversations').select('id').where('channel_id', '=', id).limit(1).executeTakeFirst()) !== undefined

/** What was known of a number, when it is another number's turn or another life begins. */
export const FORGOTTEN = {
  last_error: null,
  quality_rating: null,
  throughput: null,
  coexistence_since: null,
  number_status: null,
  messaging_limit: null,
  max_numbers: null,
  name_status: null,
  requested_name: null,
  username: null,
  review_status: null,
  can_send: null,
  health_problems: '[]',
  registered: null,
  pin_enabled: null,
  onboarded_at: null,
  sync_contacts_at: null,
  sync_history_at: null,
  sync_progress: null,
  sync_error: null,
  proven_at: null,
  webhook_subscribed: null,
  webhook_ours: null,
  webhook_url: null,
  app_id: null,
  token_valid: null,
  token_expires_at: null,
  token_missing_scopes: [],
  checked_at: null,
  handshake_at: null,
  facts_at: '{}',
} satisfies Updateable<DB['channels']>

/** Wipes the secrets and what was known; restrictions and open notices of the number are nobody's business here any more. */
export async function release(tx: TenantTx, id: string): Promise<void> {
  const wiped = { access_token_enc: null, app_secret_enc: null, verify_token_enc: null, verify_token_hash: null }
  await update(tx, id, { ...FORGOTTEN, ...wiped, status: 'disabled', released_at: new Date() })
  await tx.deleteFrom('channel_restrictions').where('channel_id', '=', id).execute()
  await sql`update notices set resolved_at = now() where channel_id = ${id} and resolved_at is null`.execute(tx)
}

/** Held against other changes, but not against conversations that refer to it. */
export const findForChange = (tx: TenantTx, id: string) => tx.selectFrom('channels').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst()

/** Restrictions whose time is over. Answers their kinds. */
export const endRestrictions = async (tx: TenantTx, channelId: string): Promise<string[]> =>
  (await tx.deleteFrom('channel_restrictions').where('channel_id', '=', channelId).where('until', '<=', sql<Date>`now()`).returning('kind').execute()).map(
    (r) => r.kind,
  )

export const lockAll = (tx: TenantTx) =>
  tx.selectFrom('channels').select(['id', 'access_token_enc', 'app_secret_enc', 'verify_token_enc']).orderBy('id').forNoKeyUpdate().execute()

/** The same secrets, sealed anew: nothing changed. */
export const putSecrets = (tx: TenantTx, id: string, change: Updateable<DB['channels']>) =>
  tx.updateTable('channels').set(change).where('id', '=', id).execute()

import { sql } from 'kysely'
import { z } from 'zod'
import type { Database, SystemTx } from '../../platform/database.ts'

const SESSION_LIFE = sql<Date>`now() + interval '30 days'`

const Workplace = z.object({
  tenantId: z.string(),
  tenantName: z.string(),
  slug: z.string(),
  role: z.string(),
  status: z.string(),
  lastUsedAt: z.string().nullish(),
})
export type Workplace = z.infer<typeof Workplace>
export type FoundLogin = { userId: string; passwordHash: string; superAdmin: boolean; workplaces: Workplace[] }

type LoginRow = { user_id: string; password_hash: string; super_admin: boolean; memberships: unknown }

export async function findLogin(db: Database | SystemTx, email: string): Promise<FoundLogin | undefined> {
  const { rows } = await sql<LoginRow>`select * from door_find_login(${email})`.execute(db)
  const r = rows[0]
  return r && { userId: r.user_id, passwordHash: r.password_hash, superAdmin: r.super_admin, workplaces: z.array(Workplace).parse(r.memberships) }
}

export type LiveSession = { user_id: string; tenant_id: string | null; tenant_status: string | null }
export const findLiveSession = async (db: Database, sessionId: string): Promise<LiveSession | undefined> =>
  (await sql<LiveSession>`select user_id, tenant_id, tenant_status from door_session(${sessionId})`.execute(db)).rows[0]

/** Must this person set up a second factor before anything else? */
export const mustEnrol = async (tx: SystemTx, sessionId: string): Promise<boolean> =>
  (await sql<{ must_enrol: boolean }>`select must_enrol from door_session_guard(${sessionId})`.execute(tx)).rows[0]?.must_enrol ?? false

/** Logins that wait for their second step. */
export const dropPendingLogins = (tx: SystemTx, userId: string) => tx.deleteFrom('pending_logins').where('user_id', '=', userId).execute()

export const memberships = async (tx: SystemTx) =>
  (await sql<{ tenant_id: string; tenant_name: string; role: string }>`select * from door_memberships()`.execute(tx)).rows

export const self = (tx: SystemTx, userId: string) => tx.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst()

export const updateSelf = (
  tx: SystemTx,
  userId: string,
  change: {
    name?: string | undefined
    locale?: string | undefined
    password_hash?: string | undefined
    email?: string | undefined
    email_confirmed_at?: Date | undefined
  },
) =>
  tx
    .updateTable('users')
    .set({ ...change, updated_at: sql<Date>`now()` })
    .where('id', '=', userId)
    .execute()

export const touchSelf = (tx: SystemTx, userId: string) => tx.updateTable('users').set({ last_seen_at: sql<Date>`now()` }).where('id', '=', userId).execute()

type NewSession = {
  id: string
  tenant_id: string | null
  user_id: string
  refresh_hash: Buffer
  ip: string | null
  user_agent: string | null
  opened_by: string
}
export const insertSession = (tx: SystemTx, row: NewSession) =>
  tx
    .insertInto('sessions')
    .values({ ...row, expires_at: SESSION_LIFE })
    .execute()

type Rotation = { id: string; generation: number; oldHash: Buffer; newHash: Buffer; ip: string; userAgent: string | null }
/** One statement, so that of two uses of the same token at once only one finds its generation. */
export const rotateSession = (tx: SystemTx, r: Rotation) =>
  tx
    .updateTable('sessions')
    .set({
      generation: r.generation + 1,
      refresh_hash: r.newHash,
      last_used_at: sql<Date>`now()`,
      expires_at: SESSION_LIFE,
      ip: r.ip,
      user_agent: r.userAgent,
    })
    .where('id', '=', r.id)
    .where('generation', '=', r.generation)
    .where('refresh_hash', '=', r.oldHash)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning('generation')
    .executeTakeFirst()

export const holdsToken = async (tx: SystemTx, id: string, generation: number, hash: Buffer): Promise<boolean> =>
  (await tx
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', id)
    .where('generation', '=', generation)
    .where('refresh_hash', '=', hash)
    .executeTakeFirst()) !== undefined

export type EndFilter = { tenantId: string | null; userId: string; reason: string; only?: string | undefined; except?: string | undefined; openedBy?: string }
/** Ends live sessions of a person in one tenant (or outside of any); answers which. */
export async function endSessions(tx: SystemTx, f: EndFilter): Promise<string[]> {
  let query = tx
    .updateTable('sessions')
    .set({ ended_at: sql<Date>`now()`, end_reason: f.reason })
    .where('user_id', '=', f.userId)
    .where('tenant_id', f.tenantId === null ? 'is' : '=', f.tenantId)
    .where('ended_at', 'is', null)
  if (f.only !== undefined) query = query.where('id', '=', f.only)
  if (f.except !== undefined) query = query.where('id', '!=', f.except)
  if (f.openedBy !== undefined) query = query.where('opened_by', '=', f.openedBy)
  return (await query.returning('id').execute()).map((r) => r.id)
}

/** Asked inside the session's tenant. */
export const openedBy = async (tx: SystemTx, sessionId: string): Promise<string | undefined> =>
  (await tx.selectFrom('sessions').select('opened_by').where('id', '=', sessionId).executeTakeFirst())?.opened_by

export const liveSessions = (tx: SystemTx, who: { userId: string; tenantId: string | null }) =>
  tx
    .selectFrom('sessions')
    .select(['id', 'created_at', 'last_used_at', 'ip', 'user_agent'])
    .where('user_id', '=', who.userId)
    .where('tenant_id', who.tenantId === null ? 'is' : '=', who.tenantId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', sql<Date>`now()`)
    .orderBy('last_used_at', 'desc')
    .execute()

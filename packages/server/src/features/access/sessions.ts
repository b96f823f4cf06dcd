import { Locale, type Login, type Me, MemberRole, type Session } from '@atende/contracts/access'
import type { z } from 'zod'
import { ACCESS_TOKEN_SECONDS, issueAccessToken } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { enterTenant, type SystemTx } from '../../platform/database.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { currentHorizon, publish, socketCursor } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { findRights, SERVER_RIGHTS } from '../../platform/rights.ts'
import { writeAudit } from '../audit/audit.ts'
import { getTenant } from '../tenants/tenants.ts'
import * as db from './access.db.ts'
import { hashSecret, newSecret, writeToken } from './tokens.ts'

/** Where a call comes from. */
export type Client = {
  ip: string
  /** Null when only a proxy knows it. */
  port?: number | null
  userAgent: string | null
  requestId: string
  host: string
  /** Its cookie as a known device. */
  device?: string | undefined
}
/** Who holds a session; `tenantId` is null for a super admin. */
export type Holder = { userId: string; tenantId: string | null; sessionId: string }
/** An open session: its refresh token belongs into the cookie and nowhere else. */
export type Opened = { holder: Holder; refreshToken: string; me: Me }

/** Opens a session, in a transaction of its tenant (if any) and its person. Every way in ends here. */
export async function openSession(
  tx: SystemTx,
  who: { userId: string; tenantId: string | null },
  client: Client,
  openedBy: 'password' | 'sso' = 'password',
): Promise<Opened> {
  const secret = newSecret()
  const holder = { ...who, sessionId: uuidv7() }
  await db.insertSession(tx, {
    id: holder.sessionId,
    tenant_id: who.tenantId,
    user_id: who.userId,
    refresh_hash: hashSecret(secret),
    ip: client.ip,
    user_agent: client.userAgent,
    opened_by: openedBy,
  })
  await db.touchSelf(tx, who.userId)
  return { holder, refreshToken: writeToken({ ...holder, generation: 1, secret }), me: await readMe(tx, holder) }
}

/** @throws AppError unauthenticated */
export async function readMe(tx: SystemTx, holder: Holder): Promise<Me> {
  const horizon = holder.tenantId === null ? undefined : await currentHorizon(tx)
  const user = await db.self(tx, holder.userId)
  if (!user) throw new AppError('unauthenticated')
  const memberships = await db.memberships(tx)
  const rights = holder.tenantId === null ? SERVER_RIGHTS : await findRights(tx, holder.tenantId, holder.userId)
  if (!rights) throw new AppError('unauthenticated')
  const { role, roleId, roleName, sees } = rights
  const { id, name, email } = user
  const own = { role, roleId, roleName, permissions: [...rights.permissions], sees }
  // A tenant's own provider vouches for its people there; where else they work is none of its business.
  const places = holder.tenantId !== null && (await isBySso(tx, holder)) ? memberships.filter((m) => m.tenant_id === holder.tenantId) : memberships
  return {
    user: { id, name, email, emailConfirmed: user.email_confirmed_at !== null, locale: Locale.catch('pt-BR').parse(user.locale), ...own },
    tenant: await readTenant(tx, holder),
    memberships: places.map((m) => ({ tenantId: m.tenant_id, tenantName: m.tenant_name, role: MemberRole.parse(m.role) })),
    sessionId: holder.sessionId,
    mustEnrol: await db.mustEnrol(tx, holder.sessionId),
    cursor: horizon && socketCursor(horizon),
  }
}

/** Did this session begin at the tenant's provider? Leaves the transaction in the session's tenant. */
export async function isBySso(tx: SystemTx, holder: Holder): Promise<boolean> {
  if (holder.tenantId === null) return false
  return (await db.openedBy(await enterTenant(tx, holder.tenantId), holder.sessionId)) === 'sso'
}

async function readTenant(tx: SystemTx, holder: Holder): Promise<Me['tenant']> {
  if (holder.tenantId === null) return null
  const { id, name, slug, onboardedAt, plan, status } = await getTenant(await enterTenant(tx, holder.tenantId), holder.tenantId)
  return { id, name, slug, onboardedAt, plan, status }
}

/** The answer to whoever just logged in. */
export const presentLogin = async (ctx: Context, opened: Opened): Promise<Login> => ({
  accessToken: await issueAccessToken(ctx, opened.holder),
  expiresIn: ACCESS_TOKEN_SECONDS,
  me: opened.me,
})

/** Ends sessions of a person in one tenant, or outside of any; their sockets close at once. Answers how many. */
export async function endSessions(tx: SystemTx, filter: db.EndFilter): Promise<number> {
  const { tenantId, reason } = filter
  if (tenantId === null) return (await db.endSessions(tx, filter)).length
  const inside = await enterTenant(tx, tenantId)
  const ended = await db.endSessions(inside, filter)
  await publish(
    inside,
    tenantId,
    ended.map((sessionId) => ({ kind: 'session.ended', payload: { sessionId, reason } })),
  )
  return ended.length
}

/** Ends every session of the acting person, in all their tenants. Leaves the transaction in the last of these. */
export async function endEverySession(tx: SystemTx, userId: string, reason: string, except?: string): Promise<void> {
  await db.dropPendingLogins(tx, userId)
  await endSessions(tx, { tenantId: null, userId, reason, except })
  for (const m of await db.memberships(tx)) await endSessions(tx, { tenantId: m.tenant_id, userId, reason, except })
}

/** The person's live sessions in this tenant, the newest used first. */
export async function listSessions(tx: SystemTx, holder: Holder): Promise<z.infer<typeof Session>[]> {
  if (holder.tenantId) await enterTenant(tx, holder.tenantId)
  const rows = await db.liveSessions(tx, holder)
  return rows.map((r) => ({
    id: r.id,
    createdAt: r.created_at.toISOString(),
    lastUsedAt: r.last_used_at.toISOString(),
    ip: r.ip,
    userAgent: r.user_agent,
    current: r.id === holder.sessionId,
  }))
}

/** @throws AppError not_found, also for a session of somebody else */
export async function endOwnSession(tx: SystemTx, holder: Holder, sessionId: string, client: Client): Promise<void> {
  const { tenantId, userId } = holder
  if ((await endSessions(tx, { tenantId, userId, reason: 'ended_by_user', only: sessionId })) === 0) throw notFound()
  const line = { tenantId, actorId: userId, action: 'session.end', object: { type: 'session', id: sessionId }, ip: client.ip, requestId: client.requestId }
  await writeAudit(tenantId === null ? tx : await enterTenant(tx, tenantId), line)
}

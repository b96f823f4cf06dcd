import type { Me, UpdateMeInput } from '@atende/contracts/access'
import type { z } from 'zod'
import type { Login } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { checkPassword, hashPassword } from '../../platform/crypto.ts'
import { asUser, enterTenant, type SystemTx, type TenantTx } from '../../platform/database.ts'
import { AppError, invalidField } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { requireGoodPassword } from '../../platform/weak-password.ts'
import { writeAudit } from '../audit/audit.ts'
import * as db from './access.db.ts'
import { voidLinks } from './account-links.ts'
import type { LoginLimit } from './login-limit.ts'
import { tellPasswordChanged } from './reset-password.ts'
import { type Client, endEverySession, endSessions, isBySso, readMe } from './sessions.ts'

type Change = z.infer<typeof UpdateMeInput>

/**
 * Changes the own account. A new password needs the current one and ends every other session of the person, in all their tenants.
 * @throws AppError validation_failed (currentPassword, newPassword), too_many_requests
 */
export async function updateMe(ctx: Context, limit: LoginLimit, login: Login, change: Change, client: Client): Promise<Me> {
  if (change.newPassword !== undefined) await requirePassword(ctx, limit, login, change.currentPassword ?? '', client)
  if (change.newPassword !== undefined) requireGoodPassword(change.newPassword, [login.userName], 'newPassword')
  const password_hash = change.newPassword === undefined ? undefined : await hashPassword(change.newPassword)
  return asUser(ctx.db, login.userId, async (tx) => {
    await db.updateSelf(tx, login.userId, { name: change.name, locale: change.locale, password_hash })
    if (password_hash) await afterNewPassword(ctx, tx, login)
    await tell(tx, login, change, client)
    return readMe(tx, login)
  })
}

async function afterNewPassword(ctx: Context, tx: SystemTx, { userId, sessionId }: Login): Promise<void> {
  const user = await db.self(tx, userId)
  if (user) await tellPasswordChanged(ctx, tx, user)
  await voidLinks(tx, userId)
  await endEverySession(tx, userId, 'password_changed', sessionId)
}

/** @throws AppError validation_failed (currentPassword), too_many_requests */
export async function requirePassword(ctx: Context, limit: LoginLimit, login: Login, password: string, client: Client): Promise<void> {
  const user = await asUser(ctx.db, login.userId, (tx) => db.self(tx, login.userId))
  if (!user) throw new AppError('unauthenticated')
  const right = await limit.attempt({ ...client, email: user.email }, async () => (await checkPassword(password, user.password_hash)) || undefined)
  if (!right) throw invalidField('currentPassword', 'wrong_password', 'A senha atual não confere.')
}

async function tell(tx: SystemTx, login: Login, change: Change, client: Client): Promise<void> {
  const { tenantId, userId } = login
  const inside = tenantId === null ? tx : await enterTenant(tx, tenantId)
  if (tenantId !== null && change.name !== undefined) await publish(inside as TenantTx, tenantId, [{ kind: 'list.changed', payload: { list: 'users' } }])
  const action = change.newPassword === undefined ? 'account.update' : 'account.change_password'
  const { ip, requestId } = client
  await writeAudit(inside, { tenantId, actorId: userId, action, object: { type: 'user', id: userId }, ip, requestId })
}

/** Ends every session of the person, this one too, in all their tenants, at once. */
export const logOutEverywhere = (ctx: Context, login: Login, client: Client): Promise<void> => endAll(ctx, login, client)

/** Ends every session of the person but this one. */
export const endOtherSessions = (ctx: Context, login: Login, client: Client): Promise<void> => endAll(ctx, login, client, login.sessionId)

const endAll = (ctx: Context, login: Login, client: Client, except?: string): Promise<void> =>
  asUser(ctx.db, login.userId, async (tx) => {
    const { tenantId, userId: actorId } = login
    const action = except === undefined ? 'session.logout_all' : 'session.end_others'
    // Whoever came by a tenant's own provider acts in that tenant only.
    if (tenantId && (await isBySso(tx, login))) await endSessions(tx, { tenantId, userId: actorId, reason: 'logout_all', except })
    else await endEverySession(tx, actorId, 'logout_all', except)
    const line = { tenantId, actorId, action, object: { type: 'user', id: actorId }, ip: client.ip, requestId: client.requestId }
    await writeAudit(tenantId === null ? tx : await enterTenant(tx, tenantId), line)
  })

import type { Login } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { asUser, enterTenant, type SystemTx } from '../../platform/database.ts'
import { AppError, isUniqueViolation } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import * as db from './access.db.ts'
import { findLink, forgotPage, lockPerson, mailLink, useLink, voidLinks } from './account-links.ts'
import { auditInEachTenant } from './audit-in-each-tenant.ts'
import type { LoginLimit } from './login-limit.ts'
import { saveMail } from './mails/mails.ts'
import { requirePassword } from './me.ts'
import { requireMails } from './reset-password.ts'
import type { Client } from './sessions.ts'

const WAIT_SECONDS = 15 * 60

/** @throws AppError forbidden for who runs the server: their address stands in its settings */
function tenantOf(login: Login): string {
  if (!login.tenantId) throw new AppError('forbidden')
  return login.tenantId
}

/** Another mail with the link that confirms the own address. @throws AppError mail_unavailable, too_many_requests, forbidden */
export function confirmAgain(ctx: Context, login: Login): Promise<void> {
  requireMails(ctx)
  const tenantId = tenantOf(login)
  return asUser(ctx.db, login.userId, async (tx) => {
    const user = await lockPerson(tx, login.userId)
    if (!user) throw new AppError('unauthenticated')
    if (user.email_confirmed_at) return
    const { email, locale } = user
    if (!(await mailLink(ctx, tx, 'confirm_email', { userId: login.userId, tenantId, email, locale }))) {
      throw new AppError('too_many_requests', { retryAfter: WAIT_SECONDS })
    }
  })
}

/**
 * Asks for another address: it becomes the person's when it is confirmed from its own mailbox. The address of today is told. Whether
 * the new one belongs to somebody else shows only to who can read its mails.
 * @throws AppError validation_failed (currentPassword), mail_unavailable, too_many_requests, forbidden
 */
export async function askEmailChange(
  ctx: Context,
  limit: LoginLimit,
  login: Login,
  input: { email: string; currentPassword: string },
  client: Client,
): Promise<void> {
  requireMails(ctx)
  const tenantId = tenantOf(login)
  await requirePassword(ctx, limit, login, input.currentPassword, client)
  const { userId } = login
  await asUser(ctx.db, userId, async (tx) => {
    const user = await lockPerson(tx, userId)
    if (!user) throw new AppError('unauthenticated')
    const { locale } = user
    if (!(await mailLink(ctx, tx, 'confirm_email', { userId, tenantId, email: input.email, locale }))) {
      throw new AppError('too_many_requests', { retryAfter: WAIT_SECONDS })
    }
    if (user.email !== input.email) await saveMail(ctx, tx, tenantId, user, { kind: 'emailChangeAsked', link: forgotPage(ctx) })
    await auditInEachTenant(tx, { userId, actorId: userId }, 'account.ask_email_change', client)
  })
}

/** The address of the link is confirmed, and the person's from now on. @throws AppError link_invalid, email_taken */
export async function confirmEmail(ctx: Context, secret: string, client: Client): Promise<{ email: string }> {
  const link = await findLink(ctx, secret, 'confirm_email')
  const { user_id: userId, email } = link
  await asUser(ctx.db, userId, async (tx) => {
    const user = await lockPerson(tx, userId)
    await useLink(tx, link)
    if (!user) throw new AppError('link_invalid')
    const changed = user.email !== email
    await db.updateSelf(tx, userId, { email, email_confirmed_at: new Date() })
    // Links for a new password that went to the old address must not outlive it.
    if (changed) await voidLinks(tx, userId)
    if (changed) await tellChange(ctx, tx, user)
    await auditInEachTenant(tx, { userId, actorId: null }, changed ? 'account.change_email' : 'account.confirm_email', client)
  }).catch((e) => {
    throw isUniqueViolation(e, 'users_email') ? new AppError('email_taken') : e
  })
  return { email }
}

async function tellChange(ctx: Context, tx: SystemTx, before: { email: string; locale: string }): Promise<void> {
  const places = await db.memberships(tx)
  const [first] = places
  if (first) await saveMail(ctx, tx, first.tenant_id, before, { kind: 'emailChanged', link: ctx.publicUrl() })
  for (const { tenant_id: id } of places) await publish(await enterTenant(tx, id), id, [{ kind: 'list.changed', payload: { list: 'users' } }])
}

import type { ResetInput } from '@atende/contracts/accounts'
import type { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import { hashPassword } from '../../platform/crypto.ts'
import { asUser, enterTenant, type SystemTx } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import { requireGoodPassword } from '../../platform/weak-password.ts'
import { writeAudit } from '../audit/audit.ts'
import * as db from './access.db.ts'
import { findLink, forgotPage, lockPerson, mailLink, useLink, voidLinks } from './account-links.ts'
import { auditInEachTenant } from './audit-in-each-tenant.ts'
import { isClosed } from './factors/finish-login.ts'
import { mailsLeave, saveMail } from './mails/mails.ts'
import { type Client, endEverySession } from './sessions.ts'

/** @throws AppError mail_unavailable, for every address alike */
export function requireMails(ctx: Context): void {
  if (!mailsLeave(ctx)) throw new AppError('mail_unavailable')
}

/**
 * Mails a link for a new password, if the address is known and somebody may enter with it. The caller must not wait for this: how
 * long it takes would tell which addresses exist. Who runs the server has their password from its settings, not from a mailbox.
 */
export async function askReset(ctx: Context, email: string, client: Client): Promise<void> {
  const found = await db.findLogin(ctx.db, email)
  const place = found?.workplaces.find((w) => !isClosed(w.status))
  if (!found || !place) return
  const { userId } = found
  const { tenantId } = place
  await asUser(ctx.db, userId, async (tx) => {
    const user = await lockPerson(tx, userId)
    if (!user || !(await mailLink(ctx, tx, 'reset_password', { userId, tenantId, email: user.email, locale: user.locale }))) return
    const line = { tenantId, actorId: null, action: 'account.ask_reset', object: { type: 'user', id: userId }, ip: client.ip, requestId: client.requestId }
    await writeAudit(await enterTenant(tx, tenantId), line)
  })
}

/**
 * A new password by a link from the mailbox. Every session of the person ends, in all their tenants; they log in with it then.
 * @throws AppError link_invalid, validation_failed (password)
 */
export async function resetPassword(ctx: Context, input: z.infer<typeof ResetInput>, client: Client): Promise<void> {
  const link = await findLink(ctx, input.token, 'reset_password')
  requireGoodPassword(input.password, [link.email])
  const password_hash = await hashPassword(input.password)
  const { user_id: userId } = link
  await asUser(ctx.db, userId, async (tx) => {
    // The person before the link, always: who asks for another link takes them in this order.
    const user = await lockPerson(tx, userId)
    await useLink(tx, link)
    if (!user) throw new AppError('link_invalid')
    // Who opened the link reads the mailbox: that confirms the address as well.
    const email_confirmed_at = user.email === link.email ? (user.email_confirmed_at ?? new Date()) : undefined
    await db.updateSelf(tx, userId, { password_hash, email_confirmed_at })
    await voidLinks(tx, userId)
    await tellPasswordChanged(ctx, tx, user)
    await endEverySession(tx, userId, 'password_reset')
    await auditInEachTenant(tx, { userId, actorId: null }, 'account.reset_password', client)
  })
}

/** The mail that tells of it; also when it was changed from inside. */
export async function tellPasswordChanged(ctx: Context, tx: SystemTx, user: { email: string; locale: string }): Promise<void> {
  const [place] = await db.memberships(tx)
  if (place) await saveMail(ctx, tx, place.tenant_id, user, { kind: 'passwordChanged', link: forgotPage(ctx) })
}

import { type Invitation, type InvitationCreated, MemberRole, type RoleChoice } from '@atende/contracts/access'
import type { z } from 'zod'
import type { TenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, isUniqueViolation, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { requireRank } from '../roles/rank.ts'
import { resolveRole } from '../roles/roles.ts'
import { getTenant, lockTenant, requirePlanRoom } from '../tenants/tenants.ts'
import * as db from './invitations.db.ts'
import { plainName } from './mails/mail-layout.ts'
import { mailsLeave, saveMail } from './mails/mails.ts'
import { hashSecret, newSecret, writeInvitationToken } from './tokens.ts'

type Created = z.infer<typeof InvitationCreated>

const present = (row: db.InvitationRow): Invitation => ({
  id: row.id,
  email: row.email,
  role: MemberRole.parse(row.role),
  roleId: row.role_id,
  roleName: row.role_name,
  invitedBy: row.invited_by,
  expiresAt: row.expires_at.toISOString(),
  createdAt: row.created_at.toISOString(),
})
const changed = (tx: TenantTx, tenantId: string) => publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'users' } }])

/** Those that wait, also when their time is over: they can be renewed. */
export const listInvitations = async (tx: TenantTx): Promise<Invitation[]> => (await db.listWaiting(tx)).map(present)

/** Mailed only in the name of somebody whose own address is confirmed: strangers must not send mails through us. */
async function withLink(ctx: Context, tx: TenantTx, { tenantId, userId, userName }: TenantLogin, id: string, secret: string): Promise<Created> {
  const row = await db.findWaiting(tx, id)
  if (!row) throw notFound()
  const link = `${ctx.publicUrl()}/convite/${writeInvitationToken(tenantId, secret)}`
  const inviter = await db.findInviter(tx, userId)
  const mailed = mailsLeave(ctx) && inviter?.email_confirmed_at != null
  if (mailed) {
    const names = { company: plainName((await getTenant(tx, tenantId)).name), by: plainName(userName) }
    await saveMail(ctx, tx, tenantId, { email: row.email, locale: inviter.locale }, { kind: 'invitation', link, ...names })
  }
  return { ...present(row), link, mailed }
}

/**
 * Invites somebody; the link is shown this once. Open invitations count for the plan, as the people they may become.
 * @throws AppError forbidden (a role above the own), already_exists, plan_limit
 */
export async function invite(ctx: Context, tx: TenantTx, login: TenantLogin, input: RoleChoice & { email: string }): Promise<Created> {
  const { tenantId, userId } = login
  const chosen = await resolveRole(tx, input)
  requireRank(login, chosen)
  // First the lock: what is counted and looked up below cannot change under it.
  await lockTenant(tx, tenantId)
  await requirePlanRoom(tx, tenantId, 'users', await db.countOpen(tx))
  if (await db.memberExists(tx, input.email)) throw new AppError('already_exists', { detail: 'Esta pessoa já está na equipe. Se estiver inativa, reative.' })
  const secret = newSecret()
  const row = { tenant_id: tenantId, email: input.email, role: chosen.role, role_id: chosen.roleId, token_hash: hashSecret(secret), invited_by: userId }
  const id = await db.insert(tx, row).catch((e) => {
    throw isUniqueViolation(e) ? new AppError('already_exists', { detail: 'Já há um convite para este e-mail. Renove o convite para ter um novo link.' }) : e
  })
  await changed(tx, tenantId)
  return withLink(ctx, tx, login, id, secret)
}

/** Only who could have given the role may touch its invitation: its link is worth the role. */
async function requireOwnRank(tx: TenantTx, login: TenantLogin, id: string): Promise<void> {
  const row = await db.findWaiting(tx, id)
  if (!row) throw notFound()
  requireRank(login, { role: MemberRole.parse(row.role), permissions: row.permissions })
}

/** A new link and seven new days; the old link is worth nothing from now on. @throws AppError not_found, forbidden */
export async function renewInvitation(ctx: Context, tx: TenantTx, login: TenantLogin, id: string): Promise<Created> {
  await requireOwnRank(tx, login, id)
  const secret = newSecret()
  if (!(await db.renew(tx, id, hashSecret(secret)))) throw notFound()
  await changed(tx, login.tenantId)
  return withLink(ctx, tx, login, id, secret)
}

/** @throws AppError not_found, forbidden */
export async function revokeInvitation(tx: TenantTx, login: TenantLogin, id: string): Promise<void> {
  await requireOwnRank(tx, login, id)
  if (!(await db.revoke(tx, id))) throw notFound()
  await changed(tx, login.tenantId)
}

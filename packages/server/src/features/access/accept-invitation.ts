import { type InvitationPreview, MemberRole } from '@atende/contracts/access'
import type { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import { checkPassword, hashPassword } from '../../platform/crypto.ts'
import type { TenantTx } from '../../platform/database.ts'
import { inTenant } from '../../platform/database.ts'
import { AppError, isUniqueViolation } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { requireGoodPassword } from '../../platform/weak-password.ts'
import { writeAudit } from '../audit/audit.ts'
import { addMembership, addUser, getTenant, requirePlanRoom } from '../tenants/tenants.ts'
import { findLogin } from './access.db.ts'
import { mailLink } from './account-links.ts'
import { isClosed, type Outcome, openOrAsk } from './factors/finish-login.ts'
import * as db from './invitations.db.ts'
import type { LoginLimit } from './login-limit.ts'
import type { Client } from './sessions.ts'
import { passwordRefused, ssoRequired } from './sso/settings.ts'
import { hashSecret, readInvitationToken } from './tokens.ts'

type Found = {
  id: string
  tenantId: string
  tenantName: string
  slug: string
  email: string
  role: MemberRole
  roleName: string | null
  invitedBy: string | null
  hash: Buffer
}

/** Malformed, unknown, expired, revoked, used: all the same to who holds the link. @throws AppError invitation_invalid */
async function find(ctx: Context, text: string): Promise<Found> {
  const token = readInvitationToken(text)
  if (!token) throw new AppError('invitation_invalid')
  const { tenantId } = token
  const hash = hashSecret(token.secret)
  const found = await inTenant(ctx.db, tenantId, async (tx) => {
    const row = await db.findByToken(tx, hash)
    return row && { row, tenant: await getTenant(tx, tenantId) }
  })
  if (!found || isClosed(found.tenant.status)) throw new AppError('invitation_invalid')
  const { id, email, role, role_name: roleName, invited_by: invitedBy } = found.row
  return { id, tenantId, tenantName: found.tenant.name, slug: found.tenant.slug, email, role: MemberRole.parse(role), roleName, invitedBy, hash }
}

/** What the page of the link shows. @throws AppError invitation_invalid */
export async function previewInvitation(ctx: Context, text: string): Promise<z.infer<typeof InvitationPreview>> {
  const { tenantName, email, role, roleName, invitedBy } = await find(ctx, text)
  return { tenantName, email, role, roleName, invitedBy, existingUser: (await findLogin(ctx.db, email)) !== undefined }
}

/** The person and, for a newcomer, the hash of the password they chose. */
type Accepting = { userId: string; newcomer: { name: string; passwordHash: string } | null }

async function identify(
  ctx: Context,
  limit: LoginLimit,
  { email, tenantName }: Found,
  input: { name: string; password: string },
  client: Client,
): Promise<Accepting> {
  const known = await findLogin(ctx.db, email)
  if (!known) requireGoodPassword(input.password, [tenantName, input.name, email])
  if (!known) return { userId: uuidv7(), newcomer: { name: input.name, passwordHash: await hashPassword(input.password) } }
  const right = await limit.attempt({ ...client, email }, async () => (await checkPassword(input.password, known.passwordHash)) || undefined)
  if (!right) throw new AppError('login_failed')
  return { userId: known.userId, newcomer: null }
}

/**
 * Joins the tenant. A newcomer chooses a password; who has a login confirms with theirs. A link works once.
 * @throws AppError invitation_invalid, login_failed, too_many_requests, plan_limit, sso_required (joined, but this company is entered otherwise)
 */
export async function acceptInvitation(
  ctx: Context,
  limit: LoginLimit,
  text: string,
  input: { name: string; password: string },
  client: Client,
): Promise<Outcome> {
  const found = await find(ctx, text)
  const who = await identify(ctx, limit, found, input, client)
  const opened = await inTenant(ctx.db, found.tenantId, (tx) => join(ctx, tx, found, who, client), who.userId).catch((e) => {
    // Someone signed up with this address in this very moment: the link is tried again, with that password.
    throw isUniqueViolation(e, 'users_email') ? new AppError('email_taken') : e
  })
  if (!opened) throw ssoRequired(found.slug)
  return opened
}

async function join(ctx: Context, tx: TenantTx, found: Found, { userId, newcomer }: Accepting, client: Client): Promise<Outcome | undefined> {
  const { tenantId } = found
  await requirePlanRoom(tx, tenantId, 'users')
  // Read again under the lock: its role may have been deleted meanwhile, and another stands there instead.
  const offer = await db.findByToken(tx, found.hash)
  if (!offer || !(await db.accept(tx, found.id, found.hash))) throw new AppError('invitation_invalid')
  const { role, role_id: roleId } = offer
  if (newcomer) await addUser(tx, { id: userId, email: found.email, ...newcomer })
  if (!(await addMembership(tx, { tenantId, userId, role, roleId }))) throw new AppError('invitation_invalid')
  // The link was shown to who invited, too: it does not say whose mailbox this is.
  if (newcomer) await mailLink(ctx, tx, 'confirm_email', { userId, tenantId, email: found.email, locale: 'pt-BR' })
  await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'users' } }])
  const line = {
    tenantId,
    actorId: userId,
    action: 'invitation.accept',
    object: { type: 'invitation', id: found.id },
    ip: client.ip,
    requestId: client.requestId,
  }
  await writeAudit(tx, { ...line, details: { role, roleId } })
  if (await passwordRefused(tx, role)) return undefined
  // Whoever has a second factor has it here too: a password alone opens nothing.
  return openOrAsk(tx, { userId, tenantId }, client, 'password')
}

import { granted, MemberRole, type RoleChoice, type TenantRole, type User } from '@atende/contracts/access'
import type { TenantLogin } from '../../platform/auth.ts'
import { hashPassword } from '../../platform/crypto.ts'
import { type Database, inTenant, type TenantTx } from '../../platform/database.ts'
import { AppError, isUniqueViolation, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { requireGoodPassword } from '../../platform/weak-password.ts'
import { endSessions } from '../access/sessions.ts'
import { requireRank } from '../roles/rank.ts'
import { resolveRole } from '../roles/roles.ts'
import { addMembership, addUser, lockTenant, requirePlanRoom } from '../tenants/tenants.ts'
import * as db from './users.db.ts'

const present = (row: db.MemberRow): User => ({
  id: row.id,
  name: row.name,
  email: row.email,
  role: MemberRole.parse(row.role),
  roleId: row.role_id,
  roleName: row.role_name,
  answers: granted(MemberRole.parse(row.role), row.permissions).includes('messages.send'),
  active: row.deactivated_at === null,
  lastSeenAt: row.last_seen_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
})

/** Everybody of the tenant, the deactivated too. */
export const listUsers = async (tx: TenantTx): Promise<User[]> => (await db.listMembers(tx)).map(present)

type Change = RoleChoice & { active?: boolean | undefined }

/**
 * Changes role or activity of a member. Deactivating ends their sessions of this tenant at once; what they were doing stays theirs.
 * @throws AppError not_found, forbidden (above the own role), last_owner, plan_limit
 */
export async function updateUser(tx: TenantTx, login: TenantLogin, userId: string, change: Change): Promise<User> {
  const { tenantId } = login
  // Two owners who demote each other at the same moment must not both succeed.
  await lockTenant(tx, tenantId)
  const row = await db.findMember(tx, userId)
  if (!row) throw notFound()
  const before = present(row)
  const facts = { role: before.role, permissions: row.permissions, roleId: before.roleId, roleName: before.roleName }
  const next = (change.role ?? change.roleId) ? await resolveRole(tx, change) : facts
  const after = { role: next.role, roleId: next.roleId, roleName: next.roleName, active: change.active ?? before.active }
  requireRank(login, facts)
  requireRank(login, next)
  const staysOwner = after.role === 'OWNER' && after.active
  if (before.role === 'OWNER' && before.active && !staysOwner && !(await db.otherOwnerExists(tx, userId))) throw new AppError('last_owner')
  if (after.active && !before.active) await requirePlanRoom(tx, tenantId, 'users')
  await db.updateMembership(tx, userId, { role: after.role, role_id: after.roleId, deactivated_at: after.active ? null : (row.deactivated_at ?? new Date()) })
  if (!after.active && before.active) await endSessions(tx, { tenantId, userId, reason: 'deactivated' })
  await publish(tx, tenantId, [
    { kind: 'list.changed', payload: { list: 'users' } },
    { kind: 'access.changed', payload: { userId } },
  ])
  return { ...before, ...after, answers: granted(next.role, next.permissions).includes('messages.send') }
}

type NewUser = { tenantId: string; name: string; email: string; password: string; role: TenantRole }

/** For the command line and the demo: a new login that belongs to the tenant at once. @throws AppError email_taken, plan_limit, not_found */
export async function createUser(ctx: { db: Database }, input: NewUser, also: (tx: TenantTx, made: User) => Promise<unknown> = async () => {}): Promise<User> {
  const { tenantId, name, email, role } = input
  const id = uuidv7()
  requireGoodPassword(input.password, [name, email])
  const passwordHash = await hashPassword(input.password)
  const work = async (tx: TenantTx) => {
    await requirePlanRoom(tx, tenantId, 'users')
    await addUser(tx, { id, email, name, passwordHash, emailConfirmed: true })
    await addMembership(tx, { tenantId, userId: id, role })
    await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'users' } }])
    const row = await db.findMember(tx, id)
    if (!row) throw notFound()
    const made = present(row)
    await also(tx, made)
    return made
  }
  return inTenant(ctx.db, tenantId, work).catch((e) => {
    throw isUniqueViolation(e, 'users_email') ? new AppError('email_taken') : e
  })
}

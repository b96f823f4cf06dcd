import { GRANTABLE, granted, ROLE_PERMISSIONS, type RoleChoice, TenantRole } from '@atende/contracts/access'
import type { CreateRoleInput, CustomRole, Roles, UpdateRoleInput } from '@atende/contracts/roles'
import type { z } from 'zod'
import type { TenantLogin } from '../../platform/auth.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, invalidField, isUniqueViolation, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { lockTenant } from '../tenants/tenants.ts'
import { type RoleFacts, requireHeld, requireRank } from './rank.ts'
import * as db from './roles.db.ts'

/** A company with more of them has lost sight of who may do what. */
const ROLES_MAX = 50

const present = (r: db.RoleRow): CustomRole => ({
  id: r.id,
  name: r.name,
  permissions: granted('CUSTOM', r.permissions),
  members: r.members,
  invitations: r.invitations,
  createdAt: r.created_at.toISOString(),
  updatedAt: r.updated_at.toISOString(),
})

/** Who may do what here: the built-in roles and the company's own. */
export async function listRoles(tx: TenantTx): Promise<Roles> {
  const members = await db.countBuiltIn(tx)
  const builtIn = TenantRole.options.map((role) => ({ role, permissions: [...ROLE_PERMISSIONS[role]], members: members.get(role) ?? 0 }))
  return { builtIn, custom: (await db.list(tx)).map(present) }
}

async function getRole(tx: TenantTx, id: string): Promise<db.RoleRow> {
  const row = await db.find(tx, id)
  if (!row) throw notFound()
  return row
}

const taken = (e: unknown): never => {
  throw isUniqueViolation(e, 'custom_roles_name') ? new AppError('already_exists', { detail: 'Já existe um perfil com este nome.' }) : e
}

/** Permissions are kept in one order, each once. */
const inOrder = (permissions: readonly string[]): string[] => GRANTABLE.filter((p) => permissions.includes(p))

/** @throws AppError forbidden (a permission that the caller lacks), already_exists, plan_limit */
export async function createRole(tx: TenantTx, login: TenantLogin, input: z.infer<typeof CreateRoleInput>): Promise<CustomRole> {
  requireHeld(login, input.permissions)
  await lockTenant(tx, login.tenantId)
  if ((await db.list(tx)).length >= ROLES_MAX) throw new AppError('plan_limit', { detail: `Uma conta pode ter até ${ROLES_MAX} perfis próprios.` })
  const id = await db.insert(tx, login.tenantId, { name: input.name, permissions: inOrder(input.permissions) }).catch(taken)
  await publish(tx, login.tenantId, [{ kind: 'list.changed', payload: { list: 'roles' } }])
  return present(await getRole(tx, id))
}

const changed = async (tx: TenantTx, tenantId: string, members: readonly string[]): Promise<void> =>
  publish(tx, tenantId, [
    { kind: 'list.changed', payload: { list: 'roles' } },
    { kind: 'list.changed', payload: { list: 'users' } },
    ...members.map((userId) => ({ kind: 'access.changed' as const, payload: { userId } })),
  ])

const factsOf = (row: db.RoleRow): RoleFacts => ({ role: 'CUSTOM', permissions: row.permissions })

/** What its people may do changes at once. @throws AppError not_found, forbidden, already_exists */
export async function updateRole(tx: TenantTx, login: TenantLogin, id: string, input: z.infer<typeof UpdateRoleInput>): Promise<CustomRole> {
  await lockTenant(tx, login.tenantId)
  const row = await getRole(tx, id)
  requireRank(login, factsOf(row))
  if (input.permissions) requireHeld(login, input.permissions)
  await db.update(tx, id, { name: input.name, permissions: input.permissions && inOrder(input.permissions) }).catch(taken)
  await changed(tx, login.tenantId, await db.memberIds(tx, id))
  return present(await getRole(tx, id))
}

export type ResolvedRole = RoleFacts & { roleId: string | null; roleName: string | null }

/** The role that was chosen, with what it holds. @throws AppError validation_failed for one of nobody */
export async function resolveRole(tx: TenantTx, choice: RoleChoice): Promise<ResolvedRole> {
  if (choice.role !== undefined) return { role: choice.role, permissions: null, roleId: null, roleName: null }
  const row = choice.roleId === undefined ? undefined : await db.find(tx, choice.roleId)
  if (!row) throw invalidField('roleId', 'unknown_role', 'Este perfil não existe mais.')
  return { ...factsOf(row), roleId: row.id, roleName: row.name }
}

/**
 * Whoever had it gets the role in `moveTo`, the invitations that wait too.
 * @throws AppError not_found, forbidden, role_in_use without `moveTo` while anybody has it, validation_failed
 */
export async function deleteRole(tx: TenantTx, login: TenantLogin, id: string, moveTo: RoleChoice): Promise<void> {
  await lockTenant(tx, login.tenantId)
  const row = await getRole(tx, id)
  requireRank(login, factsOf(row))
  const members = await db.memberIds(tx, id)
  if (members.length + row.invitations > 0) {
    if (moveTo.role === undefined && moveTo.roleId === undefined) throw new AppError('role_in_use')
    if (moveTo.roleId === id) throw invalidField('roleId', 'same_role', 'Escolha outro perfil.')
    const target = await resolveRole(tx, moveTo)
    requireRank(login, target)
    await db.move(tx, id, { role: target.role, role_id: target.roleId })
  }
  await db.remove(tx, id)
  await changed(tx, login.tenantId, members)
}

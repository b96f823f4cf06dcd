import { Sight } from '@atende/contracts/access'
import { PLAN_LIMITS, Plan, type Tenant, TenantStatus, type Usage } from '@atende/contracts/tenants'
import type { z } from 'zod'
import { enterTenant, type SystemTx, type TenantTx } from '../../platform/database.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import * as db from './tenants.db.ts'

const presentTenant = (row: db.TenantRow): Tenant => {
  const plan = Plan.parse(row.plan)
  return {
    id: row.id,
    name: row.name,
    slug: row.slug,
    email: row.email,
    status: TenantStatus.parse(row.status),
    plan,
    limits: PLAN_LIMITS[plan],
    attendantsSee: Sight.parse(row.attendants_see),
    onboardedAt: row.onboarded_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
  }
}

/** @throws AppError not_found */
export async function getTenant(tx: TenantTx, tenantId: string): Promise<Tenant> {
  const row = await db.find(tx, tenantId)
  if (!row) throw notFound()
  return presentTenant(row)
}

type TenantChange = { name?: string | undefined; email?: string | undefined; onboarded?: true | undefined; attendantsSee?: Sight | undefined }

/** @throws AppError not_found */
export async function updateTenant(tx: TenantTx, tenantId: string, change: TenantChange): Promise<Tenant> {
  const before = change.attendantsSee && (await lockTenant(tx, tenantId)).attendantsSee
  const row = await db.update(tx, tenantId, change)
  if (!row) throw notFound()
  const events: NewEvent[] = [{ kind: 'list.changed', payload: { list: 'tenant' } }]
  // What everybody sees may be another now: their sockets come back with it.
  if (before !== change.attendantsSee) {
    for (const m of await db.memberIds(tx)) events.push({ kind: 'access.changed', payload: { userId: m.user_id } })
  }
  await publish(tx, tenantId, events)
  return presentTenant(row)
}

/** Counted facts of the running month, with the users and channels there are now. */
export async function readUsage(tx: TenantTx): Promise<z.infer<typeof Usage>> {
  return { ...(await db.usage(tx)), ...(await db.counts(tx)) }
}

/** Adds `n` to a metric of the month of `at` (now, when absent); one statement, safe under concurrency. */
export async function countUsage(tx: TenantTx, tenantId: string, metric: string, n: number, at?: Date): Promise<void> {
  if (n > 0) await db.addUsage(tx, tenantId, metric, n, at)
}

/**
 * Locks the tenant until the transaction ends: changes of who belongs to it, and of what its plan counts, happen one after the other.
 * Writing contacts, messages and so on is not held up.
 * @throws AppError not_found
 */
export async function lockTenant(tx: TenantTx, tenantId: string): Promise<Tenant> {
  const row = await db.lock(tx, tenantId)
  if (!row) throw notFound()
  return presentTenant(row)
}

/**
 * Is there room for one more? Locks the tenant, so that two at once cannot both take the last place.
 * `promised`: places given away but not taken yet (open invitations).
 * @throws AppError plan_limit, not_found
 */
export async function requirePlanRoom(tx: TenantTx, tenantId: string, kind: 'users' | 'channels', promised = 0): Promise<void> {
  const { limits } = await lockTenant(tx, tenantId)
  const limit = limits[kind]
  const used = (await db.counts(tx))[kind] + promised
  if (limit === null || used < limit) return
  const what = kind === 'users' ? `${limit} pessoas (convites contam)` : `${limit} canais`
  throw new AppError('plan_limit', { detail: `O plano atual comporta ${what}. Fale com o suporte para ampliar.` })
}

/** Makes someone a member who is not one yet; false when they already are (or were). */
export const addMembership = async (tx: TenantTx, m: { tenantId: string; userId: string; role: string; roleId?: string | null }): Promise<boolean> =>
  (await db.insertMembership(tx, { tenant_id: m.tenantId, user_id: m.userId, role: m.role, role_id: m.roleId ?? null })) !== undefined

/** A new login; the person belongs nowhere until `addMembership`. @throws a unique violation of `users_email` */
export const addUser = async (tx: TenantTx, u: { id: string; email: string; name: string; passwordHash: string; emailConfirmed?: boolean }): Promise<void> => {
  const email_confirmed_at = u.emailConfirmed ? new Date() : null
  await db.insertUser(tx, { id: u.id, email: u.email.toLowerCase(), name: u.name, password_hash: u.passwordHash, email_confirmed_at })
}

/** Every tenant, for a super admin; empty for anybody else. */
export const listTenants = async (tx: SystemTx): Promise<Tenant[]> => (await db.listAll(tx)).map(presentTenant)

/**
 * A super admin changes plan or status. A suspended tenant's sockets close at once; its logins come back when it is active again.
 * Leaves the transaction inside that tenant.
 * @throws AppError not_found, also for who is no super admin
 */
export async function adminUpdateTenant(tx: SystemTx, adminId: string, id: string, change: { status?: string | undefined; plan?: string | undefined }) {
  const row = await db.updateAny(tx, id, change)
  if (!row) throw notFound()
  const inside = await enterTenant(tx, id, adminId)
  const events: NewEvent[] = [{ kind: 'list.changed', payload: { list: 'tenant' } }]
  if (change.status !== undefined) {
    for (const m of await db.memberIds(inside)) events.push({ kind: 'access.changed', payload: { userId: m.user_id } })
  }
  await publish(inside, id, events)
  return { tenant: presentTenant(row), tx: inside }
}

/** Does this address name a tenant? */
export const slugExists = (tx: SystemTx, slug: string): Promise<boolean> => db.slugTaken(tx, slug)

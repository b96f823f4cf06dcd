import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../../platform/context.ts'
import { checkPassword, hashPassword, randomToken } from '../../platform/crypto.ts'
import { asUser, inTenant } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import { writeAudit } from '../audit/audit.ts'
import { slugOfHost } from '../tenants/slug.ts'
import { slugExists } from '../tenants/tenants.ts'
import * as db from './access.db.ts'
import type { LoginLimit } from './login-limit.ts'
import { type Client, type Opened, openSession } from './sessions.ts'
import { passwordRefused } from './sso/settings.ts'

/** Every failure takes at least this long: longer than a hash and a line in the diary, so that they do not show. */
const FAILURE_MS = 150

type Input = { email: string; password: string; tenantId?: string | undefined }
/** `tenant` is null outside of any. */
type Entry = { userId: string; tenant: db.Workplace | null }

/** Costs as much as a real hash, and matches nothing. */
let dummy: Promise<string> | undefined
export const dummyHash = (): Promise<string> => {
  dummy ??= hashPassword(randomToken())
  return dummy
}

/**
 * Opens a session for a mail address and password. A wrong address, a wrong password, a deactivated person and a tenant they do not
 * belong to are one and the same refusal, after the same time.
 * @throws AppError login_failed, too_many_requests, tenant_suspended and sso_required (only after the right password)
 */
export async function logIn(ctx: Context, limit: LoginLimit, input: Input, client: Client): Promise<Opened> {
  const began = performance.now()
  const entry = await limit.attempt({ ip: client.ip, email: input.email }, () => check(ctx, input, client))
  if (!entry) {
    await sleep(Math.max(0, FAILURE_MS - (performance.now() - began)))
    throw new AppError('login_failed')
  }
  return open(ctx, entry, client)
}

async function check(ctx: Context, input: Input, client: Client): Promise<Entry | undefined> {
  const found = await db.findLogin(ctx.db, input.email)
  const right = await checkPassword(input.password, found?.passwordHash ?? (await dummyHash()))
  const entry = found && (await choose(ctx, found, input.tenantId, client.host))
  if (right && entry) return entry
  if (entry) await auditFailure(ctx, entry, client)
  return undefined
}

const newest = (places: readonly db.Workplace[]) =>
  places.toSorted((a, b) => Date.parse(b.lastUsedAt ?? '1970-01-01') - Date.parse(a.lastUsedAt ?? '1970-01-01'))[0]

/** Which tenant: the one asked for, or that of the address in the browser, or the one used last. */
async function choose(ctx: Context, found: db.FoundLogin, tenantId: string | undefined, host: string): Promise<Entry | undefined> {
  const { userId, workplaces } = found
  const at = (tenant: db.Workplace | undefined): Entry | undefined => tenant && { userId, tenant }
  if (tenantId !== undefined) return at(workplaces.find((w) => w.tenantId === tenantId))
  const slug = slugOfHost(host, ctx.config.BASE_DOMAIN)
  if (slug !== undefined) {
    const named = workplaces.find((w) => w.slug === slug)
    if (named) return at(named)
    if (await ctx.db.transaction().execute((tx) => slugExists(tx, slug))) return undefined
  }
  return found.superAdmin ? { userId, tenant: null } : at(newest(workplaces))
}

async function auditFailure(ctx: Context, { userId, tenant }: Entry, client: Client): Promise<void> {
  const { ip, requestId } = client
  if (!tenant) return ctx.log.warn({ reqId: requestId }, 'access: wrong password of a super admin')
  const entry = { tenantId: tenant.tenantId, actorId: null, action: 'session.login', object: { type: 'user', id: userId }, ip, requestId }
  await inTenant(ctx.db, tenant.tenantId, (tx) => writeAudit(tx, { ...entry, outcome: 'failure', details: { reason: 'wrong_password' } }))
}

export const isClosed = (status: string | null): boolean => status === 'SUSPENDED' || status === 'CANCELLED'

async function open(ctx: Context, { userId, tenant }: Entry, client: Client): Promise<Opened> {
  if (!tenant) {
    ctx.log.info({ reqId: client.requestId }, 'access: a super admin logged in')
    return asUser(ctx.db, userId, (tx) => openSession(tx, { userId, tenantId: null }, client))
  }
  const { tenantId, status, slug, role } = tenant
  const opened = await inTenant(
    ctx.db,
    tenantId,
    async (tx) => {
      const line = { tenantId, actorId: userId, action: 'session.login', object: { type: 'user', id: userId }, ip: client.ip, requestId: client.requestId }
      const reason = isClosed(status) ? 'tenant_suspended' : (await passwordRefused(tx, role)) ? 'sso_required' : undefined
      await writeAudit(tx, reason ? { ...line, outcome: 'failure', details: { reason } } : line)
      return reason ?? openSession(tx, { userId, tenantId }, client)
    },
    userId,
  )
  if (opened === 'sso_required') throw ssoRequired(slug)
  if (opened === 'tenant_suspended') throw new AppError('tenant_suspended')
  return opened
}

/** Told after the right password only: with the company's address, so that the page can lead there. */
export const ssoRequired = (slug: string): AppError => new AppError('sso_required', { fields: [{ path: 'company', code: 'sso_required', message: slug }] })

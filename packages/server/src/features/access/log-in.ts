import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../../platform/context.ts'
import { checkPassword, hashPassword, hmacSha256, randomToken } from '../../platform/crypto.ts'
import { inTenant } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import { writeAudit } from '../audit/audit.ts'
import { slugOfHost } from '../tenants/slug.ts'
import { slugExists } from '../tenants/tenants.ts'
import * as db from './access.db.ts'
import { type Entry, finishLogin, type Outcome } from './factors/finish-login.ts'
import type { LoginLimit } from './login-limit.ts'
import type { Client } from './sessions.ts'

/** Every failure takes at least this long: longer than a hash and a line in the diary, so that they do not show. */
const FAILURE_MS = 150

type Input = { email: string; password: string; tenantId?: string | undefined }

/** Costs as much as a real hash, and matches nothing. */
let dummy: Promise<string> | undefined
export const dummyHash = (): Promise<string> => {
  dummy ??= hashPassword(randomToken())
  return dummy
}

/**
 * Opens a session for a mail address and password, or asks for the second factor. A wrong address, a wrong password, a deactivated person and a tenant they do not
 * belong to are one and the same refusal, after the same time.
 * @throws AppError login_failed, too_many_requests, tenant_suspended and sso_required (only after the right password)
 */
export async function logIn(ctx: Context, limit: LoginLimit, input: Input, client: Client): Promise<Outcome> {
  const began = performance.now()
  const entry = await limit.attempt({ ...client, email: input.email }, () => check(ctx, input, client))
  if (!entry) {
    await sleep(Math.max(0, FAILURE_MS - (performance.now() - began)))
    throw new AppError('login_failed')
  }
  return finishLogin(ctx, entry, client, 'password')
}

async function check(ctx: Context, input: Input, client: Client): Promise<Entry | undefined> {
  const found = await db.findLogin(ctx.db, input.email)
  const right = await checkPassword(input.password, found?.passwordHash ?? (await dummyHash()))
  const entry = found && (await choose(ctx, found, input.tenantId, client.host))
  if (right && entry) return entry
  await auditFailure(ctx, entry, input.email, client)
  return undefined
}

const newest = (places: readonly db.Workplace[]) =>
  places.toSorted((a, b) => Date.parse(b.lastUsedAt ?? '1970-01-01') - Date.parse(a.lastUsedAt ?? '1970-01-01'))[0]

/** Which tenant: the one asked for, or that of the address in the browser, or the one used last. */
export async function choose(ctx: Context, found: db.FoundLogin, tenantId: string | undefined, host: string): Promise<Entry | undefined> {
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

/** Nobody's account, or one without a place to work: a fingerprint tells whether it is the same address again, and not which. */
const unknownAccount = (ctx: Context, email: string) => ({
  reason: 'unknown_account',
  account: hmacSha256(ctx.keys.derive('audit-account'), email).toString('hex').slice(0, 16),
})

async function auditFailure(ctx: Context, entry: Entry | undefined, email: string, client: Client): Promise<void> {
  const { ip, userAgent, requestId } = client
  const line = { actorId: null, action: 'session.login', outcome: 'failure' as const, ip, userAgent, requestId }
  const object = entry && { type: 'user', id: entry.userId }
  const tenantId = entry?.tenant?.tenantId
  if (tenantId !== undefined)
    return inTenant(ctx.db, tenantId, (tx) => writeAudit(tx, { ...line, tenantId, ...(object && { object }), details: { reason: 'wrong_password' } }))
  if (entry) ctx.log.warn({ reqId: requestId }, 'access: wrong password of a super admin')
  const details = entry ? { reason: 'wrong_password' } : unknownAccount(ctx, email)
  await ctx.db.transaction().execute((tx) => writeAudit(tx, { ...line, tenantId: null, ...(object && { object }), details }))
}

import type { FactorProof, ProofMethod } from '@atende/contracts/factors'
import { proofMethods } from '../../../platform/auth.ts'
import type { Context } from '../../../platform/context.ts'
import { asUser, type SystemTx, type TenantTx } from '../../../platform/database.ts'
import { AppError } from '../../../platform/errors.ts'
import { uuidv7 } from '../../../platform/ids.ts'
import type { Workplace } from '../access.db.ts'
import { inPlace } from '../in-place.ts'
import type { LoginLimit } from '../login-limit.ts'
import { type Client, type Opened, openSession } from '../sessions.ts'
import { passwordRefused, ssoRequired } from '../sso/settings.ts'
import { hashSecret, newSecret, readPersonToken, writePersonToken } from '../tokens.ts'
import * as db from './factors.db.ts'
import { passkeyOptions } from './passkeys.ts'
import { auditPerson, type Person, proveFactor } from './prove.ts'

/** Who logs in, and where; `tenant` is null outside of any. */
export type Entry = { userId: string; tenant: Pick<Workplace, 'tenantId' | 'status' | 'slug' | 'role'> | null }
/** What has been proven so far. A passkey that checked its person is both factors at once. */
export type Proven = 'password' | 'reset' | 'sso' | 'passkey'
export type Outcome = { opened: Opened } | { asked: { token: string; methods: ProofMethod[] } }

export const isClosed = (status: string | null): boolean => status === 'SUSPENDED' || status === 'CANCELLED'

/** Is a second factor still missing? A provider's word is enough, unless the tenant requires a factor of ours. */
async function isMissing(tx: SystemTx, who: Person, proven: Proven): Promise<boolean> {
  if (proven === 'passkey') return false
  const { has, required } = await db.standing(tx, who)
  return has && (proven !== 'sso' || required)
}

async function ask(tx: SystemTx, who: Person, proven: Exclude<Proven, 'passkey'>): Promise<Outcome> {
  const secret = newSecret()
  await db.insertPending(tx, { id: uuidv7(), user_id: who.userId, tenant_id: who.tenantId, token_hash: hashSecret(secret), proven_by: proven })
  const methods = (await proofMethods(tx)).filter((m) => m !== 'password')
  return { asked: { token: writePersonToken(who.userId, secret), methods } }
}

/** A provider's word counts in its tenant only: such a session is known as one. */
const openedBy = (proven: string): 'password' | 'sso' => (proven === 'sso' ? 'sso' : 'password')

/** Opens the session, or asks for the second factor; in a transaction of the tenant (if any) and the person. */
export async function openOrAsk(tx: SystemTx, who: Person, client: Client, proven: Proven): Promise<Outcome> {
  if (proven !== 'passkey' && (await isMissing(tx, who, proven))) {
    await auditPerson(tx, who, client, 'session.second_factor_asked', { details: { proven } })
    return ask(tx, who, proven)
  }
  return { opened: await openSession(tx, who, client, openedBy(proven)) }
}

/**
 * The one end of every way to log in: the tenant must be open, and whoever has a second factor must show it before there is a session.
 * @throws AppError tenant_suspended, sso_required
 */
export async function finishLogin(ctx: Context, entry: Entry, client: Client, proven: Proven): Promise<Outcome> {
  const who = { userId: entry.userId, tenantId: entry.tenant?.tenantId ?? null }
  if (!entry.tenant) ctx.log.info({ reqId: client.requestId, proven }, 'access: a super admin logs in')
  const closed = isClosed(entry.tenant?.status ?? null)
  const outcome = await inPlace(ctx, who, async (tx) => {
    if (closed) {
      await auditPerson(tx, who, client, 'session.login', { outcome: 'failure', details: { reason: 'tenant_suspended' } })
      return undefined
    }
    if (entry.tenant && (await passwordRefused(tx as TenantTx, entry.tenant.role))) {
      await auditPerson(tx, who, client, 'session.login', { outcome: 'failure', details: { reason: 'sso_required' } })
      return 'sso_required' as const
    }
    const done = await openOrAsk(tx, who, client, proven)
    if ('opened' in done) await auditPerson(tx, who, client, 'session.login', { details: { proven } })
    return done
  })
  if (!outcome) throw new AppError('tenant_suspended')
  if (outcome === 'sso_required') throw ssoRequired(entry.tenant?.slug ?? '')
  return outcome
}

type Pending = Person & { id: string; proven: string }

/** @throws AppError second_step_expired, also for a token of nobody */
async function requirePending(ctx: Context, text: string): Promise<Pending> {
  const token = readPersonToken(text)
  const row = token && (await asUser(ctx.db, token.userId, (tx) => db.findPending(tx, token.userId, hashSecret(token.secret))))
  if (!row) throw new AppError('second_step_expired')
  return { id: row.id, userId: token.userId, tenantId: row.tenant_id, proven: row.proven_by }
}

/** @throws AppError second_step_expired, passkeys_impossible */
export const secondStepOptions = async (ctx: Context, token: string): Promise<Record<string, unknown>> =>
  passkeyOptions(ctx, 'second', (await requirePending(ctx, token)).userId)

/**
 * The second step: a code or a passkey, for the login that waits under this token.
 * @throws AppError second_step_expired, code_wrong, passkey_refused, too_many_requests
 */
export async function secondStep(ctx: Context, limit: LoginLimit, token: string, proof: FactorProof, client: Client): Promise<Opened> {
  const pending = await requirePending(ctx, token)
  const { method } = proof
  await proveFactor(ctx, limit, pending, 'second', proof, client).catch(async (e: unknown) => {
    const reason = e instanceof AppError ? e.code : 'internal'
    await inPlace(ctx, pending, (tx) => auditPerson(tx, pending, client, 'session.login', { outcome: 'failure', details: { reason, method } }))
    throw e
  })
  const opened = await inPlace(ctx, pending, async (tx) => {
    if (!(await db.takePending(tx, pending.id))) return undefined
    const { userId, tenantId } = pending
    await auditPerson(tx, pending, client, 'session.login', { details: { proven: pending.proven, method } })
    return openSession(tx, { userId, tenantId }, client, openedBy(pending.proven))
  })
  if (!opened) throw new AppError('second_step_expired')
  return opened
}

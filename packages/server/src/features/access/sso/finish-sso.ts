import { NewcomerRole, type SsoProblem } from '@atende/contracts/sso'
import type { Context } from '../../../platform/context.ts'
import { tenantTx } from '../../../platform/context.ts'
import { hashPassword, randomToken } from '../../../platform/crypto.ts'
import { enterTenant, inTenant, type TenantTx } from '../../../platform/database.ts'
import { AppError, isUniqueViolation } from '../../../platform/errors.ts'
import { publish } from '../../../platform/events.ts'
import { uuidv7 } from '../../../platform/ids.ts'
import { writeAudit } from '../../audit/audit.ts'
import { addMembership, addUser, getTenant, requirePlanRoom } from '../../tenants/tenants.ts'
import { findLiveSession, findLogin } from '../access.db.ts'
import { mailLink } from '../account-links.ts'
import { isClosed, type Outcome, openOrAsk } from '../factors/finish-login.ts'
import type { Client } from '../sessions.ts'
import type { Attempt } from './attempt.ts'
import { type Claims, exchange } from './provider.ts'
import { clientOfRow } from './settings.ts'
import * as db from './sso.db.ts'

/** How the way back ended: in the app, with a session or the question for a second factor; linked; or why not. */
export type Finish = { outcome: 'entered'; login: Outcome } | { outcome: 'linked' } | { outcome: 'refused'; problem: SsoProblem }

const refused = (problem: SsoProblem): Finish => ({ outcome: 'refused', problem })
/** Rolls back and tells why. */
class Refused extends Error {
  readonly problem: SsoProblem
  constructor(problem: SsoProblem) {
    super(problem)
    this.problem = problem
  }
}

/** The browser is back from the provider, with `url` as its address. */
export async function finishSso(ctx: Context, attempt: Attempt | undefined, url: URL, client: Client): Promise<Finish> {
  if (!attempt) return refused('sso_failed')
  if (url.searchParams.get('error') === 'access_denied') return refused('sso_cancelled')
  const { tenantId } = attempt
  const row = await tenantTx(ctx, tenantId, db.find)
  // Somebody changed the provider, or turned it off, while this one was there.
  if (!row || row.issuer !== attempt.issuer || !(row.enabled_at || attempt.link)) return refused('sso_failed')
  const known = await clientOfRow(ctx, row)
  const claims = await exchange(ctx, known.client, known.version, attempt, url).catch((err: unknown) => {
    ctx.log.warn({ err, tenantId, reqId: client.requestId }, 'access: the provider’s answer was not accepted')
    return undefined
  })
  if (!claims) return refused('sso_failed')
  const done = attempt.link ? link(ctx, tenantId, attempt.link, claims, client) : enterOnce(ctx, row, claims, client)
  return done.catch(async (e) => {
    const problem = e instanceof Refused ? e.problem : e instanceof AppError && e.code === 'plan_limit' ? 'sso_full' : undefined
    if (!problem) throw e
    await noteRefusal(ctx, tenantId, problem, client)
    return refused(problem)
  })
}

const noteRefusal = (ctx: Context, tenantId: string, reason: string, { ip, requestId }: Client): Promise<void> =>
  tenantTx(ctx, tenantId, (tx) =>
    writeAudit(tx, { tenantId, actorId: null, action: 'session.login', outcome: 'failure', ip, requestId, details: { via: 'sso', reason } }),
  )

async function link(ctx: Context, tenantId: string, who: { userId: string; sessionId: string }, claims: Claims, client: Client): Promise<Finish> {
  const live = await findLiveSession(ctx.db, who.sessionId)
  if (live?.user_id !== who.userId || live.tenant_id !== tenantId) throw new Refused('sso_failed')
  const { userId } = who
  return tenantTx(ctx, tenantId, async (tx) => {
    if (!(await db.link(tx, { tenant_id: tenantId, issuer: claims.issuer, subject: claims.subject, user_id: userId }))) throw new Refused('sso_refused')
    const line = { tenantId, actorId: userId, action: 'sso.link', object: { type: 'user', id: userId }, ip: client.ip, requestId: client.requestId }
    await writeAudit(tx, line)
    return { outcome: 'linked' }
  })
}

/** Two tabs of one newcomer: the second finds who the first has made. */
const enterOnce = (ctx: Context, row: db.SsoRow, claims: Claims, client: Client): Promise<Finish> =>
  enter(ctx, row, claims, client).catch((e) => {
    if (!isUniqueViolation(e, 'users_email')) throw e
    return enter(ctx, row, claims, client)
  })

async function enter(ctx: Context, row: db.SsoRow, claims: Claims, client: Client): Promise<Finish> {
  const { tenant_id: tenantId } = row
  // Before the transaction: a hash takes its time. It fits no password.
  const noPassword = row.newcomer_role === null ? '' : await hashPassword(randomToken())
  return inTenant(ctx.db, tenantId, async (tx) => {
    if (isClosed((await getTenant(tx, tenantId)).status)) throw new Refused('sso_suspended')
    const userId = (await findMember(tx, row, claims)) ?? (await admit(ctx, tx, row, claims, noPassword))
    await enterTenant(tx, tenantId, userId)
    await db.link(tx, { tenant_id: tenantId, issuer: claims.issuer, subject: claims.subject, user_id: userId })
    const line = { tenantId, actorId: userId, action: 'session.login', object: { type: 'user', id: userId }, ip: client.ip, requestId: client.requestId }
    const login = await openOrAsk(tx, { userId, tenantId }, client, 'sso')
    if ('opened' in login) await writeAudit(tx, { ...line, details: { via: 'sso' } })
    return { outcome: 'entered', login }
  })
}

/** Somebody of the team: by what the provider calls them, or the first time by their confirmed address. */
async function findMember(tx: TenantTx, row: db.SsoRow, claims: Claims): Promise<string | undefined> {
  const known = await db.memberOfSubject(tx, claims.issuer, claims.subject)
  if (known?.deactivated_at) throw new Refused('sso_refused')
  if (known) return known.user_id
  const member = await db.memberOfAddress(tx, requireAddress(row, claims))
  if (member?.deactivated_at) throw new Refused('sso_refused')
  // Whoever may change the provider could have it say any address: nobody becomes an owner that way.
  if (member?.role === 'OWNER') throw new Refused('sso_owner')
  return member?.user_id
}

function requireAddress(row: db.SsoRow, { email, emailVerified }: Claims): string {
  if (email === undefined || !emailVerified) throw new Refused('sso_email')
  const domain = email.split('@').at(-1) ?? ''
  if (row.domains.length > 0 && !row.domains.includes(domain)) throw new Refused('sso_refused')
  return email
}

/** A newcomer joins, where the company wants that. Who has a login elsewhere must join with it: a provider vouches for nobody outside its company. */
async function admit(ctx: Context, tx: TenantTx, row: db.SsoRow, claims: Claims, noPassword: string): Promise<string> {
  const { tenant_id: tenantId } = row
  const email = requireAddress(row, claims)
  if (row.newcomer_role === null || row.domains.length === 0) throw new Refused('sso_refused')
  if (await findLogin(tx, email)) {
    // Made in this very moment, by another tab of theirs? Else it is somebody's login elsewhere.
    const meanwhile = await findMember(tx, row, claims)
    if (meanwhile) return meanwhile
    throw new Refused('sso_refused')
  }
  const role = NewcomerRole.parse(row.newcomer_role)
  await requirePlanRoom(tx, tenantId, 'users')
  const userId = uuidv7()
  await addUser(tx, { id: userId, email, name: (claims.name ?? email.split('@')[0] ?? email).slice(0, 120), passwordHash: noPassword })
  await addMembership(tx, { tenantId, userId, role })
  await enterTenant(tx, tenantId, userId)
  await mailLink(ctx, tx, 'confirm_email', { userId, tenantId, email, locale: 'pt-BR' })
  await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'users' } }])
  await writeAudit(tx, { tenantId, actorId: userId, action: 'sso.join', object: { type: 'user', id: userId }, details: { role } })
  return userId
}

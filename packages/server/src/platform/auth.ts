import type { Permission } from '@atende/contracts/access'
import { ProofMethod } from '@atende/contracts/factors'
import type { FastifyRequest } from 'fastify'
import { jwtVerify, SignJWT } from 'jose'
import { sql } from 'kysely'
import { z } from 'zod'
import { checkApiKey, isApiKey } from './api-key.ts'
import type { Context } from './context.ts'
import { asUser, inTenant, type SystemTx, type TenantTx } from './database.ts'
import { AppError } from './errors.ts'
import type { Http } from './http.ts'
import { type Rights, type RightsRow, readRights, SERVER_RIGHTS } from './rights.ts'

export const ACCESS_TOKEN_SECONDS = 15 * 60
const ISSUER = 'atende'
const AUDIENCE = 'atende-api'

/** Who is calling, as the database says now (not as the token once said). `tenantId` is null for a super admin. */
export type Login = Rights & {
  userId: string
  userName: string
  tenantId: string | null
  sessionId: string
  /** The key of a program that calls; then `userId` is who made it. Null for a person. */
  apiKeyId: string | null
  expiresAt: Date
  provenAt: Date | null
  mustEnrol: boolean
  /** Only their tenant's own provider says who this is, and they work elsewhere too: no proof for what concerns the person. */
  vouchedHereOnly: boolean
}
/** A login inside a tenant: what nearly every route needs. */
export type TenantLogin = Login & { tenantId: string }

declare module 'fastify' {
  interface FastifyRequest {
    login: Login | null
  }
}

const Claims = z.object({ sub: z.uuid(), sid: z.uuid(), exp: z.number() })

export const issueAccessToken = (ctx: Context, who: { userId: string; sessionId: string }): Promise<string> =>
  new SignJWT({ sid: who.sessionId })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(who.userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
    .sign(ctx.keys.derive('access-token'))

/** Also one that was signed before the key of the server changed, until it ends by itself. @throws AppError unauthenticated */
async function readToken(ctx: Context, token: string): Promise<z.infer<typeof Claims>> {
  for (const key of ctx.keys.accepted('access-token', ACCESS_TOKEN_SECONDS * 1000)) {
    const verified = await jwtVerify(token, key, { issuer: ISSUER, audience: AUDIENCE, algorithms: ['HS256'] }).catch(() => undefined)
    if (verified) return Claims.parse(verified.payload)
  }
  throw new AppError('unauthenticated')
}

type Guard = { proven_at: Date | null; must_enrol: boolean | null; elsewhere: boolean | null }
type SessionRow = RightsRow & Guard & { user_id: string; tenant_id: string | null; user_name: string; tenant_status: string | null }

/**
 * Checks token and session. The session is asked of the database each time, so that an ended login or a changed role counts at once.
 * @throws AppError unauthenticated, tenant_suspended
 */
export async function checkToken(ctx: Context, token: string): Promise<Login> {
  const claims = await readToken(ctx, token)
  const login = await checkSession(ctx, claims.sid)
  if (login.userId !== claims.sub) throw new AppError('unauthenticated')
  return { ...login, expiresAt: new Date(claims.exp * 1000) }
}

/** A session by its id alone, for what the server itself signed for it. @throws AppError unauthenticated, tenant_suspended */
export async function checkSession(ctx: Pick<Context, 'db'>, sessionId: string): Promise<Login> {
  const { rows } = await sql<SessionRow>`select s.user_id, s.tenant_id, s.user_name, s.tenant_status, r.*, g.*
    from door_session(${sessionId}) s left join lateral door_rights(s.tenant_id, s.user_id) r on true
      left join door_session_guard(${sessionId}) g on true`.execute(ctx.db)
  const s = rows[0]
  if (!s) throw new AppError('unauthenticated')
  if (s.tenant_status === 'SUSPENDED' || s.tenant_status === 'CANCELLED') throw new AppError('tenant_suspended')
  return {
    ...(s.tenant_id ? readRights(s) : SERVER_RIGHTS),
    userId: s.user_id,
    userName: s.user_name,
    tenantId: s.tenant_id,
    sessionId,
    apiKeyId: null,
    expiresAt: new Date(Date.now() + ACCESS_TOKEN_SECONDS * 1000),
    provenAt: s.proven_at,
    mustEnrol: s.must_enrol ?? false,
    vouchedHereOnly: s.elsewhere ?? false,
  }
}

/** Who calls: a person by an access token, or a program by a key. @throws AppError unauthenticated, tenant_suspended */
export const identify = (ctx: Context, token: string, ip: string): Promise<Login> => (isApiKey(token) ? checkApiKey(ctx, token, ip) : checkToken(ctx, token))

/** Has the login this permission now? */
export const may = (login: Pick<Login, 'permissions'>, permission: Permission): boolean => login.permissions.includes(permission)

const bearer = (request: FastifyRequest): string | undefined => /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]

/** How long a proof of who somebody is lasts for dangerous actions. */
const PROOF_MS = 10 * 60_000
const isProven = ({ provenAt }: Login): boolean => provenAt !== null && Date.now() - provenAt.getTime() < PROOF_MS

/** How a person can prove who they are, the best way first. In a transaction as this person. */
export const proofMethods = async (tx: SystemTx): Promise<ProofMethod[]> =>
  (await sql<{ method: string }>`select proof_methods() as method`.execute(tx)).rows.map((r) => ProofMethod.parse(r.method))

/** Enforces what each route declares in `config`: who may call it, and whether they must have proven themselves just now. */
export function guardRoutes(app: Http, ctx: Context): void {
  app.decorateRequest('login', null)
  app.addHook('onRequest', async (request) => {
    const { access, beforeEnrolment } = request.routeOptions.config
    if (!access || access === 'public') return
    const token = bearer(request)
    if (!token) throw new AppError('unauthenticated')
    request.login = await identify(ctx, token, request.ip)
    if (request.login.mustEnrol && !beforeEnrolment) throw new AppError('second_factor_required')
    // What concerns the own account and its logins is a person's, never a key's.
    if (access === 'login' ? request.login.apiKeyId : !may(request.login, access)) throw new AppError('forbidden')
  })
  // After the body was checked: nobody is asked to prove themselves for what would be refused anyway.
  app.addHook('preHandler', async (request) => {
    const { stepUp } = request.routeOptions.config
    if (stepUp === undefined || (stepUp !== true && !stepUp(request.body))) return
    const { login } = request
    if (!login) throw new AppError('unauthenticated')
    // A key cannot prove who it is. What its scope names outright it may do; settings of security it may not touch.
    if (login.apiKeyId) {
      if (request.routeOptions.config.access === 'contacts.delete') return
      throw new AppError('forbidden')
    }
    const isOwnAccount = request.routeOptions.config.access === 'login'
    if (!isProven(login) || (isOwnAccount && login.vouchedHereOnly))
      throw new AppError('step_up_required', { methods: await asUser(ctx.db, login.userId, proofMethods) })
  })
}

/** @throws AppError unauthenticated */
export function callerOf(request: FastifyRequest): Login {
  if (!request.login) throw new AppError('unauthenticated')
  return request.login
}

/** @throws AppError unauthenticated, or forbidden for a login outside of any tenant. */
export function tenantLogin(request: FastifyRequest): TenantLogin {
  const { login } = request
  if (!login) throw new AppError('unauthenticated')
  if (!login.tenantId) throw new AppError('forbidden')
  return { ...login, tenantId: login.tenantId }
}

/** The handler's transaction: in the caller's tenant, as the caller. */
export const callerTx = <T>(ctx: Context, request: FastifyRequest, work: (tx: TenantTx, login: TenantLogin) => Promise<T>): Promise<T> => {
  const login = tenantLogin(request)
  return inTenant(ctx.db, login.tenantId, (tx) => work(tx, login), login.userId, login)
}

/** A transaction outside of any tenant, as the caller. */
export const personTx = <T>(ctx: Context, request: FastifyRequest, work: (tx: SystemTx, login: Login) => Promise<T>): Promise<T> => {
  const { login } = request
  if (!login) throw new AppError('unauthenticated')
  return asUser(ctx.db, login.userId, (tx) => work(tx, login))
}

export const requirePermission = (login: Login, permission: Permission): void => {
  if (!may(login, permission)) throw new AppError('forbidden')
}

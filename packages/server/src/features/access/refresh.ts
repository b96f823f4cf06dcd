import { checkToken } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { enterTenant, type SystemTx } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import { writeAudit } from '../audit/audit.ts'
import * as db from './access.db.ts'
import { isClosed } from './factors/finish-login.ts'
import { inPlace } from './in-place.ts'
import { type Client, endSessions, type Holder, type Opened, readMe } from './sessions.ts'
import { hashSecret, newSecret, type RefreshToken, readToken, writeToken } from './tokens.ts'

type Live = { token: RefreshToken; holder: Holder; suspended: boolean }

async function findLive(ctx: Context, text: string): Promise<Live> {
  const token = readToken(text)
  const live = token && (await db.findLiveSession(ctx.db, token.sessionId))
  if (!live || live.tenant_id !== token.tenantId) throw new AppError('refresh_invalid')
  const holder = { userId: live.user_id, tenantId: live.tenant_id, sessionId: token.sessionId }
  return { token, holder, suspended: isClosed(live.tenant_status) }
}

/**
 * Exchanges a refresh token for a new one; the old one is worth nothing from then on. Showing it again, or a wrong secret for a live
 * session, means that two hold the token: the whole session ends, for both.
 * @throws AppError refresh_invalid, tenant_suspended
 */
export async function refresh(ctx: Context, text: string, client: Client): Promise<Opened> {
  const { token, holder, suspended } = await findLive(ctx, text)
  if (suspended) throw new AppError('tenant_suspended')
  const opened = await inPlace(ctx, holder, async (tx) => {
    const secret = newSecret()
    const { sessionId: id, generation } = token
    const { ip, userAgent } = client
    const hashes = { oldHash: hashSecret(token.secret), newHash: hashSecret(secret) }
    const rotated = await db.rotateSession(tx, { id, generation, ...hashes, ip, userAgent })
    // The refusal comes after the commit: what was ended here must stay ended.
    if (!rotated) return endReused(ctx, tx, holder, client)
    await db.touchSelf(tx, holder.userId)
    return { holder, refreshToken: writeToken({ ...token, generation: rotated.generation, secret }), me: await readMe(tx, holder) }
  })
  if (!opened) throw new AppError('refresh_invalid')
  return opened
}

async function endReused(ctx: Context, tx: SystemTx, holder: Holder, client: Client): Promise<undefined> {
  const { tenantId, userId, sessionId } = holder
  const ended = await endSessions(tx, { tenantId, userId, reason: 'reuse_detected', only: sessionId })
  // Nothing to end: it was ended, by a logout perhaps, while this token was on its way.
  if (ended === 0) return undefined
  ctx.log.warn({ reqId: client.requestId, sessionId }, 'access: a refresh token was used twice, its session was ended')
  await audit(tx, holder, client, 'session.reuse_detected', 'failure')
  return undefined
}

async function audit(tx: SystemTx, holder: Holder, client: Client, action: string, outcome: 'success' | 'failure') {
  const { tenantId, userId, sessionId } = holder
  const line = { tenantId, actorId: userId, action, outcome, object: { type: 'session', id: sessionId }, ip: client.ip, requestId: client.requestId }
  await writeAudit(tenantId === null ? tx : await enterTenant(tx, tenantId), line)
}

/**
 * Ends the session of this refresh token, and that of this access token (one or both may be there, valid or not). Someone who is out
 * already is out: nothing is refused.
 */
export async function logOut(ctx: Context, tokens: { refresh: string | undefined; access: string | undefined }, client: Client): Promise<void> {
  const byAccess = tokens.access === undefined ? undefined : await checkToken(ctx, tokens.access).catch(() => undefined)
  if (byAccess) await end(ctx, byAccess, client)
  const live = tokens.refresh === undefined ? undefined : await findLive(ctx, tokens.refresh).catch(() => undefined)
  if (!live) return
  const { token, holder } = live
  const proven = await inPlace(ctx, holder, (tx) => db.holdsToken(tx, token.sessionId, token.generation, hashSecret(token.secret)))
  if (proven) await end(ctx, holder, client)
}

const end = (ctx: Context, holder: Holder, client: Client): Promise<void> =>
  inPlace(ctx, holder, async (tx) => {
    const { tenantId, userId, sessionId } = holder
    const ended = await endSessions(tx, { tenantId, userId, reason: 'logout', only: sessionId })
    if (ended > 0) await audit(tx, holder, client, 'session.logout', 'success')
  })

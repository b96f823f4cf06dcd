import { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import { asUser, inTenant } from '../../platform/database.ts'
import type { Http } from '../../platform/http.ts'
import { uuidv7 } from '../../platform/ids.ts'
import type { Keys } from '../../platform/keys.ts'
import * as db from './access-records.db.ts'
import { addressOf, type WhereFrom } from './where-from.ts'

export type Holder = { userId: string; tenantId: string | null; sessionId: string }
/** `use`: the session was used, told at most once in ten minutes. */
export type AccessKind = 'login' | 'refresh' | 'socket' | 'use'
const GAP_MS = 10 * 60_000

const Content = z.object({ user: z.string(), ip: z.string(), port: z.number().nullable(), kind: z.string() })
const contextOf = (id: string) => `access_records.sealed:${id}`

/** Last record per session in this process: spares the question to the database, which decides. */
const recent = new Map<string, number>()
function wasRecent(sessionId: string, now: number): boolean {
  const last = recent.get(sessionId)
  if (last !== undefined && now - last < GAP_MS) return true
  if (recent.size > 20_000) recent.clear()
  recent.set(sessionId, now)
  return false
}

/** Keeps who used the application, from where and when (Lei 12.965/2014, art. 15). */
export async function recordAccess(ctx: Pick<Context, 'db' | 'keys'>, who: Holder, from: WhereFrom, kind: AccessKind): Promise<void> {
  if (kind === 'use' && wasRecent(who.sessionId, Date.now())) return
  const { tenantId, userId, sessionId } = who
  const id = uuidv7()
  const content: z.infer<typeof Content> = { user: userId, ip: from.ip, port: from.port, kind }
  const record = { id, tenantId, sessionId, sealed: ctx.keys.seal(contextOf(id), JSON.stringify(content)), gap: kind === 'use' ? '10 minutes' : null }
  const kept = tenantId === null ? asUser(ctx.db, userId, (tx) => db.append(tx, record)) : inTenant(ctx.db, tenantId, (tx) => db.append(tx, record), userId)
  await kept.catch((e: unknown) => {
    recent.delete(sessionId)
    throw e
  })
  if (kind !== 'use') wasRecent(sessionId, Date.now())
}

export type AccessRecord = { at: string; userId: string; ip: string; port: number | null; kind: string; sessionId: string }

/** Undefined when it does not open: another key, or not what was kept. */
export function openRecord(keys: Keys, row: db.RecordRow): AccessRecord | undefined {
  try {
    const { user, ip, port, kind } = Content.parse(JSON.parse(keys.open(contextOf(row.id), row.sealed)))
    return { at: row.at.toISOString(), userId: user, ip, port, kind, sessionId: row.session_id }
  } catch {
    return undefined
  }
}

/** Every answered call with a login counts as use. */
export function recordUse(app: Http, ctx: Context): void {
  app.addHook('onResponse', async (request) => {
    const { login } = request
    if (!login) return
    await recordAccess(ctx, login, addressOf(request), 'use').catch((err: unknown) => request.log.error({ err }, 'access record not kept'))
  })
}

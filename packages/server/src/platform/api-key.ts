import { NOT_FOR_KEYS, underSight } from '@atende/contracts/access'
import { sql } from 'kysely'
import type { Login } from './auth.ts'
import type { Context } from './context.ts'
import { tenantTx } from './context.ts'
import { randomToken, sameBytes, sha256 } from './crypto.ts'
import { AppError } from './errors.ts'
import { findRights } from './rights.ts'

/** A key without an end is asked again at each request like every other. */
const FOREVER = new Date('9999-12-31T00:00:00Z')
const NOBODY = sha256(randomToken())

export const isApiKey = (token: string): boolean => token.startsWith('atd_')

/** `atd_<id>_<secret>`; the database keeps only the hash. */
export function newApiKey(id: string): { key: string; hash: Buffer } {
  const secret = randomToken(32)
  return { key: `atd_${id.replaceAll('-', '')}_${secret}`, hash: sha256(secret) }
}

type KeyRow = {
  tenant_id: string
  user_id: string
  name: string
  secret_hash: Buffer
  scopes: string[]
  expires_at: Date | null
  unnoted: boolean
  tenant_status: string
}

async function findKey(ctx: Context, token: string): Promise<(KeyRow & { id: string }) | undefined> {
  const m = /^atd_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([\w-]{43})$/.exec(token)
  if (!m) return undefined
  const id = m.slice(1, 6).join('-')
  const { rows } = await sql<KeyRow>`select * from door_api_key(${id})`.execute(ctx.db)
  // Compared in any case, so that the time tells nothing of which ids exist.
  const same = sameBytes(sha256(m[6] ?? ''), rows[0]?.secret_hash ?? NOBODY)
  return rows[0] && same ? { ...rows[0], id } : undefined
}

/**
 * A program that calls with a key: as its creator may now, within the key's scopes. What it may is asked at each request, so a
 * revoked key, an ended one and a creator who lost a permission or left count at once.
 * @throws AppError unauthenticated, tenant_suspended
 */
export async function checkApiKey(ctx: Context, token: string, ip: string): Promise<Login> {
  const key = await findKey(ctx, token)
  const creator = key && (await findRights(ctx.db, key.tenant_id, key.user_id))
  if (!key || !creator) throw new AppError('unauthenticated')
  if (key.tenant_status === 'SUSPENDED' || key.tenant_status === 'CANCELLED') throw new AppError('tenant_suspended')
  if (key.unnoted) await noteUse(ctx, key, ip)
  const held = creator.permissions.filter((p) => key.scopes.includes(p) && !NOT_FOR_KEYS.includes(p))
  return {
    ...creator,
    ...underSight(held, creator.rule),
    userId: key.user_id,
    userName: key.name,
    tenantId: key.tenant_id,
    // No session has this id: what concerns one's own sessions finds none.
    sessionId: key.id,
    apiKeyId: key.id,
    expiresAt: key.expires_at ?? FOREVER,
    provenAt: null,
    mustEnrol: false,
    vouchedHereOnly: false,
  }
}

/** To the minute: a busy program does not write at each call. */
const noteUse = (ctx: Context, key: { id: string; tenant_id: string }, ip: string): Promise<unknown> =>
  tenantTx(ctx, key.tenant_id, (tx) =>
    tx.updateTable('api_keys').set({ last_used_at: sql<Date>`now()`, last_used_from: ip }).where('id', '=', key.id).execute(),
  )

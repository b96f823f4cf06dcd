import { NOT_FOR_KEYS, Permission } from '@atende/contracts/access'
import type { ApiKey, ApiKeyCreated, CreateApiKeyInput } from '@atende/contracts/api-keys'
import type { z } from 'zod'
import { newApiKey } from '../../platform/api-key.ts'
import type { TenantLogin } from '../../platform/auth.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { requireHeld } from '../roles/rank.ts'
import { lockTenant } from '../tenants/tenants.ts'
import * as db from './api-keys.db.ts'

const KEYS_MAX = 100
const SHOWN_MAX = 300

const present = (r: db.KeyRow): ApiKey => ({
  id: r.id,
  name: r.name,
  scopes: Permission.options.filter((p) => r.scopes.includes(p)),
  createdBy: { id: r.created_by, name: r.creator },
  createdAt: r.created_at.toISOString(),
  expiresAt: r.expires_at?.toISOString() ?? null,
  lastUsedAt: r.last_used_at?.toISOString() ?? null,
  lastUsedFrom: r.last_used_from,
  revokedAt: r.revoked_at?.toISOString() ?? null,
})

/** Those that live first, then the revoked ones. */
export const listApiKeys = async (tx: TenantTx): Promise<ApiKey[]> => (await db.list(tx, SHOWN_MAX)).map(present)

const changed = (tx: TenantTx, tenantId: string) => publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'apiKeys' } }])

/**
 * A new key; it is told this once. Its scopes are what its maker may do, without the management of people and keys.
 * @throws AppError forbidden, validation_failed (scopes), plan_limit
 */
export async function createApiKey(tx: TenantTx, login: TenantLogin, input: z.infer<typeof CreateApiKeyInput>): Promise<z.infer<typeof ApiKeyCreated>> {
  const { tenantId, userId } = login
  const scopes = Permission.options.filter((p) => input.scopes.includes(p))
  if (scopes.some((p) => NOT_FOR_KEYS.includes(p))) throw invalidField('scopes', 'not_for_keys', 'Uma chave não pode cuidar de pessoas nem de chaves.')
  requireHeld(login, scopes)
  await lockTenant(tx, tenantId)
  if ((await db.countLive(tx)) >= KEYS_MAX) throw new AppError('plan_limit', { detail: `Uma conta pode ter até ${KEYS_MAX} chaves ativas.` })
  const id = uuidv7()
  const { key, hash } = newApiKey(id)
  await db.insert(tx, { id, tenant_id: tenantId, name: input.name, secret_hash: hash, scopes, created_by: userId, days: input.days })
  await changed(tx, tenantId)
  const row = await db.find(tx, id)
  if (!row) throw notFound()
  return { ...present(row), key }
}

/** From now on it opens nothing. @throws AppError not_found, also when it was revoked before */
export async function revokeApiKey(tx: TenantTx, login: TenantLogin, id: string): Promise<void> {
  if (!(await db.revoke(tx, id, login.userId))) throw notFound()
  await changed(tx, login.tenantId)
}

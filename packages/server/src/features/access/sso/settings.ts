import { NewcomerRole, type SaveSsoInput, type SsoSettings, type SsoState } from '@atende/contracts/sso'
import type { z } from 'zod'
import type { TenantLogin } from '../../../platform/auth.ts'
import { type Context, tenantTx } from '../../../platform/context.ts'
import type { TenantTx } from '../../../platform/database.ts'
import { AppError, invalidField } from '../../../platform/errors.ts'
import { isServerSealed } from '../../../platform/keys.ts'
import { openSecret, sealSecret } from '../../../platform/vault/tenant-secret.ts'
import { getTenant, lockTenant } from '../../tenants/tenants.ts'
import { endSessions } from '../sessions.ts'
import type { Client } from './provider.ts'
import * as db from './sso.db.ts'

const secretContext = (tenantId: string): string => `sso_settings.client_secret:${tenantId}`
export const redirectUri = (ctx: Context): string => `${ctx.publicUrl()}/api/auth/sso/callback`

const present = (row: db.SsoRow): SsoSettings => ({
  label: row.label,
  issuer: row.issuer,
  clientId: row.client_id,
  domains: row.domains,
  newcomerRole: row.newcomer_role === null ? null : NewcomerRole.parse(row.newcomer_role),
  enabled: row.enabled_at !== null,
  passwordsRefused: row.passwords_refused_since !== null,
  updatedAt: row.updated_at.toISOString(),
})

export async function readSso(ctx: Context, tx: TenantTx, { tenantId, userId }: TenantLogin): Promise<SsoState> {
  const { slug } = await getTenant(tx, tenantId)
  const row = await db.find(tx)
  const linked = row !== undefined && (await db.isLinked(tx, row.issuer, userId))
  return { redirectUri: redirectUri(ctx), loginUrl: `${ctx.publicUrl()}/entrar?empresa=${slug}`, settings: row ? present(row) : null, linked }
}

/** What the provider knows this tenant by, and the version of it. */
export const clientOfRow = (ctx: Context, row: db.SsoRow): Promise<{ client: Client; version: string }> =>
  tenantTx(ctx, row.tenant_id, async (tx) => ({
    client: { issuer: row.issuer, clientId: row.client_id, clientSecret: await openSecret(tx, secretContext(row.tenant_id), row.client_secret_enc) },
    version: `${row.tenant_id} ${row.updated_at.getTime()}`,
  }))

/** One that an earlier version sealed with the server's key gets the company's. */
export async function sealOldSsoSecret(tx: TenantTx, tenantId: string): Promise<void> {
  await lockTenant(tx, tenantId)
  const row = await db.find(tx)
  if (!row || !isServerSealed(row.client_secret_enc)) return
  const place = secretContext(tenantId)
  await db.putSecret(tx, await sealSecret(tx, place, await openSecret(tx, place, row.client_secret_enc)))
}

/**
 * Saves the settings. Where passwords are refused from now on, whoever is no owner logs in again, by the provider; the one who saves
 * it keeps this session.
 * @throws AppError validation_failed (clientSecret)
 */
export async function saveSso(ctx: Context, tx: TenantTx, login: TenantLogin, input: z.infer<typeof SaveSsoInput>): Promise<SsoState> {
  const { tenantId } = login
  await lockTenant(tx, tenantId)
  const before = await db.find(tx)
  // A secret is for its provider: whoever changes the provider must know one of theirs.
  const stays = before !== undefined && before.issuer === input.issuer && before.client_id === input.clientId
  if (input.clientSecret === undefined && !stays) throw invalidField('clientSecret', 'required', 'Informe o segredo deste provedor.')
  const kept = stays ? before.client_secret_enc : undefined
  const client_secret_enc = input.clientSecret === undefined ? kept : await sealSecret(tx, secretContext(tenantId), input.clientSecret)
  if (!client_secret_enc) throw invalidField('clientSecret', 'required', 'Informe o segredo deste provedor.')
  await db.save(tx, {
    tenant_id: tenantId,
    label: input.label,
    issuer: input.issuer,
    client_id: input.clientId,
    client_secret_enc,
    domains: [...new Set(input.domains)],
    newcomer_role: input.newcomerRole,
    enabled_at: input.enabled ? (before?.enabled_at ?? new Date()) : null,
    passwords_refused_since: input.passwordsRefused ? (before?.passwords_refused_since ?? new Date()) : null,
  })
  if (input.passwordsRefused && !before?.passwords_refused_since) await endPasswordSessions(tx, login)
  return readSso(ctx, tx, login)
}

async function endPasswordSessions(tx: TenantTx, { tenantId, sessionId }: TenantLogin): Promise<void> {
  for (const { user_id: userId, role } of await db.activeMembers(tx)) {
    if (role !== 'OWNER') await endSessions(tx, { tenantId, userId, reason: 'sso_required', except: sessionId, openedBy: 'password' })
  }
}

export const removeSso = (tx: TenantTx): Promise<void> => db.remove(tx)

/** Told after the right password only: with the company's address, so that the page can lead there. */
export const ssoRequired = (slug: string): AppError => new AppError('sso_required', { fields: [{ path: 'company', code: 'sso_required', message: slug }] })

/** May this member not enter the tenant with a password? Owners always may: their way back in. */
export const passwordRefused = async (tx: TenantTx, role: string): Promise<boolean> => role !== 'OWNER' && (await db.passwordsRefused(tx))

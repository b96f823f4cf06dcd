import type { SsoProblem } from '@atende/contracts/sso'
import type { TenantLogin } from '../../../platform/auth.ts'
import type { Context } from '../../../platform/context.ts'
import { tenantTx } from '../../../platform/context.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Attempt } from './attempt.ts'
import { authorizationUrl, newProof } from './provider.ts'
import { clientOfRow, redirectUri } from './settings.ts'
import * as db from './sso.db.ts'

type Start = { url: string; attempt: Omit<Attempt, 'until'> }

async function begin(ctx: Context, row: db.SsoRow, rest: Pick<Attempt, 'returnTo' | 'link'>): Promise<Start> {
  const { client, version } = await clientOfRow(ctx, row)
  const proof = newProof()
  const url = await authorizationUrl(ctx, client, version, proof, redirectUri(ctx))
  return { url, attempt: { tenantId: row.tenant_id, issuer: row.issuer, ...proof, ...rest } }
}

/** To the provider of the company with this address. */
export async function startSso(ctx: Context, slug: string, returnTo: string): Promise<Start | SsoProblem> {
  const offered = await db.ofSlug(ctx.db, slug)
  const row = offered && (await tenantTx(ctx, offered.tenant_id, db.find))
  if (!row?.enabled_at) return 'sso_unknown'
  return begin(ctx, row, { returnTo, link: null }).catch((err: unknown) => {
    ctx.log.warn({ err, tenantId: row.tenant_id }, 'access: single sign-on could not begin')
    return 'sso_unavailable' as const
  })
}

/** To the provider, for who is logged in and wants to enter that way from now on. @throws AppError not_found, connection_failed */
export async function startLink(ctx: Context, { tenantId, userId, sessionId }: TenantLogin, returnTo: string): Promise<Start> {
  const row = await tenantTx(ctx, tenantId, db.find)
  if (!row) throw new AppError('not_found')
  return begin(ctx, row, { returnTo, link: { userId, sessionId } }).catch((err: unknown) => {
    ctx.log.warn({ err, tenantId }, 'access: single sign-on could not begin')
    throw new AppError('connection_failed')
  })
}

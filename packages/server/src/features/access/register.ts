import type { RegisterInput } from '@atende/contracts/access'
import type { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import { writeAudit } from '../audit/audit.ts'
import { createTenantAnd } from '../tenants/create-tenant.ts'
import { mailLink } from './account-links.ts'
import { type Client, type Opened, openSession } from './sessions.ts'

/** A visitor signs up: a tenant on trial, its owner, and the owner's first session, all or nothing. @throws AppError email_taken */
export function register(ctx: Context, input: z.infer<typeof RegisterInput>, client: Client): Promise<Opened> {
  const { companyName, name, email, password } = input
  const tenant = { name: companyName, email, status: 'TRIAL', owner: { name, email, password } }
  return createTenantAnd(ctx.db, tenant, async (tx, { tenantId, userId }) => {
    const { ip, requestId } = client
    await writeAudit(tx, { tenantId, actorId: userId, action: 'tenant.register', object: { type: 'tenant', id: tenantId }, ip, requestId })
    await mailLink(ctx, tx, 'confirm_email', { userId, tenantId, email: email.toLowerCase(), locale: 'pt-BR' })
    return openSession(tx, { userId, tenantId }, client)
  })
}

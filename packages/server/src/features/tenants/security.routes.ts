import { TenantSecurity, UpdateTenantSecurityInput } from '@atende/contracts/factors'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { readSecurity, updateSecurity } from './security.ts'

const tags = ['tenants']

/** What the company asks of its people. */
export function securityRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/tenants/current/security',
    { config: { access: 'tenant.manage' }, schema: { tags, summary: 'Security settings of the company', response: { 200: TenantSecurity } } },
    async (request) => callerTx(ctx, request, (tx, { tenantId }) => readSecurity(tx, tenantId)),
  )

  app.patch(
    '/api/tenants/current/security',
    {
      config: { access: 'tenant.manage', stepUp: true },
      schema: { tags, summary: 'Require a second factor, or not', body: UpdateTenantSecurityInput, response: { 200: TenantSecurity } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, { tenantId }) => {
        const { secondFactor } = request.body
        const before = await readSecurity(tx, tenantId)
        const after = await updateSecurity(tx, tenantId, secondFactor)
        const details = { secondFactor, before: before.secondFactor }
        await writeAudit(tx, { tenantId, action: 'tenant.security', object: { type: 'tenant', id: tenantId }, details, ...auditedBy(request) })
        return after
      }),
  )
}

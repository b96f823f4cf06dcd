import { IdParams } from '@atende/contracts/common'
import { AdminUpdateTenantInput, CreateTenantInput, Tenant, UpdateTenantInput, Usage } from '@atende/contracts/tenants'
import { z } from 'zod'
import { callerTx, personTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { createTenantAnd } from './create-tenant.ts'
import { adminUpdateTenant, getTenant, listTenants, readUsage, updateTenant } from './tenants.ts'

const tags = ['tenants']

export function tenantRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/tenants/current',
    { config: { access: 'tenant.read' }, schema: { tags, summary: 'The own company', response: { 200: Tenant } } },
    async (request) => callerTx(ctx, request, (tx, login) => getTenant(tx, login.tenantId)),
  )

  app.patch(
    '/api/tenants/current',
    {
      config: { access: 'tenant.manage' },
      schema: { tags, summary: 'Change the own company', body: UpdateTenantInput, response: { 200: Tenant } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, { tenantId }) => {
        const tenant = await updateTenant(tx, tenantId, request.body)
        const details = { fields: Object.keys(request.body) }
        await writeAudit(tx, { tenantId, action: 'tenant.update', object: { type: 'tenant', id: tenantId }, details, ...auditedBy(request) })
        return tenant
      }),
  )

  app.get(
    '/api/tenants/current/usage',
    { config: { access: 'tenant.read' }, schema: { tags, summary: 'Counted facts of this month', response: { 200: Usage } } },
    async (request) => callerTx(ctx, request, (tx) => readUsage(tx)),
  )
  serverRoutes(app, ctx)
}

/** What only who runs the server may do. */
function serverRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/tenants',
    { config: { access: 'server.manage' }, schema: { tags, summary: 'All tenants (super admin)', response: { 200: z.object({ items: z.array(Tenant) }) } } },
    async (request) => ({ items: await personTx(ctx, request, listTenants) }),
  )

  app.post(
    '/api/tenants',
    {
      config: { access: 'server.manage' },
      schema: { tags, summary: 'Create a tenant with its owner (super admin)', body: CreateTenantInput, response: { 201: Tenant } },
    },
    async (request, reply) => {
      const tenant = await createTenantAnd(ctx.db, { ...request.body, status: 'ACTIVE' }, async (tx, { tenantId }) => {
        await writeAudit(tx, { tenantId, action: 'tenant.create', object: { type: 'tenant', id: tenantId }, ...auditedBy(request) })
        return getTenant(tx, tenantId)
      })
      return reply.code(201).send(tenant)
    },
  )

  app.patch(
    '/api/tenants/:id',
    {
      config: { access: 'server.manage' },
      schema: { tags, summary: 'Change plan or status of a tenant (super admin)', params: IdParams, body: AdminUpdateTenantInput, response: { 200: Tenant } },
    },
    async (request) =>
      personTx(ctx, request, async (tx, login) => {
        const { id } = request.params
        const done = await adminUpdateTenant(tx, login.userId, id, request.body)
        const details = { ...request.body }
        await writeAudit(done.tx, { tenantId: id, action: 'tenant.admin_update', object: { type: 'tenant', id }, details, ...auditedBy(request) })
        return done.tenant
      }),
  )
}

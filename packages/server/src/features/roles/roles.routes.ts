import { IdParams } from '@atende/contracts/common'
import { CreateRoleInput, CustomRole, DeleteRoleQuery, Roles, UpdateRoleInput } from '@atende/contracts/roles'
import { z } from 'zod'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { createRole, deleteRole, listRoles, updateRole } from './roles.ts'

const tags = ['roles']

export function roleRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/roles',
    { config: { access: 'users.read' }, schema: { tags, summary: 'Roles and what each may do', response: { 200: Roles } } },
    async (request) => callerTx(ctx, request, listRoles),
  )

  app.post(
    '/api/roles',
    {
      config: { access: 'users.manage', stepUp: true },
      schema: { tags, summary: 'Make a role of the company’s own', body: CreateRoleInput, response: { 201: CustomRole } },
    },
    async (request, reply) => {
      const made = await callerTx(ctx, request, async (tx, login) => {
        const role = await createRole(tx, login, request.body)
        const details = { permissions: role.permissions }
        await writeAudit(tx, { tenantId: login.tenantId, action: 'role.create', object: { type: 'role', id: role.id }, details, ...auditedBy(request) })
        return role
      })
      return reply.code(201).send(made)
    },
  )

  app.patch(
    '/api/roles/:id',
    {
      config: { access: 'users.manage', stepUp: true },
      schema: { tags, summary: 'Change a role; it counts at once', params: IdParams, body: UpdateRoleInput, response: { 200: CustomRole } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        const role = await updateRole(tx, login, request.params.id, request.body)
        const details = { permissions: role.permissions }
        await writeAudit(tx, { tenantId: login.tenantId, action: 'role.update', object: { type: 'role', id: role.id }, details, ...auditedBy(request) })
        return role
      }),
  )

  app.delete(
    '/api/roles/:id',
    {
      config: { access: 'users.manage', stepUp: true },
      schema: {
        tags,
        summary: 'Delete a role',
        description: 'While anybody has it, `role` or `roleId` says which they get instead.',
        params: IdParams,
        querystring: DeleteRoleQuery,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      await callerTx(ctx, request, async (tx, login) => {
        await deleteRole(tx, login, id, request.query)
        const details = { movedTo: request.query }
        await writeAudit(tx, { tenantId: login.tenantId, action: 'role.delete', object: { type: 'role', id }, details, ...auditedBy(request) })
      })
      return reply.code(204).send()
    },
  )
}

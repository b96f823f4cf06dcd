import { UpdateUserInput, User } from '@atende/contracts/access'
import { IdParams } from '@atende/contracts/common'
import { z } from 'zod'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { listUsers, updateUser } from './users.ts'

const tags = ['users']

export function userRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/users',
    { config: { access: 'users.read' }, schema: { tags, summary: 'Everybody of the company', response: { 200: z.object({ items: z.array(User) }) } } },
    async (request) => ({ items: await callerTx(ctx, request, listUsers) }),
  )

  app.patch(
    '/api/users/:id',
    {
      config: { access: 'users.manage', stepUp: true },
      schema: { tags, summary: 'Change role or activity of a person', params: IdParams, body: UpdateUserInput, response: { 200: User } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        const { tenantId } = login
        const user = await updateUser(tx, login, request.params.id, request.body)
        const details = { role: user.role, roleId: user.roleId, active: user.active }
        await writeAudit(tx, { tenantId, action: 'user.update', object: { type: 'user', id: user.id }, details, ...auditedBy(request) })
        return user
      }),
  )
}

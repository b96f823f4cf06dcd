import { AcceptInvitationInput, Invitation, InvitationCreated, InvitationPreview, InviteInput } from '@atende/contracts/access'
import { IdParams } from '@atende/contracts/common'
import { LoginAnswer } from '@atende/contracts/factors'
import { z } from 'zod'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { acceptInvitation, previewInvitation } from './accept-invitation.ts'
import { invite, listInvitations, renewInvitation, revokeInvitation } from './invitations.ts'
import type { LoginLimit } from './login-limit.ts'
import { clientOf } from './refresh-cookie.ts'
import { sendOutcome } from './send-login.ts'

const tags = ['users']
const TokenParams = z.object({ token: z.string().max(300) })
const lineOf = (tenantId: string, action: string, id: string) => ({ tenantId, action, object: { type: 'invitation', id } })

export function invitationRoutes(app: Http, ctx: Context, limit: LoginLimit): void {
  app.get(
    '/api/users/invitations',
    {
      config: { access: 'users.manage' },
      schema: { tags, summary: 'Invitations that wait', response: { 200: z.object({ items: z.array(Invitation) }) } },
    },
    async (request) => ({ items: await callerTx(ctx, request, listInvitations) }),
  )

  app.post(
    '/api/users/invitations',
    {
      config: { access: 'users.manage' },
      schema: { tags, summary: 'Invite somebody; the link is shown once', body: InviteInput, response: { 201: InvitationCreated } },
    },
    async (request, reply) => {
      const made = await callerTx(ctx, request, async (tx, login) => {
        const invitation = await invite(ctx, tx, login, request.body)
        const line = lineOf(login.tenantId, 'invitation.create', invitation.id)
        await writeAudit(tx, { ...line, details: { role: invitation.role, roleId: invitation.roleId }, ...auditedBy(request) })
        return invitation
      })
      return reply.code(201).send(made)
    },
  )
  changeRoutes(app, ctx)
  publicRoutes(app, ctx, limit)
}

function changeRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/users/invitations/:id/renew',
    {
      config: { access: 'users.manage' },
      schema: { tags, summary: 'A new link for seven more days', params: IdParams, response: { 200: InvitationCreated } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        const invitation = await renewInvitation(ctx, tx, login, request.params.id)
        await writeAudit(tx, { ...lineOf(login.tenantId, 'invitation.renew', invitation.id), ...auditedBy(request) })
        return invitation
      }),
  )

  app.delete(
    '/api/users/invitations/:id',
    { config: { access: 'users.manage' }, schema: { tags, summary: 'Take an invitation back', params: IdParams, response: { 204: z.void() } } },
    async (request, reply) => {
      const { id } = request.params
      await callerTx(ctx, request, async (tx, login) => {
        await revokeInvitation(tx, login, id)
        await writeAudit(tx, { ...lineOf(login.tenantId, 'invitation.revoke', id), ...auditedBy(request) })
      })
      return reply.code(204).send()
    },
  )
}

function publicRoutes(app: Http, ctx: Context, limit: LoginLimit): void {
  app.get(
    '/api/auth/invitations/:token',
    {
      config: { access: 'public' },
      schema: { tags: ['auth'], summary: 'What an invitation link offers', params: TokenParams, response: { 200: InvitationPreview } },
    },
    async (request) => previewInvitation(ctx, request.params.token),
  )

  app.post(
    '/api/auth/invitations/:token/accept',
    {
      config: { access: 'public' },
      schema: { tags: ['auth'], summary: 'Join by an invitation link', params: TokenParams, body: AcceptInvitationInput, response: { 200: LoginAnswer } },
    },
    async (request, reply) => sendOutcome(ctx, reply, await acceptInvitation(ctx, limit, request.params.token, request.body, clientOf(request))),
  )
}

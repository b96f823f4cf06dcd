import { type InvitationCreated, Login, type TenantRole } from '@atende/contracts/access'
import type { z } from 'zod'
import type { Answer, TestServer } from '../../testing/test-server.ts'

export const PASSWORD = 'uma senha bem longa'

export const cookieOf = (answer: Answer<unknown>): string => (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''

/** The token at the end of an invitation's link. */
export const tokenOf = (link: string): string => link.split('/').at(-1) ?? ''

let count = 0
/** Somebody of the owner's tenant, with this role, who came by an invitation and is logged in. */
export async function joinTenant(server: TestServer, owner: { token: string }, role: TenantRole, password = PASSWORD) {
  const email = `pessoa${++count}.${Math.random().toString(36).slice(2, 8)}@example.com`
  const invited = await server.call<z.infer<typeof InvitationCreated>>('POST', '/api/users/invitations', { token: owner.token, body: { email, role } })
  if (invited.status !== 201) throw new Error(`invite: ${invited.status} ${JSON.stringify(invited.body)}`)
  const body = { name: `Pessoa ${count}`, password }
  const answer = await server.call('POST', `/api/auth/invitations/${tokenOf(invited.body.link)}/accept`, { body })
  const login = Login.parse(answer.body)
  return { token: login.accessToken, userId: login.me.user.id, sessionId: login.me.sessionId, email, cookie: cookieOf(answer) }
}

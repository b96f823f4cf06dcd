import { Permission, ROLE_PERMISSIONS, TenantRole } from '@atende/contracts/access'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { joinTenant } from '../packages/server/src/features/access/test-people.ts'
import { joinWith } from '../packages/server/src/features/access/test-roles.ts'
import { uuidv7 } from '../packages/server/src/platform/ids.ts'
import { startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

/**
 * Who may do what, asked of every route by everybody: 403 exactly where the permission is missing. The routes are found by the test
 * itself; a new one is asked too.
 */
const OPERATOR = { email: 'operadora@example.com', password: 'uma senha bem longa' }
const OWN_ROLE = ['conversations.read', 'contacts.read', 'tags.read', 'users.read'] as const
const SCOPES = ['conversations.read', 'contacts.write', 'messages.send', 'channels.manage'] as const
/** Ends the caller's own logins: asked last. */
const ENDS = new Set(['POST /api/auth/logout-all', 'POST /api/auth/logout'])

/** Settings of security: a key cannot prove itself again, so it may not touch them; and what only people of a company have. */
const NEVER: Record<string, readonly string[]> = {
  'an API key': ['DELETE /api/channels/:id', 'POST /api/channels/:id/deregister'],
  SUPER_ADMIN: ['POST /api/auth/email/confirm-again'],
}

type Actor = { name: string; token: string; holds: readonly string[]; person: boolean }
let server: TestServer
const actors: Actor[] = []

beforeAll(async () => {
  server = await startTestServer({ SUPER_ADMIN_EMAIL: OPERATOR.email, SUPER_ADMIN_PASSWORD: OPERATOR.password })
  const owner = await server.register()
  actors.push({ name: 'OWNER', token: owner.token, holds: ROLE_PERMISSIONS.OWNER, person: true })
  for (const role of TenantRole.options.filter((r) => r !== 'OWNER')) {
    const { token } = await joinTenant(server, owner, role)
    actors.push({ name: role, token, holds: ROLE_PERMISSIONS[role], person: true })
  }
  actors.push({ name: 'a role of the company’s own', token: (await joinWith(server, owner, OWN_ROLE)).token, holds: OWN_ROLE, person: true })
  actors.push({ name: 'a role without permissions', token: (await joinWith(server, owner, [])).token, holds: [], person: true })
  const key = await server.call<{ key: string }>('POST', '/api/api-keys', { token: owner.token, body: { name: 'Integração', scopes: SCOPES } })
  actors.push({ name: 'an API key', token: key.body.key, holds: SCOPES, person: false })
  const operator = await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: OPERATOR })
  actors.push({ name: 'SUPER_ADMIN', token: operator.body.accessToken, holds: ROLE_PERMISSIONS.SUPER_ADMIN, person: true })
})
afterAll(() => server.close())

it('every route refuses exactly those who lack its permission', async () => {
  const routes = server.routes.filter((r) => r.access !== 'public' && !['HEAD', 'OPTIONS'].includes(r.method))
  expect(routes.length).toBeGreaterThan(70)
  const ordered = [...routes.filter((r) => !ENDS.has(`${r.method} ${r.url}`)), ...routes.filter((r) => ENDS.has(`${r.method} ${r.url}`))]
  const wrong: string[] = []
  for (const { name, token, holds, person } of actors) {
    for (const { method, url, access } of ordered) {
      const allowed = (access === 'login' ? person : holds.includes(access)) && !NEVER[name]?.includes(`${method} ${url}`)
      const { status, body } = await server.call(
        method,
        url.replaceAll(/:\w+/g, () => uuidv7()),
        { token, ...(method === 'GET' ? {} : { body: {} }) },
      )
      // Without the right body or id it ends in another refusal; never in this one, and never in an error of ours.
      const refused = status === 403 && body.code === 'forbidden'
      if (refused === allowed || status === 401 || status >= 500) wrong.push(`${name}: ${method} ${url} (${access}) answered ${status}`)
    }
  }
  expect(wrong).toEqual([])
})

it('the table of the built-in roles is the one that was agreed', () => {
  const held = (p: Permission) =>
    Object.entries({ OWNER: 'O', ADMIN: 'A', SUPERVISOR: 'S', ATTENDANT: 't', DPO: 'D', SUPER_ADMIN: '*' })
      .map(([role, letter]) => (ROLE_PERMISSIONS[role as TenantRole].includes(p) ? letter : '-'))
      .join('')
  expect(Object.fromEntries(Permission.options.map((p) => [p, held(p)]))).toEqual({
    'conversations.read': 'OASt--',
    'conversations.read_all': 'OAS-D-',
    'conversations.write': 'OASt--',
    'messages.send': 'OASt--',
    'contacts.read': 'OAStD-',
    'contacts.write': 'OASt--',
    'contacts.merge': 'OASt--',
    'contacts.delete': 'OAS---',
    'tags.read': 'OASt--',
    'tags.write': 'OAS---',
    'users.read': 'OAStD-',
    'users.manage': 'OA----',
    'api_keys.manage': 'OA----',
    'tenant.read': 'OAStD-',
    'tenant.manage': 'OA----',
    'channels.read': 'OASt--',
    'channels.manage': 'OA----',
    'webhooks.read': 'OA----',
    'templates.read': 'OASt--',
    'templates.manage': 'OAS---',
    'usage.read': 'OAS---',
    'audit.read': 'OA--D-',
    'access_records.export': 'O---D-',
    'server.manage': '-----*',
  })
})

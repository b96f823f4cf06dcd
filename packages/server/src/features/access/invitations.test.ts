import { type Invitation, InvitationCreated, InvitationPreview, Login, type TenantRole } from '@atende/contracts/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant, PASSWORD, tokenOf } from './test-people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1' })
})
afterAll(() => server.close())

let count = 0
const newEmail = () => `convidada${++count}@example.com`
const invite = (token: string, role: TenantRole = 'ATTENDANT', email = newEmail()) =>
  server.call('POST', '/api/users/invitations', { token, body: { email, role } })
const invited = async (token: string, role?: TenantRole, email?: string) => InvitationCreated.parse((await invite(token, role, email)).body)
const preview = (link: string) => server.call('GET', `/api/auth/invitations/${tokenOf(link)}`)
const accept = (link: string, password = PASSWORD, ip = `10.4.0.${count}`) =>
  server.call('POST', `/api/auth/invitations/${tokenOf(link)}/accept`, { body: { name: 'Bia', password }, headers: { 'x-forwarded-for': ip } })
const listed = async (token: string) => (await server.call<{ items: Invitation[] }>('GET', '/api/users/invitations', { token })).body.items

test('a newcomer opens the link, chooses a password, and works', async () => {
  const owner = await server.register('Casa Boa')
  const made = await invited(owner.token, 'SUPERVISOR')
  expect(made.link).toMatch(new RegExp(`^${server.url}/convite/[\\w-]{22}\\.[\\w-]{43}$`))
  expect(Date.parse(made.expiresAt) - Date.now()).toBeGreaterThan(6.9 * 86_400_000)
  expect(await listed(owner.token)).toMatchObject([{ id: made.id, invitedBy: 'Dona Teste' }])
  const seen = InvitationPreview.parse((await preview(made.link)).body)
  expect(seen).toEqual({ tenantName: 'Casa Boa', email: made.email, role: 'SUPERVISOR', roleName: null, invitedBy: 'Dona Teste', existingUser: false })
  const answer = await accept(made.link)
  const { accessToken, me } = Login.parse(answer.body)
  expect(me).toMatchObject({ user: { name: 'Bia', email: made.email, role: 'SUPERVISOR' }, tenant: { id: owner.tenantId } })
  expect(answer.headers.getSetCookie()[0]).toContain('HttpOnly')
  expect((await server.call('GET', '/api/tags', { token: accessToken })).status).toBe(200)
  expect(await listed(owner.token)).toEqual([])
  const stored = await server.sql<{ t: string }>('select string_agg(i::text, $1) as t from invitations i', [' '])
  expect(stored[0]?.t).not.toContain(tokenOf(made.link).split('.')[1])
})

test('used, revoked, renewed away, expired, of a closed tenant, malformed: one answer', async () => {
  const owner = await server.register()
  const used = await invited(owner.token)
  await accept(used.link)
  const revoked = await invited(owner.token)
  expect((await server.call('DELETE', `/api/users/invitations/${revoked.id}`, { token: owner.token })).status).toBe(204)
  const renewed = await invited(owner.token)
  const renewal = InvitationCreated.parse((await server.call('POST', `/api/users/invitations/${renewed.id}/renew`, { token: owner.token })).body)
  const expired = await invited(owner.token)
  await server.sql("update invitations set expires_at = now() - interval '1 second' where id = $1", [expired.id])
  const closed = await server.register()
  const ofClosed = await invited(closed.token)
  await server.sql("update tenants set status = 'SUSPENDED' where id = $1", [closed.tenantId])
  const pieces = (link: string) => tokenOf(link).split('.')
  const other = await invited((await server.register()).token)
  const foreign = `x/${pieces(other.link)[0]}.${pieces(renewal.link)[1]}`
  for (const link of [used.link, revoked.link, renewed.link, expired.link, ofClosed.link, foreign, 'x/abc', 'x/a.b']) {
    expect((await preview(link)).body, link).toMatchObject({ status: 410, code: 'invitation_invalid' })
    expect((await accept(link)).body, link).toMatchObject({ status: 410, code: 'invitation_invalid' })
  }
  expect((await accept(renewal.link)).status).toBe(200)
})

test('an expired invitation is still listed, and a renewal revives it', async () => {
  const owner = await server.register()
  const made = await invited(owner.token)
  await server.sql("update invitations set expires_at = now() - interval '1 second' where id = $1", [made.id])
  expect(await listed(owner.token)).toHaveLength(1)
  const renewal = InvitationCreated.parse((await server.call('POST', `/api/users/invitations/${made.id}/renew`, { token: owner.token })).body)
  expect((await accept(renewal.link)).status).toBe(200)
})

test('of two who open the same link at once one gets in', async () => {
  const owner = await server.register()
  const made = await invited(owner.token)
  const answers = await Promise.all([accept(made.link), accept(made.link), accept(made.link)])
  expect(answers.filter((a) => a.status === 200)).toHaveLength(1)
  expect(await server.sql('select from memberships where tenant_id = $1', [owner.tenantId])).toHaveLength(2)
})

test('who has a login confirms with that password, and wrong ones are limited', async () => {
  const owner = await server.register()
  const known = await server.register()
  const made = await invited(owner.token, 'ATTENDANT', known.email)
  expect((await preview(made.link)).body).toMatchObject({ existingUser: true })
  for (let i = 0; i < 4; i++) expect((await accept(made.link, 'senha errada aqui', `10.5.0.${i}`)).body).toMatchObject({ status: 401, code: 'login_failed' })
  const { me } = Login.parse((await accept(made.link, known.password, '10.5.0.9')).body)
  expect(me.user).toMatchObject({ id: known.userId, name: 'Dona Teste', role: 'ATTENDANT' })
  expect(me.memberships).toHaveLength(2)
  const again = await invited((await server.register()).token, 'ATTENDANT', known.email)
  for (let i = 0; i < 5; i++) await accept(again.link, 'senha errada aqui', `10.6.0.${i}`)
  expect((await accept(again.link, known.password, '10.6.0.9')).status).toBe(429)
})

test('one open invitation per address; members are not invited', async () => {
  const owner = await server.register()
  const made = await invited(owner.token)
  expect((await invite(owner.token, 'ATTENDANT', made.email.toUpperCase())).body).toMatchObject({ status: 409, code: 'already_exists' })
  expect((await invite(owner.token, 'ATTENDANT', owner.email)).body).toMatchObject({ status: 409, code: 'already_exists' })
  const other = await server.register()
  expect((await invite(other.token, 'ATTENDANT', made.email)).status).toBe(201)
})

test('nobody invites above their own role, nor gets hold of such a link', async () => {
  const owner = await server.register()
  const admin = await joinTenant(server, owner, 'ADMIN')
  const attendant = await joinTenant(server, owner, 'ATTENDANT')
  expect((await invite(admin.token, 'OWNER')).body).toMatchObject({ status: 403, code: 'forbidden' })
  expect((await invite(admin.token, 'ADMIN')).status).toBe(201)
  const ofOwner = await invited(owner.token, 'OWNER')
  expect((await server.call('POST', `/api/users/invitations/${ofOwner.id}/renew`, { token: admin.token })).status).toBe(403)
  expect((await server.call('DELETE', `/api/users/invitations/${ofOwner.id}`, { token: admin.token })).status).toBe(403)
  expect((await invite(attendant.token)).status).toBe(403)
  expect((await server.call('GET', '/api/users/invitations', { token: attendant.token })).status).toBe(403)
})

test('the plan counts people and open invitations, exactly, also when many are invited at once', async () => {
  const owner = await server.register()
  const answers = await Promise.all(Array.from({ length: 14 }, () => invite(owner.token)))
  expect(answers.filter((a) => a.status === 201)).toHaveLength(9)
  expect(answers.find((a) => a.status !== 201)?.body).toMatchObject({ status: 409, code: 'plan_limit' })
  const [first] = await listed(owner.token)
  await server.call('DELETE', `/api/users/invitations/${first?.id}`, { token: owner.token })
  expect((await invite(owner.token)).status).toBe(201)
})

test('a foreign invitation is an absent one', async () => {
  const owner = await server.register()
  const other = await server.register()
  const made = await invited(owner.token)
  for (const [method, url] of [
    ['DELETE', `/api/users/invitations/${made.id}`],
    ['POST', `/api/users/invitations/${made.id}/renew`],
    ['DELETE', '/api/users/invitations/01930000-0000-7000-8000-000000000001'],
  ] as const) {
    expect((await server.call(method, url, { token: other.token })).body).toMatchObject({ status: 404, code: 'not_found' })
  }
  expect(await listed(other.token)).toEqual([])
})

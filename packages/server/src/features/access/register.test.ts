import { Login, Me } from '@atende/contracts/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { PASSWORD } from './test-people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const signUp = (companyName: string, email: string) =>
  server.call('POST', '/api/auth/register', { body: { companyName, name: 'Dona Ana', email, password: PASSWORD } })

test('a visitor signs up: tenant on trial, owner, session, and a cookie that scripts cannot read', async () => {
  const answer = await signUp('Pousada São João', 'Ana@Example.com ')
  expect(answer.status).toBe(201)
  const { accessToken, expiresIn, me } = Login.parse(answer.body)
  expect(me.user).toMatchObject({ name: 'Dona Ana', email: 'ana@example.com', role: 'OWNER' })
  expect(me.tenant).toMatchObject({ name: 'Pousada São João', slug: 'pousada-sao-joao', status: 'TRIAL', onboardedAt: null })
  expect(me.memberships).toEqual([{ tenantId: me.tenant?.id, tenantName: 'Pousada São João', role: 'OWNER' }])
  expect(expiresIn).toBe(900)
  expect(answer.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^atende_refresh=[^;]+; Max-Age=2592000; Path=\/api\/auth; HttpOnly; SameSite=Strict$/),
    expect.stringMatching(/^atende_device=[\w.-]+; Max-Age=\d+; Path=\/api\/auth; HttpOnly; SameSite=Strict$/),
  ])
  expect(Me.parse((await server.call('GET', '/api/auth/me', { token: accessToken })).body)).toEqual({ ...me, cursor: expect.stringMatching(/^\d+\.\d+$/) })
})

test('the same name again gets an address of its own, ten at once too', async () => {
  const made = await Promise.all(Array.from({ length: 4 }, (_, i) => signUp('Mesma Casa', `casa${i}@example.com`)))
  const slugs = made.map((a) => Login.parse(a.body).me.tenant?.slug)
  expect(new Set(slugs).size).toBe(4)
  expect(slugs).toContain('mesma-casa')
})

test('an e-mail has one login only, in any spelling, and leaves nothing of the second try', async () => {
  await signUp('Primeira', 'so.um@example.com')
  const second = await signUp('Segunda Casa', 'SO.UM@example.com')
  expect(second.status).toBe(409)
  expect(second.body).toMatchObject({ code: 'email_taken' })
  expect(await server.sql("select from tenants where name = 'Segunda Casa'")).toHaveLength(0)
})

test.each([
  ['a short password', { password: 'curta' }, 'password'],
  ['no address', { email: 'ninguém' }, 'email'],
  ['no company', { companyName: ' ' }, 'companyName'],
])('%s is refused by its field', async (_what, wrong, path) => {
  const body = { companyName: 'Casa', name: 'Ana', email: 'outra@example.com', password: PASSWORD, ...wrong }
  const answer = await server.call('POST', '/api/auth/register', { body })
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({ code: 'validation_failed', errors: [{ path }] })
})

test('the password and the refresh token are nowhere in the database', async () => {
  const owner = await server.register()
  const secret = owner.cookie.split('.').at(-1) ?? ''
  const rows = await server.sql<{ t: string }>(
    'select (select string_agg(u::text, $1) from users u) || (select string_agg(s::text, $1) from sessions s) as t',
    [' '],
  )
  expect(rows[0]?.t).not.toContain(PASSWORD)
  expect(rows[0]?.t).not.toContain(secret)
  expect(rows[0]?.t).not.toContain(Buffer.from(secret).toString('hex'))
})

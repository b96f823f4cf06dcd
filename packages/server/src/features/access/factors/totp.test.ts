import { Login } from '@atende/contracts/access'
import { TotpStarted } from '@atende/contracts/factors'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { joinTenant, PASSWORD, tokenOf } from '../test-people.ts'
import { askedOf, auditOf, codeOf, enrolTotp, logIn, readFactors, second } from './test-factors.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1' })
})
afterAll(() => server.close())

let network = 0
const ip = () => `10.20.${network >> 8}.${network++ & 255}`

test('an app is set up with its first code; the secret is readable nowhere in the database', async () => {
  const owner = await server.register()
  const started = TotpStarted.parse((await server.call('POST', '/api/auth/factors/totp', owner)).body)
  expect(started.uri).toContain(`secret=${started.secret}`)
  expect(started.uri).toContain('issuer=Atende')
  expect((await readFactors(server, owner)).totp).toBeNull()
  const confirm = (code: string) => server.call('POST', '/api/auth/factors/totp/confirm', { ...owner, body: { code }, headers: { 'x-forwarded-for': ip() } })
  expect((await confirm('000000')).body).toMatchObject({ status: 422, code: 'code_wrong' })
  const code = await codeOf(started.secret)
  const answer = await confirm(`${code.slice(0, 3)} ${code.slice(3)}`)
  expect(answer.status).toBe(200)
  expect(new Set(answer.body.recoveryCodes as string[]).size).toBe(10)
  expect(await readFactors(server, owner)).toMatchObject({ totp: { since: expect.any(String) }, recoveryCodes: { left: 10, total: 10 }, required: false })
  const [row] = await server.sql("select encode(secret_enc, 'escape') as text, user_id from totp_factors where user_id = $1", [owner.userId])
  expect(String(row?.text)).not.toContain(started.secret)
  expect(await auditOf(server, owner.tenantId, 'factor.totp_on')).toHaveLength(1)
})

test('a sealed secret does not open for another person', async () => {
  const [owner, thief] = [await server.register(), await server.register()]
  const { secret } = await enrolTotp(server, owner)
  await enrolTotp(server, thief)
  await server.sql('update totp_factors set secret_enc = (select secret_enc from totp_factors where user_id = $1) where user_id = $2', [
    thief.userId,
    owner.userId,
  ])
  const { token } = await askedOf(server, owner, ip())
  expect((await second(server, token, { method: 'totp', code: await codeOf(secret) }, ip())).status).toBe(500)
})

test('with an app the password alone opens nothing; the code does, once', async () => {
  const owner = await server.register()
  const { secret } = await enrolTotp(server, owner)
  const answer = await logIn(server, owner, ip())
  expect(answer.status).toBe(200)
  expect(answer.body).toEqual({ secondFactor: { token: expect.any(String), methods: ['totp', 'recovery'] } })
  expect(answer.headers.getSetCookie()).toEqual([])
  const asked = await askedOf(server, owner, ip())
  const code = await codeOf(secret)
  const opened = await second(server, asked.token, { method: 'totp', code }, ip())
  expect(opened.status).toBe(200)
  expect(opened.headers.getSetCookie()[0]).toMatch(/^atende_refresh=/)
  const { accessToken } = Login.parse(opened.body)
  expect((await server.call('GET', '/api/tags', { token: accessToken })).status).toBe(200)
  // The pending login is used up, and so is the code, also for another login.
  expect((await second(server, asked.token, { method: 'totp', code: await codeOf(secret, 1) }, ip())).body).toMatchObject({
    status: 410,
    code: 'second_step_expired',
  })
  const again = await askedOf(server, owner, ip())
  expect((await second(server, again.token, { method: 'totp', code }, ip())).body).toMatchObject({ code: 'code_wrong' })
  expect((await second(server, again.token, { method: 'totp', code: await codeOf(secret, 1) }, ip())).status).toBe(200)
  const lines = await auditOf(server, owner.tenantId, 'session.login')
  expect(lines.map((l) => [l.outcome, l.details.method ?? l.details.proven])).toEqual([
    ['success', 'totp'],
    ['failure', 'totp'],
    ['success', 'totp'],
  ])
  expect(await auditOf(server, owner.tenantId, 'session.second_factor_asked')).toHaveLength(3)
})

test('two logins with one code at the same moment: one is let in', async () => {
  const owner = await server.register()
  const { secret } = await enrolTotp(server, owner)
  const tokens = [await askedOf(server, owner, ip()), await askedOf(server, owner, ip())]
  const code = await codeOf(secret)
  const answers = await Promise.all(tokens.map(({ token }) => second(server, token, { method: 'totp', code }, ip())))
  expect(answers.map((a) => a.status).sort()).toEqual([200, 422])
})

test('codes of one step before and after are taken, older and later ones are not', async () => {
  const owner = await server.register()
  const { secret } = await enrolTotp(server, owner)
  await server.sql('update totp_factors set last_step = 0 where user_id = $1', [owner.userId])
  for (const [steps, status] of [
    [-3, 422],
    [3, 422],
    [-1, 200],
    [1, 200],
  ] as const) {
    const { token } = await askedOf(server, owner, ip())
    expect([steps, (await second(server, token, { method: 'totp', code: await codeOf(secret, steps) }, ip())).status]).toEqual([steps, status])
  }
})

test('guessing codes is limited per account, from anywhere', async () => {
  const owner = await server.register()
  const { secret } = await enrolTotp(server, owner)
  const { token } = await askedOf(server, owner, ip())
  for (let i = 0; i < 5; i++) expect((await second(server, token, { method: 'totp', code: '000000' }, ip())).status).toBe(422)
  const refused = await second(server, token, { method: 'totp', code: await codeOf(secret) }, ip())
  expect(refused.body).toMatchObject({ status: 429, code: 'too_many_requests' })
})

test('the time between the steps is short, and the token belongs to one person', async () => {
  const owner = await server.register()
  const other = await server.register()
  const { secret } = await enrolTotp(server, owner)
  await enrolTotp(server, other)
  const mine = await askedOf(server, owner, ip())
  const theirs = await askedOf(server, other, ip())
  const [person] = mine.token.split('.')
  const [, secretOfTheirs] = theirs.token.split('.')
  const proof = { method: 'totp', code: await codeOf(secret) }
  for (const token of [`${person}.${secretOfTheirs}`, 'nonsense', `${mine.token}x`]) {
    expect((await second(server, token, proof, ip())).body).toMatchObject({ code: 'second_step_expired' })
  }
  await server.sql("update pending_logins set expires_at = now() - interval '1 second' where user_id = $1", [owner.userId])
  expect((await second(server, mine.token, proof, ip())).body).toMatchObject({ code: 'second_step_expired' })
  const lines = await server.sql<{ life: number }>('select extract(epoch from expires_at - created_at)::int life from pending_logins where user_id = $1', [
    other.userId,
  ])
  expect(lines).toEqual([{ life: 300 }])
})

test('changing the password voids the logins that wait for their second step', async () => {
  const owner = await server.register()
  const { secret } = await enrolTotp(server, owner)
  const { token } = await askedOf(server, owner, ip())
  const body = { currentPassword: owner.password, newPassword: 'outra senha bem longa' }
  expect((await server.call('PATCH', '/api/auth/me', { ...owner, body })).status).toBe(200)
  expect((await second(server, token, { method: 'totp', code: await codeOf(secret) }, ip())).body).toMatchObject({ code: 'second_step_expired' })
})

test('a recovery code works once, in any spelling; new ones void the old', async () => {
  const owner = await server.register()
  const { codes } = await enrolTotp(server, owner)
  const enter = async (code: string) => second(server, (await askedOf(server, owner, ip())).token, { method: 'recovery', code }, ip())
  expect((await enter(` ${codes[0]?.toUpperCase().replaceAll('-', ' ')}`)).status).toBe(200)
  expect((await enter(codes[0] ?? '')).body).toMatchObject({ code: 'code_wrong' })
  expect((await readFactors(server, owner)).recoveryCodes).toEqual({ left: 9, total: 10 })
  const renewed = await server.call<{ recoveryCodes: string[] }>('POST', '/api/auth/factors/recovery-codes', owner)
  expect((await enter(codes[1] ?? '')).body).toMatchObject({ code: 'code_wrong' })
  expect((await enter(renewed.body.recoveryCodes[1] ?? '')).status).toBe(200)
  const hashes = await server.sql<{ h: string }>("select encode(code_hash, 'escape') h from recovery_codes where user_id = $1", [owner.userId])
  expect(hashes.some((r) => renewed.body.recoveryCodes.some((c) => r.h.includes(c.replaceAll('-', ''))))).toBe(false)
  expect(await auditOf(server, owner.tenantId, 'factor.recovery_codes_renewed')).toHaveLength(1)
})

test('switched off, the password is enough again and the recovery codes are gone', async () => {
  const owner = await server.register()
  await enrolTotp(server, owner)
  expect((await server.call('DELETE', '/api/auth/factors/totp', owner)).status).toBe(204)
  expect((await server.call('DELETE', '/api/auth/factors/totp', owner)).status).toBe(404)
  expect((await server.call('POST', '/api/auth/factors/recovery-codes', owner)).status).toBe(404)
  expect(await readFactors(server, owner)).toMatchObject({ totp: null, recoveryCodes: { left: 0, total: 0 } })
  expect(Login.safeParse((await logIn(server, owner, ip())).body).success).toBe(true)
  expect(await auditOf(server, owner.tenantId, 'factor.totp_off')).toHaveLength(1)
})

test('a new app replaces the old one only with its first code', async () => {
  const owner = await server.register()
  const { secret } = await enrolTotp(server, owner)
  await server.call('POST', '/api/auth/factors/totp', owner)
  const { token } = await askedOf(server, owner, ip())
  expect((await second(server, token, { method: 'totp', code: await codeOf(secret) }, ip())).status).toBe(200)
})

test('an invitation accepted with a password asks for the second factor too', async () => {
  const [here, elsewhere] = [await server.register(), await server.register()]
  const person = await joinTenant(server, here, 'ATTENDANT')
  const { secret } = await enrolTotp(server, person)
  const invited = await server.call<{ link: string }>('POST', '/api/users/invitations', { ...elsewhere, body: { email: person.email, role: 'ATTENDANT' } })
  const body = { name: 'Pessoa', password: PASSWORD }
  const answer = await server.call<{ secondFactor: { token: string } }>('POST', `/api/auth/invitations/${tokenOf(invited.body.link)}/accept`, { body })
  expect(answer.headers.getSetCookie()).toEqual([])
  const opened = await second(server, answer.body.secondFactor.token, { method: 'totp', code: await codeOf(secret) }, ip())
  expect(Login.parse(opened.body).me.tenant?.id).toBe(elsewhere.tenantId)
})

import { Login } from '@atende/contracts/access'
import type { PasskeyAssertion } from '@atende/contracts/factors'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthenticator } from '../../../testing/authenticator.ts'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { askedOf, auditOf, enrolPasskey, logIn, ORIGIN, readFactors, second } from './test-factors.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1', ALLOWED_ORIGINS: ORIGIN })
})
afterAll(() => server.close())

let network = 0
const ip = () => `10.21.${network >> 8}.${network++ & 255}`
type Options = { challenge: string; rpId: string; userVerification: string; allowCredentials?: { id: string }[] }
const aloneOptions = async () => (await server.call<Options>('POST', '/api/auth/login/passkey/options')).body
const alone = (response: PasskeyAssertion, more: Record<string, unknown> = {}) =>
  server.call('POST', '/api/auth/login/passkey', { body: { response, ...more }, headers: { 'x-forwarded-for': ip() } })
const refused = { status: 422, code: 'passkey_refused' }

test('several passkeys with names: kept, listed, renamed, removed', async () => {
  const owner = await server.register()
  const first = await enrolPasskey(server, owner, 'Notebook')
  expect(first.recoveryCodes).toHaveLength(10)
  const { passkey, recoveryCodes } = await enrolPasskey(server, owner, 'Celular')
  expect(recoveryCodes).toBeNull()
  expect((await readFactors(server, owner)).passkeys.map((p) => [p.name, p.lastUsedAt])).toEqual([
    ['Notebook', null],
    ['Celular', null],
  ])
  const path = `/api/auth/factors/passkeys/${passkey.id}`
  expect((await server.call('PATCH', path, { ...owner, body: { name: 'Celular novo' } })).body.name).toBe('Celular novo')
  const stranger = await server.register()
  expect((await server.call('PATCH', path, { ...stranger, body: { name: 'x' } })).status).toBe(404)
  expect((await server.call('DELETE', path, stranger)).status).toBe(404)
  expect((await server.call('DELETE', path, owner)).status).toBe(204)
  expect((await readFactors(server, owner)).passkeys.map((p) => p.name)).toEqual(['Notebook'])
  expect(await auditOf(server, owner.tenantId, 'factor.passkey_added')).toHaveLength(2)
  expect(await auditOf(server, owner.tenantId, 'factor.passkey_removed')).toHaveLength(1)
})

test('the same passkey cannot be kept twice, nor for two people', async () => {
  const [owner, other] = [await server.register(), await server.register()]
  const { key } = await enrolPasskey(server, owner)
  for (const who of [owner, other]) {
    const options = (await server.call('POST', '/api/auth/factors/passkeys/options', who)).body
    const answer = await server.call('POST', '/api/auth/factors/passkeys', { ...who, body: { name: 'De novo', response: key.register(options) } })
    expect(answer.body).toMatchObject({ status: 409, code: 'already_exists' })
  }
})

test('a passkey alone logs in: it says who it is and has checked its person', async () => {
  const owner = await server.register()
  const { key } = await enrolPasskey(server, owner)
  const options = await aloneOptions()
  expect(options).toMatchObject({ rpId: 'atende.example', userVerification: 'required' })
  expect(options.allowCredentials ?? []).toEqual([])
  const answer = await alone(key.assert(options))
  const { accessToken, me } = Login.parse(answer.body)
  expect(me.user.id).toBe(owner.userId)
  expect((await server.call('GET', '/api/tags', { token: accessToken })).status).toBe(200)
  expect((await readFactors(server, owner)).passkeys[0]?.lastUsedAt).toEqual(expect.any(String))
  expect(await auditOf(server, owner.tenantId, 'session.login')).toEqual([{ outcome: 'success', details: { proven: 'passkey' } }])
})

test('a challenge works once, for what it was given, and not for long', async () => {
  const owner = await server.register()
  const { key } = await enrolPasskey(server, owner)
  const options = await aloneOptions()
  const answer = key.assert(options)
  expect((await alone(answer)).status).toBe(200)
  expect((await alone(answer)).body).toMatchObject(refused)
  expect((await alone(key.assert({ challenge: 'eu-mesmo-inventei' }))).body).toMatchObject(refused)
  const stepUp = (await server.call<Options>('POST', '/api/auth/step-up/passkey', owner)).body
  expect((await alone(key.assert(stepUp))).body).toMatchObject(refused)
  const late = await aloneOptions()
  await server.sql("update passkey_challenges set expires_at = now() - interval '1 second'")
  expect((await alone(key.assert(late))).body).toMatchObject(refused)
  // A refused try has used its challenge up too.
  const spoilt = await aloneOptions()
  key.state.verified = false
  expect((await alone(key.assert(spoilt))).body).toMatchObject(refused)
  key.state.verified = true
  expect((await alone(key.assert(spoilt))).body).toMatchObject(refused)
})

test('refused: without checking the person, from another page, with a wrong signature, of nobody, of somebody else', async () => {
  const [owner, other] = [await server.register(), await server.register()]
  const { key } = await enrolPasskey(server, owner)
  const their = await enrolPasskey(server, other)
  const stranger = createAuthenticator(ORIGIN)
  stranger.state.userHandle = key.state.userHandle
  const cases: [string, () => Promise<PasskeyAssertion>][] = [
    ['not verified', async () => play({ verified: false })],
    ['phishing page', async () => play({ origin: 'https://atende.example.evil.test' })],
    ['other scheme', async () => play({ origin: 'http://atende.example' })],
    ['says it is another', async () => play({ userHandle: their.key.state.userHandle })],
    ['of nobody', async () => stranger.assert(await aloneOptions())],
    [
      'signature of another',
      async () => {
        const options = await aloneOptions()
        const mine = key.assert(options)
        return { ...mine, response: { ...mine.response, signature: their.key.assert(options).response.signature } }
      },
    ],
  ]
  async function play(change: Partial<typeof key.state>): Promise<PasskeyAssertion> {
    const before = { ...key.state }
    Object.assign(key.state, change)
    const answer = key.assert(await aloneOptions())
    Object.assign(key.state, before)
    return answer
  }
  for (const [name, make] of cases) expect([name, (await alone(await make())).body]).toMatchObject([name, refused])
  expect((await alone(key.assert(await aloneOptions()))).status).toBe(200)
})

test('a counter that goes back is a copied key: refused, and what it knew stays', async () => {
  const owner = await server.register()
  const { key } = await enrolPasskey(server, owner)
  const at = async (counter: number) => {
    key.state.counter = counter
    return (await alone(key.assert(await aloneOptions()))).status
  }
  expect([await at(5), await at(9), await at(9), await at(3), await at(0), await at(10)]).toEqual([200, 200, 422, 422, 422, 200])
  expect((await auditOf(server, owner.tenantId, 'session.login')).map((l) => l.outcome)).toEqual([
    'success',
    'success',
    'failure',
    'failure',
    'failure',
    'success',
  ])
  expect(await server.sql('select counter::int from passkeys where user_id = $1', [owner.userId])).toEqual([{ counter: 10 }])
})

test('after the password a passkey is the second factor, of the same person only', async () => {
  const [owner, other] = [await server.register(), await server.register()]
  const { key } = await enrolPasskey(server, owner)
  const their = await enrolPasskey(server, other)
  const asked = await askedOf(server, owner, ip())
  expect(asked.methods).toEqual(['passkey', 'recovery'])
  const options = async () => (await server.call<Options>('POST', '/api/auth/login/second/passkey', { body: { token: asked.token } })).body
  const enter = async (response: PasskeyAssertion) => second(server, asked.token, { method: 'passkey', response }, ip())
  expect((await enter(their.key.assert(await options()))).body).toMatchObject(refused)
  expect((await enter(key.assert(await aloneOptions()))).body).toMatchObject(refused)
  expect(Login.parse((await enter(key.assert(await options()))).body).me.user.id).toBe(owner.userId)
  const nobody = await server.call('POST', '/api/auth/login/second/passkey', { body: { token: asked.token } })
  expect(nobody.body).toMatchObject({ status: 410, code: 'second_step_expired' })
})

test('a removed passkey opens nothing, and a deactivated person neither', async () => {
  const owner = await server.register()
  const { key, passkey } = await enrolPasskey(server, owner)
  await server.sql('update memberships set deactivated_at = now() where user_id = $1', [owner.userId])
  expect((await alone(key.assert(await aloneOptions()))).body).toMatchObject(refused)
  await server.sql('update memberships set deactivated_at = null where user_id = $1', [owner.userId])
  await server.call('DELETE', `/api/auth/factors/passkeys/${passkey.id}`, owner)
  expect((await alone(key.assert(await aloneOptions()))).body).toMatchObject(refused)
  expect(Login.safeParse((await logIn(server, owner, ip())).body).success).toBe(true)
})

test('a suspended tenant is closed to passkeys too', async () => {
  const owner = await server.register()
  const { key } = await enrolPasskey(server, owner)
  await server.sql("update tenants set status = 'SUSPENDED' where id = $1", [owner.tenantId])
  expect((await alone(key.assert(await aloneOptions()))).body).toMatchObject({ status: 403, code: 'tenant_suspended' })
})

test('an address that is only a number cannot have passkeys, and says so', async () => {
  const plain = await startTestServer()
  try {
    const owner = await plain.register()
    expect((await readFactors(plain, owner)).passkeysPossible).toBe(false)
    const answers = [await plain.call('POST', '/api/auth/factors/passkeys/options', owner), await plain.call('POST', '/api/auth/login/passkey/options')]
    // Whatever a request calls itself: the name comes from the configuration only.
    answers.push(await plain.call('POST', '/api/auth/login/passkey/options', { headers: { 'x-forwarded-host': 'atende.example' } }))
    for (const a of answers) expect(a.body).toMatchObject({ status: 422, code: 'passkeys_impossible' })
  } finally {
    await plain.close()
  }
})

test('tenants with addresses below the base domain share their people’s passkeys', async () => {
  const shared = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1', ALLOWED_ORIGINS: 'https://app.atende.example', BASE_DOMAIN: 'atende.example' })
  try {
    const owner = await shared.register()
    const { key } = await enrolPasskey(shared, owner)
    const enter = async (origin: string) => {
      key.state.origin = origin
      const response = key.assert((await shared.call('POST', '/api/auth/login/passkey/options')).body)
      return (await shared.call('POST', '/api/auth/login/passkey', { body: { response }, headers: { 'x-forwarded-for': ip() } })).status
    }
    expect(await enter('https://pousada.atende.example')).toBe(200)
    expect(await enter('https://pousada-atende.example')).toBe(422)
    expect(await enter('http://pousada.atende.example')).toBe(422)
  } finally {
    await shared.close()
  }
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

type Channel = {
  id: string
  status: string
  name: string
  lastError: string | null
  displayPhoneNumber: string | null
  handshakeAt: string | null
  emulator: boolean
}
type Check = { name: string; ok: boolean; message: string }
type Owner = Awaited<ReturnType<TestServer['register']>>

let server: TestServer
let emulator: Emulator
let owner: Owner
let numbers = 0
beforeAll(async () => {
  emulator = await startEmulator({ quiet: true })
  server = await startTestServer({ EMULATOR_URL: emulator.url })
  owner = await server.register()
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})

/** Credentials of a fresh number of the emulator's. */
const credentials = () => {
  const n = emulator.control.createNumber({ displayPhoneNumber: `+55 11 4002-${String(++numbers).padStart(4, '0')}`, verifiedName: 'Pousada' })
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = n
  return { name: 'Recepção', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl }
}
const create = (who: Owner, body: object) =>
  server.call<Channel & { code: string; errors: { path: string }[] }>('POST', '/api/channels', { token: who.token, body })

describe('connecting a number', () => {
  test('it is tested at once, and its secrets never come back', async () => {
    const who = await server.register()
    const body = credentials()
    const { status, body: channel } = await create(who, body)
    expect(status).toBe(201)
    expect(channel).toMatchObject({ status: 'connected', displayPhoneNumber: expect.stringContaining('4002'), lastError: null, emulator: false })
    const all = JSON.stringify([channel, (await server.call('GET', '/api/channels', { token: who.token })).body])
    for (const secret of [body.accessToken, body.appSecret, body.verifyToken]) expect(all).not.toContain(secret)
    const [row] = await server.sql<{ text: string }>(
      "select encode(access_token_enc, 'escape') || encode(app_secret_enc, 'escape') as text from channels where id = $1",
      [channel.id],
    )
    expect(row?.text).not.toContain(body.accessToken)
  })

  test('what to paste at Meta is for who may manage channels', async () => {
    const who = await server.register()
    const body = credentials()
    const made = await create(who, body)
    const setup = await server.call('GET', `/api/channels/${made.body.id}/setup`, { token: who.token })
    expect(setup.body).toEqual({ webhookUrl: `${server.url}/webhooks/whatsapp`, verifyToken: body.verifyToken, hasAccessToken: true, hasAppSecret: true })
    const { verifyToken: _, appSecret: __, ...withoutTokens } = credentials()
    const own = await create(who, withoutTokens)
    const made2 = await server.call('GET', `/api/channels/${own.body.id}/setup`, { token: who.token })
    expect(made2.body).toMatchObject({ verifyToken: expect.stringMatching(/^[\w-]{20,}$/), hasAppSecret: false })
  })

  test('the same number twice is refused, the same way for a foreign one', async () => {
    const [a, b] = [await server.register(), await server.register()]
    const body = credentials()
    expect((await create(a, body)).status).toBe(201)
    const [own, foreign] = [await create(a, body), await create(b, body)]
    expect(own).toMatchObject({ status: 409, body: { code: 'number_taken' } })
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...own.body, requestId: '' })
  })

  test('the plan has a limit, also for many at once', async () => {
    const who = await server.register()
    const answers = await Promise.all(Array.from({ length: 5 }, () => create(who, credentials())))
    expect(answers.map((a) => a.status).sort()).toEqual([201, 201, 409, 409, 409])
    expect(answers.find((a) => a.status === 409)?.body.code).toBe('plan_limit')
  })

  test('fields are checked', async () => {
    const { status, body } = await create(owner, { ...credentials(), phoneNumberId: 'abc', accessToken: 'x' })
    expect(status).toBe(400)
    expect(body.errors.map((e) => e.path).sort()).toEqual(['accessToken', 'phoneNumberId'])
  })

  test('in production a tenant cannot make the server call other addresses', async () => {
    const production = await startTestServer({ NODE_ENV: 'production', EMULATOR_URL: emulator.url })
    const who = await production.register()
    for (const path of ['/api/channels', '/api/channels/test']) {
      const refused = await production.call('POST', path, { token: who.token, body: { ...credentials(), graphUrl: 'http://169.254.169.254/latest' } })
      expect(refused, path).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ path: 'graphUrl' }] } })
    }
    expect((await production.call('POST', '/api/channels/test', { token: who.token, body: credentials() })).status).toBe(200)
    await production.close()
  })
})

describe('testing a connection', () => {
  const ask = (body: object) => server.call<{ ok: boolean; checks: Check[] }>('POST', '/api/channels/test', { token: owner.token, body })
  const failing = (checks: Check[]) => checks.filter((c) => !c.ok).map((c) => c.name)

  test('good credentials pass every check', async () => {
    const { body } = await ask(credentials())
    expect(body).toMatchObject({ ok: true, verifiedName: 'Pousada' })
    expect(body.checks.map((c) => c.name)).toEqual(['number', 'token', 'subscription'])
  })

  test.each([
    ['a wrong token', { accessToken: 'wrong-token-of-nobody' }, ['number', 'token', 'subscription'], /token/i],
    ['another number id', { phoneNumberId: '999999' }, ['number'], /ID do número/],
    ['another account id', { wabaId: '999999' }, ['subscription'], /WABA/],
    ['an address where nobody listens', { graphUrl: 'http://127.0.0.1:9' }, ['number', 'token', 'subscription'], /Não conseguimos falar/],
    ['an address that is no Graph', { graphUrl: 'http://absent.invalid' }, ['number', 'token', 'subscription'], /Não conseguimos falar/],
  ])('%s: says what to do', async (_, change, names, words) => {
    const { status, body } = await ask({ ...credentials(), ...change })
    expect(status).toBe(200)
    expect(body.ok).toBe(false)
    expect(failing(body.checks)).toEqual(names)
    expect(body.checks.find((c) => !c.ok)?.message).toMatch(words)
  })

  test('each check says its own truth: a dead token is the token’s fault, and the others say that they could not look', async () => {
    const sentences = async (change: object) => Object.fromEntries((await ask({ ...credentials(), ...change })).body.checks.map((c) => [c.name, c.message]))
    expect(await sentences({ accessToken: 'wrong-token-of-nobody' })).toEqual({
      number: 'Não deu para conferir o número: a Meta não aceitou o token.',
      token: expect.stringMatching(/^O token não vale/),
      subscription: 'Não deu para conferir os eventos: a Meta não aceitou o token.',
    })
    const expired = credentials()
    emulator.control.changePlatform(expired.phoneNumberId, { token: 'expired' })
    expect(await sentences(expired)).toMatchObject({ token: expect.stringMatching(/^O token venceu/) })
    expect(await sentences({ graphUrl: 'http://127.0.0.1:9' })).toMatchObject({
      number: expect.stringContaining('Não conseguimos falar'),
      token: 'Não deu para conferir o token: não houve resposta.',
      subscription: 'Não deu para conferir os eventos: não houve resposta.',
    })
    const scoped = credentials()
    emulator.control.changePlatform(scoped.phoneNumberId, { permissions: ['whatsapp_business_messaging'] })
    expect(await sentences(scoped)).toMatchObject({ token: expect.stringContaining('whatsapp_business_management') })
  })

  test('with stored credentials it changes the status; subscribing repairs it', async () => {
    const who = await server.register()
    const body = credentials()
    const { id } = (await create(who, body)).body
    await fetch(`${emulator.graphUrl}/v26.0/${body.wabaId}/subscribed_apps`, { method: 'DELETE', headers: { authorization: `Bearer ${body.accessToken}` } })
    const tested = await server.call<{ ok: boolean; checks: Check[] }>('POST', `/api/channels/${id}/test`, { token: who.token })
    expect(failing(tested.body.checks)).toEqual(['subscription'])
    expect((await server.call('GET', `/api/channels/${id}`, { token: who.token })).body).toMatchObject({
      status: 'error',
      lastError: expect.stringContaining('Assinar'),
    })
    expect(await server.call('POST', `/api/channels/${id}/subscribe`, { token: who.token })).toMatchObject({ status: 200, body: { ok: true } })
    expect((await server.call('GET', `/api/channels/${id}`, { token: who.token })).body).toMatchObject({ status: 'connected', lastError: null })
  })

  test('a refused subscription says why', async () => {
    const who = await server.register()
    const { id } = (await create(who, { ...credentials(), wabaId: '999999' })).body
    expect(await server.call('POST', `/api/channels/${id}/subscribe`, { token: who.token })).toMatchObject({
      status: 422,
      body: { code: 'connection_failed', detail: expect.stringContaining('WABA') },
    })
  })
})

describe('changing and removing', () => {
  test('a new token is tested; switching off and on', async () => {
    const who = await server.register()
    const body = credentials()
    const { id } = (await create(who, { ...body, accessToken: 'an-expired-token' })).body
    const patch = (change: object) => server.call<Channel>('PATCH', `/api/channels/${id}`, { token: who.token, body: change })
    expect((await patch({ name: 'Balcão' })).body).toMatchObject({ name: 'Balcão', status: 'error' })
    expect((await patch({ accessToken: body.accessToken })).body).toMatchObject({ status: 'connected', lastError: null })
    expect((await patch({ enabled: false })).body.status).toBe('disabled')
    await server.call('POST', `/api/channels/${id}/test`, { token: who.token })
    expect((await server.call<Channel>('GET', `/api/channels/${id}`, { token: who.token })).body.status).toBe('disabled')
    expect((await patch({ enabled: true })).body.status).toBe('connected')
    const lines = await server.sql<{ action: string }>("select action from audit_logs where object_id = $1 and object_type = 'channel' order by seq", [id])
    expect(lines.map((l) => l.action)).toEqual(['channel.create', 'channel.update', 'channel.update', 'channel.update', 'channel.update'])
    const told = await server.sql("select 1 from outgoing_events where tenant_id = $1 and payload->>'list' = 'channels'", [who.tenantId])
    expect(told.length).toBeGreaterThan(4)
  })

  test('a foreign channel is absent, in every way', async () => {
    const { id } = (await create(await server.register(), credentials())).body
    const absent = '01990000-0000-7000-8000-000000000000'
    for (const [method, tail] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['GET', '/setup'],
      ['POST', '/test'],
      ['POST', '/subscribe'],
    ] as const) {
      const body = method === 'PATCH' ? { name: 'Meu agora' } : undefined
      const [foreign, none] = await Promise.all(
        [id, absent].map((x) => server.call('GET' === method ? 'GET' : method, `/api/channels/${x}${tail}`, { token: owner.token, body })),
      )
      expect(foreign?.status, method + tail).toBe(404)
      expect({ ...foreign?.body, requestId: '', instance: '' }).toEqual({ ...none?.body, requestId: '', instance: '' })
    }
  })
})

describe('the emulator', () => {
  test('a number of its own, connected both ways', async () => {
    const who = await server.register('Padaria Lua')
    expect((await server.call('GET', '/api/channels/emulator', { token: who.token })).body).toEqual({ available: true, phoneUrl: `${emulator.url}/` })
    const { status, body } = await server.call<Channel>('POST', '/api/channels/emulator', { token: who.token })
    expect(status).toBe(201)
    expect(body).toMatchObject({ emulator: true, status: 'connected', verifiedName: 'Padaria Lua', handshakeAt: expect.any(String) })
  })

  test('without one it says so', async () => {
    const plain = await startTestServer()
    const who = await plain.register()
    expect((await plain.call('GET', '/api/channels/emulator', { token: who.token })).body).toEqual({ available: false, phoneUrl: null })
    expect(await plain.call('POST', '/api/channels/emulator', { token: who.token })).toMatchObject({ status: 422, body: { code: 'emulator_unavailable' } })
    await plain.close()
  })
})

import type { BusinessProfile, ChannelHealth } from '@atende/contracts/channels'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { connectChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { checkChannelJob } from './channels.jobs.ts'
import { scheduleChannelChecks } from './schedule-checks.ts'

type Problem = { code: string; detail?: string; errors?: { path: string; message: string }[] }
type Notice = { code: string; severity: string; title: string }
type Owner = Awaited<ReturnType<TestServer['register']>>
type Number = { id: string; owner: Owner; phoneNumberId: string; wabaId: string; accessToken: string }

let server: TestServer
let emulator: Emulator
let numbers = 0
beforeAll(async () => {
  emulator = await startEmulator({ quiet: true })
  server = await startTestServer({ EMULATOR_URL: emulator.url })
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})

/** A number of the emulator's, connected both ways to a tenant of its own. */
async function connect(): Promise<Number> {
  const owner = await server.register()
  const n = emulator.control.createNumber({ displayPhoneNumber: `+55 11 4002-${String(++numbers).padStart(4, '0')}`, verifiedName: 'Pousada' })
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = n
  const body = { name: 'Recepção', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl }
  const made = await server.call<{ id: string }>('POST', '/api/channels', { token: owner.token, body })
  await emulator.control.setWebhook(phoneNumberId, { callbackUrl: `${server.url}/webhooks/whatsapp`, verifyToken })
  return { id: made.body.id, owner, phoneNumberId, wabaId, accessToken }
}
const ask = <T = ChannelHealth>(n: Number, method: string, tail: string, body?: unknown) =>
  server.call<T & Problem>(method, `/api/channels/${n.id}/${tail}`, { token: n.owner.token, ...(body === undefined ? {} : { body }) })
const check = async (n: Number) => (await ask(n, 'POST', 'check')).body
const notices = async (n: Number) => (await server.call<{ items: Notice[] }>('GET', '/api/notices', { token: n.owner.token })).body.items

describe('how a number is', () => {
  test('known at once after connecting, and the webhook after the handshake', async () => {
    const n = await connect()
    const before = (await ask(n, 'GET', 'health')).body
    expect(before).toMatchObject({ numberStatus: 'CONNECTED', quality: 'GREEN', messagingLimit: 2000, throughput: 80, canSend: 'AVAILABLE', registered: true })
    expect(before).toMatchObject({ token: { valid: true, expiresAt: null, missingScopes: [] }, webhook: { subscribed: true }, errors: [] })
    const after = await check(n)
    expect(after.webhook).toMatchObject({ subscribed: true, ours: true, url: `${server.url}/webhooks/whatsapp`, handshakeAt: expect.any(String) })
    expect(Date.parse(after.checkedAt ?? '')).toBeGreaterThan(Date.now() - 60_000)
    expect(await notices(n)).toEqual([])
  })

  test('attendants may look, but not act', async () => {
    const n = await connect()
    const invited = await server.call<{ link: string }>('POST', '/api/users/invitations', {
      token: n.owner.token,
      body: { email: `a${n.phoneNumberId}@example.com`, role: 'ATTENDANT' },
    })
    const secret = invited.body.link.split('/').at(-1)
    const accepted = await server.call<{ accessToken: string }>('POST', `/api/auth/invitations/${secret}/accept`, {
      body: { name: 'Ana', password: 'uma senha bem longa' },
    })
    const asAna = (method: string, tail: string) => server.call(method, `/api/channels/${n.id}/${tail}`, { token: accepted.body.accessToken })
    expect((await asAna('GET', 'health')).status).toBe(200)
    for (const [method, tail] of [
      ['POST', 'check'],
      ['GET', 'profile'],
      ['POST', 'deregister'],
    ] as const)
      expect((await asAna(method, tail)).status).toBe(403)
    expect((await server.call('GET', '/api/notices', { token: accepted.body.accessToken })).status).toBe(403)
  })

  test('what is wrong is told once, and settled when it is right again', async () => {
    const n = await connect()
    emulator.control.changePlatform(n.phoneNumberId, { quality: 'RED', permissions: ['whatsapp_business_messaging'] })
    await fetch(`${emulator.graphUrl}/v26.0/${n.wabaId}/subscribed_apps`, { method: 'DELETE', headers: { authorization: `Bearer ${n.accessToken}` } })
    emulator.control.changeNumber(n.phoneNumberId, { registered: false })
    const bad = await check(n)
    expect(bad).toMatchObject({ quality: 'RED', numberStatus: 'PENDING', canSend: 'BLOCKED', registered: false })
    expect(bad.healthProblems[0]).toMatchObject({ entity: 'Número', title: expect.any(String), action: expect.any(String) })
    await check(n)
    const codes = (await notices(n)).map((x) => x.code)
    expect(new Set(codes).size).toBe(codes.length)
    expect(codes).toEqual(expect.arrayContaining(['quality_low', 'number_blocked', 'sending_blocked']))
    emulator.control.changePlatform(n.phoneNumberId, { quality: 'GREEN', permissions: ['whatsapp_business_messaging', 'whatsapp_business_management'] })
    emulator.control.changeNumber(n.phoneNumberId, { registered: true })
    expect((await ask(n, 'POST', 'subscribe')).status).toBe(200)
    expect(await check(n)).toMatchObject({ quality: 'GREEN', numberStatus: 'CONNECTED', webhook: { subscribed: true } })
    expect(await notices(n)).toEqual([])
  })

  test('a token that ended, a token that will end', async () => {
    const n = await connect()
    emulator.control.changePlatform(n.phoneNumberId, { token: 'revoked' })
    expect((await check(n)).token.valid).toBe(false)
    expect(await notices(n)).toMatchObject([{ code: 'token_invalid', severity: 'critical' }])
    emulator.control.changePlatform(n.phoneNumberId, { token: 'valid' })
    expect((await check(n)).token.valid).toBe(true)
    expect(await notices(n)).toEqual([])
    const inDays = async (days: number) => {
      await server.sql(
        "update channels set token_expires_at = now() + make_interval(days => $2), token_valid = true, facts_at = facts_at || jsonb_build_object('token_expires_at', now() + interval '1 hour') where id = $1",
        [n.id, days],
      )
      await check(n)
      return (await notices(n)).map((x) => x.code)
    }
    expect(await inDays(9)).toEqual([])
    expect(await inDays(6)).toEqual(['token_expiring'])
  })

  test('what a webhook has said meanwhile is not overwritten by an older answer', async () => {
    const n = await connect()
    await server.sql("update channels set quality_rating = 'RED', facts_at = jsonb_build_object('quality_rating', now() + interval '1 minute') where id = $1", [
      n.id,
    ])
    expect((await check(n)).quality).toBe('RED')
  })

  test('a restriction ends with its time', async () => {
    const n = await connect()
    await server.sql(
      "insert into channel_restrictions (tenant_id, channel_id, kind, until, at) values ($1, $2, 'RESTRICTED_BIZ_INITIATED_MESSAGING', now() - interval '1 minute', now())",
      [n.owner.tenantId, n.id],
    )
    await server.sql(
      "insert into notices (id, tenant_id, code, severity, channel_id, key) values (gen_random_uuid(), $1, 'account_restricted', 'critical', $2::uuid, 'account_restricted:' || $2 || ':RESTRICTED_BIZ_INITIATED_MESSAGING')",
      [n.owner.tenantId, n.id],
    )
    expect((await ask(n, 'GET', 'health')).body.restrictions).toEqual([])
    await check(n)
    expect(await notices(n)).toEqual([])
  })

  test('errors of the last day, most frequent first', async () => {
    const n = await connect()
    const contact = await server.call<{ id: string }>('POST', '/api/contacts', { token: n.owner.token, body: { name: 'Marina', phone: '+5511987654321' } })
    const [c] = await server.sql<{ id: string }>(
      'insert into conversations (id, tenant_id, channel_id, contact_id, last_activity_at) values (gen_random_uuid(), $1, $2, $3, now()) returning id',
      [n.owner.tenantId, n.id, contact.body.id],
    )
    const fail = (code: number, hoursAgo: number) =>
      server.sql(
        `insert into messages (id, tenant_id, conversation_id, channel_id, direction, type, status, at, error) values (gen_random_uuid(), $1, $2, $3, 'out', 'text', 'failed', now() - make_interval(hours => $4), $5)`,
        [n.owner.tenantId, c?.id, n.id, hoursAgo, JSON.stringify({ code, title: `motivo ${code}`, action: 'faça algo' })],
      )
    for (const [code, hours] of [
      [131047, 1],
      [131026, 2],
      [131026, 3],
      [131026, 30],
    ] as const)
      await fail(code, hours)
    expect((await ask(n, 'GET', 'health')).body.errors).toMatchObject([
      { code: 131026, title: 'motivo 131026', action: 'faça algo', count: 2 },
      { code: 131047, count: 1 },
    ])
  })
})

describe('the daily check', () => {
  test('asks each connected channel once a day, and not those that are off or released', async () => {
    const n = await connect()
    await server.sql("update channels set next_check_at = now() + interval '1 day'")
    await server.sql("update channels set next_check_at = now() - interval '1 minute', checked_at = null where id = $1", [n.id])
    await scheduleChannelChecks(server.ctx)
    await scheduleChannelChecks(server.ctx)
    await eventually(async () => (await ask(n, 'GET', 'health')).body.checkedAt)
    const jobs = await server.sql('select 1 from pgboss.job where name = $1 and data->>$2 = $3', [checkChannelJob.name, 'channelId', n.id])
    expect(jobs).toHaveLength(1)
    await server.sql("update channels set next_check_at = now() - interval '1 minute', status = 'disabled' where id = $1", [n.id])
    await scheduleChannelChecks(server.ctx)
    expect(await server.sql('select 1 from pgboss.job where name = $1 and data->>$2 = $3', [checkChannelJob.name, 'channelId', n.id])).toHaveLength(1)
  })

  test('silence of Meta changes nothing and is asked again within the hour', async () => {
    const owner = await server.register()
    const { id } = await connectChannel(server, owner)
    await server.sql("update channels set status = 'connected', last_error = null where id = $1", [id])
    expect((await server.call('POST', `/api/channels/${id}/check`, { token: owner.token })).status).toBe(200)
    const [row] = await server.sql<{ status: string; soon: boolean }>(
      "select status, next_check_at < now() + interval '2 hours' soon from channels where id = $1",
      [id],
    )
    expect(row).toEqual({ status: 'connected', soon: true })
  })
})

describe('the profile', () => {
  const upload = async (n: Number, type: string, bytes: Buffer) => {
    const form = new FormData()
    form.set('file', new File([new Uint8Array(bytes)], 'foto', { type }))
    form.set('kind', type.startsWith('image/') ? 'image' : 'document')
    return (await server.call<{ id: string }>('POST', '/api/media', { token: n.owner.token, body: form })).body.id
  }
  const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64')

  test('is read and changed, picture included', async () => {
    const n = await connect()
    expect((await ask<BusinessProfile>(n, 'GET', 'profile')).body).toMatchObject({ websites: [], pictureUrl: null })
    const change = {
      about: 'Aberto todo dia',
      address: 'Rua A, 1',
      description: 'Pousada',
      email: 'oi@example.com',
      websites: ['https://a.example'],
      vertical: 'HOTEL',
    }
    expect((await ask<BusinessProfile>(n, 'PATCH', 'profile', change)).body).toMatchObject(change)
    const pictureMediaId = await upload(n, 'image/png', PNG)
    expect((await ask<BusinessProfile>(n, 'PATCH', 'profile', { pictureMediaId })).body).toMatchObject({
      about: 'Aberto todo dia',
      pictureUrl: expect.any(String),
    })
    const lines = await server.sql("select 1 from audit_logs where tenant_id = $1 and action = 'channel.profile'", [n.owner.tenantId])
    expect(lines).toHaveLength(2)
  })

  test('limits are named, and Meta’s refusals explained', async () => {
    const n = await connect()
    const long = await ask(n, 'PATCH', 'profile', { about: 'x'.repeat(140) })
    expect(long).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ path: 'about' }] } })
    const bad = await ask(n, 'PATCH', 'profile', { websites: ['no address'] })
    expect(bad).toMatchObject({ status: 422, body: { code: 'whatsapp_refused', detail: expect.stringContaining('131009') } })
    const document = await upload(n, 'application/pdf', Buffer.from('%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF'))
    expect(await ask(n, 'PATCH', 'profile', { pictureMediaId: document })).toMatchObject({ status: 400, body: { errors: [{ path: 'pictureMediaId' }] } })
    expect(await ask(n, 'PATCH', 'profile', { pictureMediaId: '01990000-0000-7000-8000-000000000000' })).toMatchObject({ status: 400 })
  })

  test('a dead token is noted on the channel; silence is not a refusal', async () => {
    const n = await connect()
    emulator.control.changePlatform(n.phoneNumberId, { token: 'expired' })
    expect(await ask(n, 'GET', 'profile')).toMatchObject({ status: 422, body: { code: 'whatsapp_refused' } })
    expect((await server.call('GET', `/api/channels/${n.id}`, { token: n.owner.token })).body).toMatchObject({ status: 'error' })
    expect((await notices(n)).map((x) => x.code)).toEqual(['token_invalid'])
    const owner = await server.register()
    const { id } = await connectChannel(server, owner)
    expect(await server.call('GET', `/api/channels/${id}/profile`, { token: owner.token })).toMatchObject({
      status: 503,
      body: { code: 'whatsapp_unavailable' },
    })
  })
})

describe('registration', () => {
  test('taken out, and registered again with its PIN', async () => {
    const n = await connect()
    expect((await ask(n, 'POST', 'register', { pin: '12345' })).status).toBe(400)
    expect((await ask(n, 'POST', 'deregister')).body).toMatchObject({ registered: false })
    expect((await notices(n)).map((x) => x.code)).toContain('number_blocked')
    expect((await ask(n, 'POST', 'pin', { pin: '123456' })).body).toMatchObject({ pinEnabled: true })
    expect(await ask(n, 'POST', 'register', { pin: '654321' })).toMatchObject({
      status: 422,
      body: { code: 'whatsapp_refused', detail: expect.stringContaining('PIN') },
    })
    expect((await ask(n, 'POST', 'register', { pin: '123456' })).body).toMatchObject({ registered: true, numberStatus: 'CONNECTED' })
    expect(await notices(n)).toEqual([])
    const lines = await server.diary("object_id = $1 and object_type = 'channel' and action <> 'channel.create'", [n.id])
    expect(lines.map((l) => l.action)).toEqual(['channel.deregister', 'channel.pin', 'channel.register'])
    expect(JSON.stringify(lines)).not.toContain('123456')
  })

  test('a code that is not wanted any more', async () => {
    const n = await connect()
    expect(await ask(n, 'POST', 'request-code', { method: 'SMS' })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('já está verificado') },
    })
    expect(await ask(n, 'POST', 'verify-code', { code: '123456' })).toMatchObject({ status: 422, body: { code: 'whatsapp_refused' } })
    expect((await ask(n, 'POST', 'verify-code', { code: 'x' })).status).toBe(400)
  })

  test('a number of the Business app: contacts and history once each', async () => {
    const n = await connect()
    expect(await ask(n, 'POST', 'sync', { kind: 'history' })).toMatchObject({ status: 422 })
    emulator.control.changePlatform(n.phoneNumberId, { coexistence: true })
    expect(await check(n)).toMatchObject({ coexistence: true, throughput: 20, sync: { until: expect.any(String), historyAt: null } })
    expect((await ask(n, 'POST', 'sync', { kind: 'history' })).body.sync).toMatchObject({ historyAt: expect.any(String), contactsAt: null })
    expect((await ask(n, 'POST', 'sync', { kind: 'contacts' })).body.sync).toMatchObject({ contactsAt: expect.any(String) })
    expect(await ask(n, 'POST', 'sync', { kind: 'history' })).toMatchObject({ status: 422, body: { detail: expect.stringContaining('uma vez') } })
    expect(await ask(n, 'POST', 'deregister')).toMatchObject({ status: 422, body: { code: 'whatsapp_refused' } })
  })
})

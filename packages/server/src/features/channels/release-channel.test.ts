import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTenant } from '../../platform/database.ts'
import { openedDeliveries } from '../../testing/opened.ts'
import { connectChannel, delivery, inbound, newWamid, post, type TestChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { messageMarks } from '../messages/message-ids.ts'

type Owner = Awaited<ReturnType<TestServer['register']>>
type Listed = { items: { id: string; body?: string }[] }

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const as = <T = Record<string, unknown>>(who: Owner, method: string, url: string, body?: unknown) =>
  server.call<T>(method, url, { token: who.token, ...(body === undefined ? {} : { body }) })
const markOf = async (who: Owner, wamid: string) => (await inTenant(server.ctx.db, who.tenantId, messageMarks))(wamid)
const drained = () =>
  eventually(async () => (await server.sql('select 1 from webhook_events where tenant_id is not null and processed_at is null')).length === 0)
const connect = (who: Owner, n: TestChannel) =>
  as<{ id: string; code?: string; releasedAt: string | null; status: string }>(who, 'POST', '/api/channels', {
    ...{ name: 'Recepção', accessToken: 'another-token-of-the-test', graphUrl: 'http://127.0.0.1:9' },
    ...{ phoneNumberId: n.phoneNumberId, wabaId: n.wabaId, appSecret: n.appSecret, verifyToken: `${n.verifyToken}-2` },
  })
const conversations = async (who: Owner) => (await as<Listed>(who, 'GET', '/api/conversations?status=any')).body.items

/** A tenant whose number has a conversation with a message of each side. */
async function withHistory() {
  const owner = await server.register()
  const channel = await connectChannel(server, owner)
  expect((await post(server, channel, delivery(channel, { messages: [inbound({ text: 'segredo da primeira empresa' })] }))).status).toBe(200)
  await drained()
  const [conversation] = await conversations(owner)
  const wamid = newWamid()
  await server.sql(
    `insert into messages (id, tenant_id, conversation_id, channel_id, direction, type, status, at, provider_id) values (gen_random_uuid(), $1, $2, $3, 'out', 'text', 'sent', now(), $4)`,
    [owner.tenantId, conversation?.id, channel.id, await markOf(owner, wamid)],
  )
  return { owner, channel, conversationId: conversation?.id ?? '', wamid }
}

describe('a number that moves to another company', () => {
  test('the old one keeps its history and loses the secrets; nothing can be sent', async () => {
    const { owner, channel, conversationId } = await withHistory()
    expect((await as(owner, 'DELETE', `/api/channels/${channel.id}`)).status).toBe(204)
    const [row] = await server.sql('select access_token_enc, app_secret_enc, verify_token_enc, verify_token_hash, status from channels where id = $1', [
      channel.id,
    ])
    expect(row).toEqual({ access_token_enc: null, app_secret_enc: null, verify_token_enc: null, verify_token_hash: null, status: 'disabled' })
    expect((await as(owner, 'GET', `/api/channels/${channel.id}`)).body).toMatchObject({ releasedAt: expect.any(String), status: 'disabled' })
    expect((await as<Listed>(owner, 'GET', `/api/messages?conversationId=${conversationId}`)).body.items).toHaveLength(2)
    const send = { conversationId, clientId: crypto.randomUUID(), content: { type: 'text', text: 'ainda dá?' } }
    expect(await as(owner, 'POST', '/api/messages', send)).toMatchObject({ status: 422, body: { code: 'channel_unavailable' } })
    for (const [method, tail] of [
      ['GET', 'setup'],
      ['POST', 'test'],
      ['POST', 'subscribe'],
      ['POST', 'check'],
      ['GET', 'profile'],
    ] as const) {
      expect([tail, (await as(owner, method, `/api/channels/${channel.id}/${tail}`)).status]).toEqual([tail, 404])
    }
    expect(await as(owner, 'PATCH', `/api/channels/${channel.id}`, { enabled: true })).toMatchObject({ status: 422, body: { code: 'channel_unavailable' } })
    expect((await as(owner, 'PATCH', `/api/channels/${channel.id}`, { name: 'Antigo' })).status).toBe(200)
    expect((await as(owner, 'DELETE', `/api/channels/${channel.id}`)).status).toBe(204)
    const lines = await server.sql<{ action: string }>("select action from audit_logs where object_id = $1 and action = 'channel.release'", [channel.id])
    expect(lines.length).toBeGreaterThan(0)
    expect((await fetch(`${server.url}/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${channel.verifyToken}`)).status).toBe(403)
  })

  test('the new one starts empty; what arrives from then on is its alone', async () => {
    const { owner, channel, wamid } = await withHistory()
    const next = await server.register()
    expect(await connect(next, channel)).toMatchObject({ status: 409, body: { code: 'number_taken' } })
    await as(owner, 'DELETE', `/api/channels/${channel.id}`)
    const moved = await connect(next, channel)
    expect(moved.status).toBe(201)
    expect(await conversations(next)).toEqual([])
    expect((await as<Listed>(next, 'GET', '/api/contacts')).body.items).toEqual([])

    // Late word about the old company's message, with its own message id echoed, and a customer who writes to the number.
    const [old] = await server.sql<{ id: string }>('select id from messages where provider_id = any($1)', [await server.providerIds(wamid)])
    const status = {
      id: wamid,
      status: 'read',
      timestamp: String(Math.floor(Date.now() / 1000)),
      recipient_id: '5511987654321',
      biz_opaque_callback_data: old?.id,
    }
    const answered = inbound({ text: 'agora com a segunda', extra: { context: { id: wamid, from: '551140022026' } } })
    expect((await post(server, channel, delivery(channel, { statuses: [status], messages: [answered] }))).status).toBe(200)
    await drained()

    expect(await server.sql('select status from messages where provider_id = any($1)', [await server.providerIds(wamid)])).toEqual([{ status: 'sent' }])
    expect(await server.sql('select 1 from message_statuses where tenant_id = $1 and message_id is not null', [next.tenantId])).toEqual([])
    expect(await conversations(owner)).toHaveLength(1)
    const [conversation] = await conversations(next)
    const seen = await as<Listed>(next, 'GET', `/api/messages?conversationId=${conversation?.id}`)
    expect(seen.body.items).toHaveLength(1)
    expect(JSON.stringify([seen.body, await conversations(next)])).not.toMatch(/segredo|resposta/)
    const deliveries = async (who: Owner) => (await as<Listed>(who, 'GET', '/api/webhook-events')).body.items.length
    expect([await deliveries(owner), await deliveries(next)]).toEqual([1, 1])
    expect(await as(owner, 'GET', `/api/channels/${moved.body.id}`)).toMatchObject({ status: 404 })
  })

  test('while nobody has it, what arrives is nobody’s', async () => {
    const { owner, channel } = await withHistory()
    await as(owner, 'DELETE', `/api/channels/${channel.id}`)
    const answer = await post(server, channel, delivery(channel, { messages: [inbound()] }))
    expect(answer.status).toBe(401)
    expect((await as<Listed>(owner, 'GET', '/api/webhook-events')).body.items).toHaveLength(1)
  })

  test('a sibling number of the same account goes on working, and hears nothing of the one that left', async () => {
    const { owner, channel } = await withHistory()
    const sibling = await connectChannel(server, owner)
    const sealed = server.ctx.keys.seal(`channels.app_secret:${sibling.id}`, channel.appSecret)
    await server.sql('update channels set waba_id = $2, app_secret_enc = $3 where id = $1', [sibling.id, channel.wabaId, sealed])
    await as(owner, 'DELETE', `/api/channels/${channel.id}`)
    const own = { ...sibling, wabaId: channel.wabaId, appSecret: channel.appSecret }
    expect((await post(server, own, delivery(channel, { messages: [inbound({ text: 'para o número que saiu' })] }))).status).toBe(200)
    expect((await post(server, own, delivery(own, { messages: [inbound({ text: 'para o irmão' })] }))).status).toBe(200)
    await drained()
    const kept = await openedDeliveries(server, owner.tenantId)
    expect(kept.join()).not.toContain('para o número que saiu')
    expect(kept.join()).toContain('para o irmão')
  })

  test('back at its first company it goes on where it stopped', async () => {
    const { owner, channel, conversationId } = await withHistory()
    await as(owner, 'DELETE', `/api/channels/${channel.id}`)
    const next = await server.register()
    const moved = await connect(next, channel)
    expect((await post(server, channel, delivery(channel, { messages: [inbound({ text: 'segredo da segunda' })] }))).status).toBe(200)
    await drained()
    await as(next, 'DELETE', `/api/channels/${moved.body.id}`)
    const back = await connect(owner, channel)
    expect(back).toMatchObject({ status: 201, body: { id: channel.id, releasedAt: null } })
    expect((await post(server, channel, delivery(channel, { messages: [inbound({ text: 'de volta' })] }))).status).toBe(200)
    await drained()
    const all = JSON.stringify((await as(owner, 'GET', `/api/messages?conversationId=${conversationId}`)).body)
    expect(all).toContain('de volta')
    expect(all).not.toContain('segredo da segunda')
    expect(await conversations(owner)).toHaveLength(1)
  })

  test('a channel without conversations is removed whole; a released one does not count for the plan', async () => {
    const { owner, channel } = await withHistory()
    const spare = await connectChannel(server, owner)
    expect((await as(owner, 'DELETE', `/api/channels/${spare.id}`)).status).toBe(204)
    expect((await as(owner, 'GET', `/api/channels/${spare.id}`)).status).toBe(404)
    await as(owner, 'DELETE', `/api/channels/${channel.id}`)
    await connectChannel(server, owner)
    await connectChannel(server, owner)
    expect(await connect(owner, channel)).toMatchObject({ status: 409, body: { code: 'plan_limit' } })
  })
})

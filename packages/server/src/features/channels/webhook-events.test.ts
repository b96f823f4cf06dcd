import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectChannel, delivery, inbound, post, type TestChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { summarizeWebhook } from './summarize-webhook.ts'

type Event = { id: string; status: string; summary: string; attempts: number; body?: string; processedAt: string | null }
type Page = { items: Event[]; nextCursor: string | null }

describe('webhook events', () => {
  let server: TestServer
  let owner: Awaited<ReturnType<TestServer['register']>>
  let channel: TestChannel
  const list = async (query = '') => (await server.call<Page>('GET', `/api/webhook-events${query}`, { token: owner.token })).body
  beforeAll(async () => {
    server = await startTestServer()
    owner = await server.register()
    channel = await connectChannel(server, owner)
    for (let i = 0; i < 3; i++)
      expect((await post(server, channel, delivery(channel, { messages: [inbound({ text: 'segredo do cliente' })] }))).status).toBe(200)
    expect((await post(server, channel, '{"object":"whatsapp_business_account","entry":[{"id":"1","changes":')).status).toBe(200)
    await eventually(async () => (await list()).items.every((e) => e.status !== 'waiting'))
  })
  afterAll(() => server.close())

  test("newest first, in pages, without anybody's words", async () => {
    const first = await list('?limit=3')
    expect(first.items).toHaveLength(3)
    const second = await list(`?limit=3&cursor=${first.nextCursor}`)
    expect(second).toMatchObject({ items: [{ status: 'processed', summary: '1 mensagem (texto)' }], nextCursor: null })
    expect(JSON.stringify([first, second])).not.toContain('segredo')
  })

  test('what was not understood is found under "problem"', async () => {
    const { items } = await list('?status=problem')
    expect(items).toMatchObject([{ status: 'not_understood', summary: 'Não é JSON' }])
  })

  test('the detail has the body as it came', async () => {
    const [event] = (await list('?limit=2')).items.slice(1)
    const { body } = await server.call<Event>('GET', `/api/webhook-events/${event?.id}`, { token: owner.token })
    expect(JSON.parse(body.body ?? '')).toMatchObject({ object: 'whatsapp_business_account' })
  })

  test('replay takes it again, and changes nothing twice', async () => {
    const event = (await list()).items.find((e) => e.status === 'processed')
    const before = await server.sql('select 1 from messages where tenant_id = $1', [owner.tenantId])
    const answer = await server.call<Event>('POST', `/api/webhook-events/${event?.id}/replay`, { token: owner.token })
    expect(answer).toMatchObject({ status: 202, body: { status: 'waiting', attempts: 0 } })
    expect(answer.body).not.toHaveProperty('body')
    await eventually(async () => (await list()).items.find((e) => e.id === event?.id)?.status === 'processed')
    expect(await server.sql('select 1 from messages where tenant_id = $1', [owner.tenantId])).toHaveLength(before.length)
  })

  test('foreign events are absent; a broken cursor is refused', async () => {
    const stranger = await server.register()
    expect((await server.call<Page>('GET', '/api/webhook-events', { token: stranger.token })).body.items).toEqual([])
    const id = (await list()).items[0]?.id
    expect((await server.call('GET', `/api/webhook-events/${id}`, { token: stranger.token })).status).toBe(404)
    expect((await server.call('POST', `/api/webhook-events/${id}/replay`, { token: stranger.token })).status).toBe(404)
    expect(await server.call('GET', '/api/webhook-events?cursor=nonsense', { token: owner.token })).toMatchObject({
      status: 400,
      body: { code: 'cursor_invalid' },
    })
  })
})

describe('summary of a delivery', () => {
  const of = (value: unknown, field = 'messages') => summarizeWebhook(Buffer.from(JSON.stringify({ entry: [{ changes: [{ field, value }] }] })))
  test.each([
    [of({ messages: [{ type: 'text' }, { type: 'text' }, { type: 'image' }] }), '3 mensagens (2 texto, imagem)'],
    [of({ statuses: [{ status: 'sent' }, { status: 'read' }] }), '2 estados (enviada, lida)'],
    [of({ errors: [{}] }), '1 erro'],
    [of({ messages: [{ type: 'hologram' }] }), '1 mensagem (hologram)'],
    [of({ messages: [{ type: 'João da Silva, 11 98765-4321' }] }), '1 mensagem (desconhecido)'],
    [of({ messages: [{ type: '__proto__' }, { type: 'constructor' }] }), '2 mensagens (__proto__, constructor)'],
    [of({}, 'account_update'), 'aviso da conta'],
    [of({}), 'sem mensagem nem estado'],
    [of({ messages: 'no list' }), 'sem mensagem nem estado'],
    [summarizeWebhook(Buffer.from('{"entry":[null,1,{"changes":[null]}]}')), 'desconhecido'],
    [summarizeWebhook(Buffer.from('{"entry":[]}')), 'Vazio'],
    [summarizeWebhook(Buffer.from('[1]')), 'JSON de outro formato'],
    [summarizeWebhook(Buffer.from([0xff, 0xfe, 0])), 'Não é JSON'],
  ])('%s', (summary, expected) => expect(summary).toBe(expected))
})

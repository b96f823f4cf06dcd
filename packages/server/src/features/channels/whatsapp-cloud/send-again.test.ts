import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { marksOf } from '../../../testing/known-people.ts'
import { delivery, inbound, newWamid, post } from '../../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Receiver } from './receive.ts'
import { sendNext } from './send.ts'
import { Sender } from './sender.ts'

/** What is heard of a first try while a second one is wanted. The emulator answers; statuses are told by the test alone. */
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator
let receiver: Receiver
let conversationId = ''

beforeAll(async () => {
  // The web role only: nobody sends but the test.
  server = await startTestServer({ ROLE: 'web' })
  owner = await server.register()
  emulator = await startEmulator({ quiet: true })
  emulator.control.setScenario({ windowCheck: false })
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.defaults
  const body = { name: 'Emulador', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl }
  await server.call('POST', '/api/channels', { token: owner.token, body })
  receiver = new Receiver(server.ctx, () => {})
  receiver.start()
  await tell({ messages: [inbound({ from: '5511987650001' })] })
  const list = await server.call<{ items: { id: string }[] }>('GET', '/api/conversations', { token: owner.token })
  conversationId = list.body.items[0]?.id ?? ''
})
afterAll(async () => {
  await receiver.stop()
  await server.close()
  await emulator.stop()
})
beforeEach(() => server.sql("update messages set status = 'failed' where status in ('queued', 'sending')"))

async function tell(value: Parameters<typeof delivery>[1]): Promise<void> {
  expect((await post(server, emulator.defaults, delivery(emulator.defaults, value))).status).toBe(200)
  await eventually(async () => (await server.sql('select 1 from webhook_events where processed_at is null')).length === 0)
}
const status = (word: string, wamid: string, callback: string) =>
  tell({
    statuses: [
      {
        id: wamid,
        status: word,
        timestamp: String(Math.floor(Date.now() / 1000)),
        recipient_id: '5511987650001',
        biz_opaque_callback_data: callback,
        ...(word === 'failed' ? { errors: [{ code: 131026, title: 'Message undeliverable' }] } : {}),
      },
    ],
  })
async function say(to = conversationId): Promise<string> {
  const body = { conversationId: to, clientId: crypto.randomUUID(), content: { type: 'text', text: 'oi' } }
  return (await server.call<Message>('POST', '/api/messages', { token: owner.token, body })).body.id
}
const show = async (id: string) => (await server.call<Message>('GET', `/api/messages/${id}`, { token: owner.token })).body
const retry = (id: string) => server.call('POST', `/api/messages/${id}/retry`, { token: owner.token })
const wamidOf = (id: string) => server.realId(id)
async function work(): Promise<void> {
  const holder = crypto.randomUUID()
  await server.sql("update send_lanes set holder = $1, held_until = now() + interval '1 minute' where conversation_id = $2", [holder, conversationId])
  await sendNext(server.ctx, { tenantId: owner.tenantId, conversationId, holder })
}
/** Sent, and nobody heard how it ended. */
async function sayUnheard(): Promise<string> {
  const id = await say()
  await work()
  await server.sql("update messages set status = 'unknown', provider_id = null where id = $1", [id])
  await server.sql("update send_attempts set outcome = 'unknown', provider_id = null, finished_at = now() - interval '3 minutes' where message_id = $1", [id])
  await server.sql('delete from message_statuses where message_id = $1', [id])
  return id
}

describe('a message that is sent again', () => {
  it('the repeated failure of the first try does not end the second', async () => {
    const id = await say()
    await work()
    const first = await wamidOf(id)
    await status('failed', first, id)
    expect((await show(id)).status).toBe('failed')
    expect((await retry(id)).status).toBe(202)
    await status('failed', first, id)
    expect((await show(id)).status).toBe('queued')
    await work()
    expect((await show(id)).status).toBe('sent')
    await status('failed', first, id)
    expect(await show(id)).toMatchObject({ status: 'sent', error: null })
    expect(await wamidOf(id)).not.toBe(first)
  })
  it('a late failure of a try that nobody had heard of leaves the second its turn', async () => {
    const id = await sayUnheard()
    expect((await retry(id)).status).toBe(202)
    const unheard = newWamid()
    await status('failed', unheard, id)
    expect((await show(id)).status).toBe('queued')
    await work()
    await status('failed', unheard, id)
    expect(await show(id)).toMatchObject({ status: 'sent', error: null })
    await status('delivered', await wamidOf(id), id)
    expect((await show(id)).status).toBe('delivered')
  })
  it('a failure of the first that is told while the second is under way is not the second one’s', async () => {
    const id = await sayUnheard()
    expect((await retry(id)).status).toBe(202)
    await server.sql(`create function test_late() returns trigger language plpgsql as $$ begin
      update messages set status = 'failed', provider_id = 'wamid.late', error = '{}' where id = new.message_id; return new; end $$`)
    await server.sql("create trigger test_late before update on send_attempts for each row when (new.outcome = 'accepted') execute function test_late()")
    await work()
    await server.sql('drop trigger test_late on send_attempts')
    expect(await show(id)).toMatchObject({ status: 'sent', error: null })
  })
  it('the good end of a try that nobody had heard of is enough: nothing is sent twice', async () => {
    const id = await sayUnheard()
    expect((await retry(id)).status).toBe(202)
    await status('delivered', newWamid(), id)
    expect((await show(id)).status).toBe('delivered')
    await work()
    expect(await server.sql('select 1 from send_attempts where message_id = $1', [id])).toHaveLength(1)
  })
})

it('what waits in a conversation that becomes part of another leaves from there, each once and in order', async () => {
  const phones = ['5511987650002', '5511987650003']
  await tell({ messages: phones.map((from) => inbound({ from })) })
  const found = await Promise.all(
    phones.map(async (phone) =>
      server.sql<{ id: string; contact_id: string }>(
        'select v.id, v.contact_id from conversations v join contact_identities i on i.contact_id = v.contact_id where i.hash = any($1)',
        [await marksOf(server, owner.tenantId, [phone])],
      ),
    ),
  )
  const rows = found.flat()
  const [keep, other] = rows
  const ids: string[] = []
  for (let n = 0; n < 3; n++) for (const { id } of rows) ids.push(await say(id))
  // One of the other's is on its way at this moment.
  await server.sql("update send_lanes set holder = gen_random_uuid(), held_until = now() - interval '1 second' where conversation_id = $1", [other?.id])
  const merged = await server.call('POST', `/api/contacts/${keep?.contact_id}/merge`, { token: owner.token, body: { otherId: other?.contact_id } })
  expect(merged.status).toBe(200)
  const sender = new Sender(server.ctx)
  await sender.start()
  await eventually(async () => (await server.sql("select 1 from messages where status in ('queued', 'sending')")).length === 0)
  await sender.stop()
  const left = await server.sql<{ message_id: string }>('select message_id from send_attempts where message_id = any($1) order by id', [ids])
  expect(left.map((a) => a.message_id)).toEqual(ids)
})

import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { connectEmulator } from '../../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { sendNext } from './send.ts'

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  ;({ emulator } = await connectEmulator(server, owner))
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})

/** Somebody with one of the emulator's sentinel numbers writes; answers the conversation's id. */
async function conversationWith(phone: string): Promise<string> {
  emulator.control.sendAs(phone, { type: 'text', text: { body: 'oi' } })
  return eventually(
    async () => (await server.call<{ items: { id: string }[] }>('GET', `/api/conversations?q=${phone}`, { token: owner.token })).body.items[0]?.id,
  )
}
const answer = async (conversationId: string, text: string) =>
  (
    await server.call<Message>('POST', '/api/messages', {
      token: owner.token,
      body: { conversationId, clientId: crypto.randomUUID(), content: { type: 'text', text } },
    })
  ).body
const read = async (id: string) => (await server.call<Message>('GET', `/api/messages/${id}`, { token: owner.token })).body
const until = (id: string, status: string, ms?: number) => eventually(async () => ((await read(id)).status === status ? read(id) : undefined), ms)
const copies = (phone: string, id: string) => emulator.control.listMessages(phone).filter((m) => m.callbackData === id).length

describe('a send that WhatsApp refuses', () => {
  it('says why in Portuguese and what to do, and holds up nobody', async () => {
    const id = await conversationWith('5500000131026')
    const refused = await until((await answer(id, 'não chega')).id, 'failed')
    expect(refused.error).toMatchObject({ code: 131026, canRetry: expect.any(Boolean) })
    expect(refused.error?.title).toMatch(/WhatsApp/)
    expect(refused.error?.action.length).toBeGreaterThan(5)
    const other = await conversationWith('5511955554444')
    await until((await answer(other, 'chega')).id, 'delivered')
  })
  it('later, by a status, it shows the same way', async () => {
    const id = await conversationWith('5500001131047')
    const failed = await until((await answer(id, 'aceita e depois recusada')).id, 'failed')
    expect(failed.error).toMatchObject({ code: 131047 })
    expect(failed.error?.title).toContain('24 h')
  })
})

describe('a send whose answer never came', () => {
  it.each([
    ['the connection broke', '5500002003'],
    ['the answer was cut in the middle', '5500002009'],
    ['nobody answered for fifteen seconds', '5500002001'],
  ])('is matched by the status that echoes our id, and never sent twice: %s', { timeout: 60_000 }, async (_how, phone) => {
    const id = await conversationWith(phone)
    const sent = await answer(id, 'a conexão caiu depois')
    await until(sent.id, 'delivered', 40_000)
    const attempt = () => server.sql<{ outcome: string }>('select outcome from send_attempts where message_id = $1', [sent.id])
    await eventually(async () => (await attempt())[0]?.outcome === 'unknown', 40_000)
    expect(await attempt()).toEqual([{ outcome: 'unknown' }])
    expect((await read(sent.id)).status).not.toBe('unknown')
    expect(copies(phone, sent.id)).toBe(1)
  })
  it('is shown as unknown when no status comes, and is sent again only by a person', async () => {
    const phone = '5500002000'
    const id = await conversationWith(phone)
    const sent = await answer(id, 'erro sem corpo')
    const unknown = await until(sent.id, 'unknown')
    expect(unknown.error?.title).toContain('Não sabemos se chegou')
    const attempts = () => server.sql('select 1 from send_attempts where message_id = $1', [sent.id])
    expect(await attempts()).toHaveLength(1)
    const retry = () => server.call<{ code: string; retryAfter: number }>('POST', `/api/messages/${sent.id}/retry`, { token: owner.token })
    const early = await retry()
    expect(early).toMatchObject({ status: 409, body: { code: 'retry_refused' } })
    expect(early.body.retryAfter).toBeGreaterThan(100)
    expect(Date.parse(unknown.error?.retryAt ?? '')).toBeGreaterThan(Date.now() + 100_000)
    await server.sql("update send_attempts set finished_at = now() - interval '3 minutes' where message_id = $1", [sent.id])
    expect((await retry()).status).toBe(202)
    await eventually(async () => (await attempts()).length === 2)
  })
  it('that was never reached is tried again by itself', async () => {
    const phone = '5511933332222'
    const id = await conversationWith(phone)
    await server.sql("update channels set graph_url = 'http://127.0.0.1:9'")
    const sent = await answer(id, 'espera a rede voltar')
    await eventually(async () => (await server.sql("select 1 from send_attempts where message_id = $1 and outcome = 'refused'", [sent.id])).length > 0)
    expect((await read(sent.id)).status).toBe('queued')
    await server.sql('update channels set graph_url = $1', [emulator.graphUrl])
    await until(sent.id, 'delivered', 20_000)
    expect(copies(phone, sent.id)).toBe(1)
  })
})

describe('statuses', () => {
  it('in the wrong order never go back', async () => {
    const id = await conversationWith('5500002008')
    const sent = await answer(id, 'ao contrário')
    const row = await eventually(async () => {
      const m = await read(sent.id)
      return m.statusTimes.delivered && m.statusTimes.sent ? m : undefined
    })
    expect(['delivered', 'read']).toContain(row.status)
  })
  it('read without delivered is read', async () => {
    const phone = '5500002007'
    const id = await conversationWith(phone)
    emulator.control.openChat(phone, true)
    await until((await answer(id, 'direto')).id, 'read')
  })
  it('a retry is refused while nothing is wrong', async () => {
    const id = await conversationWith('5511955554444')
    const sent = await until((await answer(id, 'tudo certo')).id, 'delivered')
    expect((await server.call('POST', `/api/messages/${sent.id}/retry`, { token: owner.token })).body).toMatchObject({ code: 'retry_refused' })
  })
})

describe('a token that no longer works', () => {
  it('stops the number: what waits says why, the admins are told, and a new token lets everything go', async () => {
    const id = await conversationWith('5511955554444')
    const channel = async () =>
      (await server.call<{ items: { id: string; status: string; lastError: string | null }[] }>('GET', '/api/channels', { token: owner.token })).body.items[0]
    const channelId = (await channel())?.id ?? ''
    const patch = (accessToken: string) => server.call('PATCH', `/api/channels/${channelId}`, { token: owner.token, body: { accessToken } })
    await patch('a-token-that-was-revoked')
    const first = await answer(id, 'sem acesso 1')
    const held = await eventually(async () => {
      const m = await read(first.id)
      return m.status === 'queued' && m.error ? m : undefined
    })
    expect(held.error).toMatchObject({ code: expect.any(Number), action: expect.stringContaining('token') })
    expect(await eventually(async () => ((await channel())?.status === 'error' ? channel() : undefined))).toMatchObject({ lastError: expect.any(String) })
    // A later one waits behind it and says the same.
    const second = await answer(id, 'sem acesso 2')
    expect(second).toMatchObject({ status: 'queued', error: { code: held.error?.code } })
    const notices = await server.call<{ items: { code: string }[] }>('GET', '/api/notices', { token: owner.token })
    expect(notices.body.items.map((n) => n.code)).toContain('token_invalid')
    await patch(emulator.defaults.accessToken)
    await until(first.id, 'delivered')
    await until(second.id, 'delivered')
    expect((await channel())?.status).toBe('connected')
    expect((await read(second.id)).error).toBeNull()
  })
})

describe('a fault of our own while sending', () => {
  let quiet: TestServer
  let boss: Awaited<ReturnType<TestServer['register']>>
  let phone: Emulator
  let conversationId = ''

  // The web role only: nobody takes the jobs but the test.
  beforeAll(async () => {
    quiet = await startTestServer({ ROLE: 'web' })
    boss = await quiet.register()
    const connected = await connectEmulator(quiet, boss)
    phone = connected.emulator
    const contact = await quiet.call<{ id: string }>('POST', '/api/contacts', { token: boss.token, body: { name: 'Marina', phone: '+55 11 98765-4321' } })
    const made = await quiet.call<{ id: string }>('POST', '/api/conversations', {
      token: boss.token,
      body: { contactId: contact.body.id, channelId: connected.channelId },
    })
    conversationId = made.body.id
    await quiet.sql('update conversations set last_inbound_at = now()')
    phone.control.setWindow('5511987654321', true)
  })
  afterAll(async () => {
    await quiet.close()
    await phone.stop()
  })
  const say = async (text: string) =>
    (
      await quiet.call<Message>('POST', '/api/messages', {
        token: boss.token,
        body: { conversationId, clientId: crypto.randomUUID(), content: { type: 'text', text } },
      })
    ).body.id
  const now = async (id: string) => (await quiet.call<Message>('GET', `/api/messages/${id}`, { token: boss.token })).body
  /** Takes the lane in hand as a sender does, and sends. */
  const work = async () => {
    const holder = crypto.randomUUID()
    await quiet.sql("update send_lanes set holder = $1, held_until = now() + interval '1 minute' where conversation_id = $2", [holder, conversationId])
    await sendNext(quiet.ctx, { tenantId: boss.tenantId, conversationId, holder })
  }

  it('after it left is unknown, not failed: sending it again could double it', async () => {
    await quiet.sql(
      "create function test_deaf() returns trigger language plpgsql as $$ begin if new.outcome = 'accepted' then raise exception 'planted fault'; end if; return new; end $$",
    )
    await quiet.sql('create trigger test_deaf before update on send_attempts for each row execute function test_deaf()')
    const id = await say('saiu, mas não anotamos')
    await work()
    expect((await now(id)).status).toBe('unknown')
    await quiet.sql('drop trigger test_deaf on send_attempts')
  })
  it('before it left is failed, and no try stands on record', async () => {
    const id = await say('não dá para escrever')
    await quiet.sql("update messages set type = 'hologram' where id = $1", [id])
    await work()
    expect((await now(id)).status).toBe('failed')
    expect(await quiet.sql('select 1 from send_attempts where message_id = $1', [id])).toEqual([])
  })
})

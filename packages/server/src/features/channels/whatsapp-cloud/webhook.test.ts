import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { marksOf } from '../../../testing/known-people.ts'
import { openedDeliveries, openedMessages } from '../../../testing/opened.ts'
import { connectChannel, delivery, inbound, newWamid, post, type TestChannel } from '../../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let channel: TestChannel

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  channel = await connectChannel(server, owner)
})
afterAll(() => server.close())

const stored = (wamid: string) => eventually(async () => (await openedMessages(server, 'provider_id = any($1)', [await server.providerIds(wamid)]))[0])
const count = async (text: string, values: unknown[] = []) => Number((await server.sql<{ n: string }>(text, values))[0]?.n)

describe('handshake', () => {
  const ask = (token: string, mode = 'subscribe') =>
    fetch(`${server.url}/webhooks/whatsapp?hub.mode=${mode}&hub.challenge=1158201444&hub.verify_token=${token}`)

  it('answers the challenge as the whole body and remembers it', async () => {
    const answer = await ask(channel.verifyToken)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('1158201444')
    const { body } = await server.call<{ handshakeAt: string }>('GET', `/api/channels/${channel.id}`, { token: owner.token })
    expect(Date.parse(body.handshakeAt)).toBeGreaterThan(Date.now() - 60_000)
  })
  it('refuses another token, another mode and a missing challenge', async () => {
    expect((await ask('wrong')).status).toBe(403)
    expect((await ask(channel.verifyToken, 'unsubscribe')).status).toBe(403)
    expect((await fetch(`${server.url}/webhooks/whatsapp`)).status).toBe(403)
  })
})

describe('signature', () => {
  it('refuses a wrong, missing, malformed or truncated signature the same way, known number or not', async () => {
    const body = delivery(channel, { messages: [inbound()] })
    const foreign = delivery({ wabaId: '1', phoneNumberId: '2' }, { messages: [inbound()] })
    const answers = await Promise.all([
      post(server, channel, body, { secret: 'wrong' }),
      post(server, channel, body, { signature: '' }),
      post(server, channel, body, { signature: 'sha256=abc' }),
      post(server, channel, body, { signature: `sha1=${'0'.repeat(64)}` }),
      post(server, channel, foreign, { secret: 'wrong' }),
    ])
    const bodies = await Promise.all(answers.map((a) => a.json()))
    for (const a of answers) expect(a.status).toBe(401)
    for (const b of bodies) expect(Object.assign(b ?? {}, { requestId: '' })).toEqual(Object.assign(bodies[0] ?? {}, { requestId: '' }))
    expect(await count('select count(*) n from webhook_events')).toBe(0)
  })
  it('is over the raw bytes: escapes and slashes as Meta writes them', async () => {
    const id = newWamid()
    const raw = JSON.stringify(delivery(channel, { messages: [inbound({ id, text: 'Olá / café' })] }))
      .replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .replaceAll('/', '\\/')
    expect((await post(server, channel, raw)).status).toBe(200)
    expect((await stored(id)).body).toBe('Olá / café')
  })
  it('a tenant cannot sign for the number of another', async () => {
    const other = await server.register()
    const theirs = await connectChannel(server, other)
    const id = newWamid()
    const forged = await post(server, theirs, delivery(channel, { messages: [inbound({ id })] }))
    expect(forged.status).toBe(401)
    // Both numbers in one body, signed by one of them: only the signer's own part counts.
    const own = newWamid()
    const mixed = {
      object: 'whatsapp_business_account',
      entry: [...delivery(theirs, { messages: [inbound({ id: own })] }).entry, ...delivery(channel, { messages: [inbound({ id })] }).entry],
    }
    expect((await post(server, theirs, mixed)).status).toBe(200)
    expect((await stored(own)).tenant_id).toBe(other.tenantId)
    expect(await count('select count(*) n from messages where provider_id = any($1)', [await server.providerIds(id)])).toBe(0)
    const kept = await openedDeliveries(server, other.tenantId)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.every((body) => !body.includes(id))).toBe(true)
  })
  it('a channel without App Secret fails closed', async () => {
    const other = await server.register()
    const bare = await connectChannel(server, other)
    await server.sql('update channels set app_secret_enc = null where id = $1', [bare.id])
    expect((await post(server, bare, delivery(bare, { messages: [inbound()] }), { secret: '' })).status).toBe(401)
  })
})

describe('deliveries', () => {
  it('keeps every message and status of every change of every entry', async () => {
    const ids = Array.from({ length: 6 }, () => newWamid())
    const part = (from: number) =>
      delivery(channel, { messages: [inbound({ id: ids[from] ?? '' }), inbound({ id: ids[from + 1] ?? '', from: '5521911112222' })] }).entry[0]
    const [a, b, c] = [part(0), part(2), part(4)]
    const body = { object: 'whatsapp_business_account', entry: [{ ...a, changes: [...(a?.changes ?? []), ...(b?.changes ?? [])] }, c] }
    expect((await post(server, channel, body)).status).toBe(200)
    for (const id of ids) await stored(id)
  })
  it('stores a repeated delivery once', async () => {
    const id = newWamid()
    const body = delivery(channel, { messages: [inbound({ id, from: '5531900001111' })] })
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(server, channel, body)))
    expect(answers.every((a) => a.status === 200)).toBe(true)
    await eventually(async () => (await count('select count(*) n from webhook_events where processed_at is null')) === 0)
    expect(await count('select count(*) n from messages where provider_id = any($1)', [await server.providerIds(id)])).toBe(1)
    const [conversation] = await server.sql<{ unread_count: number }>(
      'select v.unread_count from conversations v join contact_identities i on i.contact_id = v.contact_id where i.hash = any($1)',
      [await marksOf(server, owner.tenantId, ['5531900001111'])],
    )
    expect(conversation?.unread_count).toBe(1)
  })
  it('twenty newcomers at once, each twice, are twenty contacts with one conversation each', async () => {
    const phones = Array.from({ length: 20 }, (_, i) => `55419000020${String(i).padStart(2, '0')}`)
    await Promise.all([...phones, ...phones].map((from) => post(server, channel, delivery(channel, { messages: [inbound({ from })] }))))
    await eventually(async () => (await count('select count(*) n from webhook_events where processed_at is null')) === 0)
    const marks = await marksOf(server, owner.tenantId, phones)
    const known = 'from contact_identities i where i.hash = any($1)'
    expect(await count(`select count(distinct contact_id) n ${known}`, [marks])).toBe(20)
    expect(await count(`select count(*) n from conversations where contact_id in (select contact_id ${known})`, [marks])).toBe(20)
  })
  it('a number with and without the ninth digit is one person', async () => {
    const [a, b] = [newWamid(), newWamid()]
    await post(server, channel, delivery(channel, { messages: [inbound({ id: a, from: '5551999887766' })] }))
    await stored(a)
    await post(server, channel, delivery(channel, { messages: [inbound({ id: b, from: '555199887766' })] }))
    await stored(b)
    const both = 'select count(distinct v.contact_id) n from messages m join conversations v on v.id = m.conversation_id where m.provider_id = any($1)'
    expect(await count(both, [await server.providerIds(a, b)])).toBe(1)
  })
  it('someone without phone is known by the business-scoped id; the phone is learnt later', async () => {
    const user = 'BR.13491208655302741918'
    const first = newWamid()
    const nameless = { ...inbound({ id: first }), from: undefined, from_user_id: user }
    await post(server, channel, delivery(channel, { messages: [nameless], contacts: [{ profile: { name: 'Sem Telefone' }, user_id: user }] }))
    await stored(first)
    const second = newWamid()
    await post(server, channel, delivery(channel, { messages: [{ ...inbound({ id: second, from: '5561955554444' }), from_user_id: user }] }))
    await stored(second)
    const rows = await server.sql<{ id: string }>('select contact_id id from contact_identities where hash = any($1)', [
      await marksOf(server, owner.tenantId, [user]),
    ])
    expect(rows).toHaveLength(1)
    const contact = await server.call('GET', `/api/contacts/${rows[0]?.id}`, { token: owner.token })
    expect(contact.body).toMatchObject({ name: 'Sem Telefone', phone: '+5561955554444' })
  })
  it('keeps unknown types, fields and bodies, and says what was not understood', async () => {
    const id = newWamid()
    await post(server, channel, delivery(channel, { messages: [inbound({ id, type: 'hologram', extra: { hologram: { depth: 3 } } })] }))
    expect((await stored(id)).type).toBe('unsupported')
    await post(server, channel, { object: 'whatsapp_business_account', entry: [{ id: channel.wabaId, changes: [{ field: 'brand_new', value: { x: 1 } }] }] })
    expect((await post(server, channel, 'this is no json')).status).toBe(200)
    const problems = await eventually(async () => {
      const { body } = await server.call<{ items: { status: string; error: string }[] }>('GET', '/api/webhook-events?status=problem', { token: owner.token })
      return body.items.length >= 2 && body.items.every((i) => i.status !== 'waiting') ? body.items : undefined
    })
    expect(problems.map((p) => p.status)).toEqual(['not_understood', 'not_understood'])
    expect(problems.map((p) => p.error).sort()).toEqual(['body:not_json', 'field:brand_new'])
  })
  it('text with NUL, lone surrogates and emoji is stored', async () => {
    const id = newWamid()
    await post(server, channel, delivery(channel, { messages: [inbound({ id, text: 'a\u0000b \ud83d 👩🏽‍🚀' })] }))
    expect((await stored(id)).body).toBe('ab \ufffd 👩🏽‍🚀')
  })
  it('refuses more than 3 MB and takes a little less', async () => {
    const big = (n: number) => delivery(channel, { messages: [inbound({ text: 'x'.repeat(n) })] })
    expect((await post(server, channel, big(3 * 1024 * 1024))).status).toBe(413)
    expect((await post(server, channel, big(2_900_000))).status).toBe(200)
  })
  it('/v2 is the same door', async () => {
    const id = newWamid()
    expect((await post(server, channel, delivery(channel, { messages: [inbound({ id })] }), { path: '/webhooks/whatsapp/v2' })).status).toBe(200)
    await stored(id)
  })
})

describe('a delivery that cannot be processed', () => {
  it('keeps its error, is tried again, and holds up nobody', async () => {
    const [bad, good] = [newWamid(), newWamid()]
    await server.sql(
      `create function test_break() returns trigger language plpgsql as $$ begin if new.provider_id in ('${(await server.providerIds(bad)).join("', '")}') then raise exception 'planted fault'; end if; return new; end $$`,
    )
    await server.sql('create trigger test_break before insert on messages for each row execute function test_break()')
    await Promise.all([bad, good].map((id) => post(server, channel, delivery(channel, { messages: [inbound({ id })] }))))
    await stored(good)
    const [event] = await eventually(async () => {
      const rows = await server.sql<{ error: string; attempts: number }>("select error, attempts from webhook_events where error like '%planted%'")
      return rows.length > 0 ? rows : undefined
    })
    expect(event?.attempts).toBeGreaterThan(0)
    await server.sql('drop trigger test_break on messages')
    expect((await stored(bad)).id).toBeTruthy()
  })
})

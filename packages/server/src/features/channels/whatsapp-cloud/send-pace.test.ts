import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { uuidv7 } from '../../../platform/ids.ts'
import { plantContact } from '../../../testing/known-people.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { Sender } from './sender.ts'

/** The emulator counts as Meta does, by its own clock: here its time runs as much faster as our gap between two messages is shorter. */
const FASTER = 30
const GAP_MS = 6000 / FASTER
type Owner = Awaited<ReturnType<TestServer['register']>>
type Tenant = { owner: Owner; phoneNumberId: string; accessToken: string; channelId: string }

let server: TestServer
let sender: Sender
let emulator: Emulator
let numbers = 0

beforeAll(async () => {
  // The web role queues; the test lets its own sender loose when everything waits.
  server = await startTestServer({ ROLE: 'web', WHATSAPP_PAIR_INTERVAL_MS: String(GAP_MS) })
  emulator = await startEmulator({ quiet: true, timing: { sentMs: 5, deliveredMs: 10, readMs: 5 } })
  emulator.control.setScenario({ limits: true })
})
afterAll(async () => {
  await sender?.stop()
  await server.close()
  await emulator.stop()
})

async function makeTenant(): Promise<Tenant> {
  const owner = await server.register()
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.control.createNumber({
    displayPhoneNumber: `+55 11 4002-${1000 + ++numbers}`,
    verifiedName: 'Empresa',
  })
  const body = { name: 'Número', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl }
  const made = await server.call<{ id: string }>('POST', '/api/channels', { token: owner.token, body })
  expect(made.status).toBe(201)
  return { owner, phoneNumberId, accessToken, channelId: made.body.id }
}

/** A person who wrote a moment ago. */
async function makeConversation({ owner, phoneNumberId, channelId }: Tenant, phone: string): Promise<string> {
  const conversation = uuidv7()
  const contact = await plantContact(server, owner.tenantId, phone, phone)
  await server.sql(
    'insert into conversations (id, tenant_id, channel_id, contact_id, last_activity_at, last_inbound_at) values ($1, $2, $3, $4, now(), now())',
    [conversation, owner.tenantId, channelId, contact],
  )
  emulator.control.sendAs(phone, { type: 'text', text: { body: 'oi' } }, { phoneNumberId })
  return conversation
}

async function say({ owner }: Tenant, conversationId: string, text: string): Promise<string> {
  const body = { conversationId, clientId: crypto.randomUUID(), content: { type: 'text', text } }
  const answer = await server.call<{ id: string }>('POST', '/api/messages', { token: owner.token, body })
  if (answer.status !== 202) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body.id
}

/** Ids in the order in which they left, with how each try ended. */
const attempts = () =>
  server.sql<{ message_id: string; tenant_id: string; outcome: string | null; code: string | null }>(
    "select message_id, tenant_id, outcome, error->>'code' as code from send_attempts order by id",
  )
const allSent = (tenant: Tenant, ids: readonly string[], ms: number) =>
  eventually(async () => {
    const [row] = await server.sql<{ n: string }>("select count(*) n from messages where tenant_id = $1 and status in ('queued', 'sending')", [
      tenant.owner.tenantId,
    ])
    return Number(row?.n) === 0 && ids.length > 0
  }, ms)
const onPhone = ({ phoneNumberId }: Tenant, phone: string) =>
  emulator.control
    .listMessages(phone, { phoneNumberId, limit: 1000 })
    .filter((m) => m.direction === 'outbound')
    .map((m) => m.callbackData)

/** The emulator's time runs `FASTER` while something is awaited. */
async function inFastTime<T>(work: Promise<T>): Promise<T> {
  let before = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    emulator.control.advanceClock((now - before) * (FASTER - 1))
    before = now
  }, 5)
  return work.finally(() => clearInterval(timer))
}

it('fairness: ten messages of four small tenants leave among the first of a flood of 300', { timeout: 120_000 }, async () => {
  const flood = await makeTenant()
  const small = [await makeTenant(), await makeTenant(), await makeTenant(), await makeTenant()]
  for (let i = 0; i < 30; i++) {
    const conversation = await makeConversation(flood, `5511970000${String(i).padStart(3, '0')}`)
    for (let n = 0; n < 10; n++) await say(flood, conversation, `n${n}`)
  }
  const wanted: string[] = []
  for (const [i, tenant] of small.entries()) {
    for (let n = 0; n < 10; n++) wanted.push(await say(tenant, await makeConversation(tenant, `55119600000${i}${n}`), 'n'))
  }
  sender = new Sender(server.ctx)
  await sender.start()
  await eventually(async () => {
    const gone = (await attempts()).map((a) => a.message_id)
    return wanted.every((id) => gone.includes(id))
  }, 60_000)
  const order = (await attempts()).map((a) => a.message_id)
  // Five tenants in turn: forty of theirs need about as many of the flood's, and not three hundred.
  expect(Math.max(...wanted.map((id) => order.indexOf(id)))).toBeLessThan(120)
  // Within one tenant, conversations take turns as well: no one is through before every one has begun.
  const conversations = await server.sql<{ id: string; conversation_id: string }>('select id, conversation_id from messages where tenant_id = $1', [
    flood.owner.tenantId,
  ])
  const place = new Map(conversations.map((m) => [m.id, m.conversation_id]))
  await allSent(flood, ['all'], 60_000)
  const left = (await attempts()).flatMap((a) => place.get(a.message_id) ?? [])
  expect(new Set(left.slice(0, 60)).size).toBe(30)
  // Nobody saw a limit: 80 a second were obeyed too.
  expect((await attempts()).filter((a) => a.outcome !== 'accepted')).toEqual([])
})

it('120 answers to one person: all arrive in order, and WhatsApp never has to say that it was too much', { timeout: 120_000 }, async () => {
  const tenant = await makeTenant()
  const phone = '5511955551234'
  const conversation = await makeConversation(tenant, phone)
  const ids: string[] = []
  const begun = performance.now()
  const flood = async () => {
    for (let n = 0; n < 120; n++) ids.push(await say(tenant, conversation, `n${n}`))
    await allSent(tenant, ids, 60_000)
  }
  await inFastTime(flood())
  const mine = (await attempts()).filter((a) => a.tenant_id === tenant.owner.tenantId)
  expect(mine.filter((a) => a.code !== null)).toEqual([])
  expect(onPhone(tenant, phone)).toEqual(ids)
  // The burst is used, then one per gap.
  expect(performance.now() - begun).toBeGreaterThan((120 - 45) * GAP_MS * 0.9)
})

it('a pair limit that somebody else used up: 4^X seconds, no failure, in order', { timeout: 60_000 }, async () => {
  const tenant = await makeTenant()
  const phone = '5511955559999'
  const conversation = await makeConversation(tenant, phone)
  // Another program on the same number has sent its burst.
  const { phoneNumberId, accessToken } = tenant
  for (let n = 0; n < 45; n++) {
    const response = await fetch(`${emulator.graphUrl}/v26.0/${phoneNumberId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messaging_product: 'whatsapp', to: `+${phone}`, type: 'text', text: { body: 'outro' } }),
    })
    expect(response.status).toBe(200)
  }
  const ids = [await say(tenant, conversation, 'a'), await say(tenant, conversation, 'b')]
  await eventually(async () => (await attempts()).some((a) => a.message_id === ids[0] && a.code === '131056'))
  const [lane] = await server.sql<{ tries: number; pair_strikes: number }>('select tries, pair_strikes from send_lanes where conversation_id = $1', [
    conversation,
  ])
  // It is tried again after a second, which may be over.
  expect(lane?.tries).toBe(0)
  expect(lane?.pair_strikes).toBeGreaterThanOrEqual(1)
  await inFastTime(allSent(tenant, ids, 20_000))
  expect(onPhone(tenant, phone).filter((id) => id !== null && ids.includes(id))).toEqual(ids)
})

it('a storm of 130429: the number slows down by itself, and everything arrives once and in order', { timeout: 120_000 }, async () => {
  const tenant = await makeTenant()
  // WhatsApp says so to every send, until it no longer does.
  emulator.control.changeNumber(tenant.phoneNumberId, { sendFault: 130429 })
  const people: { phone: string; ids: string[] }[] = []
  for (let i = 0; i < 20; i++) {
    const phone = `5511944440${String(i).padStart(3, '0')}`
    const conversation = await makeConversation(tenant, phone)
    const ids: string[] = []
    for (let n = 0; n < 6; n++) ids.push(await say(tenant, conversation, `n${n}`))
    people.push({ phone, ids })
  }
  const refused = async () => (await attempts()).filter((a) => a.tenant_id === tenant.owner.tenantId && a.code === '130429').length
  await eventually(async () => (await refused()) >= 5, 20_000)
  const pace = async () => (await server.sql<{ slowed: number }>('select slowed from send_pace where channel_id = $1', [tenant.channelId]))[0]?.slowed ?? 1
  expect(await pace()).toBeLessThan(1)
  emulator.control.changeNumber(tenant.phoneNumberId, { sendFault: null })
  await allSent(tenant, ['all'], 90_000)
  // It slowed down instead of asking all the time.
  expect(await refused()).toBeLessThan(120)
  for (const { phone, ids } of people) expect(onPhone(tenant, phone)).toEqual(ids)
})

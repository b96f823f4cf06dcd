import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { identitiesOf } from '../packages/server/src/testing/known-people.ts'
import { type ServerProcess, startServerProcess } from '../packages/server/src/testing/server-process.ts'
import { delivery, inbound, post } from '../packages/server/src/testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

/** Two worker processes send from one database; one is killed in the middle, and another takes its place. */
const PEOPLE = 12
const EACH = 12
let web: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator
const workers: ServerProcess[] = []

const startWorker = async () => {
  const env = {
    ROLE: 'worker',
    PORT: '19340',
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    DATA_DIR: web.home,
    DATABASE_URL: web.database.appUrl,
    DATABASE_OWNER_URL: web.database.ownerUrl,
    ENCRYPTION_KEY: '11'.repeat(32),
    WHATSAPP_PAIR_INTERVAL_MS: '10',
  }
  const worker = await startServerProcess(env)
  workers.push(worker)
  return worker
}
beforeAll(async () => {
  web = await startTestServer({ ROLE: 'web', WHATSAPP_PAIR_INTERVAL_MS: '10' })
  owner = await web.register()
  emulator = await startEmulator({ quiet: true, timing: { sentMs: 5, deliveredMs: 5 } })
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.defaults
  const body = { name: 'Emulador', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl }
  await web.call('POST', '/api/channels', { token: owner.token, body })
  await emulator.control.setWebhook(phoneNumberId, { callbackUrl: `${web.url}/webhooks/whatsapp`, verifyToken })
  emulator.control.setScenario({ windowCheck: false })
})
afterAll(async () => {
  for (const w of workers) await w.stop()
  await web.close()
  await emulator.stop()
})
const phoneOf = (n: number) => `55119771100${String(n).padStart(2, '0')}`
/** The emulator accepts what is sent to these and answers after three seconds: somebody has them in hand for long enough to be killed. */
const SLOW = ['55000020041', '55000020042', '55000020043', '55000020044']
const count = async (text: string) => Number((await web.sql<{ n: string }>(`select count(*) n from ${text}`))[0]?.n)

it('nothing leaves twice, each conversation keeps its order, and what a killed process had in hand goes on', { timeout: 120_000 }, async () => {
  await startWorker()
  const victim = await startWorker()
  const people = [...Array.from({ length: PEOPLE }, (_, n) => phoneOf(n)), ...SLOW]
  const messages = people.map((from) => inbound({ from }))
  await post(web, emulator.defaults, delivery(emulator.defaults, { messages }))
  await eventually(async () => (await count('conversations')) === people.length)
  const rows = await web.sql<{ id: string; contact_id: string }>('select id, contact_id from conversations')
  const conversations = await Promise.all(
    rows.map(async ({ id, contact_id }) => ({ id, phone: (await identitiesOf(web, owner.tenantId, contact_id))[0]?.address ?? '' })),
  )
  const wanted = new Map<string, string[]>(conversations.map((c) => [c.phone, []]))
  const say = async ({ id, phone }: { id: string; phone: string }) => {
    const body = { conversationId: id, clientId: crypto.randomUUID(), content: { type: 'text', text: 'oi' } }
    const answer = await web.call<{ id: string }>('POST', '/api/messages', { token: owner.token, body })
    expect(answer.status).toBe(202)
    wanted.get(phone)?.push(answer.body.id)
  }
  const isSlow = ({ phone }: { phone: string }) => SLOW.includes(phone)
  for (let n = 0; n < EACH; n++) {
    await Promise.all(conversations.filter((c) => !isSlow(c)).map(say))
    // In the middle of it, with answers under way, one of the two is gone.
    if (n === EACH / 2) {
      await Promise.all(conversations.filter(isSlow).map(say))
      await eventually(async () => (await count("messages where status = 'sending'")) > 0)
      await victim.kill()
      workers.splice(workers.indexOf(victim), 1)
    }
  }
  await startWorker()
  await eventually(async () => (await count("messages where status in ('queued', 'sending')")) === 0, 60_000)
  const unknown = new Set((await web.sql<{ id: string }>("select id from messages where status = 'unknown'")).map((m) => m.id))
  for (const [phone, ids] of wanted) {
    const arrived = emulator.control.listMessages(phone, { limit: 1000 }).flatMap((m) => (m.direction === 'outbound' && m.callbackData ? [m.callbackData] : []))
    expect(arrived.length).toBe(new Set(arrived).size)
    // What never left is the one that was on record when its process died, and says so.
    expect(arrived.filter((id) => !unknown.has(id))).toEqual(ids.filter((id) => !unknown.has(id)))
    expect(ids.filter((id) => !arrived.includes(id) && !unknown.has(id))).toEqual([])
  }
  expect(await count('(select message_id from send_attempts group by 1 having count(*) > 1) x')).toBe(0)
  // A status may tell of a message before its slow answer lets go of the lane.
  await eventually(async () => (await count('send_lanes where holder is not null')) === 0, 30_000)
  await web.sql('select pg_stat_force_next_flush()')
  expect(Number((await web.sql<{ n: string }>('select deadlocks n from pg_stat_database where datname = current_database()'))[0]?.n)).toBe(0)
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectChannel, delivery, inbound, post } from '../../packages/server/src/testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../packages/server/src/testing/test-server.ts'
import { type Afternoon, createAfternoon, heap } from './afternoon.ts'
import { type Contract, type Route, readContract } from './contract.ts'
import { createRandom } from './random.ts'
import { type Attacker, abuseRoutes } from './routes.ts'
import { abusePolling, abuseSockets, oversized } from './sockets.ts'
import { abuseSlowly, abuseWire } from './wire.ts'

/**
 * A hostile afternoon: everything that a server can be sent. No answer of 500, none that does not come, no memory that stays, and
 * not a word of another company. `ABUSE_ROUNDS=20` makes it long, `ABUSE_SEED` repeats one.
 */
const ROUNDS = Number(process.env.ABUSE_ROUNDS ?? 1)
const SEED = Number(process.env.ABUSE_SEED ?? Date.now() % 1_000_000)
const MARKER = 'Zanzibarinho'
const GROWTH = 80 * 1024 * 1024
const OPERATOR = { email: 'operador@example.com', password: 'a senha do operador 7' }

const random = createRandom(SEED)
let server: TestServer
let afternoon: Afternoon
let contract: Contract
let victim: Awaited<ReturnType<TestServer['register']>>
let owner: Awaited<ReturnType<TestServer['register']>>
const ids: string[] = []
let stopWatching: ReturnType<Afternoon['watch']>
let before = 0

/** A company with one of everything; answers its ids. */
async function furnish(who: Awaited<ReturnType<TestServer['register']>>, word: string): Promise<string[]> {
  const call = <T>(method: string, url: string, body?: unknown) => server.call<T>(method, url, { token: who.token, ...(body === undefined ? {} : { body }) })
  const channel = await connectChannel(server, who)
  const phone = `55119${String(who.userId.replace(/\D/g, '')).slice(0, 8).padEnd(8, '7')}`
  const text = delivery(channel, { messages: [inbound({ text: `${word} escreveu`, from: phone })], contacts: [{ profile: { name: word }, wa_id: phone }] })
  expect((await post(server, channel, text)).status).toBe(200)
  const conversation = await eventually(
    async () => (await call<{ items: { id: string; contact: { id: string } }[] }>('GET', '/api/conversations?status=any')).body.items[0],
  )
  const message = (await call<{ items: { id: string }[] }>('GET', `/api/messages?conversationId=${conversation.id}`)).body.items[0]
  const tag = await call<{ id: string }>('POST', '/api/tags', { name: word, color: 'teal' })
  const form = new FormData()
  form.set('file', new File([`${word},1\n`], `${word}.csv`, { type: 'text/csv' }))
  const media = await call<{ id: string }>('POST', '/api/media', form)
  const made = [channel.id, conversation.id, conversation.contact.id, message?.id ?? '', tag.body.id, media.body.id, who.userId, who.tenantId]
  for (const id of made) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  return made
}

beforeAll(async () => {
  server = await startTestServer({
    LOG_LEVEL: process.env.ABUSE_LOG ?? 'fatal',
    REQUEST_SECONDS: '3',
    SIGN_UP_LIMIT: '1000000',
    LOGIN_LIMIT: '1000000',
    SUPER_ADMIN_EMAIL: OPERATOR.email,
    SUPER_ADMIN_PASSWORD: OPERATOR.password,
  })
  victim = await server.register(`${MARKER} Hotel`)
  owner = await server.register('Curiosos Ltda')
  await server.sql("update tenants set plan = 'PRO'")
  ids.push(...(await furnish(victim, MARKER)), ...(await furnish(owner, 'Nosso')))
  contract = await readContract(server)
  afternoon = createAfternoon(server, new RegExp(MARKER))
  before = await heap()
  stopWatching = afternoon.watch()
})
afterAll(async () => {
  const total = Object.values(afternoon.counts).reduce((a, b) => a + b, 0)
  process.stdout.write(
    `\nabuse: ${total} cases (${Object.entries(afternoon.counts)
      .map(([part, n]) => `${part} ${n}`)
      .join(', ')}), seed ${SEED}\n`,
  )
  await server.close()
})

/** Logs in when needed. Routes of the operator are attacked as operator, but not with ids: what the operator may do is no crossing. */
function createAttacker(): Attacker {
  const tokens = new Map<string, string>()
  const who = (route: Route) => (route.access === 'server.manage' ? OPERATOR : owner)
  return {
    random,
    contract,
    ids,
    rounds: ROUNDS,
    loggedOut: (route) => void tokens.delete(who(route).email),
    async authorization(route) {
      const { email, password } = who(route)
      const known = tokens.get(email)
      if (known) return `Bearer ${known}`
      const { body } = await server.call<{ accessToken?: string }>('POST', '/api/auth/login', { body: { email, password } })
      if (body.accessToken) tokens.set(email, body.accessToken)
      return body.accessToken && `Bearer ${body.accessToken}`
    },
  }
}

/** What the victim has, as a sum that any change changes. */
const ofVictim = async () => {
  const sums: Record<string, unknown> = {}
  for (const table of ['tags', 'contacts', 'conversations', 'messages', 'channels', 'media', 'memberships']) {
    const [row] = await server.sql(`select count(*) n, md5(string_agg(t::text, '|' order by t::text)) sum from ${table} t where tenant_id = $1`, [
      victim.tenantId,
    ])
    sums[table] = row
  }
  return sums
}

it('every route, with every kind of body and query', async () => {
  const had = await ofVictim()
  await abuseRoutes(afternoon, createAttacker())
  expect(afternoon.takeFaults()).toEqual([])
  expect(await ofVictim()).toEqual(had)
})

it('bytes that are hardly HTTP: paths, headers, lengths, versions', async () => {
  await abuseWire(afternoon, owner.token)
  expect(afternoon.takeFaults()).toEqual([])
})

it('slow senders are cut off', async () => {
  await abuseSlowly(afternoon, 60, 15_000)
  expect(afternoon.takeFaults()).toEqual([])
})

it('floods and nonsense on sockets, over both transports', async () => {
  const { body } = await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: { email: owner.email, password: owner.password } })
  await abuseSockets(afternoon, { random, token: body.accessToken, ids, connections: 60 * ROUNDS })
  await oversized(afternoon)
  await abusePolling(afternoon)
  expect(afternoon.takeFaults()).toEqual([])
})

it('after all that it lives, answered all the while, has let go of its memory, and still works', async () => {
  const { asked, failed, slowest } = await stopWatching()
  expect(failed).toEqual([])
  expect(asked).toBeGreaterThan(10)
  expect(slowest).toBeLessThan(20_000)
  const grown = await eventually(async () => {
    const now = (await heap()) - before
    return now < GROWTH ? now : undefined
  }, 30_000)
  expect(grown).toBeLessThan(GROWTH)
  const fresh = await server.register('Depois da Tempestade')
  expect((await server.call('POST', '/api/tags', { token: fresh.token, body: { name: 'calma', color: 'teal' } })).status).toBe(201)
  expect((await server.call('GET', '/health')).status).toBe(200)
})

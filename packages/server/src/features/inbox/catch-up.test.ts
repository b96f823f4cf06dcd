import type { Login, Me } from '@atende/contracts/access'
import type { Message, MessagePage } from '@atende/contracts/messages'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openedMessages } from '../../testing/opened.ts'
import { connectChannel, delivery, inbound, newWamid, post, type TestChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer, type TestSocket } from '../../testing/test-server.ts'

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let channel: TestChannel
let conversationId = ''
const COUNT = 1000
const base = Math.floor(Date.now() / 1000) - 5000
const FROM = '5511987654321'

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  channel = await connectChannel(server, owner)
  // One delivery with all of them, as Meta batches after an outage; three share each second.
  const messages = Array.from({ length: COUNT }, (_, i) => inbound({ from: FROM, text: `n${i}`, at: base + Math.floor(i / 3) }))
  expect((await post(server, channel, delivery(channel, { messages }))).status).toBe(200)
  conversationId = await eventually(async () => {
    const rows = await server.sql<{ id: string; n: string }>('select conversation_id id, count(*) n from messages group by 1')
    return Number(rows[0]?.n) === COUNT ? rows[0]?.id : undefined
  })
})
afterAll(() => server.close())

const page = async (query = '') =>
  (await server.call<MessagePage>('GET', `/api/messages?conversationId=${conversationId}${query}`, { token: owner.token })).body
const textOf = (m: Message) => (m.content.type === 'text' ? m.content.text : m.content.type)
const all = Array.from({ length: COUNT }, (_, i) => `n${i}`)

describe('a long conversation', () => {
  it('is read backwards without gaps or repeats, in the order of the provider', async () => {
    let texts: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const p: MessagePage = await page(`&limit=100${cursor ? `&before=${cursor}` : ''}`)
      texts = [...p.items.map(textOf), ...texts]
      cursor = p.olderCursor
    }
    expect(texts).toEqual(all)
  })
  it('opens around any message and goes on both ways', async () => {
    const target = (await openedMessages(server, 'true')).find((m) => m.body === 'n500')?.id
    const middle = await page(`&around=${target}&limit=20`)
    expect(middle.items.map(textOf)).toEqual(all.slice(490, 511))
    const after = await page(`&after=${middle.newerCursor}&limit=20`)
    expect(after.items.map(textOf)).toEqual(all.slice(511, 531))
    const before = await page(`&before=${middle.olderCursor}&limit=20`)
    expect(before.items.map(textOf)).toEqual(all.slice(470, 490))
  })
})

describe('a screen that was away', () => {
  type Event = { cursor: string; message?: Message }
  const watch = (socket: TestSocket) => {
    const seen: Event[] = []
    socket.on('message:new', (e) => seen.push(e))
    return seen
  }
  const write = async (text: string) => {
    const id = newWamid()
    await post(server, channel, delivery(channel, { messages: [inbound({ id, from: FROM, text })] }))
    await eventually(async () => (await server.sql('select 1 from messages where provider_id = any($1)', [await server.providerIds(id)])).length === 1)
  }
  const authenticate = (socket: TestSocket, cursor?: string) =>
    new Promise<{ ok: boolean; reset?: boolean; cursor?: string }>((done) =>
      socket.emit('authenticate', { token: owner.token, ...(cursor ? { cursor } : {}) }, done),
    )

  it('hears what it missed, once it is back, by its cursor', async () => {
    const socket = await server.connect()
    const first = await authenticate(socket)
    const seen = watch(socket)
    // A cursor is from before the round that told its event.
    await server.settled()
    await write('muito antes')
    await eventually(() => seen.length === 1)
    await write('antes')
    await eventually(() => seen.length === 2)
    const cursor = seen[1]?.cursor
    socket.close()
    for (const text of ['dormindo 1', 'dormindo 2', 'dormindo 3']) await write(text)
    const back = await server.connect()
    const caught = watch(back)
    expect(await authenticate(back, cursor)).toMatchObject({ ok: true, reset: false })
    const texts = await eventually(() => {
      const got = caught.map((e) => (e.message ? textOf(e.message) : ''))
      return got.includes('dormindo 3') ? got : undefined
    })
    expect(texts.filter((t) => t.startsWith('dormindo'))).toEqual(['dormindo 1', 'dormindo 2', 'dormindo 3'])
    expect(first.cursor).toMatch(/^\d+\.\d+$/)
    back.close()
  })
  it('hears what happened between its first answer and its socket: the login says where to begin', async () => {
    await server.settled()
    const me = await server.call<Me>('GET', '/api/auth/me', { token: owner.token })
    const login = await server.call<Login>('POST', '/api/auth/login', { body: { email: owner.email, password: owner.password } })
    await write('no meio da abertura')
    for (const cursor of [me.body.cursor, login.body.me.cursor]) {
      const socket = await server.connect()
      const caught = watch(socket)
      expect(await authenticate(socket, cursor)).toMatchObject({ ok: true, reset: false })
      await eventually(() => caught.some((e) => e.message && textOf(e.message) === 'no meio da abertura'))
      socket.close()
    }
  })
  it('is told to load everything again when it was away too long, or shows a cursor of nobody', async () => {
    const socket = await server.connect()
    const { cursor } = await authenticate(socket)
    const [xid] = (cursor ?? '').split('.')
    for (const bad of [`${xid}.${Math.floor(Date.now() / 1000) - 90_000}`, '99999999999999.1', 'x', `${xid}`]) {
      expect([bad, await authenticate(socket, bad)]).toEqual([bad, expect.objectContaining({ ok: true, reset: true })])
    }
    // The thousand messages of the beginning are more than a replay serves.
    expect(await authenticate(socket, `1.${Math.floor(Date.now() / 1000)}`)).toMatchObject({ reset: true })
    socket.close()
  })
  it('loses its socket when its login ends, and a token of an ended login opens none', async () => {
    const someone = await server.register()
    const socket = await server.connect(someone.token)
    const told = new Promise((r) => socket.once('session:ended', r))
    const closed = new Promise((r) => socket.once('disconnect', r))
    await server.call('POST', '/api/auth/logout', { token: someone.token })
    await told
    expect(await closed).toBe('io server disconnect')
    const late = io(server.url, { transports: ['websocket'], forceNew: true, reconnection: false, auth: { token: someone.token } })
    expect(await new Promise((r) => late.once('connect_error', (e) => r(e.message)))).toBe('unauthenticated')
    expect((await server.call('GET', '/api/auth/me', { token: someone.token })).status).toBe(401)
  })
})

import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, startTestServer, type TestServer, type TestSocket } from '../../testing/test-server.ts'
import { eventLimit } from './socket-limits.ts'

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
const open: TestSocket[] = []
beforeAll(async () => {
  server = await startTestServer({
    TRUSTED_PROXIES: '127.0.0.1',
    RATE_LIMIT_SOCKET_EVENTS: '20',
    RATE_LIMIT_SOCKETS_PER_IP: '6',
    RATE_LIMIT_SOCKETS_PER_USER: '3',
    RATE_LIMIT_SOCKET_CONNECTS: '40',
    IP_BLOCK_LIST: '203.0.113.66',
  })
  owner = await server.register()
})
afterAll(async () => {
  for (const socket of open) socket.disconnect()
  await server.close()
})

/** `connected`, or how it was refused. */
function connect(ip: string, token?: string): Promise<{ socket: TestSocket; said: string }> {
  const socket: TestSocket = io(server.url, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { 'x-forwarded-for': ip },
    ...(token ? { auth: { token } } : {}),
  })
  open.push(socket)
  return new Promise((done) => {
    socket.once('connect', () => done({ socket, said: 'connected' }))
    socket.once('connect_error', (e) => done({ socket, said: e.message }))
  })
}
const handshake = async (ip: string) => {
  const response = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { 'x-forwarded-for': ip } })
  return { status: response.status, text: await response.text() }
}

describe('events of a socket', () => {
  it('too many in a second are refused with a code, and the socket goes on', async () => {
    const { socket } = await connect('203.0.113.1', owner.token)
    const ask = () => socket.timeout(5000).emitWithAck('leave:conversation', { conversationId: owner.tenantId })
    const answers = await Promise.all(Array.from({ length: 60 }, ask))
    const refused = answers.filter((a) => 'code' in a && a.code === 'too_many_requests')
    expect(answers.filter((a) => a.ok).length).toBeGreaterThanOrEqual(20)
    expect(refused.length).toBeGreaterThan(0)
    expect(socket.connected).toBe(true)
    await eventually(async () => (await ask()).ok)
  })

  it('who does not listen to refusals is disconnected, and the server lives', async () => {
    const { socket } = await connect('203.0.113.2', owner.token)
    const gone = new Promise<string>((done) => socket.once('disconnect', done))
    for (let i = 0; i < 2000; i++) socket.emit('leave:conversation', { conversationId: owner.tenantId }, () => undefined)
    expect(await gone).toBe('io server disconnect')
    expect((await server.call('GET', '/alive')).status).toBe(200)
  })

  it('the window of a second slides', () => {
    const allow = eventLimit(3)
    expect([0, 400, 800, 900].map((at) => allow(at))).toEqual(['ok', 'ok', 'ok', 'refused'])
    expect([999, 1000, 1001].map((at) => allow(at))).toEqual(['refused', 'ok', 'refused'])
    expect(Array.from({ length: 40 }, () => allow(1100)).at(-1)).toBe('hopeless')
  })
})

describe('connections', () => {
  it('of one person are so many, and a kind word for the next', async () => {
    const person = await server.register()
    const said: string[] = []
    for (let i = 0; i < 5; i++) said.push((await connect(`203.0.113.${10 + i}`, person.token)).said)
    expect(said).toEqual(['connected', 'connected', 'connected', 'too_many_requests', 'too_many_requests'])
  })

  it('of one network are so many, however many are tried at once; one that closes makes room', async () => {
    const tries = await Promise.all(Array.from({ length: 20 }, () => connect('203.0.113.30')))
    await eventually(() => tries.filter((t) => t.socket.connected).length <= 6)
    expect((await handshake('203.0.113.30')).text).toContain('too_many_requests')
    expect((await connect('203.0.113.31')).said).toBe('connected')
    for (const { socket } of tries) socket.disconnect()
    await eventually(async () => (await handshake('203.0.113.30')).status === 200)
  })

  it('come only so fast from one network', async () => {
    const statuses: number[] = []
    for (let i = 0; i < 45; i++) {
      const { socket, said } = await connect('2001:db8:4::1')
      socket.disconnect()
      statuses.push(said === 'connected' ? 200 : 403)
      await eventually(() => !socket.connected)
    }
    expect(statuses.filter((s) => s === 200).length).toBeLessThanOrEqual(40)
    expect(await handshake('2001:db8:4::2')).toMatchObject({ status: 403, text: expect.stringContaining('too_many_requests') })
  })

  it('are closed when their address is blocked', async () => {
    const { socket } = await connect('203.0.113.80', owner.token)
    const other = await connect('203.0.113.81', owner.token)
    const lists = { allow: [], block: [{ range: '203.0.113.80', note: '' }] }
    await server.sql('insert into address_lists (lists_enc) values ($1)', [server.ctx.addresses.sealLists(lists)])
    await server.ctx.addresses.changed()
    await eventually(() => !socket.connected)
    expect(other.socket.connected).toBe(true)
  })

  it('from a blocked address do not stand at all', async () => {
    expect(await handshake('203.0.113.66')).toMatchObject({ status: 403, text: expect.stringContaining('address_blocked') })
    expect((await connect('203.0.113.66', owner.token)).said).not.toBe('connected')
  })
})

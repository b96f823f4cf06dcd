import net from 'node:net'
import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { type Server, startServer } from '../packages/server/src/main.ts'
import { connectEmulator } from '../packages/server/src/testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

/** One program, roles by flag: two web processes and a worker share a database, as on several machines. */
let web: TestServer
let twin: Server
let worker: Server
let emulator: Emulator
let owner: Awaited<ReturnType<TestServer['register']>>

beforeAll(async () => {
  web = await startTestServer({ ROLE: 'web' })
  twin = await startServer({ ...web.ctx.config, ROLE: 'web' }, web.installation)
  worker = await startServer({ ...web.ctx.config, ROLE: 'worker' }, web.installation)
  owner = await web.register()
  ;({ emulator } = await connectEmulator(web, owner))
})
afterAll(async () => {
  await worker.stop()
  await twin.stop()
  await web.close()
  await emulator.stop()
})

it('what one process receives, the worker understands and every browser sees', async () => {
  const here = await web.connect(owner.token)
  const { io } = await import('socket.io-client')
  const there = io(twin.url, { transports: ['websocket'], auth: { token: owner.token }, reconnection: false, forceNew: true })
  await new Promise((r) => there.once('connect', () => r(null)))
  const heard: Record<string, unknown[]> = { here: [], there: [] }
  here.on('message:new', (e) => heard.here?.push(e.message.id))
  there.on('message:new', (e) => heard.there?.push(e.message.id))
  emulator.control.sendAs('5511987654321', { type: 'text', text: { body: 'de um processo ao outro' } })
  await eventually(() => heard.here?.length === 1 && heard.there?.length === 1)
  expect(heard.there).toEqual(heard.here)

  const list = await web.call<{ items: { id: string }[] }>('GET', '/api/conversations', { token: owner.token })
  const sent = await web.call<Message>('POST', '/api/messages', {
    token: owner.token,
    body: { conversationId: list.body.items[0]?.id, clientId: crypto.randomUUID(), content: { type: 'text', text: 'resposta' } },
  })
  await eventually(async () => (await web.call<Message>('GET', `/api/messages/${sent.body.id}`, { token: owner.token })).body.status === 'delivered')

  // Ending a session in one process closes its socket in the other, at once.
  const gone = new Promise((r) => there.once('disconnect', r))
  await web.call('POST', '/api/auth/logout-all', { token: owner.token })
  expect(await gone).toBe('io server disconnect')
  here.close()
  there.close()
})

it('a worker says how it is, and nothing else', async () => {
  for (const path of ['/health', '/ready', '/alive']) expect([path, (await fetch(worker.url + path)).status]).toEqual([path, 200])
  for (const path of ['/api/auth/me', '/webhooks/whatsapp', '/']) expect([path, (await fetch(worker.url + path)).status]).toEqual([path, 404])
})

it('ends although somebody holds a connection open and asks nothing', async () => {
  const ending = await startServer({ ...web.ctx.config, ROLE: 'web' }, web.installation)
  const idle = net.connect(ending.port, '127.0.0.1')
  const cut = new Promise<string>((done) => idle.once('close', () => done('cut')).once('error', () => {}))
  await new Promise((r) => idle.once('connect', r))
  await ending.stop()
  expect(await cut).toBe('cut')
})

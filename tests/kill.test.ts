import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { type ServerProcess, startServerProcess } from '../packages/server/src/testing/server-process.ts'
import { delivery, inbound, post } from '../packages/server/src/testing/test-channel.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'

/** Story 6: the process is killed in the middle of everything; nothing that was accepted is lost or doubled. */
const CUSTOMERS = 5
const PER_CUSTOMER = 100
const ANSWERS = 80
const home = mkdtempSync(path.join(tmpdir(), 'atende-kill-'))
let emulator: Emulator
let server: ServerProcess
let token = ''
const env = {
  DATA_DIR: home,
  PORT: '19300',
  NODE_ENV: 'test',
  DATABASE_URL: '',
  DATABASE_OWNER_URL: '',
  LOG_LEVEL: 'silent',
  WHATSAPP_PAIR_INTERVAL_MS: '10',
  RATE_LIMIT_SEND: '10000',
  RATE_LIMIT_SESSION: '10000',
}

const api = async <T>(method: string, url: string, body?: object): Promise<T | undefined> => {
  const response = await fetch(server.url + url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => undefined)
  if (!response) return undefined
  const ok = response.status < 300
  const answer = await response.json().catch(() => undefined)
  return ok ? answer : undefined
}

beforeAll(async () => {
  chmodSync(home, 0o755)
  server = await startServerProcess(env)
  emulator = await startEmulator({ quiet: true, timing: { sentMs: 5, deliveredMs: 5 } })
  const made = await api<{ accessToken: string }>('POST', '/api/auth/register', {
    companyName: 'Queda',
    name: 'Teste',
    email: 'queda@example.com',
    password: 'uma senha bem longa',
  })
  token = made?.accessToken ?? ''
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.defaults
  await api('POST', '/api/channels', { name: 'Emulador', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl })
  await emulator.control.setWebhook(phoneNumberId, { callbackUrl: `${server.url}/webhooks/whatsapp`, verifyToken })
})
afterAll(async () => {
  await server?.stop()
  await emulator?.stop()
  rmSync(home, { recursive: true, force: true })
})

const begun = Math.floor(Date.now() / 1000) - 1000
const phoneOf = (customer: number) => `55119111100${String(customer).padStart(2, '0')}`
type Incoming = { id: string; customer: number; n: number }
const incoming: Incoming[] = Array.from({ length: CUSTOMERS * PER_CUSTOMER }, (_, i) => ({
  id: `wamid.KILL${i}`,
  customer: i % CUSTOMERS,
  n: Math.floor(i / CUSTOMERS),
}))

/** Posts one delivery; true when it was answered with 200. */
const deliver = (m: Incoming) =>
  post(
    server,
    emulator.defaults,
    delivery(emulator.defaults, { messages: [inbound({ id: m.id, from: phoneOf(m.customer), text: `mensagem ${m.n}`, at: begun + m.n })] }),
  ).then(
    (r) => r.status === 200,
    () => false,
  )

it('500 incoming messages and 80 answers survive kill -9 in their middle', { timeout: 120_000 }, async () => {
  // One conversation to answer in, open in the emulator too.
  emulator.control.sendAs('5511987654321', { type: 'text', text: { body: 'oi' } })
  const conversation = await eventually(async () => (await api<{ items: { id: string }[] }>('GET', '/api/conversations'))?.items[0])

  const accepted = new Set<string>()
  const acceptedAnswers: string[] = []
  let killed: Promise<void> | undefined
  const queue = [...incoming]
  const senders = Array.from({ length: 16 }, async () => {
    for (let m = queue.shift(); m && !killed; m = queue.shift()) {
      if (await deliver(m)) accepted.add(m.id)
      if (accepted.size >= 250) killed ??= server.kill()
    }
  })
  const attendant = (async () => {
    for (let i = 0; i < ANSWERS && !killed; i++) {
      const message = await api<Message>('POST', '/api/messages', {
        conversationId: conversation.id,
        clientId: `resposta-${String(i).padStart(4, '0')}`,
        content: { type: 'text', text: `resposta ${i}` },
      })
      if (message) acceptedAnswers.push(message.id)
    }
  })()
  await Promise.all([...senders, attendant])
  await killed
  expect(accepted.size).toBeGreaterThanOrEqual(250)
  expect(accepted.size).toBeLessThan(incoming.length)
  expect(acceptedAnswers.length).toBeGreaterThan(0)

  server = await startServerProcess(env)
  // Meta repeats what was not answered with 200, and some that was.
  for (const m of incoming) if (!accepted.has(m.id) || m.n % 10 === 0) expect(await deliver(m)).toBe(true)

  // Every message exactly once, in the provider's order.
  for (let customer = 0; customer < CUSTOMERS; customer++) {
    const texts = await eventually(async () => {
      const list = await api<{ items: { id: string }[] }>('GET', `/api/conversations?q=${phoneOf(customer)}`)
      const id = list?.items[0]?.id
      const page = id ? await api<{ items: Message[] }>('GET', `/api/messages?conversationId=${id}&limit=100`) : undefined
      const found = page?.items.map((m) => (m.content.type === 'text' ? m.content.text : m.content.type))
      return found && found.length >= PER_CUSTOMER ? found : undefined
    }, 20_000)
    expect(texts).toEqual(Array.from({ length: PER_CUSTOMER }, (_, n) => `mensagem ${n}`))
  }

  // Every accepted answer sent once, or honestly unknown; never twice, never forgotten.
  const settled = await eventually(async () => {
    const found = await Promise.all(acceptedAnswers.map((id) => api<Message>('GET', `/api/messages/${id}`)))
    return found.every((m) => m && !['queued', 'sending'].includes(m.status)) ? found : undefined
  }, 60_000)
  const onPhone = emulator.control.listMessages('5511987654321', { limit: 1000 }).filter((m) => m.direction === 'outbound')
  const copies = (id: string) => onPhone.filter((m) => m.callbackData === id).length
  for (const m of settled) {
    const sent = ['sent', 'delivered', 'read'].includes(m?.status ?? '')
    expect([m?.status, copies(m?.id ?? '')]).toEqual([
      m?.status,
      sent ? 1 : m?.status === 'unknown' ? expect.toSatisfy((n: number) => n <= 1) : 'no other status',
    ])
  }
  expect(settled.filter((m) => m?.status === 'unknown').length).toBeLessThanOrEqual(1)
  const order = onPhone.flatMap((m) => /resposta (\d+)/.exec(JSON.stringify(m.content))?.[1] ?? []).map(Number)
  expect(order).toEqual([...order].sort((a, b) => a - b))
})

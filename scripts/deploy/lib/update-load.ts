import http from 'node:http'
import https from 'node:https'
import { Me } from '@atende/contracts/access'
import type { ClientToServerEvents, ServerToClientEvents } from '@atende/contracts/realtime'
import { io, type Socket } from 'socket.io-client'
import { delivery, inbound, sign } from '../../../packages/server/src/testing/test-channel.ts'

export type LoadTarget = { url: string; token: string; channel: { phoneNumberId: string; wabaId: string; appSecret: string }; conversations: readonly string[] }
type Outcome = { at: number; kind: string; ms: number; status: number; error?: string }
type Socketed = Socket<ServerToClientEvents, ClientToServerEvents>

/** Browsers send again what met a connection that was just being closed as idle; Node's client leaves that to its user. */
const KEPT = { keepAlive: true, maxSockets: 32 }
const plainKept = new http.Agent(KEPT)
/** The certificate is one of the test's own. */
const TRUSTING = { rejectUnauthorized: false }
const secureKept = new https.Agent({ ...KEPT, ...TRUSTING })

type Ask = { method: string; path: string; headers: Record<string, string>; body?: string; keep?: boolean }
function once(url: string, { method, path, headers, body, keep }: Ask): Promise<{ status: number; text: string; reused: boolean; error?: string }> {
  return new Promise((done) => {
    const secure = url.startsWith('https:')
    const kept = secure ? secureKept : plainKept
    const request = (secure ? https : http).request(
      url + path,
      {
        method,
        agent: keep ? kept : false,
        ...(secure ? TRUSTING : {}),
        headers: { ...headers, ...(body ? { 'content-length': String(Buffer.byteLength(body)) } : {}) },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (d) => {
          text += d
        })
        response.on('end', () => done({ status: response.statusCode ?? 0, text, reused: false }))
        response.on('error', (e) => done({ status: 0, text: '', reused: false, error: e.message }))
      },
    )
    request.on('error', (e) => done({ status: 0, text: '', reused: request.reusedSocket, error: e.message }))
    request.setTimeout(30_000, () => request.destroy(new Error('no answer in 30 s')))
    request.end(body)
  })
}

/** What an attendant's browser does: begin at the cursor that came with the login, come back by itself, take what was missed. */
class Watcher {
  readonly seen = new Set<string>()
  connects = 0
  resets = 0
  /** When it was last told to load everything again: what was there by then is on the screen. */
  reloadedAt = 0
  readonly socket: Socketed
  ready = false
  #cursor: string
  /** While the past is being sent, what comes live is further on already. */
  #catchingUp = false
  constructor(url: string, token: string, cursor: string) {
    this.#cursor = cursor
    this.socket = io(url, { transports: ['websocket'], forceNew: true, reconnectionDelay: 400, reconnectionDelayMax: 2000, ...TRUSTING })
    this.socket.on('connect', () => {
      this.connects++
      this.#catchingUp = true
      this.socket.timeout(10_000).emit('authenticate', { token, cursor: this.#cursor }, (late, answer) => {
        this.#catchingUp = false
        if (late || !answer.ok) return void this.socket.disconnect().connect()
        if (answer.reset) {
          this.resets++
          this.reloadedAt = Date.now()
        }
        this.#cursor = answer.cursor
        this.ready = true
      })
    })
    this.socket.on('disconnect', (reason) => {
      if (reason === 'io server disconnect') setTimeout(() => this.socket.connect(), 500)
    })
    this.socket.on('message:new', ({ message }) => this.seen.add(message.id))
    this.socket.onAny((_, event: unknown) => {
      if (this.#catchingUp) return
      if (typeof event === 'object' && event !== null && 'cursor' in event && typeof event.cursor === 'string') this.#cursor = event.cursor
    })
  }
  /** Of these messages, those that it was not told of and did not find when it loaded everything again. Ids are UUIDv7: they begin with the time. */
  missed(ids: readonly string[]): string[] {
    const madeAt = (id: string) => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
    return ids.filter((id) => !this.seen.has(id) && madeAt(id) > this.reloadedAt)
  }
}

const CUSTOMERS = 20
export const customerPhone = (n: number): string => `55119222200${String(n % CUSTOMERS).padStart(2, '0')}`

/** Steady traffic through nginx: signed deliveries, reads, answers, open sockets. Everything is remembered, to be compared afterwards. */
export async function startLoad(target: LoadTarget, rates: { webhooks: number; reads: number; sends: number; sockets: number }) {
  const me = await once(target.url, { method: 'GET', path: '/api/auth/me', headers: { authorization: `Bearer ${target.token}` } })
  const { cursor } = Me.parse(JSON.parse(me.text))
  if (cursor === undefined) throw new Error('the server does not say where its events stand')
  const outcomes: Outcome[] = []
  const delivered: string[] = []
  const sent: string[] = []
  const running = new Set<Promise<void>>()
  const run = Date.now().toString(36)
  const watchers = Array.from({ length: rates.sockets }, () => new Watcher(target.url, target.token, cursor))
  let [n, closedIdle] = [0, 0]

  async function ask(kind: string, request: Ask): Promise<string | undefined> {
    const began = performance.now()
    let answer = await once(target.url, request)
    if (answer.status === 0 && answer.reused && request.keep) {
      closedIdle++
      answer = await once(target.url, { ...request, keep: false })
    }
    outcomes.push({ at: began, kind, ms: performance.now() - began, status: answer.status, ...(answer.error ? { error: answer.error } : {}) })
    return answer.status < 300 && answer.status > 0 ? answer.text : undefined
  }
  const json = (agent: string) => ({ authorization: `Bearer ${target.token}`, 'content-type': 'application/json', 'user-agent': agent })
  const deliver = async () => {
    const i = n++
    const id = `wamid.UPDATE${run}x${i}`
    const body = JSON.stringify(delivery(target.channel, { messages: [inbound({ id, from: customerPhone(i), text: `mensagem ${i}` })] }))
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': sign(target.channel.appSecret, body), 'user-agent': `webhook ${i % 50}` }
    if ((await ask('webhook', { method: 'POST', path: '/webhooks/whatsapp', headers, body })) !== undefined) delivered.push(id)
  }
  const read = async () => void (await ask('read', { method: 'GET', path: '/api/conversations?limit=20', headers: json(`reader ${n % 50}`), keep: true }))
  const answer = async () => {
    const i = n++
    const body = JSON.stringify({
      conversationId: target.conversations[i % target.conversations.length],
      clientId: `update-${run}-${i}`,
      content: { type: 'text', text: `resposta ${run} ${i}` },
    })
    const text = await ask('send', { method: 'POST', path: '/api/messages', headers: json(`writer ${i % 50}`), body })
    if (text) sent.push(JSON.parse(text).id)
  }
  const every = (perSecond: number, work: () => Promise<void>) =>
    perSecond > 0
      ? setInterval(() => {
          const one = work().finally(() => running.delete(one))
          running.add(one)
        }, 1000 / perSecond)
      : undefined
  const timers = [every(rates.webhooks, deliver), every(rates.reads, read), every(rates.sends, answer)]

  return {
    outcomes,
    delivered,
    sent,
    watchers,
    closedIdle: () => closedIdle,
    /** No new requests; waits for those under way. */
    async settle(): Promise<void> {
      for (const timer of timers) clearInterval(timer)
      await Promise.all(running)
    },
    close(): void {
      for (const timer of timers) clearInterval(timer)
      for (const { socket } of watchers) socket.disconnect()
      plainKept.destroy()
      secureKept.destroy()
    },
  }
}
export type Load = Awaited<ReturnType<typeof startLoad>>

import { onTestFinished } from 'vitest'
import { DEFAULT_NUMBER } from '../default-number.ts'
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulator.ts'
import type { JsonObject } from '../json.ts'
import { type Receiver, startReceiver } from './start-receiver.ts'

interface Answer {
  status: number
  headers: Headers
  body: JsonObject & { error?: JsonObject; messages?: { id: string }[]; id?: string }
}

export interface Pair {
  emulator: Emulator
  receiver: Receiver
  graph(method: string, path: string, body?: unknown, token?: string | null): Promise<Answer>
  send(to: string, message?: JsonObject): Promise<Answer>
  control(method: string, path: string, body?: unknown): Promise<Answer>
}

export const MARINA = '5511987654321'

/** An emulator with a receiver as its callback, fast statuses, stopped at the end of the test. */
export async function startPair(options: EmulatorOptions = {}): Promise<Pair> {
  const receiver = await startReceiver()
  const emulator = await startEmulator({
    webhook: { callbackUrl: receiver.url, verifyToken: 'verify' },
    timing: { sentMs: 2, deliveredMs: 4, readMs: 4 },
    retryDelaysMs: [0, 15, 30],
    ...options,
  })
  onTestFinished(async () => {
    await emulator.stop()
    await receiver.stop()
  })
  return { emulator, receiver, ...createCalls(emulator) }
}

/** Calls over HTTP, as a client makes them. */
function createCalls(emulator: Emulator): Pick<Pair, 'graph' | 'send' | 'control'> {
  const graph: Pair['graph'] = async (method, path, body, token = emulator.defaults.accessToken) => {
    const answer = await fetch(`${emulator.graphUrl}/v26.0/${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, headers: answer.headers, body: text.startsWith('{') ? JSON.parse(text) : {} }
  }
  return {
    graph,
    send: (to, message = { type: 'text', text: { body: 'oi' } }) =>
      graph('POST', `${DEFAULT_NUMBER.phoneNumberId}/messages`, { messaging_product: 'whatsapp', to, ...message }),
    async control(method, path, body) {
      const answer = await fetch(`${emulator.url}/control/${path}`, {
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
      return { status: answer.status, headers: answer.headers, body: await answer.json() }
    },
  }
}

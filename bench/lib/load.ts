import { createHmac } from 'node:crypto'
import http from 'node:http'
import type { Delivery, Fact, Traffic } from './traffic.ts'

export type Target = { url: string; phoneNumberId: string; wabaId: string; appSecret: string }
export type Sent = { accepted: Fact[]; refused: number /** Milliseconds from the moment it was due to the 200. */; latencies: number[] }

export class Client {
  readonly #agent: http.Agent
  readonly #target: Target
  constructor(target: Target, connections: number) {
    this.#target = target
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: connections })
  }

  post(body: string): Promise<number> {
    const signature = createHmac('sha256', this.#target.appSecret).update(body).digest('hex')
    return new Promise((done) => {
      const request = http.request(
        `${this.#target.url}/webhooks/whatsapp`,
        {
          method: 'POST',
          agent: this.#agent,
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-hub-signature-256': `sha256=${signature}` },
        },
        (response) => {
          response.resume()
          response.on('end', () => done(response.statusCode ?? 0))
        },
      )
      request.on('error', () => done(0))
      request.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

async function one(client: Client, { fact, body }: Delivery, due: number, out: Sent): Promise<void> {
  const status = await client.post(body)
  if (status === 200) {
    out.accepted.push(fact)
    out.latencies.push(performance.now() - due)
  } else out.refused++
}

/** As fast as `connections` allow, each sending its next when the last was answered. */
export async function flood(target: Target, traffic: Traffic, connections: number, seconds: number): Promise<Sent> {
  const out: Sent = { accepted: [], refused: 0, latencies: [] }
  const client = new Client(target, connections)
  const end = performance.now() + seconds * 1000
  let i = 0
  const worker = async () => {
    while (performance.now() < end) await one(client, traffic(i++), performance.now(), out)
  }
  await Promise.all(Array.from({ length: connections }, worker))
  client.close()
  return out
}

/** At a fixed rate, whether the server keeps up or not: latency counts from the moment a delivery was due. */
export async function steady(target: Target, traffic: Traffic, perSecond: number, seconds: number, connections = 64): Promise<Sent> {
  const out: Sent = { accepted: [], refused: 0, latencies: [] }
  const client = new Client(target, connections)
  const begin = performance.now()
  const total = perSecond * seconds
  const running: Promise<void>[] = []
  for (let i = 0; i < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1000) * perSecond))
    for (; i < due; i++) running.push(one(client, traffic(i), begin + (i / perSecond) * 1000, out))
    await new Promise((r) => setTimeout(r, 5))
  }
  await Promise.all(running)
  client.close()
  return out
}

export function percentile(values: readonly number[], p: number): number {
  if (values.length === 0) return 0
  const sorted = [...values].sort((a, b) => a - b)
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? 0) * 10) / 10
}

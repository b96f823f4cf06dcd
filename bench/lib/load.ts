import { createHmac } from 'node:crypto'
import http from 'node:http'

export type Target = { url: string; phoneNumberId: string; wabaId: string; appSecret: string }
export type Sent = { accepted: string[]; refused: number /** Milliseconds from the moment it was due to the 200. */; latencies: number[] }

let n = 0
export const newWamid = (run: string) => `wamid.BENCH${run}${String(++n).padStart(8, '0')}`

/** A delivery of one text message, as Meta writes it. */
export function textDelivery(target: Target, id: string, from: string, text: string): string {
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: target.wabaId,
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '551140022026', phone_number_id: target.phoneNumberId },
              contacts: [{ profile: { name: `Cliente ${from.slice(-4)}` }, wa_id: from }],
              messages: [{ from, id, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: text } }],
            },
          },
        ],
      },
    ],
  })
}

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

const customer = (i: number, people: number) => `55119${String(10_000_000 + (i % people)).padStart(8, '0')}`

async function one(client: Client, target: Target, run: string, i: number, due: number, out: Sent, people: number): Promise<void> {
  const id = newWamid(run)
  const status = await client.post(textDelivery(target, id, customer(i, people), `mensagem ${i} do teste de carga, com um texto de tamanho comum`))
  if (status === 200) {
    out.accepted.push(id)
    out.latencies.push(performance.now() - due)
  } else out.refused++
}

/** As fast as `connections` allow, each sending its next when the last was answered. */
export async function flood(target: Target, run: string, connections: number, seconds: number, people = 2000): Promise<Sent> {
  const out: Sent = { accepted: [], refused: 0, latencies: [] }
  const client = new Client(target, connections)
  const end = performance.now() + seconds * 1000
  let i = 0
  const worker = async () => {
    while (performance.now() < end) await one(client, target, run, i++, performance.now(), out, people)
  }
  await Promise.all(Array.from({ length: connections }, worker))
  client.close()
  return out
}

/** At a fixed rate, whether the server keeps up or not: latency counts from the moment a delivery was due. */
export async function steady(target: Target, run: string, perSecond: number, seconds: number, connections = 64, people = 2000): Promise<Sent> {
  const out: Sent = { accepted: [], refused: 0, latencies: [] }
  const client = new Client(target, connections)
  const begin = performance.now()
  const total = perSecond * seconds
  const running: Promise<void>[] = []
  for (let i = 0; i < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1000) * perSecond))
    for (; i < due; i++) running.push(one(client, target, run, i, begin + (i / perSecond) * 1000, out, people))
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

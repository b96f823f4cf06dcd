import { createHmac } from 'node:crypto'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import type { TestServer } from './test-server.ts'

type Owner = Awaited<ReturnType<TestServer['register']>>
export type TestChannel = { id: string; phoneNumberId: string; wabaId: string; appSecret: string; verifyToken: string }

let numbers = 0
/** A channel of this tenant with credentials that nobody answers to: for signed webhooks made by hand. */
export async function connectChannel(server: Pick<TestServer, 'call'>, owner: Pick<Owner, 'token'>, graphUrl = 'http://127.0.0.1:9'): Promise<TestChannel> {
  const n = String(++numbers).padStart(6, '0')
  const credentials = {
    phoneNumberId: `9100${process.pid}${n}`,
    wabaId: `9200${process.pid}${n}`,
    appSecret: `secret-${n}-${process.pid}`,
    verifyToken: `verify-${n}-${process.pid}`,
  }
  const made = await server.call<{ id: string }>('POST', '/api/channels', {
    token: owner.token,
    body: { name: 'Recepção', accessToken: 'token-of-the-test', graphUrl, ...credentials },
  })
  if (made.status !== 201) throw new Error(`channel: ${made.status} ${JSON.stringify(made.body)}`)
  return { id: made.body.id, ...credentials }
}

/** An emulator whose default number is connected to this tenant, both ways. Stop it in `afterAll`. */
export async function connectEmulator(server: TestServer, owner: Owner): Promise<{ emulator: Emulator; channelId: string }> {
  const emulator = await startEmulator({ quiet: true, timing: { sentMs: 5, deliveredMs: 10, readMs: 5 } })
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.defaults
  const made = await server.call<{ id: string }>('POST', '/api/channels', {
    token: owner.token,
    body: { name: 'Emulador', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl },
  })
  if (made.status !== 201) throw new Error(`channel: ${made.status} ${JSON.stringify(made.body)}`)
  await emulator.control.setWebhook(phoneNumberId, { callbackUrl: `${server.url}/webhooks/whatsapp`, verifyToken })
  return { emulator, channelId: made.body.id }
}

export const sign = (secret: string, body: string | Buffer) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

let sequence = 0
/** As Meta's look: the other side's number stands in it, in base64. */
export const newWamid = (phone = '5511987654321') =>
  `wamid.${Buffer.from(`\x1d${String.fromCharCode(phone.length + 1)}${phone}\x15EhgU${process.pid}T${Date.now()}N${++sequence}\0`, 'latin1').toString('base64')}`

type Made = { id?: string; from?: string; text?: string; at?: number; type?: string; extra?: Record<string, unknown> }
/** One inbound message as Meta writes it. */
export const inbound = (m: Made = {}) => ({
  from: m.from ?? '5511987654321',
  id: m.id ?? newWamid(m.from),
  timestamp: String(m.at ?? Math.floor(Date.now() / 1000)),
  type: m.type ?? 'text',
  ...(m.type && m.type !== 'text' ? {} : { text: { body: m.text ?? 'oi' } }),
  ...m.extra,
})

/** The envelope of field `messages`. */
export const delivery = (
  channel: { wabaId: string; phoneNumberId: string },
  value: { messages?: unknown[]; statuses?: unknown[]; contacts?: unknown[]; [k: string]: unknown },
) => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: channel.wabaId,
      changes: [
        {
          field: 'messages',
          value: { messaging_product: 'whatsapp', metadata: { display_phone_number: '551140022026', phone_number_id: channel.phoneNumberId }, ...value },
        },
      ],
    },
  ],
})

/** Posts a signed delivery; `secret` and `raw` let a test sign wrongly or send what is no JSON. */
export async function post(
  server: { url: string },
  channel: { appSecret: string },
  body: object | string,
  options: { secret?: string; signature?: string; path?: string } = {},
): Promise<Response> {
  const raw = typeof body === 'string' ? body : JSON.stringify(body)
  const signature = options.signature ?? sign(options.secret ?? channel.appSecret, raw)
  return fetch(server.url + (options.path ?? '/webhooks/whatsapp'), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
    body: raw,
  })
}

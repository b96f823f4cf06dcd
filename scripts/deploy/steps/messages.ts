import { io } from 'socket.io-client'
import { BASES } from '../base-images.ts'
import { ROOT } from '../host.ts'
import { pause, until } from '../run.ts'
import type { Stack } from '../stack.ts'

type Conversation = { id: string; contact: { phone: string | null; name: string } }
type Channel = { phoneNumberId: string; wabaId: string; appSecret: string }
export type Shop = {
  token: string
  channelId: string
  channel: Channel
  phone: string
  conversationId: string
  texts: string[]
  pictures: { id: string; sha256: string }[]
}

const PHONE = '+5511987654321'
/** A customer's side of the emulator, which stands in a container of its own beside the stack. */
export const control = async <T>(stack: Stack, path: string, body?: object): Promise<T> => {
  const answer = await fetch(`http://127.0.0.1:${stack.ports.emulator}/control${path}`, {
    ...(body ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(20_000),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`emulator ${path}: ${answer.status} ${text}`)
  return (text ? JSON.parse(text) : {}) as T
}

/** WhatsApp stands outside, in a container of its own, and comes in through nginx. Answers its address. */
export async function startEmulator(stack: Stack): Promise<string> {
  stack.podman(['network', 'create', `${stack.project}_front`])
  const name = `${stack.project}_emulator_1`
  stack.podman([
    ...['run', '-d', '--name', name, '--network', `${stack.project}_front`, '--network-alias', 'emulator'],
    ...['-p', `127.0.0.1:${stack.ports.emulator}:4001`, '-v', `${ROOT}:/repo:ro`, '--workdir', '/repo', BASES.node],
    ...[
      'sh',
      '-c',
      'exec node --disable-warning=ExperimentalWarning packages/whatsapp-emulator/src/cli.ts --port 4001 --host "$(hostname -i)" --allow-remote-control',
    ],
  ])
  await until('the emulator', () => control(stack, '/state').then(() => true), 60).catch((e) => {
    throw new Error(`${e instanceof Error ? e.message : e}\n${stack.logs('emulator')}`)
  })
  return stack.addressOf('emulator')
}

const sha256 = async (bytes: Uint8Array) => Buffer.from(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes))).toString('hex')

/** Signs up over https and connects the number. */
export async function openShop(stack: Stack): Promise<Shop> {
  const account = { companyName: 'Pousada do Teste', name: 'Dona Teste', email: 'dona@example.com', password: 'uma senha bem longa' }
  const made = await stack.call<{ accessToken: string }>('POST', '/api/auth/register', { body: account })
  if (made.status !== 201) throw new Error(`sign-up: ${made.status} ${made.bytes}`)
  const token = made.body.accessToken
  const { numbers } = await control<{ numbers: { phoneNumberId: string; wabaId: string; accessToken: string; appSecret: string; verifyToken: string }[] }>(
    stack,
    '/state',
  )
  const [number] = numbers
  if (!number) throw new Error('the emulator has no number')
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = number
  const channel = await stack.call<{ id: string }>('POST', '/api/channels', {
    token,
    body: { name: 'Recepção', phoneNumberId, wabaId, accessToken, appSecret, verifyToken },
  })
  if (channel.status !== 201) throw new Error(`channel: ${channel.status} ${channel.bytes}`)
  await control(stack, `/numbers/${phoneNumberId}/webhook`, { callbackUrl: 'http://nginx/webhooks/whatsapp', verifyToken })
  return { token, channelId: channel.body.id, channel: { phoneNumberId, wabaId, appSecret }, phone: PHONE, conversationId: '', texts: [], pictures: [] }
}

type Item = { id: string; direction: string; status: string; content: { type: string; text?: string; media?: { id: string; url: string | null } } }
type Page = { items: Item[]; olderCursor: string | null }
export const messagesOf = async (stack: Stack, shop: Shop): Promise<Item[]> =>
  (await stack.call<{ items: Item[] }>('GET', `/api/messages?conversationId=${shop.conversationId}&limit=100`, { token: shop.token })).body.items

/** Text and picture both ways, and the socket that tells of them. */
export async function exchange(stack: Stack, shop: Shop): Promise<string[]> {
  const socket = io(`https://localhost:${stack.ports.secure}`, {
    transports: ['websocket'],
    forceNew: true,
    rejectUnauthorized: false,
    auth: { token: shop.token },
  })
  const heard: string[] = []
  socket.onAny((name, event) => heard.push(JSON.stringify([name, event])))
  try {
    await until('the socket', () => socket.connected, 20)
    const began = performance.now()
    await control(stack, '/messages', { from: PHONE, name: 'Maria', message: { type: 'text', text: { body: 'Olá, tem quarto para sábado?' } } })
    await until('the message on the socket', () => heard.some((h) => h.includes('tem quarto para s')), 20)
    const live = Math.round(performance.now() - began)
    const list = await stack.call<{ items: Conversation[] }>('GET', '/api/conversations', { token: shop.token })
    shop.conversationId = list.body.items.find((c) => c.contact.phone === PHONE)?.id ?? ''
    if (!shop.conversationId) throw new Error(`no conversation: ${list.bytes}`)

    await control(stack, '/messages', { from: PHONE, message: { type: 'image', image: { sample: 'image', caption: 'É este?' } } })
    const inbound = await until('the picture', async () => {
      const media = (await messagesOf(stack, shop)).find((m) => m.content.type === 'image')?.content.media
      return media?.url ? media : undefined
    })
    const picture = await stack.call('GET', inbound.url ?? '')
    if (picture.status !== 200 || picture.bytes.length < 100) throw new Error(`picture: ${picture.status}, ${picture.bytes.length} bytes`)

    const sent = async (content: object) => {
      const clientId = crypto.randomUUID()
      const answer = await stack.call('POST', '/api/messages', { token: shop.token, body: { conversationId: shop.conversationId, clientId, content } })
      if (answer.status !== 201 && answer.status !== 202 && answer.status !== 200) throw new Error(`send: ${answer.status} ${answer.bytes}`)
    }
    await sent({ type: 'text', text: 'Temos sim, com vista para o mar.' })
    const edge = 'edge-of-the-form'
    const file = Buffer.concat([
      Buffer.from(`--${edge}\r\ncontent-disposition: form-data; name="file"; filename="quarto.jpg"\r\ncontent-type: image/jpeg\r\n\r\n`),
      picture.bytes,
      Buffer.from(`\r\n--${edge}--\r\n`),
    ])
    const upload = await stack.call<{ id: string }>('POST', '/api/media', {
      token: shop.token,
      raw: file,
      headers: { 'content-type': `multipart/form-data; boundary=${edge}` },
    })
    if (upload.status !== 201) throw new Error(`upload: ${upload.status} ${upload.bytes}`)
    await sent({ type: 'image', mediaId: upload.body.id, caption: 'O quarto' })
    await until('both answers to reach the phone', async () => {
      const { messages } = await control<{ messages: { direction?: string; type?: string; message?: { type: string } }[] }>(
        stack,
        `/messages?customer=${encodeURIComponent(PHONE)}`,
      )
      return JSON.stringify(messages).includes('vista para o mar') && JSON.stringify(messages).includes('O quarto')
    })
    await until(
      'the ticks',
      async () =>
        (await messagesOf(stack, shop))
          .filter((m) => m.direction === 'out' || m.direction === 'outbound')
          .every((m) => m.status === 'delivered' || m.status === 'read'),
      30,
    )
    shop.texts = (await messagesOf(stack, shop)).map((m) => m.content.text ?? '').filter(Boolean)
    shop.pictures = [{ id: inbound.id, sha256: await sha256(picture.bytes) }]
    await pause(100)
    return [`from the customer's phone to the attendant's socket, through nginx with TLS: ${live} ms`]
  } finally {
    socket.close()
  }
}

export async function login(stack: Stack, shop: Shop): Promise<void> {
  const answer = await stack.call<{ accessToken: string }>('POST', '/api/auth/login', { body: { email: 'dona@example.com', password: 'uma senha bem longa' } })
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.bytes}`)
  shop.token = answer.body.accessToken
}

/** Every message of the conversations with these phones. */
export async function allMessages(stack: Stack, shop: Shop, phones: readonly string[]): Promise<Item[]> {
  const { body } = await stack.call<{ items: Conversation[] }>('GET', '/api/conversations?limit=100', { token: shop.token })
  const theirs = body.items.filter((c) => phones.includes((c.contact.phone ?? '').replace('+', '')))
  const items: Item[] = []
  for (const { id } of theirs) {
    for (let older: string | null = ''; older !== null; ) {
      const page: Page = (await stack.call<Page>('GET', `/api/messages?conversationId=${id}&limit=100${older && `&before=${older}`}`, { token: shop.token }))
        .body
      items.push(...page.items)
      older = page.olderCursor
    }
  }
  return items
}

/** All that was said and sent is there, byte by byte. @throws when it is not */
export async function compare(stack: Stack, shop: Shop): Promise<void> {
  await login(stack, shop)
  const items = await messagesOf(stack, shop)
  const texts = items.map((m) => m.content.text ?? '').filter(Boolean)
  const lost = shop.texts.filter((t) => !texts.includes(t))
  if (lost.length > 0) throw new Error(`lost: ${lost.join(' | ')}`)
  for (const { id, sha256: expected } of shop.pictures) {
    const url = items.find((m) => m.content.media?.id === id)?.content.media?.url
    const picture = await stack.call('GET', url ?? '/absent')
    if ((await sha256(picture.bytes)) !== expected) throw new Error(`picture ${id} is another one (${picture.status})`)
  }
}

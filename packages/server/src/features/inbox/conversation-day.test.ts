import type { Conversation } from '@atende/contracts/conversations'
import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { connectEmulator } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer, type TestSocket } from '../../testing/test-server.ts'

const MARINA = '5511987654321'
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator
let socket: TestSocket
const seen: { name: string; data: Record<string, unknown> }[] = []

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register('Pousada')
  ;({ emulator } = await connectEmulator(server, owner))
  socket = await server.connect(owner.token)
  socket.onAny((name, data) => seen.push({ name, data }))
})
afterAll(async () => {
  socket.close()
  await server.close()
  await emulator.stop()
})

const conversation = () =>
  eventually(async () =>
    (await server.call<{ items: Conversation[] }>('GET', '/api/conversations?status=any', { token: owner.token })).body.items.find(
      (c) => c.contact.phone === `+${MARINA}`,
    ),
  )
const messagesOf = async (id: string) =>
  (await server.call<{ items: Message[] }>('GET', `/api/messages?conversationId=${id}&limit=100`, { token: owner.token })).body.items
const say = async (text: string) => {
  emulator.control.sendAs(MARINA, { type: 'text', text: { body: text } })
  const c = await conversation()
  return eventually(async () => (await messagesOf(c.id)).find((m) => m.content.type === 'text' && m.content.text === text))
}
const answer = async (content: Record<string, unknown>, extra: Record<string, unknown> = {}) => {
  const c = await conversation()
  return server.call<Message>('POST', '/api/messages', { token: owner.token, body: { conversationId: c.id, clientId: crypto.randomUUID(), content, ...extra } })
}
const until = (id: string, status: string) =>
  eventually(async () => {
    const { body } = await server.call<Message>('GET', `/api/messages/${id}`, { token: owner.token })
    return body.status === status ? body : undefined
  })
const onPhone = () => emulator.control.listMessages(MARINA, { limit: 200 })

describe('a customer writes, a person answers', () => {
  it('the message reaches the open inbox by itself, with its conversation', async () => {
    await say('Oi, vocês têm quarto para o feriado?\nSomos 2 👨‍👩‍👧')
    const event = await eventually(() => seen.find((e) => e.name === 'message:new'))
    expect(event.data).toMatchObject({
      message: { direction: 'in', status: 'received' },
      conversation: { unreadCount: 1, status: 'open', contact: { phone: `+${MARINA}` } },
    })
    expect(event.data.cursor).toMatch(/^\d+\.\d+$/)
    const c = await conversation()
    expect(c.waitingSince).not.toBeNull()
    expect(Date.parse(c.windowExpiresAt ?? '')).toBeGreaterThan(Date.now() + 23 * 3600_000)
  })

  it('the answer goes queued, sent, delivered, read; never back', async () => {
    const { status, body } = await answer({ type: 'text', text: 'Temos sim! Para quantas noites?' })
    expect(status).toBe(202)
    expect(body.status).toBe('queued')
    await until(body.id, 'delivered')
    emulator.control.openChat(MARINA, true)
    const read = await until(body.id, 'read')
    expect(Object.keys(read.statusTimes).sort()).toEqual(['delivered', 'read', 'sent'])
    const ranks = seen.flatMap((e) => (e.name === 'message:status' && e.data.messageId === body.id ? [String(e.data.status)] : []))
    const order = ['sending', 'sent', 'delivered', 'read']
    expect(ranks).toEqual([...ranks].sort((a, b) => order.indexOf(a) - order.indexOf(b)))
    expect((await conversation()).waitingSince).toBeNull()
  })

  it('repeating the same client id is the same message, also at the same moment', async () => {
    const c = await conversation()
    const clientId = crypto.randomUUID()
    const send = () =>
      server.call<Message>('POST', '/api/messages', {
        token: owner.token,
        body: { conversationId: c.id, clientId, content: { type: 'text', text: 'só uma vez' } },
      })
    const answers = await Promise.all([send(), send(), send(), send()])
    expect(new Set(answers.map((a) => a.body.id)), JSON.stringify(answers)).toHaveProperty('size', 1)
    expect((await send()).body.id).toBe(answers[0]?.body.id)
    await until(answers[0]?.body.id ?? '', 'read')
    expect(onPhone().filter((m) => JSON.stringify(m.content).includes('só uma vez'))).toHaveLength(1)
  })

  it('what the customer replies within the same second stands below our question', async () => {
    await eventually(() => Date.now() % 1000 > 200 && Date.now() % 1000 < 500)
    const question = (await answer({ type: 'text', text: 'Qual o seu nome completo?' })).body
    const reply = await say('Marina Souza Lima')
    const order = (await messagesOf((await conversation()).id)).map((m) => m.id)
    expect(order.indexOf(reply.id)).toBeGreaterThan(order.indexOf(question.id))
    expect((await conversation()).lastMessage?.id).toBe(reply.id)
  })

  it('answers leave in the order in which they were accepted', async () => {
    const texts = Array.from({ length: 25 }, (_, i) => `linha ${String(i).padStart(2, '0')}`)
    let last = ''
    for (const text of texts) last = (await answer({ type: 'text', text })).body.id
    await until(last, 'read')
    const arrived = onPhone().flatMap((m) => JSON.stringify(m.content).match(/linha \d\d/) ?? [])
    expect(arrived).toEqual(texts)
  })

  it('quotes and reactions work in both directions', async () => {
    const question = await say('Tem estacionamento?')
    const reply = await answer({ type: 'text', text: 'Tem, e é gratuito.' }, { quotedId: question.id })
    expect(reply.body.quoted).toMatchObject({ id: question.id, preview: 'Tem estacionamento?' })
    await until(reply.body.id, 'read')
    const shown = onPhone().find((m) => JSON.stringify(m.content).includes('gratuito'))
    // Under WhatsApp's own id, which stands sealed here.
    const asked = onPhone().find((m) => JSON.stringify(m.content).includes('estacionamento'))
    expect(shown?.contextId).toBe(asked?.id)
    expect(asked?.id).toMatch(/^wamid\./)

    await answer({ type: 'reaction', targetId: question.id, emoji: '👍' })
    await eventually(() => onPhone().find((m) => m.reactions.business === '👍'))
    emulator.control.sendAs(MARINA, { type: 'reaction', reaction: { message_id: shown?.id ?? '', emoji: '❤️' } })
    const loved = await eventually(async () => {
      const { body } = await server.call<Message>('GET', `/api/messages/${reply.body.id}`, { token: owner.token })
      return body.reactions.length > 0 ? body.reactions : undefined
    })
    expect(loved).toEqual([{ emoji: '❤️', by: 'contact', userId: null }])
    emulator.control.sendAs(MARINA, { type: 'reaction', reaction: { message_id: shown?.id ?? '' } })
    await eventually(async () => (await server.call<Message>('GET', `/api/messages/${reply.body.id}`, { token: owner.token })).body.reactions.length === 0)
    expect(seen.some((e) => e.name === 'message:updated')).toBe(true)
  })

  it('place and card go out and come in', async () => {
    await answer({ type: 'location', location: { latitude: -23.81, longitude: -45.4, name: 'Pousada', address: 'Rua da Praia, 10' } })
    await answer({ type: 'contacts', contacts: [{ name: 'Nelson Manutenção', phones: [{ phone: '+55 12 99999-0000' }] }] })
    await eventually(() => onPhone().filter((m) => ['location', 'contacts'].includes(m.type)).length === 2)
    emulator.control.sendAs(MARINA, { type: 'location', location: { latitude: -22.9, longitude: -43.2, name: 'Estou aqui' } })
    emulator.control.sendAs(MARINA, {
      type: 'contacts',
      contacts: [{ name: { formatted_name: 'Tia Rosa', first_name: 'Tia' }, phones: [{ phone: '+55 21 98888-7777', wa_id: '5521988887777' }] }],
    })
    const c = await conversation()
    const found = await eventually(async () => {
      const list = (await messagesOf(c.id)).filter((m) => m.direction === 'in').map((m) => m.content)
      return list.some((x) => x.type === 'contacts') && list.some((x) => x.type === 'location') ? list : undefined
    })
    expect(found).toContainEqual({ type: 'location', location: { latitude: -22.9, longitude: -43.2, name: 'Estou aqui' } })
    expect(found.find((x) => x.type === 'contacts')).toMatchObject({
      contacts: [{ name: 'Tia Rosa', phones: [{ phone: '+55 21 98888-7777', waId: '5521988887777' }] }],
    })
  })

  it('a picture goes out and one comes in, with its bytes', async () => {
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    const form = new FormData()
    form.set('file', new File([png], 'quarto.png', { type: 'image/png' }))
    const uploaded = await server.call<{ id: string }>('POST', '/api/media', { token: owner.token, body: form })
    expect(uploaded.status).toBe(201)
    const sent = await answer({ type: 'image', mediaId: uploaded.body.id, caption: 'O quarto' })
    await until(sent.body.id, 'read')
    expect(onPhone().some((m) => m.type === 'image' && JSON.stringify(m.content).includes('O quarto'))).toBe(true)

    const media = emulator.control.addMedia({ bytes: png, mimeType: 'image/png' })
    emulator.control.sendAs(MARINA, { type: 'image', image: { id: media.id, mime_type: 'image/png', sha256: media.sha256, caption: 'minha foto' } })
    const c = await conversation()
    const shown = await eventually(async () =>
      (await messagesOf(c.id)).find((m) => m.direction === 'in' && m.content.type === 'image' && m.content.media.status === 'stored'),
    )
    const url = shown.content.type === 'image' ? (shown.content.media.url ?? '') : ''
    const bytes = Buffer.from(await (await fetch(server.url + url)).arrayBuffer())
    expect(bytes.equals(png)).toBe(true)
  })

  it('opening the conversation shows the customer that it was read', async () => {
    await say('Alguém aí?')
    const c = await conversation()
    expect((await server.call('POST', `/api/conversations/${c.id}/read`, { token: owner.token })).status).toBe(204)
    await eventually(() => onPhone().findLast((m) => m.direction === 'inbound')?.status === 'read')
    expect((await conversation()).unreadCount).toBe(0)
  })

  it('typing shows on both sides', async () => {
    const c = await conversation()
    await new Promise((r) => socket.emit('join:conversation', { conversationId: c.id }, r))
    emulator.control.setTyping(MARINA, 'start')
    expect((await eventually(() => seen.find((e) => e.name === 'typing:start' && e.data.who === 'contact'))).data).toMatchObject({ conversationId: c.id })
    socket.emit('typing:start', { conversationId: c.id })
    expect((await eventually(() => seen.find((e) => e.name === 'typing:start' && e.data.who === 'user'))).data).toMatchObject({ user: { id: owner.userId } })
  })

  it('take, tag, resolve; the customer writes and it is open again', async () => {
    const c = await conversation()
    const tag = await server.call<{ id: string }>('POST', '/api/tags', { token: owner.token, body: { name: 'Feriado', color: 'orange' } })
    await server.call('POST', `/api/conversations/${c.id}/assign`, { token: owner.token, body: { userId: owner.userId, expectedAssigneeId: null } })
    await server.call('PUT', `/api/conversations/${c.id}/tags`, { token: owner.token, body: { tagIds: [tag.body.id] } })
    const done = await server.call<Conversation>('PATCH', `/api/conversations/${c.id}`, { token: owner.token, body: { status: 'resolved' } })
    expect(done.body).toMatchObject({ status: 'resolved', assignee: { id: owner.userId }, tags: [{ name: 'Feriado' }] })
    await eventually(() => seen.find((e) => e.name === 'conversation:assigned'))
    await say('Mais uma coisa')
    const again = await conversation()
    expect(again).toMatchObject({ status: 'open', resolvedAt: null, assignee: { id: owner.userId } })
    const activities = (await messagesOf(c.id)).flatMap((m) => (m.content.type === 'activity' ? [m.content.activity] : []))
    expect(activities).toEqual(['assigned', 'resolved', 'reopened'])
  })

  it('after 24 h by the clock of WhatsApp the answer is refused before it leaves', async () => {
    await server.sql("update conversations set last_inbound_at = now() - interval '25 hours'")
    const refused = await answer({ type: 'text', text: 'tarde demais' })
    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({ code: 'window_closed' })
  })
})

import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Conversation } from '@atende/contracts/conversations'
import type { Problem } from '@atende/contracts/errors'
import type { Media } from '@atende/contracts/media'
import type { Message, SendInteractive } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { z } from 'zod'
import { connectEmulator } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'

const SAMPLES = path.resolve(import.meta.dirname, '../../../../whatsapp-emulator/phone/samples')
const PHONE = '5511987650001'
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator
let conversationId = ''
let inboundId = ''

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  ;({ emulator } = await connectEmulator(server, owner))
  conversationId = await conversationWith(PHONE)
  const { body } = await server.call<{ items: Message[] }>('GET', `/api/messages?conversationId=${conversationId}`, { token: owner.token })
  inboundId = body.items[0]?.id ?? ''
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})

async function conversationWith(phone: string): Promise<string> {
  emulator.control.sendAs(phone, { type: 'text', text: { body: 'oi' } })
  return eventually(
    async () => (await server.call<{ items: { id: string }[] }>('GET', `/api/conversations?q=${phone}`, { token: owner.token })).body.items[0]?.id,
  )
}
const post = <T>(content: object, more: object = {}, to = conversationId) =>
  server.call<T>('POST', '/api/messages', { token: owner.token, body: { conversationId: to, clientId: crypto.randomUUID(), content, ...more } })
/** Sends and waits until it is on the phone; answers what Meta's side got. */
async function deliver(content: object, more: object = {}) {
  const sent = await post<Message>(content, more)
  expect([sent.status, sent.body]).toEqual([202, expect.anything()])
  await until(sent.body.id, 'delivered')
  const got = emulator.control.listMessages(PHONE, { limit: 500 }).find((m) => m.callbackData === sent.body.id)
  return { id: sent.body.id, got }
}
const read = async (id: string) => (await server.call<Message>('GET', `/api/messages/${id}`, { token: owner.token })).body
const until = (id: string, status: string) =>
  eventually(async () => {
    const m = await read(id)
    if (m.status === 'failed' && status !== 'failed') throw new Error(`failed: ${JSON.stringify(m.error)}`)
    return m.status === status || (status === 'delivered' && m.status === 'read') ? m : undefined
  })
async function upload(name: string, kind: string, mime: string, change: (data: Buffer) => Buffer = (d) => d): Promise<Media> {
  const form = new FormData()
  form.set('kind', kind)
  form.set('file', new File([new Uint8Array(change(readFileSync(path.join(SAMPLES, name))))], name, { type: mime }))
  const answer = await server.call<Media>('POST', '/api/media', { token: owner.token, body: form })
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body
}
/** A draft of a form, made as the account's owner would. */
async function makeFlow(): Promise<string> {
  const { wabaId, accessToken } = emulator.defaults
  const response = await fetch(`${emulator.graphUrl}/v26.0/${wabaId}/flows`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Reserva', categories: ['OTHER'] }),
  })
  const { id } = z.object({ id: z.string() }).parse(await response.json())
  return id
}
const button = (n: number) => ({ id: `b${n}`, title: `Botão ${n}` })

describe('everything that can be sent', () => {
  it('text asks for a preview only when it has a link and nobody said no', async () => {
    const bodies = await Promise.all(
      [
        { type: 'text', text: 'sem endereço' },
        { type: 'text', text: 'veja https://example.com' },
        { type: 'text', text: 'veja https://example.com', preview: false },
      ].map(async (content) => (await deliver(content)).got?.content),
    )
    expect(bodies.map((b) => JSON.stringify(b).includes('"preview_url":true'))).toEqual([false, true, false])
  })

  it('every kind of interactive message arrives as WhatsApp wants it', async () => {
    const photo = (await upload('praia.jpg', 'image', 'image/jpeg')).id
    const paper = (await upload('comprovante.pdf', 'document', 'application/pdf')).id
    const flowId = await makeFlow()
    const all: SendInteractive[] = [
      { kind: 'buttons', header: { kind: 'image', media: photo }, body: 'Qual?', footer: 'rodapé', buttons: [button(1), button(2), button(3)] },
      { kind: 'buttons', header: { kind: 'document', media: paper }, body: 'Recebeu?', buttons: [button(1)] },
      {
        kind: 'list',
        header: { kind: 'text', text: 'Cardápio' },
        body: 'Escolha',
        button: 'Ver',
        sections: [
          { title: 'Quente', rows: [{ id: 'a', title: 'Café', description: 'coado' }] },
          { title: 'Frio', rows: [{ id: 'b', title: 'Suco' }] },
        ],
      },
      { kind: 'cta_url', body: 'Abra', action: { label: 'Site', url: 'https://example.com' } },
      { kind: 'location_request', body: 'Onde?' },
      { kind: 'contact_request', body: 'Qual telefone?' },
      {
        kind: 'carousel',
        body: 'Quartos',
        cards: [1, 2].map((n) => ({
          header: { kind: 'image' as const, media: photo },
          body: `Quarto ${n}`,
          action: { kind: 'cta_url' as const, label: 'Ver', url: `https://example.com/${n}` },
        })),
      },
      { kind: 'flow', body: 'Preencha', flowId, label: 'Abrir', screen: 'PRIMEIRA', draft: true },
    ]
    for (const interactive of all) {
      const { got } = await deliver({ type: 'interactive', interactive })
      expect([interactive.kind, got?.type]).toEqual([interactive.kind, 'interactive'])
    }
    // The photo stands in three places and went up once.
    const uploads = await server.sql('select 1 from media_uploads where media_id = $1', [photo])
    expect(uploads).toHaveLength(1)
  })

  it('a file that was uploaded before is not uploaded again, and is when WhatsApp has lost it', async () => {
    const media = await upload('praia.jpg', 'image', 'image/jpeg')
    await deliver({ type: 'image', mediaId: media.id, caption: 'uma' })
    const idOf = async () =>
      (await server.sql<{ provider_media_id: string }>('select provider_media_id from media_uploads where media_id = $1', [media.id]))[0]?.provider_media_id
    const first = await idOf()
    await deliver({ type: 'image', mediaId: media.id, caption: 'duas' })
    expect(await idOf()).toBe(first)
    await server.sql("update media_uploads set provider_media_id = '123456' where media_id = $1", [media.id])
    await deliver({ type: 'image', mediaId: media.id, caption: 'três' })
    expect(await idOf()).not.toBe('123456')
  })

  it('a voice note goes as one; stereo Ogg, which WhatsApp does not play, is refused with the reason', async () => {
    const voice = await upload('recado.ogg', 'audio', 'audio/ogg')
    const { got } = await deliver({ type: 'audio', mediaId: voice.id })
    expect(JSON.stringify(got?.content)).toContain('"voice":true')
    const stereo = await upload('recado.ogg', 'audio', 'audio/ogg', (data) => {
      data[data.indexOf('OpusHead') + 9] = 2
      return data
    })
    const failed = await until((await post<Message>({ type: 'audio', mediaId: stereo.id })).body.id, 'failed')
    expect(failed.error).toMatchObject({ title: expect.stringContaining('mono'), canRetry: false })
  })
})

describe('what WhatsApp would refuse is refused before it is saved, with the field and the limit', () => {
  const cases: [string, object, string, RegExp][] = [
    ['text', { type: 'text', text: 'a'.repeat(4097) }, 'content.text', /4\.096/],
    ['empty text', { type: 'text', text: '   ' }, 'content.text', /Escreva/],
    ['reaction', { type: 'reaction', targetId: 'INBOUND', emoji: 'oi' }, 'content.emoji', /emoji/],
    ['button title', interactive({ kind: 'buttons', body: 'x', buttons: [{ id: 'a', title: 'a'.repeat(21) }] }), 'content.interactive.buttons.0.title', /20/],
    ['four buttons', interactive({ kind: 'buttons', body: 'x', buttons: [1, 2, 3, 4].map(button) }), 'content.interactive.buttons', /3/],
    [
      'equal titles',
      interactive({
        kind: 'buttons',
        body: 'x',
        buttons: [
          { id: 'a', title: 'Sim' },
          { id: 'b', title: 'Sim' },
        ],
      }),
      'content.interactive.buttons.1.title',
      /diferente/,
    ],
    ['body', interactive({ kind: 'buttons', body: 'x'.repeat(1025), buttons: [button(1)] }), 'content.interactive.body', /1\.024/],
    ['rows', interactive({ kind: 'list', body: 'x', button: 'Ver', sections: [rows(6, 'a'), rows(5, 'b')] }), 'content.interactive.sections', /até 10/],
    [
      'section title',
      interactive({ kind: 'list', body: 'x', button: 'Ver', sections: [rows(1, 'a'), { rows: [{ id: 'z', title: 'z' }] }] }),
      'content.interactive.sections.1.title',
      /título/,
    ],
    [
      'equal rows',
      interactive({ kind: 'list', body: 'x', button: 'Ver', sections: [rows(1, 'a'), rows(1, 'a')] }),
      'content.interactive.sections.1.rows.0.id',
      /diferente/,
    ],
    ['address', interactive({ kind: 'cta_url', body: 'x', action: { label: 'Ver', url: 'ftp://example.com' } }), 'content.interactive.action.url', /https/],
    ['flow button', interactive({ kind: 'flow', body: 'x', flowId: '123456', label: 'Abrir 😀' }), 'content.interactive.label', /emoji/],
    [
      'unknown media',
      interactive({ kind: 'buttons', header: { kind: 'image', media: crypto.randomUUID() }, body: 'x', buttons: [button(1)] }),
      'content.interactive.header.media',
      /./,
    ],
    ['caption', { type: 'image', mediaId: crypto.randomUUID(), caption: 'a'.repeat(1025) }, 'content.caption', /1\.024/],
  ]
  it.each(cases)('%s', async (_name, content, field, sentence) => {
    const before = await server.sql<{ n: string }>('select count(*) n from messages')
    const ready = JSON.parse(JSON.stringify(content).replace('INBOUND', inboundId))
    const { status, body } = await post<Problem>(ready)
    expect([status, body.code]).toEqual([400, 'validation_failed'])
    expect(body.errors?.find((e) => e.path === field)?.message, JSON.stringify(body.errors)).toMatch(sentence)
    expect(await server.sql('select count(*) n from messages')).toEqual(before)
  })

  it('a NUL anywhere, which no text can hold', async () => {
    for (const content of [{ type: 'text', text: 'a\0b' }, interactive({ kind: 'buttons', body: 'x', buttons: [{ id: 'a', title: 'S\0m' }] })])
      expect((await post<Problem>(content)).body.code).toBe('validation_failed')
    expect((await post({ type: 'text', text: 'barra \\u0000 escrita' })).status).toBe(202)
  })

  it('a reaction to a message older than 30 days', async () => {
    await server.sql("update messages set at = now() - interval '31 days' where id = $1", [inboundId])
    const { body } = await post<Problem>({ type: 'reaction', targetId: inboundId, emoji: '👍' })
    expect(body.errors?.[0]).toMatchObject({ path: 'content.targetId', message: expect.stringContaining('30 dias') })
  })

  it('what a group does not take', async () => {
    const group = await conversationWith('5511987650002')
    await server.sql("update contacts set kind = 'group' where id = (select contact_id from conversations where id = $1)", [group])
    const { body } = await post<Problem>(interactive({ kind: 'location_request', body: 'Onde?' }), {}, group)
    expect(body.errors?.[0]).toMatchObject({ path: 'content.type', message: expect.stringContaining('Grupos') })
  })
})

describe('window, free entry, control', () => {
  const conversation = async (id: string) => (await server.call<Conversation>('GET', `/api/conversations/${id}`, { token: owner.token })).body
  const closing = async () =>
    (await server.call<{ items: { id: string }[] }>('GET', '/api/conversations?closesSoon=true', { token: owner.token })).body.items.map((c) => c.id)
  const count = async () => (await server.call<{ closesSoon: number }>('GET', '/api/conversations/counts', { token: owner.token })).body.closesSoon

  it('conversations whose window ends within four hours are listed and counted, and those that are over are not', async () => {
    const [soon, over] = [await conversationWith('5511987650003'), await conversationWith('5511987650004')]
    expect([await closing(), await count()]).toEqual([[], 0])
    await server.sql("update conversations set last_inbound_at = now() - interval '21 hours' where id = $1", [soon])
    await server.sql("update conversations set last_inbound_at = now() - interval '25 hours' where id = $1", [over])
    expect([await closing(), await count()]).toEqual([[soon], 1])
  })

  it('our answer within a day of an ad begins the free entry point: seven days', async () => {
    const id = await conversationWith('5511987650005')
    await server.sql("update conversations set ad_referral_at = now() - interval '2 hours' where id = $1", [id])
    expect((await conversation(id)).freeEntryUntil).toBeNull()
    await post({ type: 'text', text: 'bem-vindo' }, {}, id)
    const until = await eventually(async () => (await conversation(id)).freeEntryUntil)
    expect((Date.parse(until) - Date.now()) / 3_600_000).toBeCloseTo(7 * 24, 0)
    // A later answer does not move its end.
    const second = await post<Message>({ type: 'text', text: 'outra' }, {}, id)
    await eventually(async () => ['sent', 'delivered', 'read'].includes((await read(second.body.id)).status))
    expect((await conversation(id)).freeEntryUntil).toBe(until)
    const late = await conversationWith('5511987650006')
    await server.sql("update conversations set ad_referral_at = now() - interval '25 hours' where id = $1", [late])
    const answer = await post<Message>({ type: 'text', text: 'tarde' }, {}, late)
    await eventually(async () => ['sent', 'delivered', 'read'].includes((await read(answer.body.id)).status))
    expect((await conversation(late)).freeEntryUntil).toBeNull()
  })

  it('sending takes over a chat that somebody else answered, with a line that says who did', async () => {
    const id = await conversationWith('5511987650007')
    await server.sql("update conversations set control = 'passive' where id = $1", [id])
    expect((await conversation(id)).control).toBe('passive')
    await post({ type: 'text', text: 'agora nós' }, {}, id)
    expect((await conversation(id)).control).toBe('ours')
    const { body } = await server.call<{ items: Message[] }>('GET', `/api/messages?conversationId=${id}`, { token: owner.token })
    expect(body.items.map((m) => m.content)).toContainEqual(expect.objectContaining({ type: 'activity', activity: 'taken_over' }))
  })
})

function interactive(message: object): object {
  return { type: 'interactive', interactive: message }
}
function rows(n: number, name: string) {
  return { title: name, rows: Array.from({ length: n }, (_, i) => ({ id: `${name}${i}`, title: `${name} ${i}` })) }
}

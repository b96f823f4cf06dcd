import type { Conversation } from '@atende/contracts/conversations'
import type { Media } from '@atende/contracts/media'
import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { inTenant } from '../../platform/database.ts'
import { destroyContactKeys } from '../../platform/vault/vault.ts'
import { connectEmulator, delivery, inbound, newWamid, post } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'

const [ANA, RUI, EVA] = ['5511970000001', '5511970000002', '5511970000003'] as const
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let emulator: Emulator
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register('Pousada')
  ;({ emulator } = await connectEmulator(server, owner))
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})

const get = <T>(url: string) => server.call<T>('GET', url, { token: owner.token })
const chat = async (phone: string): Promise<Conversation | undefined> =>
  (await get<{ items: Conversation[] }>('/api/conversations?status=any')).body.items.find((c) => c.contact.phone === `+${phone}`)
const conversation = async (id: string | undefined) => (await get<Conversation>(`/api/conversations/${id}`)).body
const messagesIn = async (id: string | undefined) => (await get<{ items: Message[] }>(`/api/messages?conversationId=${id}&limit=100`)).body.items
async function messagesOf(phone: string): Promise<Message[]> {
  const found = await chat(phone)
  return found ? messagesIn(found.id) : []
}
/** Delivered, understood, and as the API shows it. */
async function say(phone: string, text: string, extra: Record<string, unknown> = {}): Promise<{ id: string; wamid: string }> {
  const wamid = newWamid()
  expect((await post(server, emulator.defaults, delivery(emulator.defaults, { messages: [inbound({ id: wamid, from: phone, text, extra })] }))).status).toBe(
    200,
  )
  const [row] = await eventually(async () => {
    const rows = await server.sql<{ id: string }>('select id from messages where provider_id = any($1)', [await server.providerIds(wamid)])
    return rows.length > 0 ? rows : undefined
  })
  return { id: row?.id ?? '', wamid }
}
const swap = (column: string, a: string, b: string) =>
  server.sql(`update messages m set ${column} = o.${column} from messages o where (m.id, o.id) in (($1, $2), ($2, $1))`, [a, b])

describe('two sealed values that somebody swaps in the database', () => {
  it.each([
    ['of one person', ANA, ANA],
    ['of two people', RUI, EVA],
  ])('%s: both say that they do not open, neither shows the other’s words, and the list goes on', async (_, one, two) => {
    const first = await say(one, 'segredo um')
    const second = await say(two, 'segredo dois')
    const third = await say(two, 'terceira', { context: { from: '55', id: second.wamid } })
    await swap('sealed', first.id, second.id)
    const shown = [...(await messagesOf(one)), ...(await messagesOf(two))]
    for (const { id } of [first, second]) expect(shown.find((m) => m.id === id)?.content).toEqual({ type: 'unreadable' })
    expect(JSON.stringify(shown)).not.toContain('segredo')
    expect(shown.find((m) => m.id === third.id)).toMatchObject({ content: { type: 'text', text: 'terceira' }, quoted: { type: 'unreadable', preview: '' } })
    expect((await chat(two))?.lastMessage).toMatchObject({ type: 'text', preview: 'terceira' })
    // Back in its place, it opens.
    await swap('sealed', first.id, second.id)
    expect((await messagesOf(one)).find((m) => m.id === first.id)?.content).toEqual({ type: 'text', text: 'segredo um' })
  })

  it('rubbish in place of a value, or a key that was bent, spoils what it concerns and nothing else', async () => {
    const [rubbish, bent, whole] = ['5511970000041', '5511970000042', '5511970000043']
    const { id } = await say(rubbish, 'trocada por lixo')
    await say(rubbish, 'inteira')
    await say(bent, 'com a chave torta')
    await say(whole, 'inteira também')
    const spoilt = await chat(bent)
    await server.sql("update messages set sealed = '\\x00ff' where id = $1", [id])
    await server.sql("update data_keys set wrapped = set_byte(wrapped, 40, get_byte(wrapped, 40) # 1) where purpose = 'contact' and contact_id = $1", [
      spoilt?.contact.id,
    ])
    expect((await messagesOf(rubbish)).map((m) => m.content)).toEqual([{ type: 'unreadable' }, { type: 'text', text: 'inteira' }])
    // The person, too: it is their key.
    expect(await conversation(spoilt?.id)).toMatchObject({
      contact: { name: 'Contato ilegível', phone: null },
      lastMessage: { type: 'unreadable', preview: '' },
    })
    expect((await messagesIn(spoilt?.id)).map((m) => m.content)).toEqual([{ type: 'unreadable' }])
    expect((await chat(whole))?.lastMessage).toMatchObject({ preview: 'inteira também' })
  })

  it('deliveries: one that does not open is kept with its error, and holds up nobody', async () => {
    const rows = await server.sql<{ id: string }>('select id from webhook_events where tenant_id = $1 order by id limit 2', [owner.tenantId])
    const [a, b] = rows.map((r) => r.id)
    await server.sql('update webhook_events m set body = o.body from webhook_events o where (m.id, o.id) in (($1, $2), ($2, $1))', [a, b])
    expect(await get(`/api/webhook-events/${a}`)).toMatchObject({ status: 422, body: { code: 'content_unreadable' } })
    await server.call('POST', `/api/webhook-events/${a}/replay`, { token: owner.token })
    const events = () => get<{ items: { id: string; status: string; error: string | null }[] }>('/api/webhook-events?limit=100')
    const failed = await eventually(async () => (await events()).body.items.find((e) => e.id === a && e.status === 'failed'))
    expect(failed.error).toContain('does not open')
    await say(ANA, 'e a vida continua')
  })
})

async function file(phone: string, caption: string): Promise<{ message: Message; media: Media }> {
  const added = emulator.control.addMedia({ bytes: PNG, mimeType: 'image/png' })
  emulator.control.sendAs(phone, { type: 'image', image: { id: added.id, mime_type: 'image/png', sha256: added.sha256, caption } })
  return eventually(async () => {
    for (const message of await messagesOf(phone)) {
      const { content } = message
      if (content.type === 'image' && content.caption === caption && content.media.status === 'stored') return { message, media: content.media }
    }
    return undefined
  }, 15_000)
}

describe('when the key of a person is destroyed', () => {
  it('everything of theirs says that it was erased, everywhere, and others are as they were', async () => {
    const [gone, stays] = ['5511970000011', '5511970000012']
    const first = await say(gone, 'adeus')
    await say(gone, 'resposta', { context: { from: '55', id: first.wamid } })
    const { message, media } = await file(gone, 'minha foto')
    await post(
      server,
      emulator.defaults,
      delivery(emulator.defaults, { messages: [inbound({ from: gone, type: 'reaction', extra: { reaction: { message_id: first.wamid, emoji: '👍' } } })] }),
    )
    await eventually(async () => (await messagesOf(gone)).find((m) => m.reactions.length > 0))
    const kept = await file(stays, 'foto de outra')
    const before = await chat(gone)
    const contactId = before?.contact.id ?? ''
    expect((await fetch(server.url + media.url)).status).toBe(200)

    expect(await inTenant(server.ctx.db, owner.tenantId, (tx) => destroyContactKeys(tx, [contactId]))).toBe(2)

    const shown = await messagesIn(before?.id)
    expect(shown.length).toBeGreaterThanOrEqual(3)
    expect(new Set(shown.map((m) => m.content.type))).toEqual(new Set(['erased']))
    expect(shown.flatMap((m) => m.reactions)).toEqual([])
    expect(shown.find((m) => m.quoted)?.quoted).toMatchObject({ type: 'erased', preview: '' })
    const after = await conversation(before?.id)
    expect(after).toMatchObject({ contact: { name: 'Contato apagado', phone: null }, lastMessage: { type: 'erased', preview: '' } })
    expect(await get(`/api/messages/${message.id}/raw`)).toMatchObject({ status: 410, body: { code: 'content_erased' } })
    const answer = await fetch(server.url + media.url)
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([410, 'content_erased'])
    expect((await get<Media>(`/api/media/${media.id}`)).body).toMatchObject({ status: 'erased', reason: 'erased', filename: null, url: null, blur: null })
    expect((await get<{ items: Conversation[] }>('/api/conversations?status=any&q=adeus')).body.items).toEqual([])
    expect(JSON.stringify([shown, after])).not.toMatch(/adeus|minha foto/)

    // Nobody else's; and who writes from that number later is somebody new.
    expect(Buffer.from(await (await fetch(server.url + kept.media.url)).arrayBuffer()).equals(PNG)).toBe(true)
    await say(gone, 'voltei')
    expect((await messagesOf(gone)).map((m) => m.content)).toEqual([{ type: 'text', text: 'voltei' }])
    expect((await messagesIn(before?.id)).length).toBe(shown.length)
  })

  it('a file that went to one person ends with them; one that went to two is the company’s', async () => {
    const phones = ['5511970000021', '5511970000022'] as const
    for (const phone of phones) await say(phone, 'oi')
    const upload = async (name: string) => {
      const form = new FormData()
      form.set('file', new File([`conteúdo de ${name}`], name, { type: 'text/plain' }))
      return (await server.call<Media>('POST', '/api/media', { token: owner.token, body: form })).body
    }
    let sent = 0
    const send = async (phone: string, media: Media) => {
      const body = { conversationId: (await chat(phone))?.id, clientId: `arquivo-${++sent}`, content: { type: 'document', mediaId: media.id } }
      expect((await server.call('POST', '/api/messages', { token: owner.token, body })).status).toBe(202)
    }
    const [own, both] = [await upload('um.txt'), await upload('dois.txt')]
    await send(phones[0], own)
    for (const phone of phones) await send(phone, both)
    await eventually(async () => (await server.sql("select 1 from messages where status in ('queued', 'sending')")).length === 0)
    const ids = await Promise.all(phones.map(async (p) => (await chat(p))?.contact.id ?? ''))
    await inTenant(server.ctx.db, owner.tenantId, (tx) => destroyContactKeys(tx, ids))
    expect((await fetch(server.url + own.url)).status).toBe(410)
    expect(await (await fetch(server.url + both.url)).text()).toBe('conteúdo de dois.txt')
  })

  it('a file that was changed on disk is refused, not served', async () => {
    const { media } = await file('5511970000031', 'no disco')
    const { writeFile, readFile } = await import('node:fs/promises')
    const at = `${server.home}/media/${owner.tenantId}/${media.id}`
    const bytes = await readFile(at)
    bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60)
    await writeFile(at, bytes)
    expect((await fetch(server.url + media.url)).status).toBe(422)
    // Nor is an open file in its place.
    await writeFile(at, PNG)
    expect((await fetch(server.url + media.url)).status).toBe(422)
  })
})

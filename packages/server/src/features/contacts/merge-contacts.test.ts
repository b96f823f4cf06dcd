import { randomUUID } from 'node:crypto'
import { Contact } from '@atende/contracts/contacts'
import type { Conversation } from '@atende/contracts/conversations'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTenant } from '../../platform/database.ts'
import { marksOf } from '../../testing/known-people.ts'
import { openedMessages } from '../../testing/opened.ts'
import { connectChannel, delivery, inbound, post, type TestChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant } from '../access/test-people.ts'
import { findRecipient } from '../channels/whatsapp-cloud/send.db.ts'

type Owner = Awaited<ReturnType<TestServer['register']>>
type Undone = { kept: Contact; other: Contact }
let server: TestServer
let owner: Owner
let channel: TestChannel
let second: TestChannel
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  channel = await connectChannel(server, owner)
  second = await connectChannel(server, owner)
})
afterAll(() => server.close())

const ask = <T = Record<string, unknown>>(method: string, url: string, body?: unknown, who: { token: string } = owner) =>
  server.call<T>(method, url, { token: who.token, ...(body === undefined ? {} : { body }) })
const contact = async (id: string) => Contact.parse((await ask('GET', `/api/contacts/${id}`)).body)
const merge = (id: string, otherId: string, who: { token: string } = owner) => ask('POST', `/api/contacts/${id}/merge`, { otherId }, who)
const undo = (id: string, mergeId: string, who: { token: string } = owner) => ask<Undone>('POST', `/api/contacts/${id}/merges/${mergeId}/undo`, undefined, who)
const conversation = async (id: string) => (await ask<Conversation>('GET', `/api/conversations/${id}`)).body
const listed = async (query = '') =>
  (await ask<{ items: Conversation[] }>('GET', `/api/conversations?status=any&limit=100${query}`)).body.items.map((c) => c.id)
const texts = async (id: string) =>
  (await ask<{ items: { content: { type: string; text?: string } }[] }>('GET', `/api/messages?conversationId=${id}`)).body.items.flatMap(
    (m) => m.content.text ?? [],
  )

let numbers = 0
const newPhone = () => `55219${String(90_000_000 + ++numbers)}`
type Place = { contact: string; conversation: string; phone: string }
async function write(text: string, from: string, through = channel, secondsAgo = 60): Promise<Place> {
  const message = inbound({ from, text, at: Math.floor(Date.now() / 1000) - secondsAgo })
  expect((await post(server, through, delivery(through, { messages: [message] }))).status).toBe(200)
  return eventually(async () => {
    const [row] = await server.sql<{ v: string; k: string }>(
      'select m.conversation_id v, c.contact_id k from messages m join conversations c on c.id = m.conversation_id where m.provider_id = any($1)',
      [await server.providerIds(message.id)],
    )
    return row && { conversation: row.v, contact: row.k, phone: from }
  })
}
const two = async (): Promise<[Place, Place]> => [await write('de um', newPhone()), await write('de outro', newPhone(), channel, 30)]

test('two contacts become one: history, identities, notes and tags together; old addresses lead there', async () => {
  const [a, b] = await two()
  const elsewhere = await write('noutro número', b.phone, second)
  await ask('PATCH', `/api/contacts/${a.contact}`, { notes: 'gosta de café', name: 'Ana' })
  await ask('PATCH', `/api/contacts/${b.contact}`, { notes: 'vem em julho', email: 'ana@example.com', name: 'Ana Paula' })
  const tag = (await ask<{ id: string }>('POST', '/api/tags', { name: 'VIP' })).body.id
  await ask('PUT', `/api/conversations/${b.conversation}/tags`, { tagIds: [tag] })
  const merged = await merge(a.contact, b.contact)
  expect(merged.status).toBe(200)
  const kept = Contact.parse(merged.body)
  expect(kept).toMatchObject({ id: a.contact, name: 'Ana', email: 'ana@example.com', notes: 'gosta de café\n\nvem em julho' })
  expect(kept.identities.map((i) => i.value).toSorted()).toEqual([a.phone, b.phone].toSorted())
  expect(kept.merges).toMatchObject([{ name: 'Ana Paula', reason: 'manual', by: 'Dona Teste' }])
  expect(merged.headers.get('etag')).toBe((await server.call('GET', `/api/contacts/${b.contact}`, { token: owner.token })).headers.get('etag'))
  expect(await texts(a.conversation)).toEqual(['de um', 'de outro'])
  expect(await texts(b.conversation)).toEqual(['de um', 'de outro'])
  expect(await conversation(b.conversation)).toMatchObject({ id: a.conversation, unreadCount: 2, tags: [{ name: 'VIP' }], contact: { id: a.contact } })
  expect(await conversation(elsewhere.conversation)).toMatchObject({ id: elsewhere.conversation, contact: { id: a.contact, name: 'Ana' } })
  expect(await listed(`&contactId=${a.contact}`)).toEqual(expect.arrayContaining([a.conversation, elsewhere.conversation]))
  expect(await listed()).not.toContain(b.conversation)
  expect((await ask<{ items: Contact[] }>('GET', '/api/contacts?q=Paula')).body.items).toEqual([])
  const [line] = await openedMessages(server, "conversation_id = $1 and type = 'activity'", [a.conversation])
  expect(line).toMatchObject({ content: { activity: 'merged', details: { by: 'Dona Teste', name: 'Ana', other: 'Ana Paula' } } })
  const audit = await server.diary("action = 'contact.merge' and object_id = $1", [a.contact])
  expect(audit).toMatchObject([{ actor_user_id: owner.userId, details: { otherId: b.contact } }])
})

test('who writes under either number afterwards lands in the one conversation', async () => {
  const [a, b] = await two()
  await merge(a.contact, b.contact)
  expect(await write('de novo', b.phone, channel, 5)).toMatchObject({ contact: a.contact, conversation: a.conversation })
  const answer = await ask<{ conversationId: string }>('POST', '/api/messages', {
    conversationId: b.conversation,
    clientId: randomUUID(),
    content: { type: 'text', text: 'olá' },
  })
  expect([answer.status, answer.body.conversationId]).toEqual([202, a.conversation])
  expect((await ask<Conversation>('PATCH', `/api/conversations/${b.conversation}`, { status: 'resolved' })).body).toMatchObject({
    id: a.conversation,
    status: 'resolved',
  })
  const open = await ask<Conversation>('POST', '/api/conversations', { contactId: b.contact, channelId: channel.id })
  expect(open.body.id).toBe(a.conversation)
})

test('an answer goes to the number that wrote last', async () => {
  const [a, b] = await two()
  await merge(a.contact, b.contact)
  const recipient = () => inTenant(server.ctx.db, owner.tenantId, (tx) => findRecipient(tx, a.conversation))
  await write('do primeiro', a.phone, channel, 20)
  expect(await recipient()).toMatchObject({ phone: a.phone })
  await write('do segundo', b.phone, channel, 10)
  expect(await recipient()).toMatchObject({ phone: b.phone })
  await write('outra vez do primeiro', a.phone, channel, 5)
  expect(await recipient()).toMatchObject({ phone: a.phone })
})

test('parted again, each has what was theirs; what was written since stays', async () => {
  const [a, b] = await two()
  const elsewhere = await write('noutro número', b.phone, second)
  await ask('PATCH', `/api/contacts/${b.contact}`, { notes: 'do outro' })
  const [trace] = Contact.parse((await merge(a.contact, b.contact)).body).merges
  await write('depois, pelo outro número', b.phone, channel, 5)
  const parted = await undo(a.contact, trace?.id ?? '')
  expect(parted.status).toBe(200)
  expect(parted.body.kept).toMatchObject({ id: a.contact, notes: null, merges: [], identities: [{ value: a.phone }] })
  expect(parted.body.other).toMatchObject({ id: b.contact, notes: 'do outro', identities: [{ value: b.phone }], phone: `+${b.phone}` })
  expect(await texts(b.conversation)).toEqual(['de outro'])
  expect(await texts(a.conversation)).toEqual(['de um', 'depois, pelo outro número'])
  expect(await conversation(b.conversation)).toMatchObject({ id: b.conversation, lastMessage: { preview: 'de outro' } })
  expect(await conversation(elsewhere.conversation)).toMatchObject({ contact: { id: b.contact } })
  expect(await listed()).toEqual(expect.arrayContaining([a.conversation, b.conversation]))
  expect(await write('e agora', b.phone, channel, 2)).toMatchObject({ contact: b.contact, conversation: b.conversation })
  expect((await undo(a.contact, trace?.id ?? '')).status).toBe(404)
  expect(await server.diary("action = 'contact.part' and object_id = $1", [a.contact])).toMatchObject([{ details: { otherId: b.contact } }])
})

test('what somebody changed after the merge is not turned back by parting', async () => {
  const [a, b] = await two()
  const [trace] = Contact.parse((await merge(a.contact, b.contact)).body).merges
  await ask('PATCH', `/api/contacts/${a.contact}`, { name: 'Nome novo', notes: 'nota nova' })
  expect((await undo(a.contact, trace?.id ?? '')).body.kept).toMatchObject({ name: 'Nome novo', notes: 'nota nova' })
})

test('a chain of merges is parted from its end, and everybody gets their messages back', async () => {
  const [a, b] = await two()
  const c = await write('do terceiro', newPhone())
  const [ab] = Contact.parse((await merge(b.contact, a.contact)).body).merges
  const [bc] = Contact.parse((await merge(c.contact, b.contact)).body).merges
  expect((await contact(a.contact)).id).toBe(c.contact)
  expect(await texts(a.conversation)).toHaveLength(3)
  expect((await undo(b.contact, ab?.id ?? '')).status).toBe(404)
  await undo(c.contact, bc?.id ?? '')
  expect(await texts(c.conversation)).toEqual(['do terceiro'])
  expect(await texts(b.conversation)).toEqual(['de um', 'de outro'])
  await undo(b.contact, ab?.id ?? '')
  expect([await texts(a.conversation), await texts(b.conversation)]).toEqual([['de um'], ['de outro']])
})

test('a conversation that others joined later is not torn out with them', async () => {
  const a = await write('sem conversa no segundo', newPhone())
  const b = await write('só no segundo', newPhone(), second)
  const c = await write('também no segundo', newPhone(), second)
  const [first] = Contact.parse((await merge(a.contact, b.contact)).body).merges
  const [later] = Contact.parse((await merge(a.contact, c.contact)).body).merges
  expect((await undo(a.contact, first?.id ?? '')).body).toMatchObject({ status: 409, code: 'merge_refused' })
  expect((await undo(a.contact, later?.id ?? '')).status).toBe(200)
  expect((await undo(a.contact, first?.id ?? '')).status).toBe(200)
  expect([await texts(b.conversation), await texts(c.conversation)]).toEqual([['só no segundo'], ['também no segundo']])
})

test('parted contacts are not made one again by what WhatsApp says', async () => {
  const [id, number] = [`BR.${Date.now()}`, newPhone()]
  const send = (message: object) => post(server, channel, delivery(channel, { messages: [message] }))
  const byId = { ...inbound({ text: 'pelo id', extra: { from_user_id: id } }), from: undefined }
  await send(byId)
  const a = await write('pelo telefone', number)
  await send(inbound({ from: number, text: 'os dois', extra: { from_user_id: id } }))
  const merged = await eventually(async () => {
    const found = await contact(a.contact)
    return found.merges.length === 1 ? found : undefined
  })
  await undo(merged.id, merged.merges[0]?.id ?? '')
  const again = inbound({ from: number, text: 'de novo os dois', extra: { from_user_id: id } })
  await send(again)
  const [row] = await eventually(async () => {
    const rows = await server.sql<{ contact_id: string }>(
      'select c.contact_id from messages m join conversations c on c.id = m.conversation_id where provider_id = any($1)',
      [await server.providerIds(again.id)],
    )
    return rows.length > 0 ? rows : undefined
  })
  const owners = await server.sql<{ kind: string; contact_id: string }>('select kind, contact_id from contact_identities where hash = any($1)', [
    await marksOf(server, owner.tenantId, [id, number]),
  ])
  expect(owners).toHaveLength(2)
  expect(owners.every((o) => o.contact_id === row?.contact_id)).toBe(true)
  expect((await server.sql('select from contacts where merged_into = $1', [row?.contact_id])).length).toBe(0)
})

test('what cannot be one is refused', async () => {
  const [a, b] = await two()
  expect((await merge(a.contact, a.contact)).body).toMatchObject({ status: 409, code: 'merge_refused' })
  expect((await merge(a.contact, randomUUID())).status).toBe(404)
  await merge(a.contact, b.contact)
  expect((await merge(a.contact, b.contact)).body).toMatchObject({ code: 'merge_refused' })
  expect((await ask('PATCH', `/api/contacts/${b.contact}`, { name: 'X' })).body).toMatchObject({ status: 412 })
  expect((await ask('DELETE', `/api/contacts/${b.contact}`)).status).toBe(404)
  const reader = await joinTenant(server, owner, 'DPO')
  expect((await merge(a.contact, b.contact, reader)).status).toBe(403)
})

test('another company can neither merge nor part', async () => {
  const [a, b] = await two()
  const [trace] = Contact.parse((await merge(a.contact, b.contact)).body).merges
  const stranger = await server.register()
  const own = (await ask<{ id: string }>('POST', '/api/contacts', { name: 'Meu' }, stranger)).body.id
  expect((await merge(own, a.contact, stranger)).status).toBe(404)
  expect((await merge(a.contact, own, stranger)).status).toBe(404)
  expect((await undo(a.contact, trace?.id ?? '', stranger)).status).toBe(404)
  expect((await contact(a.contact)).merges).toHaveLength(1)
})

test('merging while both write loses nothing and hides nothing', async () => {
  const [a, b] = await two()
  const sent = Array.from({ length: 40 }, (_, i) => inbound({ from: i % 2 ? a.phone : b.phone, text: `n${i}` }))
  const posts = sent.map((m) => post(server, channel, delivery(channel, { messages: [m] })))
  const merged = merge(a.contact, b.contact)
  await Promise.all(posts)
  expect((await merged).status).toBe(200)
  const ids = await server.providerIds(...sent.map((m) => m.id))
  await eventually(async () => (await server.sql('select from messages where provider_id = any($1)', [ids])).length === sent.length)
  const rows = await server.sql<{ conversation_id: string; n: number }>(
    'select conversation_id, count(*)::int n from messages where provider_id = any($1) group by 1',
    [ids],
  )
  expect(rows).toEqual([{ conversation_id: a.conversation, n: sent.length }])
})

test('deleting the one contact takes the other and the trace along', async () => {
  const [a, b] = await two()
  await merge(a.contact, b.contact)
  expect((await ask('DELETE', `/api/contacts/${a.contact}`)).status).toBe(204)
  const left = await server.sql('select id from contacts where id in ($1, $2) union all select id from contact_merges where kept_id = $1', [
    a.contact,
    b.contact,
  ])
  expect(left).toEqual([])
})

import type { Conversation, ConversationCounts } from '@atende/contracts/conversations'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openedMessages } from '../../testing/opened.ts'
import { connectChannel, delivery, inbound, post, type TestChannel } from '../../testing/test-channel.ts'
import { type Answer, eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant } from '../access/test-people.ts'

type Page = { items: Conversation[]; nextCursor: string | null }
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let bruno: Awaited<ReturnType<typeof joinTenant>>
let channel: TestChannel
const PEOPLE = 45
const base = Math.floor(Date.now() / 1000) - 10_000

beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  bruno = await joinTenant(server, owner, 'ATTENDANT')
  channel = await connectChannel(server, owner)
  for (let i = 0; i < PEOPLE; i++) {
    const from = `55119000000${String(i).padStart(2, '0')}`
    // Groups of five share a second: the list must still neither skip nor repeat.
    const text = i === 7 ? 'Preciso de um berço para o bebê' : i === 8 ? 'Informações sobre reservas' : `mensagem ${i}`
    await post(
      server,
      channel,
      delivery(channel, {
        messages: [inbound({ from, text, at: base + Math.floor(i / 5) })],
        contacts: [{ profile: { name: i === 3 ? 'José Conceição' : `Cliente ${i}` }, wa_id: from }],
      }),
    )
  }
  await eventually(async () => (await list('?status=any&limit=100')).items.length === PEOPLE)
})
afterAll(() => server.close())

const get = <T>(url: string, who: { token: string } = owner): Promise<Answer<T>> => server.call<T>('GET', url, { token: who.token })
const list = async (query: string, who: { token: string } = owner) => (await get<Page>(`/api/conversations${query}`, who)).body
const counts = async (who: { token: string } = owner) => (await get<ConversationCounts>('/api/conversations/counts', who)).body
const change = (method: string, url: string, body?: unknown, who: { token: string } = owner) =>
  server.call<Conversation & { code: string }>(method, url, { token: who.token, ...(body === undefined ? {} : { body }) })
const idOf = async (name: string) => (await list(`?status=any&q=${encodeURIComponent(name)}`)).items[0]?.id ?? ''

describe('the list', () => {
  it('comes in pages without gaps or repeats, newest first, also while messages arrive', async () => {
    const seen: Conversation[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Page = await list(`?limit=7${cursor ? `&cursor=${cursor}` : ''}`)
      seen.push(...page.items)
      cursor = page.nextCursor
    }
    expect(new Set(seen.map((c) => c.id)).size).toBe(PEOPLE)
    expect(seen).toHaveLength(PEOPLE)
    const times = seen.map((c) => c.lastActivityAt)
    expect(times).toEqual([...times].sort().reverse())
  })
  it('refuses a made-up cursor and a wrong filter with the field that is wrong', async () => {
    expect((await get('/api/conversations?cursor=abc')).body).toMatchObject({ code: 'cursor_invalid' })
    expect((await get('/api/conversations?limit=1000&view=secret')).body).toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'limit' }, { path: 'view' }],
    })
    expect((await get('/api/conversations?view=mine&view=all')).status).toBe(400)
  })
  it('is found by name without accents, phone as people type it, words, stems and beginnings', async () => {
    const find = async (q: string) => (await list(`?q=${encodeURIComponent(q)}`)).items.map((c) => c.contact.name)
    expect(await find('jose conceicao')).toEqual(['José Conceição'])
    expect(await find('(11) 90000-0003')).toEqual(['José Conceição'])
    expect(await find('berco bebe')).toEqual(['Cliente 7'])
    expect(await find('reserva')).toEqual(['Cliente 8'])
    expect(await find('informa')).toEqual(['Cliente 8'])
    expect(await find('%')).toEqual([])
    expect(await find("'); drop table messages; --")).toEqual([])
  })
})

describe('taking and giving', () => {
  it('views and counts follow', async () => {
    const id = await idOf('Cliente 10')
    await change('POST', `/api/conversations/${id}/assign`, { userId: bruno.userId })
    expect((await list('?view=mine', bruno)).items.map((c) => c.id)).toEqual([id])
    expect(await counts(bruno)).toMatchObject({ mine: 1, unassigned: PEOPLE - 1, all: PEOPLE, unread: PEOPLE })
    await change('POST', `/api/conversations/${id}/read`)
    expect((await counts()).unread).toBe(PEOPLE - 1)
    await change('POST', `/api/conversations/${id}/unread`)
    expect((await counts()).unread).toBe(PEOPLE)
  })
  it('of two who take it at once one gets it, and the other is told', async () => {
    const id = await idOf('Cliente 11')
    const take = (who: { token: string; userId: string }) =>
      change('POST', `/api/conversations/${id}/assign`, { userId: who.userId, expectedAssigneeId: null }, who)
    const answers = await Promise.all([take(owner), take(bruno)])
    expect(answers.map((a) => a.status).sort()).toEqual([200, 409])
    expect(answers.find((a) => a.status === 409)?.body.code).toBe('conversation_assigned')
  })
  it('nobody can be given a conversation who may not answer', async () => {
    const dpo = await joinTenant(server, owner, 'DPO')
    const answer = await change('POST', `/api/conversations/${await idOf('Cliente 12')}/assign`, { userId: dpo.userId })
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect((await get('/api/conversations', dpo)).status).toBe(403)
  })
  it('resolving empties the open list, writes who did it, and doing it twice changes nothing', async () => {
    const id = await idOf('Cliente 13')
    for (let i = 0; i < 2; i++) expect((await change('PATCH', `/api/conversations/${id}`, { status: 'resolved' }, bruno)).status).toBe(200)
    expect((await list('?limit=100')).items.some((c) => c.id === id)).toBe(false)
    expect((await list('?status=resolved')).items.map((c) => c.id)).toEqual([id])
    const notes = await openedMessages(server, "conversation_id = $1 and type = 'activity'", [id])
    expect(notes.map((n) => n.content.activity)).toEqual(['resolved'])
  })
  it('tags filter the list; an unknown tag is refused', async () => {
    const tag = (await server.call<{ id: string }>('POST', '/api/tags', { token: owner.token, body: { name: 'Berço', color: 'pink' } })).body
    const id = await idOf('Cliente 7')
    expect((await change('PUT', `/api/conversations/${id}/tags`, { tagIds: [tag.id] })).body.tags).toMatchObject([{ name: 'Berço', color: 'pink' }])
    expect((await list(`?tagId=${tag.id}`)).items.map((c) => c.id)).toEqual([id])
    expect((await change('PUT', `/api/conversations/${id}/tags`, { tagIds: [crypto.randomUUID()] })).body.code).toBe('validation_failed')
    expect((await change('PUT', `/api/conversations/${id}/tags`, { tagIds: [] })).body.tags).toEqual([])
  })
})

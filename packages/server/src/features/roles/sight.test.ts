import { randomUUID } from 'node:crypto'
import type { Me } from '@atende/contracts/access'
import type { Contact } from '@atende/contracts/contacts'
import type { Conversation, ConversationCounts } from '@atende/contracts/conversations'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '../../platform/ids.ts'
import { openSightStage, type SightStage } from '../../testing/sight-stage.ts'
import { sqlAs } from '../../testing/test-database.ts'
import { joinTenant } from '../access/test-people.ts'
import { joinWith } from '../access/test-roles.ts'

let stage: SightStage
beforeAll(async () => {
  stage = await openSightStage()
})
afterAll(() => stage.close())

type List<T> = { items: T[] }
const ask = <T = Record<string, unknown>>(who: { token: string }, method: string, url: string, body?: unknown) =>
  stage.server.call<T>(method, url, { token: who.token, ...(body === undefined ? {} : { body }) })
const seen = async (who: { token: string }, query = '') =>
  (await ask<List<Conversation>>(who, 'GET', `/api/conversations?status=any&view=all${query}`)).body.items.map((c) => c.id).sort()
const ids = (...names: ('ofAna' | 'ofBia' | 'open')[]) => names.map((n) => stage.places[n].conversation).sort()
const text = (conversationId: string) => ({ conversationId, clientId: randomUUID(), content: { type: 'text', text: 'oi' } })

describe('without the rule', () => {
  it('attendants see every conversation', async () => {
    expect(await seen(stage.ana)).toEqual(ids('ofAna', 'ofBia', 'open'))
    expect((await ask(stage.ana, 'GET', `/api/contacts/${stage.places.ofBia.contact}`)).status).toBe(200)
  })
})

describe('only the own conversations', () => {
  beforeAll(() => stage.setRule('own'))

  it('lists, tabs, counts and searches hold the own ones', async () => {
    const { ana, bia } = stage
    expect(await seen(ana)).toEqual(ids('ofAna'))
    expect(await seen(bia)).toEqual(ids('ofBia'))
    for (const view of ['mine', 'unread', 'all']) {
      const { body } = await ask<List<Conversation>>(ana, 'GET', `/api/conversations?view=${view}&status=open`)
      expect([view, body.items.map((c) => c.id)]).toEqual([view, ids('ofAna')])
    }
    expect((await ask<List<Conversation>>(ana, 'GET', '/api/conversations?view=unassigned')).body.items).toEqual([])
    expect((await ask<ConversationCounts>(ana, 'GET', '/api/conversations/counts')).body).toEqual({ all: 1, mine: 1, unassigned: 0, unread: 1, closesSoon: 0 })
    for (const q of ['Biatriz', 'falou', 'Ninguém', stage.places.ofBia.phone.slice(-8)]) {
      const found = await seen(ana, `&q=${encodeURIComponent(q)}`)
      expect([q, found]).toEqual([q, q === 'falou' ? ids('ofAna') : []])
    }
    expect(await seen(ana, `&contactId=${stage.places.ofBia.contact}`)).toEqual([])
  })

  it('who may see all is not limited', async () => {
    for (const role of ['ADMIN', 'SUPERVISOR'] as const) {
      const person = await joinTenant(stage.server, stage.owner, role)
      expect([role, await seen(person)]).toEqual([role, ids('ofAna', 'ofBia', 'open')])
    }
    const dpo = await joinTenant(stage.server, stage.owner, 'DPO')
    expect((await ask<List<Contact>>(dpo, 'GET', '/api/contacts?q=Biatriz')).body.items).toHaveLength(1)
    expect((await ask(dpo, 'GET', '/api/conversations')).status).toBe(403)
  })

  it.each(['ofBia', 'open'] as const)('a conversation out of sight (%s) is answered like one that never existed', async (name) => {
    const { conversation, message, contact } = stage.places[name]
    const paths = (c: string, m: string): [string, string, unknown?][] => [
      ['GET', `/api/conversations/${c}`],
      ['PATCH', `/api/conversations/${c}`, { status: 'resolved' }],
      ['POST', `/api/conversations/${c}/assign`, { userId: stage.ana.userId }],
      ['PUT', `/api/conversations/${c}/tags`, { tagIds: [] }],
      ['POST', `/api/conversations/${c}/read`],
      ['POST', `/api/conversations/${c}/unread`],
      ['GET', `/api/messages?conversationId=${c}`],
      ['GET', `/api/messages/${m}`],
      ['POST', '/api/messages', text(c)],
      ['POST', `/api/messages/${m}/retry`],
    ]
    const absent = paths(uuidv7(), uuidv7())
    for (const [i, [method, url, body]] of paths(conversation, message).entries()) {
      const [answer, other] = [await ask(stage.ana, method, url, body), await ask(stage.ana, method, absent[i]?.[1] ?? '', absent[i]?.[2])]
      expect([method, url, answer.status, answer.body.code]).toEqual([method, url, 404, other.body.code])
    }
    expect((await ask(stage.ana, 'GET', `/api/messages?conversationId=${stage.places.ofAna.conversation}&around=${message}`)).status).toBe(404)
    const quote = { ...text(stage.places.ofAna.conversation), quotedId: message }
    expect((await ask(stage.ana, 'POST', '/api/messages', quote)).status).toBe(400)
    expect((await ask(stage.ana, 'GET', `/api/contacts/${contact}`)).status).toBe(404)
    expect((await ask(stage.ana, 'PATCH', `/api/contacts/${contact}`, { name: 'x' })).status).toBe(404)
    const [row] = await stage.server.sql('select status, assignee_id from conversations where id = $1', [conversation])
    expect(row).toEqual({ status: 'open', assignee_id: name === 'open' ? null : stage.bia.userId })
  })

  it('no route that reads shows a trace of what is out of sight', async () => {
    const { ofBia } = stage.places
    const reading = stage.server.routes.filter((r) => r.method === 'GET' && r.url.startsWith('/api/') && !/docs|openapi/.test(r.url))
    expect(reading.length).toBeGreaterThan(25)
    const idsOfBia = [ofBia.conversation, ofBia.contact, ofBia.message]
    for (const r of reading) {
      for (const id of idsOfBia) {
        const answer = await ask(stage.ana, 'GET', r.url.replace(':id', id).replace(':token', 'x'))
        const words = JSON.stringify({ ...answer.body, instance: '' })
        expect([r.url, words.includes('Biatriz'), idsOfBia.some((x) => words.includes(x))]).toEqual([r.url, false, false])
      }
    }
  })

  it('contacts: those of visible conversations, and those nobody has talked to yet', async () => {
    const { ana } = stage
    const made = await ask<Contact>(ana, 'POST', '/api/contacts', { name: 'Nova Amiga', phone: '+55 11 98888-7001' })
    expect(made.status).toBe(201)
    const names = (await ask<List<Contact>>(ana, 'GET', '/api/contacts')).body.items.map((c) => c.name)
    expect(names.sort()).toEqual(['Cliente Anabela', 'Nova Amiga'])
    for (const q of ['Biatriz', 'falou', stage.places.ofBia.phone.slice(-8)]) {
      expect([q, (await ask<List<Contact>>(ana, 'GET', `/api/contacts?q=${q}`)).body.items]).toEqual([q, []])
    }
    const body = { contactId: made.body.id, channelId: stage.lab.channel.id }
    const opened = await ask<Conversation>(ana, 'POST', '/api/conversations', body)
    expect([opened.status, opened.body.assignee?.id]).toEqual([200, ana.userId])
    // Now it is Ana's: for Bia the contact is gone, and so is the way to begin with them.
    expect((await ask(stage.bia, 'GET', `/api/contacts/${made.body.id}`)).status).toBe(404)
    expect((await ask(stage.bia, 'POST', '/api/conversations', body)).status).toBe(400)
  })

  it('files: those that a visible message shows, and the own uploads', async () => {
    const upload = async (who: { token: string }) => {
      const form = new FormData()
      form.set('file', new File(['a,b\n'], 'lista.csv', { type: 'text/csv' }))
      form.set('kind', 'document')
      return (await ask<{ id: string }>(who, 'POST', '/api/media', form)).body.id
    }
    const [mine, hers] = [await upload(stage.ana), await upload(stage.bia)]
    const status = async (who: { token: string }, id: string) => [
      (await ask(who, 'GET', `/api/media/${id}`)).status,
      (await ask(who, 'GET', `/api/media/${id}/content`)).status,
    ]
    expect(await status(stage.ana, mine)).toEqual([200, 200])
    expect(await status(stage.ana, hers)).toEqual([404, 404])
    const document = (mediaId: string) => ({ ...text(stage.places.ofAna.conversation), content: { type: 'document', mediaId } })
    expect((await ask(stage.ana, 'POST', '/api/messages', document(hers))).status).toBe(400)
    expect((await ask(stage.ana, 'POST', '/api/messages', document(mine))).status).toBe(202)
    // A file that a message out of sight shows.
    await stage.server.sql('update messages set media_id = $1 where id = $2', [hers, stage.places.ofBia.message])
    expect(await status(stage.ana, hers)).toEqual([404, 404])
    await stage.server.sql('update messages set media_id = $1 where id = $2', [hers, stage.places.ofAna.message])
    expect(await status(stage.ana, hers)).toEqual([200, 200])
    await stage.server.sql('update messages set media_id = null where id = $1', [stage.places.ofAna.message])
  })

  it('an own conversation is worked on as ever, and handing it over takes it out of sight', async () => {
    const { ana, bia } = stage
    const place = await stage.begin('Passada', ana)
    expect((await ask(ana, 'POST', '/api/messages', text(place.conversation))).status).toBe(202)
    expect((await ask(ana, 'PATCH', `/api/conversations/${place.conversation}`, { status: 'resolved' })).status).toBe(200)
    expect((await ask(ana, 'PATCH', `/api/conversations/${place.conversation}`, { status: 'open' })).status).toBe(200)
    const handed = await stage.assign(place.conversation, bia.userId, ana.token)
    expect([handed.status, handed.body.assignee?.id]).toEqual([200, bia.userId])
    expect((await ask(ana, 'GET', `/api/conversations/${place.conversation}`)).status).toBe(404)
    expect((await ask(bia, 'GET', `/api/conversations/${place.conversation}`)).status).toBe(200)
    expect((await stage.assign(place.conversation, null, bia.token)).status).toBe(200)
    expect((await ask(bia, 'GET', `/api/conversations/${place.conversation}`)).status).toBe(404)
  })

  it('what reaches beyond one’s sight rests while the rule is on', async () => {
    const reaching = ['conversations.read', 'contacts.read', 'contacts.merge', 'contacts.delete', 'webhooks.read'] as const
    const person = await joinWith(stage.server, stage.owner, reaching)
    const me = async () => (await ask<Me>(person, 'GET', '/api/auth/me')).body.user
    expect(await me()).toMatchObject({ sees: 'own', permissions: ['conversations.read', 'contacts.read'] })
    expect((await ask(person, 'DELETE', `/api/contacts/${stage.places.ofBia.contact}`)).status).toBe(403)
    expect((await ask(person, 'GET', '/api/webhook-events')).status).toBe(403)
    await stage.setRule('all')
    expect((await me()).permissions).toEqual([...reaching])
    expect((await ask(person, 'GET', '/api/webhook-events')).status).toBe(200)
    await stage.setRule('own')
  })
})

describe('also what nobody took', () => {
  beforeEach(() => stage.setRule('own_and_unassigned'))

  it('is seen and may be taken; what somebody has is not', async () => {
    const { ana, bia } = stage
    expect(await seen(bia, '&q=falou')).toEqual(expect.arrayContaining(ids('ofBia', 'open')))
    expect(await seen(bia)).not.toContain(stage.places.ofAna.conversation)
    expect((await stage.assign(stage.places.open.conversation, ana.userId, ana.token)).status).toBe(200)
    expect(await seen(bia)).not.toContain(stage.places.open.conversation)
    expect((await stage.assign(stage.places.open.conversation, null, ana.token)).status).toBe(200)
    expect(await seen(bia)).toContain(stage.places.open.conversation)
  })
})

describe('a query that forgets the rule', () => {
  const TABLES = ['conversations', 'messages', 'conversation_tags', 'message_changes', 'media', 'contacts']
  const count = async (table: string, ...settings: string[]) => {
    const set = settings.map((s) => `set_config('app.${s.split('=')[0]}', '${s.split('=')[1]}', false)`).join(', ')
    const [row] = await sqlAs<{ n: number }>(
      stage.server.database.appUrl,
      `with s as (select ${set}) select count(t.*)::int n from s left join ${table} t on true`,
    )
    return row?.n
  }

  it('shows nothing of a person’s, and everything to what works for nobody', async () => {
    const tenant = `tenant_id=${stage.owner.tenantId}`
    const { conversation, message } = stage.places.ofBia
    const tag = await ask<{ id: string }>(stage.owner, 'POST', '/api/tags', { name: 'Reserva', color: 'teal' })
    await ask(stage.owner, 'PUT', `/api/conversations/${conversation}/tags`, { tagIds: [tag.body.id] })
    await stage.server.sql(
      `insert into message_changes (tenant_id, channel_id, provider_id, kind, target_provider_id, at)
       select tenant_id, channel_id, 'wamid.edit', 'edit', provider_id, now() from messages where id = $1`,
      [message],
    )
    for (const table of TABLES) {
      expect([table, await count(table, tenant, `user_id=${stage.owner.userId}`)]).toEqual([table, 0])
      const [all] = await stage.server.sql<{ n: number }>(`select count(*)::int n from ${table} where tenant_id = $1`, [stage.owner.tenantId])
      expect(all?.n, table).toBeGreaterThan(0)
      expect([table, await count(table, tenant)]).toEqual([table, all?.n])
      expect([table, await count(table, tenant, `user_id=${stage.owner.userId}`, 'sees=all')]).toEqual([table, all?.n])
    }
    for (const table of ['conversation_tags', 'message_changes']) {
      expect([table, await count(table, tenant, `user_id=${stage.ana.userId}`, 'sees=own')]).toEqual([table, 0])
      expect([table, await count(table, tenant, `user_id=${stage.bia.userId}`, 'sees=own')]).toEqual([table, 1])
    }
    const own = await count('messages', tenant, `user_id=${stage.bia.userId}`, 'sees=own')
    const [hers] = await stage.server.sql<{ n: number }>(
      'select count(*)::int n from messages m join conversations c on c.id = m.conversation_id where c.assignee_id = $1',
      [stage.bia.userId],
    )
    expect(own).toBe(hers?.n)
  })
})

import type { Contact } from '@atende/contracts/contacts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTenant } from '../../platform/database.ts'
import { openedMessages } from '../../testing/opened.ts'
import { connectChannel, delivery, inbound, newWamid, post, type TestChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { applyPreferences, changeIdentities, type IdentityChange } from './change-identity.ts'
import type { Person } from './person.ts'
import { personKey } from './person.ts'
import { receiveContacts } from './receive-contacts.ts'

let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let channel: TestChannel
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  channel = await connectChannel(server, owner)
})
afterAll(() => server.close())

const T0 = new Date('2026-11-01T12:00:00Z')
const at = (minutes: number) => new Date(T0.getTime() + minutes * 60_000)
const someone = (p: Partial<Person>): Person => ({ phone: null, bsuid: null, username: null, name: null, channelId: channel.id, at: T0, ...p })
const see = async (...people: Person[]): Promise<string[]> => {
  const found = await inTenant(server.ctx.db, owner.tenantId, (tx) => receiveContacts(tx, owner.tenantId, people))
  return people.map((p) => found.get(personKey(p)) ?? '')
}
const one = async (p: Partial<Person>): Promise<string> => (await see(someone(p)))[0] ?? ''
const contact = async (id: string): Promise<Contact> => (await server.call<Contact>('GET', `/api/contacts/${id}`, { token: owner.token })).body
const change = async (c: Partial<IdentityChange>): Promise<string | undefined> => {
  const whole: IdentityChange = {
    channelId: channel.id,
    providerId: newWamid(),
    at: T0,
    kind: 'number',
    previous: { phone: null, bsuid: null },
    next: { phone: null, bsuid: null },
    body: null,
    ...c,
  }
  return (await inTenant(server.ctx.db, owner.tenantId, (tx) => changeIdentities(tx, owner.tenantId, [whole]))).get(whole.providerId)
}
const found = async (q: string) =>
  (await server.call<{ items: Contact[] }>('GET', `/api/contacts?q=${encodeURIComponent(q)}`, { token: owner.token })).body.items.map((c) => c.id)

let numbers = 0
const phone = () => `55119${String(80_000_000 + ++numbers)}`
const bsuid = () => `BR.${String(1_000_000_000 + ++numbers)}`
const kinds = (c: Contact) => c.identities.map((i) => `${i.kind}:${i.value}`)

test('a person without a phone is one contact; the phone that is learnt later is filled in', async () => {
  const [id, number] = [bsuid(), phone()]
  const a = await one({ bsuid: id, name: 'Bia' })
  expect(await contact(a)).toMatchObject({ name: 'Bia', phone: null })
  expect(await one({ bsuid: id, phone: number, at: at(1) })).toBe(a)
  expect(await contact(a)).toMatchObject({ phone: `+${number}` })
  expect(await one({ phone: number, at: at(2) })).toBe(a)
})

test('two that a sighting shows to be one become one, with a trace; both addresses lead to it', async () => {
  const [id, number] = [bsuid(), phone()]
  const a = await one({ phone: number, name: 'Caio' })
  const b = await one({ bsuid: id, name: 'caio.silva', at: at(1) })
  expect(b).not.toBe(a)
  expect(await one({ phone: number, bsuid: id, at: at(2) })).toBe(a)
  const both = await contact(a)
  expect(kinds(both)).toEqual([`bsuid:${id}`, `phone:${number}`])
  expect(both.merges).toMatchObject([{ name: 'caio.silva', reason: 'identity', by: null }])
  expect(await contact(b)).toEqual(both)
  const lines = await server.diary("action = 'contact.merge' and object_id = $1", [a])
  expect(lines).toMatchObject([{ actor_user_id: null, details: { otherId: b } }])
  expect(await one({ bsuid: id, at: at(3) })).toBe(a)
})

test('one list that shows a person in three ways makes one contact', async () => {
  const [id, number] = [bsuid(), phone()]
  const ids = await see(someone({ phone: number }), someone({ bsuid: id }), someone({ phone: number, bsuid: id }))
  expect(new Set(ids).size).toBe(1)
})

test('a recycled number goes over to its new person, who is not glued to the old one', async () => {
  const number = phone()
  const [first, second] = [bsuid(), bsuid()]
  const a = await one({ phone: number, bsuid: first, name: 'Antiga dona' })
  const b = await one({ phone: number, bsuid: second, name: 'Novo dono', at: at(60) })
  expect(b).not.toBe(a)
  const [old, fresh] = [await contact(a), await contact(b)]
  expect(old).toMatchObject({
    phone: null,
    merges: [],
    formerIdentities: [{ kind: 'phone', value: number, reason: 'taken_over', until: at(60).toISOString() }],
  })
  expect(fresh).toMatchObject({ phone: `+${number}`, name: 'Novo dono', merges: [] })
  // A late delivery from before still finds the person who wrote it.
  expect(await one({ phone: number, at: at(5) })).toBe(a)
  expect(await one({ phone: number, bsuid: first, at: at(6) })).toBe(a)
  expect(await one({ phone: number, at: at(61) })).toBe(b)
  expect(kinds(await contact(b))).toContain(`phone:${number}`)
})

test('a late delivery of the earlier owner does not take the number back', async () => {
  const number = phone()
  const [first, second] = [bsuid(), bsuid()]
  const b = await one({ phone: number, bsuid: second, at: at(60) })
  const a = await one({ phone: number, bsuid: first, at: at(1) })
  expect(a).not.toBe(b)
  expect(await contact(b)).toMatchObject({ phone: `+${number}` })
  expect(await contact(a)).toMatchObject({ phone: null, formerIdentities: [{ value: number, until: at(60).toISOString() }] })
})

test('in another business portfolio the same person has another id: by the phone it is one contact', async () => {
  const elsewhere = await connectChannel(server, owner)
  const number = phone()
  const a = await one({ phone: number, bsuid: bsuid() })
  expect(await one({ phone: number, bsuid: bsuid(), channelId: elsewhere.id, at: at(1) })).toBe(a)
  expect((await contact(a)).identities.filter((i) => i.kind === 'bsuid')).toHaveLength(2)
})

test('a username is shown and found, and moves to who shows it last', async () => {
  const [x, y] = [bsuid(), bsuid()]
  const a = await one({ bsuid: x, username: '@Ana.Silva', name: 'Ana' })
  expect(kinds(await contact(a))).toContain('username:ana.silva')
  expect(await found('@ana.silva')).toEqual([a])
  expect(await found('ana.sil')).toEqual([a])
  const b = await one({ bsuid: y, username: 'ana.silva', name: 'Outra', at: at(1) })
  expect(b).not.toBe(a)
  expect(kinds(await contact(b))).toContain('username:ana.silva')
  expect(await contact(a)).toMatchObject({ formerIdentities: [{ kind: 'username', value: 'ana.silva', reason: 'taken_over' }] })
  // What came late says nothing of today.
  await one({ bsuid: x, username: 'ana.silva', at: T0 })
  expect(kinds(await contact(b))).toContain('username:ana.silva')
  await one({ bsuid: y, username: 'ana_nova', at: at(3) })
  expect(kinds(await contact(b)).filter((k) => k.startsWith('username'))).toEqual(['username:ana_nova'])
})

test('a number change keeps one contact with both numbers, and the old one finds late messages', async () => {
  const [from, to, x, y] = [phone(), phone(), bsuid(), bsuid()]
  const a = await one({ phone: from, bsuid: x, name: 'Duda' })
  expect(await change({ at: at(10), previous: { phone: from, bsuid: x }, next: { phone: to, bsuid: y } })).toBe(a)
  const now = await contact(a)
  expect(now).toMatchObject({ phone: `+${to}`, name: 'Duda' })
  expect(kinds(now)).toEqual([`bsuid:${y}`, `phone:${to}`])
  expect(now.formerIdentities.map((f) => [f.value, f.reason]).toSorted()).toEqual(
    [
      [from, 'number_changed'],
      [x, 'number_changed'],
    ].toSorted(),
  )
  expect(await one({ phone: from, bsuid: x, at: at(9) })).toBe(a)
  expect(await one({ phone: to, bsuid: y, at: at(11) })).toBe(a)
  expect(await found(from.slice(2))).toEqual([a])
  // Somebody new gets the old number.
  expect(await one({ phone: from, bsuid: bsuid(), at: at(500) })).not.toBe(a)
})

test('the new number wrote before the notice came: both become one', async () => {
  const [from, to, x, y] = [phone(), phone(), bsuid(), bsuid()]
  const a = await one({ phone: from, bsuid: x, name: 'Edu' })
  const b = await one({ phone: to, bsuid: y, name: 'Edu novo', at: at(11) })
  expect(await change({ at: at(10), previous: { phone: from, bsuid: x }, next: { phone: to, bsuid: y } })).toBe(a)
  expect(await contact(b)).toMatchObject({ id: a, phone: `+${to}` })
})

test('an old notice without ids, and a notice that comes in the wrong order, end the same', async () => {
  const [p1, p2, p3] = [phone(), phone(), phone()]
  const a = await one({ phone: p1, name: 'Fê' })
  const b = await change({ at: at(20), previous: { phone: p2, bsuid: null }, next: { phone: p3, bsuid: null } })
  expect(b).not.toBe(a)
  expect(await change({ at: at(10), previous: { phone: p1, bsuid: null }, next: { phone: p2, bsuid: null } })).toBe(a)
  const now = await contact(a)
  expect(kinds(now)).toEqual([`phone:${p3}`])
  expect(now.formerIdentities.map((f) => f.value).toSorted()).toEqual([p1, p2].toSorted())
  expect(await one({ phone: p2, at: at(15) })).toBe(a)
})

test('an id that changed without a phone: the number it went with is no longer used', async () => {
  const [number, x, y] = [phone(), bsuid(), bsuid()]
  const a = await one({ phone: number, bsuid: x, name: 'Gabi' })
  expect(await change({ kind: 'id', at: at(10), previous: { phone: null, bsuid: x }, next: { phone: null, bsuid: y } })).toBe(a)
  expect(await contact(a)).toMatchObject({ phone: null, identities: [{ kind: 'bsuid', value: y }] })
  expect(await one({ bsuid: x, at: at(5) })).toBe(a)
  // The next message shows it again: it is theirs.
  expect(await one({ bsuid: y, phone: number, at: at(12) })).toBe(a)
  expect(await contact(a)).toMatchObject({ phone: `+${number}` })
})

test('a new security code changes nobody; a notice about a stranger makes a contact', async () => {
  const number = phone()
  const a = await one({ phone: number })
  expect(await change({ kind: 'identity', at: at(1), next: { phone: number, bsuid: null } })).toBe(a)
  expect(kinds(await contact(a))).toEqual([`phone:${number}`])
  const [p1, p2] = [phone(), phone()]
  const b = (await change({ at: at(1), previous: { phone: p1, bsuid: null }, next: { phone: p2, bsuid: null } })) ?? ''
  expect(await contact(b)).toMatchObject({ phone: `+${p2}`, formerIdentities: [{ value: p1 }] })
})

test('marketing: the newest word counts, in whatever order it comes', async () => {
  const who = someone({ bsuid: bsuid(), name: 'Helô' })
  const say = (value: 'stop' | 'resume', minutes: number, category = 'marketing_messages') =>
    inTenant(server.ctx.db, owner.tenantId, (tx) => applyPreferences(tx, owner.tenantId, [{ channelId: channel.id, who, category, value, at: at(minutes) }]))
  await say('stop', 10)
  const [a = ''] = await see(who)
  expect(await contact(a)).toMatchObject({ marketingOptOutAt: at(10).toISOString() })
  await say('resume', 5)
  await say('resume', 20, 'something_else')
  expect(await contact(a)).toMatchObject({ marketingOptOutAt: at(10).toISOString() })
  await say('resume', 30)
  await say('stop', 20)
  expect(await contact(a)).toMatchObject({ marketingOptOutAt: null })
})

test('through the webhook: a person known by phone and one known by id become one conversation', async () => {
  const [number, id] = [phone(), bsuid()]
  const send = async (text: string, extra: Record<string, unknown>, from?: string) => {
    const message = { ...inbound({ text, extra }), from }
    expect((await post(server, channel, delivery(channel, { messages: [message] }))).status).toBe(200)
    return eventually(
      async () =>
        (
          await server.sql<{ conversation_id: string }>('select conversation_id from messages where provider_id = any($1)', [
            await server.providerIds(message.id),
          ])
        )[0],
    )
  }
  const first = await send('por telefone', {}, number)
  const second = await send('por id', { from_user_id: id })
  expect(second.conversation_id).not.toBe(first.conversation_id)
  await send('os dois', { from_user_id: id }, number)
  const said = await openedMessages(server, 'true')
  const rows = said.filter((m) => ['por telefone', 'por id', 'os dois'].includes(m.body ?? ''))
  expect(new Set(rows.map((r) => r.conversation_id))).toEqual(new Set([first.conversation_id]))
  expect(rows.find((r) => r.body === 'por id')?.origin_conversation_id).toBe(second.conversation_id)
})

import { Contact } from '@atende/contracts/contacts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTenant } from '../../platform/database.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant } from '../access/test-people.ts'
import { receiveContacts } from './receive-contacts.ts'

type Owner = Awaited<ReturnType<TestServer['register']>>
type Page = { items: Contact[]; nextCursor: string | null }

let server: TestServer
let owner: Owner
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
})
afterAll(() => server.close())

const create = (body: Record<string, unknown>, token = owner.token) => server.call('POST', '/api/contacts', { token, body })
const created = async (body: Record<string, unknown>, token = owner.token) => Contact.parse((await create(body, token)).body)
const get = (id: string, token = owner.token) => server.call('GET', `/api/contacts/${id}`, { token })
const patch = (id: string, body: Record<string, unknown>, ifMatch?: string) =>
  server.call('PATCH', `/api/contacts/${id}`, { token: owner.token, body, ...(ifMatch ? { headers: { 'if-match': ifMatch } } : {}) })
const page = async (query: string, token = owner.token) => (await server.call<Page>('GET', `/api/contacts?${query}`, { token })).body
const names = async (q: string, token = owner.token) => (await page(`q=${encodeURIComponent(q)}`, token)).items.map((c) => c.name)

async function everything(token: string, limit: number, query = ''): Promise<Contact[]> {
  const out: Contact[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const next: Page = await page(`limit=${limit}${query}${cursor ? `&cursor=${cursor}` : ''}`, token)
    out.push(...next.items)
    cursor = next.nextCursor
  }
  return out
}

test('a contact is made with a phone in any spelling, and read with its tag', async () => {
  const made = await created({ name: 'Seu João', phone: '(11) 98765-4321', email: 'joao@example.com', notes: 'gosta de café' })
  expect(made).toMatchObject({ phone: '+5511987654321', identities: [{ kind: 'phone', value: '5511987654321' }] })
  const read = await get(made.id)
  expect(read.body).toEqual(made)
  expect(read.headers.get('etag')).toMatch(/^"\d+"$/)
  const events = await server.sql("select payload from outgoing_events where tenant_id = $1 and payload->>'list' = 'contacts'", [owner.tenantId])
  expect(events).toHaveLength(1)
})

test.each([
  ['no phone at all', { phone: '12345678' }, 'phone'],
  ['no e-mail', { email: 'joao' }, 'email'],
  ['no name', { name: '  ' }, 'name'],
])('%s is refused by its field', async (_what, wrong, path) => {
  expect((await create({ name: 'X', ...wrong })).body).toMatchObject({ status: 400, code: 'validation_failed', errors: [{ path }] })
})

test('text that no database can hold is refused, not an error of ours', async () => {
  expect((await create({ name: 'a\u0000b' })).body).toMatchObject({ status: 400, code: 'malformed_body' })
  expect((await server.call('GET', '/api/contacts?q=%00', { token: owner.token })).status).toBe(400)
})

test('one phone is one contact, with or without the ninth digit, also when both come at once', async () => {
  await created({ name: 'Com nove', phone: '21 99876-5432' })
  expect((await create({ name: 'Sem nove', phone: '+55 21 9876-5432' })).body).toMatchObject({ status: 409, code: 'phone_taken' })
  const twins = await Promise.all(Array.from({ length: 6 }, (_, i) => create({ name: `Gêmeo ${i}`, phone: i % 2 ? '31 98888-7777' : '31 8888-7777' })))
  expect(twins.filter((a) => a.status === 201)).toHaveLength(1)
  expect(await names('Gêmeo')).toHaveLength(1)
  const other = await server.register()
  expect((await create({ name: 'Noutra empresa', phone: '21 99876-5432' }, other.token)).status).toBe(201)
})

test('who wrote by WhatsApp is known by their phone', async () => {
  const person = { phone: '554188887777', bsuid: null, username: null, name: 'Bia' }
  await inTenant(server.ctx.db, owner.tenantId, (tx) => receiveContacts(tx, owner.tenantId, [person]))
  expect((await create({ name: 'Beatriz', phone: '41 98888-7777' })).body).toMatchObject({ code: 'phone_taken' })
})

test('a new phone takes the place of the old one; the old one is free again', async () => {
  const made = await created({ name: 'Muda', phone: '51 99999-0001' })
  const changed = Contact.parse((await patch(made.id, { phone: '51 99999-0002', email: null })).body)
  expect(changed).toMatchObject({ phone: '+5551999990002', identities: [{ kind: 'phone', value: '5551999990002' }] })
  const heir = await created({ name: 'Herda', phone: '51 99999-0001' })
  expect((await patch(made.id, { phone: '51 99999-0001' })).body).toMatchObject({ code: 'phone_taken' })
  expect((await get(made.id)).body).toMatchObject({ phone: '+5551999990002' })
  expect((await patch(heir.id, { phone: '51 9999-0001' })).status).toBe(200)
  expect(Contact.parse((await patch(heir.id, { phone: null })).body)).toMatchObject({ phone: null, identities: [] })
})

test('with If-Match only the version that was read is changed', async () => {
  const made = await created({ name: 'Versão' })
  const tag = (await get(made.id)).headers.get('etag') ?? ''
  const first = await patch(made.id, { notes: 'um' }, tag)
  expect(first.status).toBe(200)
  expect((await patch(made.id, { notes: 'dois' }, tag)).body).toMatchObject({ status: 412, code: 'version_conflict' })
  expect((await get(made.id)).body).toMatchObject({ notes: 'um' })
  expect((await patch(made.id, { notes: 'três' }, `W/${first.headers.get('etag')}`)).status).toBe(200)
  expect((await patch(made.id, { notes: 'quatro' }, '*')).status).toBe(200)
  expect((await patch(made.id, { notes: 'cinco' })).status).toBe(200)
  const now = (await get(made.id)).headers.get('etag') ?? ''
  const both = await Promise.all([patch(made.id, { notes: 'a' }, now), patch(made.id, { notes: 'b' }, now)])
  expect(both.map((a) => a.status).toSorted()).toEqual([200, 412])
})

test('search finds by name, phone and e-mail, without regard to accents, case and spacing', async () => {
  const { token } = await server.register()
  await created({ name: 'Conceição Araújo', phone: '11 98123-4567', email: 'ceica@example.com' }, token)
  await created({ name: 'Jose da Silva' }, token)
  await created({ name: '100% Barato_' }, token)
  for (const q of ['conceicao', 'CONCEIÇÃO', 'ção ara', '98123-4567', '(11) 98123', 'ceica@']) expect(await names(q, token), q).toEqual(['Conceição Araújo'])
  expect(await names('josé', token)).toEqual(['Jose da Silva'])
  expect(await names('0%', token)).toEqual(['100% Barato_'])
  expect(await names('to_', token)).toEqual(['100% Barato_'])
  for (const q of ['%', '_a', '\\', "'", 'ninguém']) expect(await names(q, token), q).toEqual(q === '%' ? ['100% Barato_'] : [])
})

test('pages hold everybody once, sorted as people sort, while others come and go', async () => {
  const reader = await server.register()
  const all = ['Álvaro', 'alvaro', 'Zé', 'Élcio', 'Bruno', 'ana', 'Ana', 'Ana', '🙂 sorriso', '"', ...Array.from({ length: 25 }, (_, i) => `Pessoa ${i}`)]
  for (const name of all) await created({ name }, reader.token)
  await created({ name: '🙂'.repeat(60) }, reader.token)
  for (const limit of [1, 3, 7, 100]) {
    const seen = await everything(reader.token, limit)
    expect(seen).toHaveLength(all.length + 1)
    expect(new Set(seen.map((c) => c.id)).size).toBe(all.length + 1)
  }
  const order = (await everything(reader.token, 5)).map((c) => c.name)
  expect(order.indexOf('Álvaro')).toBeLessThan(order.indexOf('Bruno'))
  expect(order.indexOf('Bruno')).toBeLessThan(order.indexOf('Élcio'))
  expect(order.indexOf('Élcio')).toBeLessThan(order.indexOf('Zé'))
  const first = await page('limit=5', reader.token)
  await created({ name: '!!! antes de todos' }, reader.token)
  await server.call('DELETE', `/api/contacts/${first.items.at(-1)?.id}`, { token: reader.token })
  const rest = await page(`limit=100&cursor=${first.nextCursor}`, reader.token)
  expect(first.items.length + rest.items.length).toBe(all.length + 1)
  expect((await everything(reader.token, 4, '&q=pessoa')).map((c) => c.name).toSorted()).toEqual(all.filter((n) => n.startsWith('Pessoa')).toSorted())
})

test('a cursor that we did not make is refused', async () => {
  for (const cursor of ['abc', 'W10', Buffer.from('["a","b"]').toString('base64url')]) {
    expect((await server.call('GET', `/api/contacts?cursor=${cursor}`, { token: owner.token })).body).toMatchObject({ status: 400, code: 'cursor_invalid' })
  }
})

test('a deep page costs the same as the first: the index leads to it, below row-level security too', async () => {
  const big = await server.register()
  await server.sql(
    "insert into contacts (id, tenant_id, name) select gen_random_uuid(), $1, 'Nome ' || lpad(n::text, 6, '0') from generate_series(1, 20000) n",
    [big.tenantId],
  )
  await server.sql('analyze contacts')
  const plan = await inTenant(server.ctx.db, big.tenantId, async (tx) => {
    const { sql } = await import('kysely')
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain (analyze, buffers off, costs off, timing off) select * from contacts
      where (sort_name, id) > ('nome 015000', '00000000-0000-0000-0000-000000000000') order by sort_name, id limit 31`.execute(tx)
    return rows.map((r) => r['QUERY PLAN']).join('\n')
  })
  expect(plan).toContain('Index Scan using contacts_list')
  expect(plan).not.toContain('Rows Removed by Filter')
})

test('deleting takes a supervisor, and takes the identities along', async () => {
  const attendant = await joinTenant(server, owner, 'ATTENDANT')
  const made = await created({ name: 'Some', phone: '61 99999-0001' })
  const remove = (token: string) => server.call('DELETE', `/api/contacts/${made.id}`, { token })
  expect((await remove(attendant.token)).status).toBe(403)
  expect((await remove(owner.token)).status).toBe(204)
  expect((await remove(owner.token)).status).toBe(404)
  expect((await create({ name: 'Outro', phone: '61 99999-0001' })).status).toBe(201)
  const lines = await server.diary("action = 'contact.delete' and object_id = $1", [made.id])
  expect(lines).toMatchObject([{ details: {} }])
})

test('a foreign contact is an absent one', async () => {
  const made = await created({ name: 'Minha' })
  const other = await server.register()
  const strip = ({ status, body }: { status: number; body: Record<string, unknown> }) => ({ status, code: body.code, title: body.title })
  const absent = strip(await get('01930000-0000-7000-8000-000000000001', other.token))
  expect(absent).toMatchObject({ status: 404, code: 'not_found' })
  expect(strip(await get(made.id, other.token))).toEqual(absent)
  expect(strip(await server.call('PATCH', `/api/contacts/${made.id}`, { token: other.token, body: { name: 'Tua' } }))).toEqual(absent)
  expect(strip(await server.call('DELETE', `/api/contacts/${made.id}`, { token: other.token }))).toEqual(absent)
  expect(await names('Minha', other.token)).toEqual([])
})

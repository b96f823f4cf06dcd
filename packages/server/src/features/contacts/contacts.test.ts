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
  expect((await create({ name: 'a\u0000b' })).body).toMatchObject({ status: 400, code: 'validation_failed', errors: [{ path: 'name' }] })
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
  await created({ name: 'Conceição Araújo', phone: '11 98123-4567', email: 'ceica.araujo@example.com' }, token)
  await created({ name: 'Jose da Silva' }, token)
  await created({ name: "Ana-Maria D'Ávila 🙂" }, token)
  for (const q of [
    'conceicao',
    'CONCEIÇÃO',
    'con',
    'ara',
    'araújo conc',
    '98123-4567',
    '(11) 98123',
    'ceica.',
    'ceica.araujo@example.com',
    'ceica',
    'example.com',
  ])
    expect(await names(q, token), q).toEqual(['Conceição Araújo'])
  expect(await names('josé', token)).toEqual(['Jose da Silva'])
  for (const q of ['ana maria', 'ana-mar', 'Maria', "d'avi", 'ávila', '🙂']) expect(await names(q, token), q).toEqual(["Ana-Maria D'Ávila 🙂"])
  for (const q of ['%', '_a', '\\', "'", 'ninguém', 'jose araujo', 'onceicao']) expect(await names(q, token), q).toEqual([])
})

test.each([
  [
    'a Brazilian mobile',
    '+5511987654321',
    [
      '5511987654321',
      '+55 11 98765-4321',
      '11987654321',
      '(11) 98765-4321',
      '011 98765 4321',
      '987654321',
      '98765-4321',
      '4321',
      '54321',
      '8765-4321',
      '11 8765-4321',
      '551187654321',
      '119876',
      '5511',
      '9876',
      '8765',
    ],
  ],
  ['a landline', '+551133334444', ['1133334444', '3333-4444', '4444', '(11) 3333', '551133']],
  ['a foreign number', '+14155552671', ['4155552671', '+1 415 555-2671', '2671', '1415', '415555']],
])('a phone is found in any spelling: %s', async (_what, phone, spellings) => {
  const { token } = await server.register()
  await created({ name: 'Quem procuro', phone }, token)
  await created({ name: 'Outra pessoa', phone: '+5521976502189' }, token)
  for (const q of spellings) expect(await names(q, token), q).toEqual(['Quem procuro'])
  for (const q of ['7777', '98765-4322', '432']) expect(await names(q, token), q).toEqual([])
})

test('a hit says what answered, and where the name shows it', async () => {
  const { token } = await server.register()
  await created({ name: 'João Conceição', phone: '11 98123-4567', email: 'jc@example.com' }, token)
  const hit = async (q: string) => (await page(`q=${encodeURIComponent(q)}`, token)).items[0]?.hit
  expect(await hit('conc')).toEqual({ name: [[5, 9]], by: 'name' })
  expect(await hit('JOAO conceição')).toEqual({
    name: [
      [0, 4],
      [5, 14],
    ],
    by: 'name',
  })
  expect(await hit('4567')).toEqual({ name: [], by: 'phone' })
  expect(await hit('jc@example.com')).toEqual({ name: [], by: 'email' })
  expect((await page('limit=5', token)).items[0]).not.toHaveProperty('hit')
})

test('who is called otherwise, has another number or was deleted is no longer found by the old one', async () => {
  const { token } = await server.register()
  const made = await created({ name: 'Velho Nome', phone: '11 97777-1111', email: 'velho@example.com' }, token)
  await server.call('PATCH', `/api/contacts/${made.id}`, { token, body: { name: 'Nova Graça', phone: '11 96666-2222', email: null } })
  for (const q of ['velho', '1111', 'velho@example.com']) expect(await names(q, token), q).toEqual([])
  for (const q of ['graça', '2222']) expect(await names(q, token), q).toEqual(['Nova Graça'])
  await server.call('DELETE', `/api/contacts/${made.id}`, { token })
  expect(await names('graça', token)).toEqual([])
})

test('pages hold everybody once, the newest first, while others come and go', async () => {
  const reader = await server.register()
  const all = ['Álvaro', 'alvaro', 'Zé', 'Ana', 'Ana', '🙂 sorriso', '"', ...Array.from({ length: 25 }, (_, i) => `Pessoa ${i}`)]
  for (const name of all) await created({ name }, reader.token)
  for (const limit of [1, 3, 7, 100]) expect((await everything(reader.token, limit)).map((c) => c.name)).toEqual(all.toReversed())
  const first = await page('limit=5', reader.token)
  await created({ name: 'Quem chegou agora' }, reader.token)
  await server.call('DELETE', `/api/contacts/${first.items.at(-1)?.id}`, { token: reader.token })
  const rest = await page(`limit=100&cursor=${first.nextCursor}`, reader.token)
  expect([...first.items, ...rest.items].map((c) => c.name)).toEqual(all.toReversed())
  expect((await everything(reader.token, 4, '&q=pessoa')).map((c) => c.name).toSorted()).toEqual(
    all.filter((n) => n.startsWith('Pessoa') && n !== first.items.at(-1)?.name).toSorted(),
  )
})

test('a cursor that we did not make is refused', async () => {
  for (const cursor of ['abc', 'W10', Buffer.from('["a","b"]').toString('base64url')]) {
    expect((await server.call('GET', `/api/contacts?cursor=${cursor}`, { token: owner.token })).body).toMatchObject({ status: 400, code: 'cursor_invalid' })
  }
})

test('a deep page costs the same as the first: the index leads to it, below row-level security too', async () => {
  const big = await server.register()
  await server.sql('insert into contacts (id, tenant_id) select uuidv7(), $1 from generate_series(1, 20000) n', [big.tenantId])
  await server.sql('analyze contacts')
  const [middle] = await server.sql<{ id: string }>('select id from contacts where tenant_id = $1 order by id offset 10000 limit 1', [big.tenantId])
  const plan = await inTenant(server.ctx.db, big.tenantId, async (tx) => {
    const { sql } = await import('kysely')
    const { rows } = await sql<{ 'QUERY PLAN': string }>`explain (analyze, buffers off, costs off, timing off) select * from contacts
      where merged_into is null and id < ${middle?.id}::uuid order by id desc limit 31`.execute(tx)
    return rows.map((r) => r['QUERY PLAN']).join('\n')
  })
  expect(plan).toContain('Index Scan')
  expect(plan).not.toContain('Sort')
  // Another tenant's rows in between would be read and thrown away.
  expect(plan).not.toMatch(/Rows Removed by Filter: \d{2}/)
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

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Conversation } from '@atende/contracts/conversations'
import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { applyChanges, insertChanges } from '../packages/server/src/features/messages/save-changes.ts'
import { hashPassword } from '../packages/server/src/platform/crypto.ts'
import { inTenant } from '../packages/server/src/platform/database.ts'
import { uuidv7 } from '../packages/server/src/platform/ids.ts'
import { destroyContactKeys } from '../packages/server/src/platform/vault/vault.ts'
import { findPlain } from '../packages/server/src/testing/find-plain.ts'
import { createTestDatabase, sqlAs } from '../packages/server/src/testing/test-database.ts'
import { eventually, startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

/** A database and a folder as the version before encryption left them: brought up to date, everything is there, and nothing lies open. */
const MIGRATIONS = path.resolve(import.meta.dirname, '../packages/server/migrations')
const PASSWORD = 'uma senha bem longa'
const WORDS = {
  first: 'qzxprimeiro antes',
  edited: 'qzxeditado depois',
  answer: 'qzxresposta nossa',
  raw: 'qzxcomo chegou',
  delivery: 'qzxentrega crua',
  nobodys: 'qzxde ninguém',
  file: 'qzxconteúdo do arquivo',
  thumb: 'qzxminiatura do arquivo',
  filename: 'qzxcontrato.txt',
  blur: 'data:image/webp;base64,qzxborrado',
  why: 'qzxdetalhe do erro',
  account: 'qzxaviso da conta',
  waiting: 'qzxedição que espera',
  participant: '5548977110099',
  number: '5511970000001',
}
/** WhatsApp's ids hold the other side's number. */
const wamid = (n: number | string) => `wamid.${Buffer.from(`\x1d\x0e${WORDS.number}\x15EhgU00${n}`, 'latin1').toString('base64')}`
const ERROR = { code: 1, title: 'Não foi', action: 'Tente de novo.', canRetry: true, details: WORDS.why }
const ids = {
  tenant: uuidv7(),
  user: uuidv7(),
  channel: uuidv7(),
  contact: uuidv7(),
  conversation: uuidv7(),
  first: uuidv7(),
  reaction: uuidv7(),
  answer: uuidv7(),
  photo: uuidv7(),
  media: uuidv7(),
  delivery: uuidv7(),
  nobodys: uuidv7(),
}
let server: TestServer
let token: string

async function oldDatabase() {
  const database = await createTestDatabase(inject('postgres'), 'template1')
  const run = (text: string, values: unknown[] = []) => sqlAs(database.superUrl, text, values)
  await sqlAs(database.ownerUrl, 'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)')
  for (const file of readdirSync(MIGRATIONS)
    .filter((f) => f < '0010')
    .sort()) {
    await sqlAs(database.ownerUrl, readFileSync(path.join(MIGRATIONS, file), 'utf8').replaceAll('{{app_role}}', 'atende_app'))
    await sqlAs(database.ownerUrl, 'insert into kysely_migration values ($1, $2)', [file.replace('.sql', ''), new Date().toISOString()])
  }
  return { database, run }
}
type Run = Awaited<ReturnType<typeof oldDatabase>>['run']

async function plantPeople(run: Run) {
  const { tenant, user, channel, contact, conversation } = ids
  await run("insert into tenants (id, name, slug, email, status, onboarded_at) values ($1, 'Pousada', 'pousada', 'a@b.c', 'ACTIVE', now())", [tenant])
  await run("insert into users (id, email, name, password_hash) values ($1, 'dona@example.com', 'Dona', $2)", [user, await hashPassword(PASSWORD)])
  await run("insert into memberships (tenant_id, user_id, role) values ($1, $2, 'OWNER')", [tenant, user])
  await run(
    `insert into channels (id, tenant_id, kind, name, status, phone_number_id, waba_id, graph_url, graph_version, access_token_enc, verify_token_enc, verify_token_hash)
      values ($1, $2, 'whatsapp_cloud', 'Recepção', 'disabled', '1', '2', 'http://127.0.0.1:9', 'v25.0', 'x', 'x', 'x')`,
    [channel, tenant],
  )
  await run("insert into contacts (id, tenant_id, name, phone) values ($1, $2, 'Ana', '+5511970000001')", [contact, tenant])
  await run(
    'insert into conversations (id, tenant_id, channel_id, contact_id, last_message_id, last_message_at, last_activity_at) values ($1, $2, $3, $4, $5, now(), now())',
    [conversation, tenant, channel, contact, ids.answer],
  )
}

async function plantMessages(run: Run) {
  const { tenant, channel, conversation } = ids
  const put = (id: string, direction: string, type: string, n: number, more: Record<string, unknown>) => {
    const row = { id, tenant_id: tenant, conversation_id: conversation, channel_id: channel, direction, type, provider_id: wamid(n), ...more }
    const all = { status: direction === 'in' ? 'received' : 'sent', at: new Date(Date.now() - 60_000 + n * 1000), ...row }
    return run(`insert into messages (${Object.keys(all)}) values (${Object.keys(all).map((_, i) => `$${i + 1}`)})`, Object.values(all))
  }
  const earlier = JSON.stringify([{ text: WORDS.first, until: new Date().toISOString() }])
  const reactions = JSON.stringify({ contact: { emoji: '👍', at: new Date().toISOString(), userId: null } })
  await run(
    "insert into media (id, tenant_id, kind, mime, size, sha256, filename, status, storage_key, thumbnail_key, blur, waveform, derived_at) values ($1, $2, 'document', 'text/plain', $3, 'x', $4, 'stored', $5, $6, $7, '\\x0102', now())",
    [ids.media, tenant, Buffer.byteLength(WORDS.file), WORDS.filename, `${tenant}/${ids.media}`, `${tenant}/${ids.media}.thumb`, WORDS.blur],
  )
  await put(ids.first, 'in', 'text', 1, {
    body: WORDS.edited,
    earlier_texts: earlier,
    edited_at: new Date(),
    reactions,
    raw: JSON.stringify({ words: WORDS.raw }),
  })
  await put(ids.reaction, 'in', 'reaction', 2, { content: JSON.stringify({ emoji: '👍' }), quoted_provider_id: wamid(1) })
  await put(ids.photo, 'in', 'document', 3, { media_id: ids.media, content: JSON.stringify({ forwarded: true }) })
  await put(ids.answer, 'out', 'text', 4, {
    body: WORDS.answer,
    quoted_id: ids.first,
    quoted_provider_id: wamid(1),
    error: JSON.stringify(ERROR),
  })
  await run(
    "insert into message_changes (tenant_id, channel_id, provider_id, kind, target_provider_id, at, body) values ($1, $2, $5, 'edit', $6, now(), $3), ($1, $2, $7, 'edit', $8, now(), $4)",
    [tenant, channel, WORDS.edited, WORDS.waiting, wamid('c1'), wamid(1), wamid('c2'), wamid(99)],
  )
  await run(
    "insert into message_statuses (id, tenant_id, channel_id, message_id, provider_id, status, at, details, participant) values (gen_random_uuid(), $1, $2, $3, $6, 'failed', now(), $4, $5)",
    [tenant, channel, ids.answer, JSON.stringify({ error: ERROR }), WORDS.participant, wamid(4)],
  )
  await run('insert into send_attempts (id, tenant_id, message_id, provider_id, outcome) values (gen_random_uuid(), $1, $2, $3, $4)', [
    tenant,
    ids.answer,
    wamid(4),
    'accepted',
  ])
  await run("insert into priced_messages (tenant_id, channel_id, provider_id, category, type, priced_at) values ($1, $2, $3, 'service', 'regular', now())", [
    tenant,
    channel,
    wamid(4),
  ])
  await run(
    'insert into webhook_events (id, tenant_id, channel_id, body, processed_at, understood) values ($1, $2, $3, $4, now(), true), ($5, null, null, $6, null, null)',
    [ids.delivery, tenant, channel, Buffer.from(JSON.stringify({ entry: [], words: WORDS.delivery })), ids.nobodys, Buffer.from(WORDS.nobodys)],
  )
  await run(
    "insert into account_events (id, tenant_id, field, title, understood, value, hash, at) values (gen_random_uuid(), $1, 'f', 'Aviso', true, $2, 'h', now())",
    [tenant, JSON.stringify({ words: WORDS.account })],
  )
}

beforeAll(async () => {
  const { database, run } = await oldDatabase()
  await plantPeople(run)
  await plantMessages(run)
  const home = mkdtempSync(path.join(tmpdir(), 'atende-test-home-'))
  mkdirSync(path.join(home, 'media', ids.tenant), { recursive: true })
  writeFileSync(path.join(home, 'media', ids.tenant, ids.media), WORDS.file)
  writeFileSync(path.join(home, 'media', ids.tenant, `${ids.media}.thumb`), WORDS.thumb)
  // The web role does no upkeep: files stay as they are until the test has looked.
  server = await startTestServer({ ROLE: 'web' }, { database, home })
  const login = await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: { email: 'dona@example.com', password: PASSWORD } })
  token = login.body.accessToken
}, 60_000)
afterAll(() => server.close())

const get = async <T>(url: string) => (await server.call<T>('GET', url, { token })).body
const messages = async () => (await get<{ items: Message[] }>(`/api/messages?conversationId=${ids.conversation}`)).items

it('everything can be read as before', async () => {
  const [first, file, answer] = await messages()
  expect(first).toMatchObject({
    content: { type: 'text', text: WORDS.edited },
    earlierTexts: [{ text: WORDS.first }],
    reactions: [{ emoji: '👍', by: 'contact' }],
  })
  expect(file).toMatchObject({ forwarded: true, content: { media: { filename: WORDS.filename, status: 'stored', blur: WORDS.blur, waveform: [1, 2] } } })
  expect(answer).toMatchObject({ content: { text: WORDS.answer }, quoted: { preview: WORDS.edited } })
  expect((await get<Conversation>(`/api/conversations/${ids.conversation}`)).lastMessage?.preview).toBe(WORDS.answer)
  // Found by their words; by those that were edited away, no more.
  const found = async (q: string) => (await get<{ items: Conversation[] }>(`/api/conversations?status=any&q=${q}`)).items.map((c) => c.id)
  expect([await found('qzxresposta'), await found('qzxeditado'), await found('qzxprimeiro')]).toEqual([[ids.conversation], [ids.conversation], []])
  expect(await get(`/api/messages/${ids.first}/raw`)).toMatchObject({ raw: { words: WORDS.raw } })
  expect((await get<{ body: string }>(`/api/webhook-events/${ids.delivery}`)).body).toContain(WORDS.delivery)
  const [nobodys] = await server.sql<{ body: Buffer }>('select body from webhook_events where id = $1', [ids.nobodys])
  expect(Buffer.from(server.ctx.keys.open(`webhook_events.body:${ids.nobodys}`, nobodys?.body ?? Buffer.alloc(0)), 'base64').toString()).toBe(WORDS.nobodys)
})

it('files stay readable while they wait, and are sealed by the upkeep; then nothing lies open any more', async () => {
  const { sealOldFiles } = await import('../packages/server/src/features/media/seal-old-files.ts')
  const [, file] = await messages()
  const media = file?.content.type === 'document' ? file.content.media : undefined
  const read = async (url: string | null | undefined, range?: string) => (await fetch(`${server.url}${url}`, range ? { headers: { range } } : {})).text()
  expect(await read(media?.url)).toBe(WORDS.file)
  expect((await findPlain(server, WORDS)).found.map((f) => f.split(': ')[0]).sort()).toEqual(['file', 'thumb'])
  // Interrupted after the first file, and begun again: whatever stands there is readable.
  expect(await sealOldFiles(server.ctx, () => false)).toBe(0)
  expect(await sealOldFiles(server.ctx, () => true)).toBe(1)
  expect(await sealOldFiles(server.ctx, () => true)).toBe(0)
  expect(await read(media?.url)).toBe(WORDS.file)
  expect(await read(media?.thumbnailUrl)).toBe(WORDS.thumb)
  expect(await read(media?.url, 'bytes=3-8')).toBe(Buffer.from(WORDS.file).subarray(3, 9).toString())
  expect((await findPlain(server, WORDS)).found).toEqual([])
})

it('what comes later still finds the messages of before by their ids, and these can be told to WhatsApp', async () => {
  expect(await server.realId(ids.first)).toBe(wamid(1))
  const counts = await Promise.all(
    ['messages', 'message_statuses', 'send_attempts', 'priced_messages'].map((t) =>
      server.providerIds(wamid(4)).then((marks) => server.sql(`select 1 from ${t} where provider_id = any($1)`, [marks])),
    ),
  )
  expect(counts.map((rows) => rows.length)).toEqual([1, 1, 1, 1])
  // The edits of before open in their new place: one more notice about the same message replays them all.
  const [marks, notice] = [await server.providerIds(wamid(1)), await server.providerIds('later')]
  await inTenant(server.ctx.db, ids.tenant, async (tx) => {
    const key = { channelId: ids.channel, providerId: notice[0] ?? '', targetProviderId: marks[0] ?? '' }
    await insertChanges(tx, ids.tenant, [{ ...key, kind: 'edit', at: new Date(Date.now() + 5000), body: 'qzxdepois ainda' }])
    await applyChanges(tx, [{ channelId: ids.channel, providerId: key.targetProviderId }])
  })
  const [first] = await messages()
  expect(first).toMatchObject({ content: { text: 'qzxdepois ainda' }, earlierTexts: [{ text: WORDS.first }, { text: WORDS.edited }] })
})

it('what is new goes on with the same keys, and ends with the person', async () => {
  await inTenant(server.ctx.db, ids.tenant, (tx) => destroyContactKeys(tx, [ids.contact]))
  const shown = await eventually(messages)
  expect(shown.map((m) => m.content.type)).toEqual(['erased', 'erased', 'erased'])
  expect((await fetch(`${server.url}/api/media/${ids.media}/content`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(410)
})

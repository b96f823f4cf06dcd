import { randomUUID } from 'node:crypto'
import type { PriceList } from '@atende/contracts/usage'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPendingMedia } from '../packages/server/src/features/media/media.ts'
import { inTenant } from '../packages/server/src/platform/database.ts'
import { uuidv7 } from '../packages/server/src/platform/ids.ts'
import { connectChannel, delivery, inbound, post, type TestChannel } from '../packages/server/src/testing/test-channel.ts'
import { type Answer, eventually, startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'
import { HELLO, NOTHING } from '../packages/server/src/testing/test-templates.ts'

/** Ids that stand deeper inside a request: another tenant's are answered as those that never existed. */
const MARK = 'Zanzibarinho'
type Owner = Awaited<ReturnType<TestServer['register']>>
type Side = { owner: Owner; channel: TestChannel; conversation: string; contact: string; media: string }
let server: TestServer
let victim: Side
let intruder: Side

async function makeSide(name: string, phone: string): Promise<Side> {
  const owner = await server.register(name)
  const channel = await connectChannel(server, owner)
  const messages = [inbound({ from: phone, text: name })]
  await post(server, channel, delivery(channel, { messages, contacts: [{ profile: { name }, wa_id: phone }] }))
  const [row] = await eventually(async () => {
    const rows = await server.sql<{ id: string; contact_id: string }>('select id, contact_id from conversations where tenant_id = $1', [owner.tenantId])
    return rows.length > 0 ? rows : undefined
  })
  const media = uuidv7()
  const file = { id: media, kind: 'image' as const, mime: 'image/jpeg', filename: `${name}.jpg`, providerMediaId: '1' }
  await inTenant(server.ctx.db, owner.tenantId, (tx) => createPendingMedia(tx, owner.tenantId, [file]))
  await server.sql("update media set status = 'stored', storage_key = 'x', size = 10 where id = $1", [media])
  return { owner, channel, conversation: row?.id ?? '', contact: row?.contact_id ?? '', media }
}
async function makeTemplate(side: Side, parts: object): Promise<string> {
  const id = uuidv7()
  await server.sql(
    `insert into templates (id, tenant_id, waba_id, name, language, category, parts, components, status, synced_at)
      values ($1, $2, $3, $4, 'pt_BR', 'UTILITY', $5, '[{"type":"BODY"}]', 'APPROVED', now())`,
    [id, side.owner.tenantId, side.channel.wabaId, `t_${id.slice(-8)}`, JSON.stringify(parts)],
  )
  return id
}
beforeAll(async () => {
  server = await startTestServer()
  victim = await makeSide(MARK, '5511987650001')
  intruder = await makeSide('Curiosos', '5511987650002')
})
afterAll(() => server.close())

const as = <T = Record<string, unknown>>(who: Side, method: string, url: string, body?: unknown): Promise<Answer<T>> =>
  server.call<T>(method, url, { token: who.owner.token, ...(body === undefined ? {} : { body }) })
const send = (content: object) => as(intruder, 'POST', '/api/messages', { conversationId: intruder.conversation, clientId: randomUUID(), content })
/** The same question with a foreign id and with one that never was: the answers do not differ. */
async function same(ask: (id: string) => Promise<Answer>, foreign: string): Promise<Answer> {
  const [a, b] = [await ask(foreign), await ask(uuidv7())]
  const blank = (x: Answer) => [x.status, { ...x.body, requestId: '', instance: '' }]
  expect(blank(a)).toEqual(blank(b))
  expect(JSON.stringify(a.body)).not.toContain(MARK)
  return a
}

it('a file inside something with buttons, a carousel, a template or a preview', async () => {
  const buttons = [{ id: 'a', title: 'Sim' }]
  const withHeader = (media: string) => send({ type: 'interactive', interactive: { kind: 'buttons', body: 'x', header: { kind: 'image', media }, buttons } })
  expect((await same(withHeader, victim.media)).status).toBe(400)
  const card = (media: string) => ({ header: { kind: 'image', media }, body: 'x', action: { kind: 'buttons', buttons } })
  const carousel = (media: string) => send({ type: 'interactive', interactive: { kind: 'carousel', body: 'x', cards: [card(media), card(intruder.media)] } })
  expect((await same(carousel, victim.media)).status).toBe(400)

  const template = await makeTemplate(intruder, { ...NOTHING, header: { kind: 'image' }, body: 'Olá' })
  const values = (mediaId: string) => ({ header: { kind: 'media', mediaId }, body: {}, buttons: [], cards: [] })
  const sent = await same((id) => send({ type: 'template', templateId: template, values: values(id) }), victim.media)
  expect(sent.status).toBe(400)
  const preview = await same((id) => as(intruder, 'POST', `/api/templates/${template}/preview`, { values: values(id) }), victim.media)
  expect(preview.status === 200 ? JSON.stringify(preview.body) : 'refused').not.toContain('/content?')
})

it('a template of another tenant, and a preview for a foreign conversation', async () => {
  const foreign = await makeTemplate(victim, { ...HELLO, body: MARK })
  await same((id) => send({ type: 'template', templateId: id, values: { header: null, body: {}, buttons: [], cards: [] } }), foreign)
  const own = await makeTemplate(intruder, HELLO)
  const preview = (conversationId: string) => as(intruder, 'POST', `/api/templates/${own}/preview`, { conversationId, values: {} })
  expect((await same(preview, victim.conversation)).status).toBe(404)
})

it('a contact to be merged with', async () => {
  const merge = (otherId: string) => as(intruder, 'POST', `/api/contacts/${intruder.contact}/merge`, { otherId })
  expect((await same(merge, victim.contact)).status).toBe(404)
  const [row] = await server.sql<{ merged_into: string | null }>('select merged_into from contacts where id = $1', [victim.contact])
  expect(row?.merged_into).toBeNull()
})

it('a picture for the profile, and lists narrowed to a foreign number', async () => {
  const picture = (pictureMediaId: string) => as(intruder, 'PATCH', `/api/channels/${intruder.channel.id}/profile`, { pictureMediaId })
  expect((await same(picture, victim.media)).status).toBe(400)
  await makeTemplate(victim, HELLO)
  for (const url of ['/api/templates?channelId=', '/api/usage/whatsapp?channelId=']) await same((id) => as(intruder, 'GET', url + id), victim.channel.id)
})

it('prices that came with the server are read by everybody, and changed or removed by nobody', async () => {
  const list = (await as<PriceList>(intruder, 'GET', '/api/usage/prices')).body
  const [price] = list.prices.filter((p) => p.builtIn)
  const [quota] = list.quotas.filter((q) => q.builtIn)
  expect((await as(intruder, 'DELETE', `/api/usage/prices/${price?.id}`)).status).toBe(404)
  expect((await as(intruder, 'DELETE', `/api/usage/quotas/${quota?.id}`)).status).toBe(404)
  const own = { category: price?.category, country: price?.country, currency: 'BRL', amount: 9, validFrom: price?.validFrom }
  expect((await as(intruder, 'POST', '/api/usage/prices', own)).status).toBeLessThan(300)
  const seen = (await as<PriceList>(victim, 'GET', '/api/usage/prices')).body
  expect(seen.prices).toEqual(list.prices)
})

it('statuses and edits that name another tenant’s message move nothing', async () => {
  const [theirs] = await server.sql<{ id: string }>('select id from messages where tenant_id = $1', [victim.owner.tenantId])
  const wamid = await server.realId(theirs?.id ?? '')
  expect(wamid).toMatch(/^wamid\./)
  const before = await server.sql('select * from messages where tenant_id = $1 order by id', [victim.owner.tenantId])
  const at = String(Math.floor(Date.now() / 1000))
  const status = { id: wamid, status: 'failed', timestamp: at, biz_opaque_callback_data: theirs?.id, errors: [{ code: 131026 }] }
  const edit = { original_message_id: wamid, message: { type: 'text', text: { body: 'forjado' } } }
  const messages = [
    inbound({ from: '5511987650002', type: 'edit', extra: { edit } }),
    inbound({ from: '5511987650002', type: 'revoke', extra: { revoke: { original_message_id: wamid } } }),
    inbound({ from: '5511987650002', type: 'reaction', extra: { reaction: { message_id: wamid, emoji: '👍' } } }),
  ]
  await post(server, intruder.channel, delivery(intruder.channel, { messages, statuses: [status] }))
  await eventually(async () => (await server.sql('select 1 from webhook_events where processed_at is null')).length === 0)
  expect(await server.sql('select * from messages where tenant_id = $1 order by id', [victim.owner.tenantId])).toEqual(before)
})

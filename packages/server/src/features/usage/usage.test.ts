import { PriceList, WhatsappUsage } from '@atende/contracts/usage'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTenant } from '../../platform/database.ts'
import { connectChannel, delivery, newWamid, post, type TestChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant } from '../access/test-people.ts'
import type { PricingFact } from '../messages/inbound.ts'
import { messageMarks } from '../messages/message-ids.ts'
import { countryOf } from './country.ts'
import { estimateCost } from './estimate-cost.ts'
import { recordPricing } from './record-pricing.ts'

type Owner = Awaited<ReturnType<TestServer['register']>>
let server: TestServer
let owner: Owner
let channel: TestChannel
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())
// A fresh company for each rule: counts start at zero.
beforeEach(async () => {
  owner = await server.register()
  channel = await connectChannel(server, owner)
})

const usage = async (query = '', who: { token: string } = owner) =>
  WhatsappUsage.parse((await server.call('GET', `/api/usage/whatsapp${query}`, { token: who.token })).body)
const fact = (f: Partial<PricingFact>): PricingFact => ({
  channelId: channel.id,
  providerId: newWamid(),
  status: 'delivered',
  category: 'service',
  type: 'regular',
  subtype: null,
  model: 'PMP',
  recipient: '5511987654321',
  at: new Date('2026-10-10T12:00:00Z'),
  ...f,
})
const many = (n: number, f: Partial<PricingFact> = {}) => Array.from({ length: n }, () => fact(f))
const record = (list: readonly PricingFact[]) => inTenant(server.ctx.db, owner.tenantId, (tx) => recordPricing(tx, owner.tenantId, list))
const price = (body: Record<string, unknown>, who: { token: string } = owner) => server.call('POST', '/api/usage/prices', { token: who.token, body })
const row = (u: WhatsappUsage, category: string) => u.rows.find((r) => r.category === category)

test('the first thousand service messages of a number and month are free; the next one is charged', async () => {
  await record(many(1000))
  expect(row(await usage('?month=2026-10'), 'service')).toMatchObject({ delivered: 1000, free: 1000, charged: 0, cost: 0 })
  await record(many(1, { at: new Date('2026-10-11T12:00:00Z') }))
  const u = await usage('?month=2026-10')
  expect(row(u, 'service')).toEqual({ category: 'service', country: 'BR', delivered: 1001, free: 1000, charged: 1, cost: 0.0068, currency: 'USD' })
  expect(u.totals).toEqual([{ currency: 'USD', cost: 0.0068 }])
  expect(u.quotas).toEqual([{ channelId: channel.id, channelName: 'Recepção', category: 'service', used: 1001, free: 1000 }])
  // Another number has a thousand of its own, and the next month begins anew.
  const second = await connectChannel(server, owner)
  await record([...many(5, { channelId: second.id }), ...many(5, { at: new Date('2026-11-02T12:00:00Z') })])
  expect(row(await usage('?month=2026-10'), 'service')).toMatchObject({ delivered: 1006, free: 1005, charged: 1 })
  expect(row(await usage('?month=2026-11'), 'service')).toMatchObject({ delivered: 5, free: 5 })
  expect(row(await usage(`?month=2026-10&channelId=${second.id}`), 'service')).toMatchObject({ delivered: 5, free: 5 })
})

test('what WhatsApp itself marks as free is free; of the free thousand it counts too, an ad’s entry point does not', async () => {
  await record([...many(999, { type: 'free_customer_service' }), ...many(50, { type: 'free_entry_point' })])
  await record(many(2, { at: new Date('2026-10-20T12:00:00Z') }))
  const u = await usage('?month=2026-10')
  expect(row(u, 'service')).toMatchObject({ delivered: 1051, free: 1050, charged: 1 })
  expect(u.quotas[0]).toMatchObject({ used: 1001, free: 1000 })
})

test('a month is the account’s: a message just before its midnight belongs to the day before', async () => {
  await record([
    fact({ category: 'marketing', at: new Date('2026-11-01T02:59:59Z') }),
    fact({ category: 'marketing', at: new Date('2026-11-01T03:00:00Z') }),
    fact({ category: 'marketing', at: new Date('2026-11-01T03:00:01Z') }),
  ])
  expect(row(await usage('?month=2026-10'), 'marketing')).toMatchObject({ charged: 1, cost: 0.0625 })
  const november = await usage('?month=2026-11')
  expect(row(november, 'marketing')).toMatchObject({ charged: 2, cost: 0.125 })
  expect(november.months).toEqual(['2026-11', '2026-10'])
})

test('a price that changes within the month counts from its day on; one’s own wins over the built-in', async () => {
  const made = await price({ category: 'marketing', country: 'BR', currency: 'USD', amount: 0.1, validFrom: '2026-10-15' })
  expect(made.status).toBe(201)
  await record([
    fact({ category: 'marketing', at: new Date('2026-10-15T02:59:00Z') }),
    fact({ category: 'marketing', at: new Date('2026-10-15T03:01:00Z') }),
    fact({ category: 'marketing', at: new Date('2026-10-20T12:00:00Z') }),
  ])
  expect(row(await usage('?month=2026-10'), 'marketing')).toMatchObject({ charged: 3, cost: 0.2625, currency: 'USD' })
  // In another currency the month has two totals.
  await price({ category: 'marketing', country: 'BR', currency: 'BRL', amount: 0.35, validFrom: '2026-10-20' })
  expect((await usage('?month=2026-10')).totals).toEqual([
    { currency: 'BRL', cost: 0.35 },
    { currency: 'USD', cost: 0.1625 },
  ])
})

test('a status that is told again, late or in another order counts once; what was not delivered, or failed, does not', async () => {
  const one = fact({ category: 'utility', status: 'sent', at: new Date('2026-10-31T20:00:00Z') })
  const read = { ...one, status: 'read', at: new Date('2026-11-02T12:00:00Z') }
  const delivered = { ...one, status: 'delivered', at: new Date('2026-10-31T20:00:05Z') }
  await record([read, read])
  await record([delivered])
  await record([one, delivered, read])
  await record([fact({ category: 'utility', status: 'sent' })])
  expect(row(await usage('?month=2026-10'), 'utility')).toMatchObject({ delivered: 1, charged: 1 })
  expect(row(await usage('?month=2026-11'), 'utility')).toBeUndefined()
})

test('through the webhook: the pricing block of statuses makes one charged message, a failed one makes none', async () => {
  const [good, bad] = [newWamid(), newWamid()]
  const status = (id: string, name: string, extra: Record<string, unknown> = {}) => ({
    id,
    status: name,
    timestamp: String(Math.floor(Date.now() / 1000)),
    recipient_id: '5511987654321',
    ...extra,
  })
  const pricing = { billable: true, pricing_model: 'PMP', type: 'regular', category: 'marketing' }
  const statuses = [
    status(good, 'delivered', { pricing }),
    status(good, 'sent', { pricing }),
    status(good, 'delivered', { pricing }),
    status(bad, 'sent', { pricing }),
    status(bad, 'failed', { errors: [{ code: 131026, title: 'Message undeliverable' }] }),
  ]
  for (const s of statuses) expect((await post(server, channel, delivery(channel, { statuses: [s] }))).status).toBe(200)
  await eventually(async () => (await server.sql('select from message_statuses where provider_id = any($1)', [await server.providerIds(bad)])).length === 2)
  const found = await eventually(async () => row(await usage(), 'marketing'))
  expect(found).toMatchObject({ country: 'BR', delivered: 1, charged: 1, cost: 0.0625 })
})

test('a country or category without a price is counted and named, not guessed', async () => {
  await record([fact({ category: 'marketing', recipient: '351912345678' }), fact({ category: 'something-new' }), fact({ category: 'marketing_lite' })])
  const u = await usage('?month=2026-10')
  expect(u.rows.find((r) => r.country === 'PT')).toMatchObject({ charged: 1, cost: null, currency: null })
  expect(row(u, 'something_new')).toMatchObject({ cost: null })
  expect(row(u, 'marketing_lite')).toMatchObject({ cost: 0.0625 })
  expect(u.unpriced).toBe(2)
  await price({ category: 'marketing', country: '*', currency: 'USD', amount: 0.09, validFrom: '2026-01-01' })
  expect((await usage('?month=2026-10')).rows.find((r) => r.country === 'PT')).toMatchObject({ cost: 0.09 })
})

test('a reaction is never charged and never counted, whatever its status says', async () => {
  const id = newWamid()
  const reaction = {
    from: '5511987654321',
    id,
    timestamp: String(Math.floor(Date.now() / 1000)),
    type: 'reaction',
    reaction: { message_id: newWamid(), emoji: '❤️' },
  }
  expect((await post(server, channel, delivery(channel, { messages: [reaction] }))).status).toBe(200)
  await eventually(async () => (await server.sql('select from messages where provider_id = any($1)', [await server.providerIds(id)])).length === 1)
  const hashed = (await inTenant(server.ctx.db, owner.tenantId, messageMarks))(id)
  await record([fact({ providerId: hashed }), fact({})])
  expect(row(await usage('?month=2026-10'), 'service')).toMatchObject({ delivered: 1 })
})

test('exempt messages and those of before the first of October cost nothing', async () => {
  await record([
    fact({ category: 'utility', subtype: 'paid_exempt' }),
    fact({ category: 'service', type: 'free_customer_service', at: new Date('2026-09-20T12:00:00Z') }),
  ])
  expect(row(await usage('?month=2026-10'), 'utility')).toMatchObject({ delivered: 1, free: 1, charged: 0, cost: 0 })
  expect(row(await usage('?month=2026-09'), 'service')).toMatchObject({ delivered: 1, free: 1, charged: 0 })
  expect((await usage('?month=2026-09')).quotas).toEqual([])
})

test('prices and quotas are one’s own to add and remove; built-in ones stay, and every change is in the diary', async () => {
  const before = PriceList.parse((await server.call('GET', '/api/usage/prices', { token: owner.token })).body)
  expect(before.prices.map((p) => [p.category, p.amount, p.builtIn])).toContainEqual(['marketing', 0.0625, true])
  expect(before).toMatchObject({ quotas: [{ category: 'service', perNumberAndMonth: 1000, validFrom: '2026-10-01', builtIn: true }], updatedAt: null })
  const body = { category: 'service', perNumberAndMonth: 2, validFrom: '2026-10-01' }
  const list = PriceList.parse((await server.call('POST', '/api/usage/quotas', { token: owner.token, body })).body)
  const mine = list.quotas.find((q) => !q.builtIn)
  await record(many(3))
  expect(row(await usage('?month=2026-10'), 'service')).toMatchObject({ free: 2, charged: 1 })
  const again = PriceList.parse((await server.call('POST', '/api/usage/quotas', { token: owner.token, body: { ...body, perNumberAndMonth: 3 } })).body)
  expect(again.quotas.filter((q) => !q.builtIn)).toMatchObject([{ perNumberAndMonth: 3 }])
  const remove = (what: string, id: string | undefined) => server.call('DELETE', `/api/usage/${what}/${id}`, { token: owner.token })
  expect((await remove('quotas', mine?.id)).status).toBe(404)
  expect((await remove('quotas', again.quotas.find((q) => !q.builtIn)?.id)).status).toBe(200)
  expect((await remove('prices', before.prices[0]?.id)).status).toBe(404)
  expect((await remove('quotas', before.quotas[0]?.id)).status).toBe(404)
  expect((await price({ category: 'x', country: 'Brasil', currency: 'USD', amount: 1, validFrom: '2026-01-01' })).body).toMatchObject({
    code: 'validation_failed',
  })
  const audit = await server.sql<{ action: string }>("select action from audit_logs where tenant_id = $1 and action like 'usage.%' order by id", [
    owner.tenantId,
  ])
  expect(audit.map((a) => a.action)).toEqual(['usage.quota.create', 'usage.quota.create', 'usage.quota.delete'])
})

test('who may see is not who may change; another company sees and changes nothing', async () => {
  const supervisor = await joinTenant(server, owner, 'SUPERVISOR')
  const attendant = await joinTenant(server, owner, 'ATTENDANT')
  const body = { category: 'marketing', country: 'BR', currency: 'BRL', amount: 0.4, validFrom: '2026-01-01' }
  expect((await price(body, supervisor)).status).toBe(403)
  expect((await server.call('GET', '/api/usage/whatsapp', { token: supervisor.token })).status).toBe(200)
  expect((await server.call('GET', '/api/usage/whatsapp', { token: attendant.token })).status).toBe(403)
  await price(body)
  await record(many(3, { category: 'marketing' }))
  const stranger = await server.register()
  expect(await usage('?month=2026-10', stranger)).toMatchObject({ rows: [], months: [], quotas: [] })
  expect((await usage(`?month=2026-10&channelId=${channel.id}`, stranger)).rows).toEqual([])
  const theirs = PriceList.parse((await server.call('GET', '/api/usage/prices', { token: stranger.token })).body)
  expect(theirs.prices.every((p) => p.builtIn)).toBe(true)
})

test('an estimate says what the next message would cost, and when it is free', async () => {
  const ask = (category: string, country: string | null = 'BR', at = new Date('2026-10-15T12:00:00Z')) =>
    inTenant(server.ctx.db, owner.tenantId, (tx) => estimateCost(tx, { category, country, channelId: channel.id, at }))
  expect(await ask('MARKETING')).toEqual({ amount: 0.0625, currency: 'USD', free: false })
  expect(await ask('marketing', 'PT')).toEqual({ amount: null, currency: null, free: false })
  expect(await ask('service')).toEqual({ amount: 0.0068, currency: 'USD', free: true })
  await record(many(1000))
  expect(await ask('service')).toMatchObject({ free: false })
  expect(await ask('service', 'BR', new Date('2026-11-15T12:00:00Z'))).toMatchObject({ free: true })
  expect(await ask('service', 'BR', new Date('2026-09-15T12:00:00Z'))).toEqual({ amount: null, currency: null, free: false })
})

test.each([
  ['5511987654321', 'BR'],
  ['551187654321', 'BR'],
  ['351912345678', 'PT'],
  ['12025550123', 'US'],
  ['BR.13491208655302741918', 'BR'],
  ['US.ENT.1349', 'US'],
  ['5599', null],
  ['', null],
])('the country of %s is %s', (recipient, country) => {
  expect(countryOf(recipient)).toBe(country)
})

test('the same price or quota saved many times at once: the last one stays, and nobody gets an error', async () => {
  const same = { validFrom: '2026-01-01', category: 'marketing' }
  const quota = (n: number) => server.call('POST', '/api/usage/quotas', { token: owner.token, body: { ...same, perNumberAndMonth: n } })
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => [price({ ...same, country: 'BR', currency: 'BRL', amount: n }), quota(n)]).flat())
  expect(new Set(answers.map((a) => a.status))).toEqual(new Set([201]))
  const own = await server.sql(
    'select (select count(*)::int from message_prices where tenant_id = $1) p, (select count(*)::int from free_quotas where tenant_id = $1) q',
    [owner.tenantId],
  )
  expect(own).toEqual([{ p: 1, q: 1 }])
})

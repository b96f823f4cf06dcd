import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { ACCOUNT_TIME_ZONE } from './account-time.ts'
import type { PriceRow, QuotaRow } from './price-list.ts'

/** These count towards what is free per number; an ad's free entry point does not (Cloud API, pricing). */
const COUNTED = ['regular', 'free_customer_service', 'free_group_customer_service']

export type PricedRow = {
  channelId: string
  providerId: string
  category: string
  type: string
  subtype: string | null
  model: string | null
  country: string | null
  pricedAt: Date
  deliveredAt: Date | null
}

/**
 * One row per message. What is told again fills what was missing, and moves the delivery to the earliest one told. Reactions are
 * never charged and not counted.
 */
export async function upsertPriced(tx: TenantTx, tenantId: string, rows: readonly PricedRow[]): Promise<void> {
  const col = <K extends keyof PricedRow>(k: K) => rows.map((r) => r[k])
  await sql`insert into priced_messages as p (tenant_id, channel_id, provider_id, category, type, subtype, model, country, priced_at, delivered_at)
    select ${tenantId}::uuid, x.c, x.p, x.cat, x.t, x.s, x.m, x.l, x.at,
      least(x.d, (select min(s.at) from message_statuses s where s.channel_id = x.c and s.provider_id = x.p and s.status in ('delivered', 'read', 'played')))
    from unnest(${col('channelId')}::uuid[], ${col('providerId')}::text[], ${col('category')}::text[], ${col('type')}::text[], ${col('subtype')}::text[],
      ${col('model')}::text[], ${col('country')}::text[], ${col('pricedAt')}::timestamptz[], ${col('deliveredAt')}::timestamptz[]) x(c, p, cat, t, s, m, l, at, d)
    where not exists (select from messages m where m.channel_id = x.c and m.provider_id = x.p and m.type = 'reaction')
    order by x.c, x.p
    on conflict (channel_id, provider_id) do update set
      category = case when excluded.priced_at >= p.priced_at then excluded.category else p.category end,
      type = case when excluded.priced_at >= p.priced_at then excluded.type else p.type end,
      subtype = coalesce(case when excluded.priced_at >= p.priced_at then excluded.subtype end, p.subtype, excluded.subtype),
      model = coalesce(excluded.model, p.model), country = coalesce(p.country, excluded.country),
      priced_at = greatest(p.priced_at, excluded.priced_at), delivered_at = least(p.delivered_at, excluded.delivered_at)`.execute(tx)
}

/** The first moments of a month and of the next one, by the account's clock. */
const inMonth = (column: string, month: string) => {
  const first = `${month}-01`
  return sql<boolean>`${sql.ref(column)} >= (${first}::timestamp at time zone ${ACCOUNT_TIME_ZONE}::text)
    and ${sql.ref(column)} < ((${first}::timestamp + interval '1 month') at time zone ${ACCOUNT_TIME_ZONE}::text)`
}

const FAMILY = sql`case when p.category in ('service', 'group_service') then 'service' end`

export type DayRow = { channel_id: string; category: string; country: string | null; day: string; delivered: number; free: number; counted: number }

/**
 * What was delivered in a month, per number, category, country and day. Free is what WhatsApp says is free, and per number the first
 * ones of the month up to what its quota allows on the day.
 */
export async function daysOf(tx: TenantTx, month: string, channelId: string | undefined, quotas: readonly { day: string; family: string; free: number }[]) {
  const { rows } = await sql<DayRow>`
    with m as (
      select p.channel_id, p.category, p.country, p.type, p.subtype, ${FAMILY} as family, (p.delivered_at at time zone ${ACCOUNT_TIME_ZONE}::text)::date as day,
        p.type = any(${COUNTED}::text[]) as counted,
        row_number() over (partition by p.channel_id, ${FAMILY}, p.type = any(${COUNTED}::text[]) order by p.delivered_at, p.provider_id) as rank
      from priced_messages p
      where p.delivered_at is not null and ${inMonth('p.delivered_at', month)} and (${channelId ?? null}::uuid is null or p.channel_id = ${channelId ?? null}::uuid)),
    q as (select * from unnest(${quotas.map((x) => x.day)}::date[], ${quotas.map((x) => x.family)}::text[], ${quotas.map((x) => x.free)}::int[]) q(day, family, free))
    select m.channel_id, m.category, m.country, m.day::text as day, count(*)::int as delivered,
      count(*) filter (where m.type like 'free%' or m.subtype = 'paid_exempt' or (m.counted and m.rank <= coalesce(q.free, 0)))::int as free,
      count(*) filter (where m.counted)::int as counted
    from m left join q on q.day = m.day and q.family = m.family
    group by 1, 2, 3, 4 order by 4`.execute(tx)
  return rows
}

/** How many messages of this number count towards the free ones of the month. */
export async function countedInMonth(tx: TenantTx, channelId: string, family: string, month: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*)::int n from priced_messages p
    where p.channel_id = ${channelId}::uuid and p.delivered_at is not null and ${inMonth('p.delivered_at', month)}
      and ${FAMILY} = ${family} and p.type = any(${COUNTED}::text[])`.execute(tx)
  return rows[0]?.n ?? 0
}

/** Months that have something, newest first; each is found by one step in the index. */
export async function monthsOf(tx: TenantTx): Promise<string[]> {
  const { rows } = await sql<{ month: string }>`
    with recursive step as (
      (select date_trunc('month', max(delivered_at) at time zone ${ACCOUNT_TIME_ZONE}::text) as first from priced_messages where delivered_at is not null)
      union all
      select (select date_trunc('month', max(p.delivered_at) at time zone ${ACCOUNT_TIME_ZONE}::text) from priced_messages p
        where p.delivered_at < step.first at time zone ${ACCOUNT_TIME_ZONE}::text)
      from step where step.first is not null)
    select to_char(first, 'YYYY-MM') as month from step where first is not null limit 36`.execute(tx)
  return rows.map((r) => r.month)
}

export const channelNames = (tx: TenantTx) => tx.selectFrom('channels').select(['id', 'name']).orderBy('created_at').execute()

export async function loadPrices(tx: TenantTx): Promise<PriceRow[]> {
  const rows = await tx
    .selectFrom('message_prices')
    .select(['id', 'tenant_id', 'category', 'country', 'currency', 'amount', sql<string>`valid_from::text`.as('valid_from')])
    .orderBy('category')
    .orderBy('country')
    .orderBy('valid_from', 'desc')
    .execute()
  return rows.map((r) => ({
    id: r.id,
    own: r.tenant_id !== null,
    category: r.category,
    country: r.country,
    currency: r.currency,
    amount: Number(r.amount),
    validFrom: r.valid_from,
  }))
}

export async function loadQuotas(tx: TenantTx): Promise<QuotaRow[]> {
  const rows = await tx
    .selectFrom('free_quotas')
    .select(['id', 'tenant_id', 'category', 'per_number_and_month', sql<string>`valid_from::text`.as('valid_from')])
    .orderBy('category')
    .orderBy('valid_from', 'desc')
    .execute()
  return rows.map((r) => ({ id: r.id, own: r.tenant_id !== null, category: r.category, perNumberAndMonth: r.per_number_and_month, validFrom: r.valid_from }))
}

/** When the tenant last changed its own list. */
export async function ownListChangedAt(tx: TenantTx): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`select max(created_at) as at from (
    select created_at from message_prices where tenant_id is not null union all select created_at from free_quotas where tenant_id is not null) x`.execute(tx)
  return rows[0]?.at ?? null
}

/** Two who replace the same at once would both find nothing to take away, and collide. */
const oneAtATime = (tx: TenantTx, tenantId: string) => sql`select pg_advisory_xact_lock(hashtextextended(${`usage ${tenantId}`}, 0))`.execute(tx)

/** The tenant's own price of the same thing and day is replaced. */
export async function putPrice(tx: TenantTx, tenantId: string, p: Omit<PriceRow, 'id' | 'own'>): Promise<string> {
  const id = uuidv7()
  await oneAtATime(tx, tenantId)
  await sql`delete from message_prices where tenant_id = ${tenantId}::uuid and category = ${p.category} and country = ${p.country}
    and valid_from = ${p.validFrom}::date`.execute(tx)
  await sql`insert into message_prices (id, tenant_id, category, country, currency, amount, valid_from)
    values (${id}::uuid, ${tenantId}::uuid, ${p.category}, ${p.country}, ${p.currency}, ${p.amount}::numeric, ${p.validFrom}::date)`.execute(tx)
  return id
}

export async function putQuota(tx: TenantTx, tenantId: string, q: Omit<QuotaRow, 'id' | 'own'>): Promise<string> {
  const id = uuidv7()
  await oneAtATime(tx, tenantId)
  await sql`delete from free_quotas where tenant_id = ${tenantId}::uuid and category = ${q.category} and valid_from = ${q.validFrom}::date`.execute(tx)
  await sql`insert into free_quotas (id, tenant_id, category, per_number_and_month, valid_from)
    values (${id}::uuid, ${tenantId}::uuid, ${q.category}, ${q.perNumberAndMonth}, ${q.validFrom}::date)`.execute(tx)
  return id
}

export const removePrice = (tx: TenantTx, id: string) =>
  tx.deleteFrom('message_prices').where('id', '=', id).where('tenant_id', 'is not', null).returning('id').executeTakeFirst()
export const removeQuota = (tx: TenantTx, id: string) =>
  tx.deleteFrom('free_quotas').where('id', '=', id).where('tenant_id', 'is not', null).returning('id').executeTakeFirst()

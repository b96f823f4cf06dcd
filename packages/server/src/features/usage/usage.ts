import type { FreeQuotaInput, PriceInput, PriceList, UsageQuery, WhatsappUsage } from '@atende/contracts/usage'
import type { z } from 'zod'
import type { TenantTx } from '../../platform/database.ts'
import { notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { accountDay, accountMonth } from './account-time.ts'
import { type PriceRow, plainCategory, priceOf, type QuotaRow, quotaFamily, quotaOf } from './price-list.ts'
import * as db from './usage.db.ts'

const FAMILIES = ['service']

/** Days of a month that can have come: in the current one, up to today. */
function daysIn(month: string): string[] {
  const [year = 0, number = 0] = month.split('-').map(Number)
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate()
  return Array.from({ length: last }, (_, i) => `${month}-${String(i + 1).padStart(2, '0')}`)
}

type Row = WhatsappUsage['rows'][number]
type Sum = Omit<Row, 'cost'> & { cost: number; priced: boolean }

/** Amounts have up to six decimals; sums of thousands of them must not show more. */
const rounded = (amount: number): number => Math.round(amount * 1e6) / 1e6

function sumUp(days: readonly db.DayRow[], prices: readonly PriceRow[]): { rows: Row[]; unpriced: number } {
  const sums = new Map<string, Sum>()
  let unpriced = 0
  for (const d of days) {
    const charged = d.delivered - d.free
    const price = priceOf(prices, d.category, d.country, d.day)
    if (!price) unpriced += charged
    const key = `${d.category}|${d.country ?? ''}|${price?.currency ?? ''}`
    const blank: Sum = { category: d.category, country: d.country, delivered: 0, free: 0, charged: 0, cost: 0, currency: price?.currency ?? null, priced: true }
    const sum = sums.get(key) ?? blank
    sums.set(key, {
      ...sum,
      delivered: sum.delivered + d.delivered,
      free: sum.free + d.free,
      charged: sum.charged + charged,
      cost: sum.cost + charged * (price?.amount ?? 0),
      priced: sum.priced && (price !== undefined || charged === 0),
    })
  }
  const rows = [...sums.values()].map(({ priced, ...s }) => ({ ...s, cost: priced ? rounded(s.cost) : null }))
  return { rows: rows.toSorted((a, b) => b.delivered - a.delivered || a.category.localeCompare(b.category)), unpriced }
}

function totalsOf(rows: readonly Row[]): WhatsappUsage['totals'] {
  const totals = new Map<string, number>()
  for (const { currency, cost } of rows) if (currency !== null && cost !== null) totals.set(currency, (totals.get(currency) ?? 0) + cost)
  return [...totals].map(([currency, cost]) => ({ currency, cost: rounded(cost) })).toSorted((a, b) => b.cost - a.cost)
}

/** How far each number is with its free messages, by the quota of the month's last day that has come. */
function quotaBars(days: readonly db.DayRow[], quotas: readonly QuotaRow[], channels: readonly { id: string; name: string }[], day: string) {
  return FAMILIES.flatMap((category) => {
    const free = quotaOf(quotas, category, day)
    if (free === 0) return []
    return channels.map(({ id, name }) => {
      const mine = days.filter((d) => d.channel_id === id && quotaFamily(d.category) === category)
      return { channelId: id, channelName: name, category, used: mine.reduce((n, d) => n + d.counted, 0), free }
    })
  })
}

/** What WhatsApp charges for a month, by its statuses and the price list; absent, this month. Months are the account's. */
export async function whatsappUsage(tx: TenantTx, query: z.infer<typeof UsageQuery>, now = new Date()): Promise<WhatsappUsage> {
  const month = query.month ?? accountMonth(now)
  const today = accountDay(now)
  const quotas = await db.loadQuotas(tx)
  const calendar = daysIn(month)
  const allowed = calendar.flatMap((day) => FAMILIES.map((family) => ({ day, family, free: quotaOf(quotas, family, day) })))
  const days = await db.daysOf(tx, month, query.channelId, allowed)
  const { rows, unpriced } = sumUp(days, await db.loadPrices(tx))
  const channels = (await db.channelNames(tx)).filter((c) => query.channelId === undefined || c.id === query.channelId)
  const lastDay = calendar.findLast((day) => day <= today) ?? calendar[0] ?? today
  return { month, months: await db.monthsOf(tx), rows, totals: totalsOf(rows), quotas: quotaBars(days, quotas, channels, lastDay), unpriced }
}

/** Prices and free quotas: the tenant's own and those that came with the server. */
export async function getPriceList(tx: TenantTx): Promise<PriceList> {
  const changedAt = await db.ownListChangedAt(tx)
  return {
    prices: (await db.loadPrices(tx)).map(({ own, ...p }) => ({ ...p, builtIn: !own })),
    quotas: (await db.loadQuotas(tx)).map(({ own, ...q }) => ({ ...q, builtIn: !own })),
    updatedAt: changedAt?.toISOString() ?? null,
  }
}

const changed = (tx: TenantTx, tenantId: string) => publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'usage' } }])

/** A price of the tenant's own, from a day on; one of the same thing and day is replaced. Answers its id. */
export async function addPrice(tx: TenantTx, tenantId: string, input: z.infer<typeof PriceInput>): Promise<string> {
  const id = await db.putPrice(tx, tenantId, { ...input, category: plainCategory(input.category) })
  await changed(tx, tenantId)
  return id
}

/** Only one's own: what came with the server cannot be removed. @throws AppError not_found */
export async function removePrice(tx: TenantTx, tenantId: string, id: string): Promise<void> {
  if (!(await db.removePrice(tx, id))) throw notFound()
  await changed(tx, tenantId)
}

/** Free messages per number and month, from a day on; one of the same thing and day is replaced. Answers its id. */
export async function addQuota(tx: TenantTx, tenantId: string, input: z.infer<typeof FreeQuotaInput>): Promise<string> {
  const id = await db.putQuota(tx, tenantId, { ...input, category: plainCategory(input.category) })
  await changed(tx, tenantId)
  return id
}

/** Only one's own. @throws AppError not_found */
export async function removeQuota(tx: TenantTx, tenantId: string, id: string): Promise<void> {
  if (!(await db.removeQuota(tx, id))) throw notFound()
  await changed(tx, tenantId)
}

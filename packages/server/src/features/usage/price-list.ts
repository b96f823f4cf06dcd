/** A price from a day on; `own` ones were set by the tenant. */
export type PriceRow = { id: string; own: boolean; category: string; country: string; currency: string; amount: number; validFrom: string }
export type QuotaRow = { id: string; own: boolean; category: string; perNumberAndMonth: number; validFrom: string }

/** Meta writes some names in two ways. */
export const plainCategory = (category: string): string => category.toLowerCase().replaceAll('-', '_')

/** What has no price of its own costs what its kin costs. */
const KIN: Record<string, string> = {
  marketing_lite: 'marketing',
  group_marketing: 'marketing',
  group_utility: 'utility',
  group_service: 'service',
}

/** Whose free messages these count among: groups and single chats together (Cloud API, pricing). */
export const quotaFamily = (category: string): string | null => ((KIN[category] ?? category) === 'service' ? 'service' : null)

/** Of the rows that hold on this day the tenant's own win over those that came with the server; of these the newest. */
function newest<R extends { own: boolean; validFrom: string }>(rows: readonly R[], day: string): R | undefined {
  return rows.filter((r) => r.validFrom <= day).toSorted((a, b) => Number(b.own) - Number(a.own) || b.validFrom.localeCompare(a.validFrom))[0]
}

/** The price on a day: for the country, else for all others; undefined when none is known. */
export function priceOf(prices: readonly PriceRow[], category: string, country: string | null, day: string): PriceRow | undefined {
  for (const name of [category, KIN[category]]) {
    if (name === undefined) continue
    const mine = prices.filter((p) => p.category === name)
    const found =
      newest(
        mine.filter((p) => p.country === country),
        day,
      ) ??
      newest(
        mine.filter((p) => p.country === '*'),
        day,
      )
    if (found) return found
  }
  return undefined
}

/** Free messages per number and month, as it holds on a day. */
export const quotaOf = (quotas: readonly QuotaRow[], category: string, day: string): number =>
  newest(
    quotas.filter((q) => q.category === category),
    day,
  )?.perNumberAndMonth ?? 0

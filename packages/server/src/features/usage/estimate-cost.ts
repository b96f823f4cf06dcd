import type { TenantTx } from '../../platform/database.ts'
import { accountDay } from './account-time.ts'
import { plainCategory, priceOf, quotaFamily, quotaOf } from './price-list.ts'
import { countedInMonth, loadPrices, loadQuotas } from './usage.db.ts'

/** `amount` per delivered message; null when no price is known. `free`: what Meta gives for nothing still covers it. */
type CostEstimate = { amount: number | null; currency: string | null; free: boolean }

/**
 * What a message of this category to a person in this country would cost now, by the price list: an estimate, the bill is Meta's.
 * @param input.country ISO 3166 alpha-2; null when it is not known, which takes the price for every other country
 * @param input.channelId counts what is free per number; null leaves that out
 */
export async function estimateCost(
  tx: TenantTx,
  input: { category: string; country: string | null; channelId: string | null; at?: Date },
): Promise<CostEstimate> {
  const category = plainCategory(input.category)
  const day = accountDay(input.at ?? new Date())
  const price = priceOf(await loadPrices(tx), category, input.country, day)
  const family = quotaFamily(category)
  const quota = family && input.channelId ? quotaOf(await loadQuotas(tx), family, day) : 0
  const used = quota > 0 && input.channelId && family ? await countedInMonth(tx, input.channelId, family, day.slice(0, 7)) : 0
  return { amount: price?.amount ?? null, currency: price?.currency ?? null, free: used < quota }
}

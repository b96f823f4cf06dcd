import type { TenantTx } from '../../platform/database.ts'
import type { PricingFact } from '../messages/inbound.ts'
import { countryOf } from './country.ts'
import { plainCategory } from './price-list.ts'
import { type PricedRow, upsertPriced } from './usage.db.ts'

const DELIVERED = new Set(['delivered', 'read', 'played'])

const earliest = (a: Date | null, b: Date | null): Date | null => (a && b ? (a < b ? a : b) : (a ?? b))

/** One delivery may tell the same message several times: the newest word counts, the earliest delivery too. */
function join(a: PricedRow, b: PricedRow): PricedRow {
  const [older, newer] = a.pricedAt <= b.pricedAt ? [a, b] : [b, a]
  return {
    ...newer,
    subtype: newer.subtype ?? older.subtype,
    model: newer.model ?? older.model,
    country: newer.country ?? older.country,
    deliveredAt: earliest(a.deliveredAt, b.deliveredAt),
  }
}

/** Keeps what WhatsApp counts each message as, one row per message; telling it twice, or in another order, changes nothing. */
export async function recordPricing(tx: TenantTx, tenantId: string, list: readonly PricingFact[]): Promise<void> {
  if (list.length === 0) return
  const rows = new Map<string, PricedRow>()
  for (const f of list) {
    const row: PricedRow = {
      channelId: f.channelId,
      providerId: f.providerId,
      category: plainCategory(f.category).slice(0, 60),
      type: f.type.toLowerCase(),
      subtype: f.subtype,
      model: f.model,
      country: countryOf(f.recipient),
      pricedAt: f.at,
      deliveredAt: DELIVERED.has(f.status) ? f.at : null,
    }
    const key = `${f.channelId}/${f.providerId}`
    const known = rows.get(key)
    rows.set(key, known ? join(known, row) : row)
  }
  await upsertPriced(tx, tenantId, [...rows.values()])
}

import { z } from 'zod'
import { Id, Time } from './common.ts'

const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/)
/** Meta's price categories plus `service`; one we do not know is kept by its name. */
const Category = z.string().max(60)

export const UsageQuery = z.object({ month: Month.optional(), channelId: Id.optional() })
/** What WhatsApp charges for a month, as far as its statuses told. Amounts are estimates by the price list. */
export const WhatsappUsage = z
  .object({
    month: Month,
    /** Months that have something, newest first. */
    months: z.array(Month),
    rows: z.array(
      z.object({
        category: Category,
        country: z.string().nullable(),
        delivered: z.int(),
        free: z.int(),
        charged: z.int(),
        /** Null when no price is known for it. */
        cost: z.number().nullable(),
        currency: z.string().nullable(),
      }),
    ),
    totals: z.array(z.object({ currency: z.string(), cost: z.number() })),
    /** Free messages per number and month that are used up. */
    quotas: z.array(z.object({ channelId: Id, channelName: z.string(), category: Category, used: z.int(), free: z.int() })),
    /** Charged messages for which no price is known. */
    unpriced: z.int(),
  })
  .meta({ id: 'WhatsappUsage' })
export type WhatsappUsage = z.infer<typeof WhatsappUsage>

export const Price = z
  .object({
    id: Id,
    category: Category,
    /** ISO 3166 alpha-2, or `*` for every other country. */
    country: z.string().regex(/^([A-Z]{2}|\*)$/),
    currency: z.string().regex(/^[A-Z]{3}$/),
    amount: z.number().min(0).max(1000),
    validFrom: z.iso.date(),
    /** Came with the server and is not yours: a price of yours for the same thing wins. */
    builtIn: z.boolean(),
  })
  .meta({ id: 'Price' })
export type Price = z.infer<typeof Price>
export const PriceInput = Price.omit({ id: true, builtIn: true }).meta({ id: 'NewPrice' })
export const FreeQuota = z
  .object({ id: Id, category: Category, perNumberAndMonth: z.int().min(0).max(10_000_000), validFrom: z.iso.date(), builtIn: z.boolean() })
  .meta({ id: 'FreeQuota' })
export type FreeQuota = z.infer<typeof FreeQuota>
export const FreeQuotaInput = FreeQuota.omit({ id: true, builtIn: true }).meta({ id: 'NewFreeQuota' })
export const PriceList = z.object({ prices: z.array(Price), quotas: z.array(FreeQuota), updatedAt: Time.nullable() }).meta({ id: 'PriceList' })
export type PriceList = z.infer<typeof PriceList>

import { z } from 'zod'
import { Time } from './common.ts'

/** An address or a range such as 10.0.0.0/8; the note says whose it is. */
export const AddressEntry = z.object({ range: z.string().trim().min(2).max(64), note: z.string().trim().max(200) }).meta({ id: 'AddressEntry' })
/** The block list wins. Who is on the allow list is never limited by address. */
export const AddressLists = z.object({ allow: z.array(AddressEntry).max(1000), block: z.array(AddressEntry).max(1000) }).meta({ id: 'AddressLists' })
export type AddressLists = z.infer<typeof AddressLists>

export const AddressBan = z
  .object({
    /** `login`: may not ask for passwords; `public`: may do nothing without a login. */
    scope: z.enum(['login', 'public']),
    /** An IPv4 address, or the /64 of an IPv6 address. */
    network: z.string(),
    /** The how many-eth ban in a row; each is longer. */
    level: z.int(),
    bannedAt: Time,
    until: Time,
  })
  .meta({ id: 'AddressBan' })
export type AddressBan = z.infer<typeof AddressBan>

/** What the operator of a server sees of its limits. */
export const ServerLimits = z
  .object({
    /** Where limits are counted at this moment; `standIn` while the chosen store does not answer. */
    store: z.enum(['memory', 'postgres', 'redis']),
    standIn: z.boolean(),
    rules: z.array(z.object({ name: z.string(), limit: z.int(), windowSeconds: z.int() })),
    bans: z.array(AddressBan),
    lists: AddressLists,
    /** From the settings of the server; they change with a restart only. */
    fixed: z.object({ allow: z.array(z.string()), block: z.array(z.string()) }),
    yourAddress: z.string(),
  })
  .meta({ id: 'ServerLimits' })
export type ServerLimits = z.infer<typeof ServerLimits>

export const ClearLimitsInput = z.object({ ip: z.string().trim().min(2).max(64) }).meta({ id: 'ClearLimitsInput' })
export const LimitsCleared = z.object({ network: z.string(), bans: z.int() }).meta({ id: 'LimitsCleared' })

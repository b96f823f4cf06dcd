import { z } from 'zod'
import { Time } from './common.ts'

const Check = z.looseObject({ status: z.enum(['up', 'degraded', 'down', 'off']) })
/** `checks` names: database, jobs, receiver, sender, sockets, memory, cpu, disk, storage, cache, limiter, links, backups. */
export const Health = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    timestamp: Time,
    /** Seconds. */
    uptime: z.number(),
    version: z.string(),
    checks: z.record(z.string(), Check),
  })
  .meta({ id: 'Health' })

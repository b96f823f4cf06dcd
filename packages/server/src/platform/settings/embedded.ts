import { z } from 'zod'

/** The embedded PostgreSQL: whose it is, and where. */
export const embeddedSettings = {
  /** `own`: each server process starts and ends it. `shared`: it is a service of its own (`atende db serve`), several processes use it. */
  EMBEDDED_DATABASE: z.enum(['own', 'shared']).default('own'),
  /** With `own` the next free port serves as well; with `shared` it is exactly this one. */
  EMBEDDED_PORT: z.coerce.number().int().min(1024).max(65_535).default(54_329),
  /** How long a process waits for the shared database before it gives up. */
  EMBEDDED_WAIT_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
}

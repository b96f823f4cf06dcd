import { z } from 'zod'

/** The embedded PostgreSQL: whose it is, and where. */
export const embeddedSettings = {
  /** `own`: each server process starts and ends it. `shared`: it is a service of its own (`atende db serve`), several processes use it. */
  EMBEDDED_DATABASE: z.enum(['own', 'shared']).default('own'),
  /**
   * With `own` the next free port serves as well; with `shared` it is exactly this one. The default lies below the ports that systems
   * give to outgoing connections (Linux: 32768–60999): one of those could otherwise hold it when the database starts.
   */
  EMBEDDED_PORT: z.coerce.number().int().min(1024).max(65_535).default(25_432),
  /** How long a process waits for the shared database before it gives up. */
  EMBEDDED_WAIT_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
}

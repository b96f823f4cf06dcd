import { z } from 'zod'

/** How a process behaves when versions change. */
export const updateSettings = {
  /** `auto`: the start brings the database to this version. `never`: somebody else does (`atende migrate`), and the start is refused until then. */
  MIGRATE: z.enum(['auto', 'never']).default('auto'),
  /** How long a web process that was told to stop goes on serving, not ready any more, while its sockets move elsewhere: 5 in production, else 0. */
  DRAIN_SECONDS: z.coerce.number().min(0).max(300).optional(),
}

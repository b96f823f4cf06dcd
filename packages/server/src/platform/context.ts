import type { Config } from './config.ts'
import type { Counters } from './counters.ts'
import type { Database, TenantTx } from './database.ts'
import { inTenant } from './database.ts'
import type { Jobs } from './jobs.ts'
import type { Keys } from './keys.ts'
import type { AddressGuard } from './limits/address-guard.ts'
import type { Limits } from './limits/limits.ts'
import type { Logger } from './log.ts'
import type { LogFiles } from './log-files.ts'
import type { Mailer } from './mail.ts'
import type { Outgoing } from './outgoing/outgoing.ts'
import type { Signals } from './signals.ts'
import type { Storage } from './storage.ts'

/** What every part of a running server may use. */
export type Context = {
  config: Config
  db: Database
  /** Login of the application role; for session connections of their own. */
  databaseUrl: string
  keys: Keys
  log: Logger
  counters: Counters
  /** With LOG_DIR. */
  logFiles: LogFiles | undefined
  jobs: Jobs
  signals: Signals
  storage: Storage
  limits: Limits
  /** Bans and lists of addresses. */
  addresses: AddressGuard
  mail: Mailer
  /** The one way out to addresses that a tenant or a stranger may have chosen. */
  outgoing: Outgoing
  startedAt: number
  /** Address that people and Meta use, without a trailing slash. */
  publicUrl: () => string
}

export const tenantTx = <T>(ctx: Context, tenantId: string, work: (tx: TenantTx) => Promise<T>, userId?: string): Promise<T> =>
  inTenant(ctx.db, tenantId, work, userId)

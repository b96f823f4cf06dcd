import { sql } from 'kysely'
import { type Database, inTenant, type SystemTx, type TenantTx } from '../platform/database.ts'
import { within } from '../platform/health.ts'

/** Whoever watches waits no longer for a database that hangs. */
export const DATABASE_MS = 5_000

/** The database itself gives up, too: nothing goes on waiting there with a connection of ours, and what was told as failed is not done later. */
async function bounded<Tx extends SystemTx, T>(tx: Tx, until: number, work: (tx: Tx) => Promise<T>): Promise<T> {
  const left = () => {
    const ms = until - Date.now()
    if (ms <= 0) throw new Error('no answer in time')
    return ms
  }
  await sql`select set_config('statement_timeout', ${String(left())}, true)`.execute(tx)
  const answer = await work(tx)
  left()
  return answer
}

/** @throws when it takes longer than DATABASE_MS; then nothing of it has happened */
export const inTime = <T>(db: Database, work: (tx: SystemTx) => Promise<T>): Promise<T> => {
  const until = Date.now() + DATABASE_MS
  return within(
    DATABASE_MS,
    db.transaction().execute((tx) => bounded(tx, until, work)),
  )
}

/** The same for one company. */
export const inTenantInTime = <T>(db: Database, tenantId: string, work: (tx: TenantTx) => Promise<T>): Promise<T> => {
  const until = Date.now() + DATABASE_MS
  return within(
    DATABASE_MS,
    inTenant(db, tenantId, (tx) => bounded(tx, until, work)),
  )
}

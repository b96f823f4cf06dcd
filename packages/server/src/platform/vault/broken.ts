import type { Database, SystemTx } from '../database.ts'
import type { Logger } from '../log.ts'
import { SealBroken } from './sealed-value.ts'

/** Who is told when something of a database does not open; found by the database, since verbs have only their `tx`. */
const logs = new WeakMap<object, Logger>()

export const tellBrokenTo = (db: Database, log: Logger): void => void logs.set(db.getExecutor().adapter, log)

/** In place of a value that was changed, or moved there from elsewhere. */
export const BROKEN = Symbol('broken')

/** What `open` answers; or BROKEN when the value does not open, which is noted (its place, which is ids only). */
export function openOr<T>(tx: SystemTx, open: () => T): T | typeof BROKEN {
  try {
    return open()
  } catch (err) {
    if (!(err instanceof SealBroken)) throw err
    logs.get(tx.getExecutor().adapter)?.error({ err }, 'vault: a sealed value does not open')
    return BROKEN
  }
}

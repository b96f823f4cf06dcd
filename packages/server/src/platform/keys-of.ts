import type { Transaction } from 'kysely'
import type { Keys } from './crypto.ts'
import type { Database } from './database.ts'
import type { DB } from './schema.ts'

/** A transaction shares the adapter of the database that it belongs to. */
const carried = new WeakMap<object, Keys>()

/** From here on every transaction of this database can seal and open. */
export const carryKeys = (db: Database, keys: Keys): void => void carried.set(db.getExecutor().adapter, keys)

/** The keys of the installation that this transaction belongs to. */
export function keysOf(tx: Database | Transaction<DB>): Keys {
  const keys = carried.get(tx.getExecutor().adapter)
  if (!keys) throw new Error('this database was opened without its keys')
  return keys
}

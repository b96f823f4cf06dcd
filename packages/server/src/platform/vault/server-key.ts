import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Keys } from '../crypto.ts'
import type { Database } from '../database.ts'

const PLACE = 'server_keys:root'

/**
 * Reads the server's own key, from which tokens, links and the server's secrets take theirs; makes it at the first start.
 * A database from before there were keys goes on with what the master key itself sealed.
 * @throws UnknownMasterKey
 */
export async function loadServerKey(db: Database, keys: Keys): Promise<void> {
  const used = (await sql<{ used: boolean }>`select door_is_used() as used`.execute(db)).rows[0]?.used === true
  const proposed = keys.masters.wrap(PLACE, used ? keys.masters.current.key : randomBytes(32))
  const { rows } = await sql<{ wrapped: Buffer }>`select door_server_key(${proposed}) as wrapped`.execute(db)
  keys.useRoot(keys.masters.unwrap(PLACE, rows[0]?.wrapped ?? proposed))
}

export const serverKeyPlace = PLACE

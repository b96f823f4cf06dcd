import type { Database } from '../database.ts'
import * as db from './limits.db.ts'
import type { LimitStore } from './store.ts'

const PURGE_MS = 60_000
const MAX_ROWS = 200_000

/** Counts in an unlogged table behind a door: every server of one database shares them. */
export function postgresStore(database: Database): LimitStore {
  let timer: NodeJS.Timeout | undefined
  return {
    kind: 'postgres',
    take: (slots, now) => db.takeLimits(database, slots, now),
    giveBack: (taken) => db.giveBackLimits(database, taken),
    clear: (keys) => db.clearLimits(database, keys),
    async start() {
      timer = setInterval(() => void db.purgeLimits(database, MAX_ROWS).catch(() => {}), PURGE_MS)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
    },
  }
}

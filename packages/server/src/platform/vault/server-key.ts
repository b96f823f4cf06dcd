import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Context } from '../context.ts'
import type { Database } from '../database.ts'
import type { Keys, ServerKey } from '../keys.ts'

const UNDEFINED_FUNCTION = '42883'
export const serverKeyPlace = 'server_keys:root'
export const serverKeyVersionPlace = (version: number): string => `server_key_versions:${version}`

async function readFirst(db: Database, keys: Keys): Promise<Buffer> {
  const used = (await sql<{ used: boolean }>`select door_is_used() as used`.execute(db)).rows[0]?.used === true
  const proposed = keys.masters.wrap(serverKeyPlace, used ? keys.masters.current.key : randomBytes(32))
  const { rows } = await sql<{ wrapped: Buffer }>`select door_server_key(${proposed}) as wrapped`.execute(db)
  return keys.masters.unwrap(serverKeyPlace, rows[0]?.wrapped ?? proposed)
}

/**
 * Reads the server's first own key, from which tokens, links and the server's secrets took theirs; makes it at the first start.
 * A database from before there were keys goes on with what the master key itself sealed. For migrations, which know no later one.
 * @throws UnknownMasterKey
 */
export const loadServerKey = async (db: Database, keys: Keys): Promise<void> => keys.useRoot(await readFirst(db, keys))

/** Reads every version of the server's key. @throws UnknownMasterKey */
export async function loadServerKeys(db: Database, keys: Keys): Promise<void> {
  const first: ServerKey = { version: 1, key: await readFirst(db, keys), activeAt: Number.NEGATIVE_INFINITY }
  type Row = { version: number; wrapped: Buffer; active_in: number }
  const { rows } = await sql<Row>`select * from door_server_key_versions()`.execute(db).catch((e: unknown): { rows: Row[] } => {
    // A database from before there were versions (a backup of it, or one that is copied before its update) has the first only.
    if (e instanceof Error && 'code' in e && e.code === UNDEFINED_FUNCTION) return { rows: [] }
    throw e
  })
  const later = rows.map(({ version, wrapped, active_in }): ServerKey => {
    return { version, key: keys.masters.unwrap(serverKeyVersionPlace(version), wrapped), activeAt: Date.now() + active_in * 1000 }
  })
  keys.useVersions([first, ...later])
}

/** Told when there is a new version. */
export const SERVER_KEY_CHANNEL = 'atende_server_key'
/** So often a process looks for one by itself. */
const LOOK_MS = 15_000
/** So long a new version waits before it seals: every process has looked by then. */
export const SERVER_KEY_WAIT_MS = 2 * LOOK_MS

/** A running process has every version of the server's key before that version seals anything. Start it before the signals. */
export function followServerKeys(ctx: Pick<Context, 'db' | 'keys' | 'signals' | 'log'>): { stop: () => void } {
  let isLooking = false
  const look = (): void => {
    if (isLooking) return
    isLooking = true
    loadServerKeys(ctx.db, ctx.keys)
      .catch((err: unknown) => ctx.log.error({ err }, 'the keys of the server could not be read; the known ones hold'))
      .finally(() => {
        isLooking = false
      })
  }
  ctx.keys.onUnknown = look
  ctx.signals.on(SERVER_KEY_CHANNEL, look)
  ctx.signals.onReconnect(look)
  const timer = setInterval(look, LOOK_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

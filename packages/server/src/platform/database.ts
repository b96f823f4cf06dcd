import { setTimeout as pause } from 'node:timers/promises'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import type { Keys } from './keys.ts'
import type { DB } from './schema.ts'

// bigint counts and sizes fit a JavaScript number here (below 2^53).
pg.types.setTypeParser(pg.types.builtins.INT8, (v) => v)

export type Database = Kysely<DB>
declare const tenantMark: unique symbol
/** A transaction in which one tenant's rows exist, and no others. Made by `inTenant` only. */
export type TenantTx = Transaction<DB> & { readonly [tenantMark]: true }
/** A transaction without a tenant: sees no tenant's rows, may call the doors. */
export type SystemTx = Transaction<DB>

/** Whoever has waited so long for a connection is told no: a database that hangs refuses nobody by itself. */
const CONNECT_MS = 30_000

export const openDatabase = (url: string, max: number, name = 'atende'): { db: Database; pool: pg.Pool } => {
  const pool = new pg.Pool({ connectionString: url, max, application_name: name, idleTimeoutMillis: 60_000, connectionTimeoutMillis: CONNECT_MS })
  pool.on('error', () => {})
  // A connection that is lost while it is lent out tells its query; its own event would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<DB>({ dialect: new PostgresDialect({ pool }) })
  poolOfDatabase.set(db, pool)
  return { db, pool }
}

const poolOfDatabase = new WeakMap<object, pg.Pool>()
/** The connections that this process holds, how many of them are free, and who waits for one. */
export function poolState(db: Database): { max: number; open: number; idle: number; waiting: number } {
  const pool = poolOfDatabase.get(db)
  return { max: pool?.options.max ?? 0, open: pool?.totalCount ?? 0, idle: pool?.idleCount ?? 0, waiting: pool?.waitingCount ?? 0 }
}

/** Which keys belong to a database, and which tenant a transaction is in: found by the objects themselves, so that verbs need only their `tx`. */
const keysOfAdapter = new WeakMap<object, Keys>()
const tenantOfTx = new WeakMap<object, string>()

/** Everything that runs on this database seals and opens with these keys. */
export const useKeys = (db: Database, keys: Keys): void => void keysOfAdapter.set(db.getExecutor().adapter, keys)
export function keysOf(tx: Database | SystemTx): Keys {
  const keys = keysOfAdapter.get(tx.getExecutor().adapter)
  if (!keys) throw new Error('this database was opened without keys')
  return keys
}
export function tenantOf(tx: TenantTx): string {
  const tenantId = tenantOfTx.get(tx)
  if (!tenantId) throw new Error('this transaction is in no tenant')
  return tenantId
}

const quote = (s: string) => `'${s.replaceAll("'", "''")}'`

/** What a login may see of conversations (migration 0023), and the key it came by. Without it a person's transaction sees none. */
export type Scope = { sees: string; apiKeyId: string | null }

/** Sets the tenant (and the acting user) of the transaction; RLS reads them. Kept local: a pooled connection forgets them. */
export async function enterTenant(tx: Transaction<DB>, tenantId: string, userId?: string, scope?: Scope): Promise<TenantTx> {
  const settings: [string, string][] = [['app.tenant_id', tenantId]]
  if (userId) settings.push(['app.user_id', userId])
  if (scope) settings.push(['app.sees', scope.sees], ['app.api_key_id', scope.apiKeyId ?? ''])
  await sql`select ${sql.join(settings.map(([name, value]) => sql`set_config(${name}, ${value}, true)`))}`.execute(tx)
  tenantOfTx.set(tx, tenantId)
  return tx as TenantTx
}

/** For the end of an act that was allowed and takes its object out of the actor's sight: handing a conversation over. */
export async function seeingAll<T>(tx: TenantTx, work: () => Promise<T>): Promise<T> {
  const { rows } = await sql<{ sees: string }>`select current_setting('app.sees', true) sees, set_config('app.sees', 'all', true)`.execute(tx)
  const answer = await work()
  await sql`select set_config('app.sees', ${rows[0]?.sees ?? ''}, true)`.execute(tx)
  return answer
}

/** Runs `work` in one transaction of this tenant. */
export const inTenant = <T>(db: Database, tenantId: string, work: (tx: TenantTx) => Promise<T>, userId?: string, scope?: Scope): Promise<T> =>
  db.transaction().execute(async (tx) => work(await enterTenant(tx, tenantId, userId, scope)))

/** Runs `work` as a person outside of any tenant (own account, super admin). */
export const asUser = <T>(db: Database, userId: string, work: (tx: SystemTx) => Promise<T>): Promise<T> =>
  db.transaction().execute(async (tx) => {
    await sql`select set_config('app.user_id', ${userId}, true)`.execute(tx)
    return work(tx)
  })

/** Number of the advisory lock under which a database is prepared; any constant that nothing else uses. */
const PREPARE_LOCK = 7_204_113

/** Runs `work` while no other process prepares this database: two that grant or alter at once fail ("tuple concurrently updated"). */
export async function alone<T>(ownerUrl: string, work: (connection: pg.Client) => Promise<T>): Promise<T> {
  const c = new pg.Client({ connectionString: ownerUrl })
  await c.connect()
  try {
    // Asking again and again, since a statement that waits would hold up an index that is built concurrently, for ever.
    while (!(await c.query('select pg_try_advisory_lock($1) got', [PREPARE_LOCK])).rows[0].got) await pause(50)
    return await work(c)
  } finally {
    // The lock ends with its connection.
    await c.end()
  }
}

/** Creates the login role of the application if it is missing. It owns nothing and cannot bypass row-level security. */
export async function ensureAppRole(ownerUrl: string, role: string, password: string): Promise<void> {
  await alone(ownerUrl, async (c) => {
    const { rowCount } = await c.query('select 1 from pg_roles where rolname = $1', [role])
    const verb = rowCount ? 'alter' : 'create'
    await c.query(`${verb} role "${role}" login nosuperuser nobypassrls nocreatedb nocreaterole password ${quote(password)}`)
    await c.query(`do $$ begin execute format('grant connect on database %I to "${role}"', current_database()); end $$`)
  })
}

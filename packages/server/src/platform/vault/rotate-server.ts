import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database, SystemTx } from '../database.ts'
import { headOf, type Keys } from '../keys.ts'
import type { Progress } from './rotate.ts'
import { loadServerKeys, SERVER_KEY_CHANNEL, SERVER_KEY_WAIT_MS, serverKeyVersionPlace } from './server-key.ts'

/** Values that are sealed anew in one transaction: short locks, so that traffic does not wait. */
const BATCH = 500

/** A column that the server's own key seals, the column that names its row, and the place that is bound in. */
export type SealedColumn = { table: string; id: string; type: 'uuid' | 'text' | 'bytea' | 'boolean'; column: string; place: (id: string) => string }

/** Sealed by the server, and not by the version that counts. Companies' keys have a format of their own (2). */
const isStale = (c: SealedColumn, head: Buffer) =>
  sql`substring(${sql.ref(c.column)} for 1) in ('\\x01', '\\x03') and substring(${sql.ref(c.column)} for ${sql.lit(head.length)}) <> ${head}`

/** The one that a rotation began and has not ended, or a new one. */
async function beginVersion(tx: SystemTx, keys: Keys, waitMs: number): Promise<number> {
  await sql`lock table server_key_versions in share row exclusive mode`.execute(tx)
  const { rows } = await sql<{
    version: number
    resealed_at: Date | null
  }>`select version, resealed_at from server_key_versions order by version desc limit 1`.execute(tx)
  const [newest] = rows
  if (newest && newest.resealed_at === null) return newest.version
  const version = (newest?.version ?? 1) + 1
  const wrapped = keys.masters.wrap(serverKeyVersionPlace(version), randomBytes(32))
  await sql`insert into server_key_versions (version, wrapped, active_at)
    values (${version}, ${wrapped}, clock_timestamp() + make_interval(secs => ${waitMs / 1000}))`.execute(tx)
  await sql`select pg_notify(${SERVER_KEY_CHANNEL}, '')`.execute(tx)
  return version
}

const count = async (owner: Database, list: readonly SealedColumn[], head: Buffer): Promise<number> => {
  let n = 0
  for (const c of list) {
    const { rows } = await sql<{ n: number }>`select count(*)::int n from ${sql.table(c.table)} where ${isStale(c, head)}`.execute(owner)
    n += rows[0]?.n ?? 0
  }
  return n
}

type Batch = { after: string | null; done: number; broken: number }
/** The next values of a column, in the order of their rows. One that does not open stays as it is: nobody could read it before either. */
async function resealBatch(tx: SystemTx, keys: Keys, c: SealedColumn, head: Buffer, from: string | null): Promise<Batch> {
  const [id, column, type] = [sql.ref(c.id), sql.ref(c.column), sql.raw(c.type)]
  const { rows } = await sql<{ id: string; sealed: Buffer }>`select ${id}::text as id, ${column} as sealed from ${sql.table(c.table)}
    where ${isStale(c, head)} and (${from}::text is null or ${id} > ${from}::${type}) order by ${id} limit ${BATCH} for no key update`.execute(tx)
  const anew = rows.flatMap((r) => {
    try {
      return [{ id: r.id, sealed: keys.seal(c.place(r.id), keys.open(c.place(r.id), r.sealed)) }]
    } catch {
      return []
    }
  })
  await sql`update ${sql.table(c.table)} set ${column} = x.s from unnest(${anew.map((a) => a.id)}::${type}[], ${anew.map((a) => a.sealed)}::bytea[]) x(row, s)
    where ${sql.table(c.table)}.${id} = x.row`.execute(tx)
  return { after: rows.length < BATCH ? null : (rows.at(-1)?.id ?? null), done: anew.length, broken: rows.length - anew.length }
}

type Resealed = { done: number; broken: number }
async function resealColumn(owner: Database, keys: Keys, c: SealedColumn, head: Buffer, tell: (done: number) => void): Promise<Resealed> {
  const sum: Resealed = { done: 0, broken: 0 }
  for (let after: string | null = null; ; ) {
    const from: string | null = after
    const batch: Batch = await owner.transaction().execute((tx) => resealBatch(tx, keys, c, head, from))
    sum.done += batch.done
    sum.broken += batch.broken
    tell(batch.done)
    if (batch.after === null) return sum
    after = batch.after
  }
}

async function resealAll(owner: Database, keys: Keys, list: readonly SealedColumn[], head: Buffer, progress: Progress): Promise<Resealed> {
  const total = await count(owner, list, head)
  const sum: Resealed = { done: 0, broken: 0 }
  for (;;) {
    let inThisRound = 0
    let broken = 0
    for (const c of list) {
      const round = await resealColumn(owner, keys, c, head, (n) => {
        sum.done += n
        progress(sum.done, Math.max(total, sum.done))
      })
      inThisRound += round.done
      broken += round.broken
    }
    // Whoever had begun before the new version counted may have written meanwhile: looked for until there is nothing.
    if (inThisRound === 0) return { done: sum.done, broken }
  }
}

/**
 * A new key of the server's own: it waits until every process knows it, seals from then on, and what an earlier one sealed is sealed
 * anew, a few hundred values at a time, while traffic flows. It may be stopped and run again, and goes on where it was. Earlier
 * versions stay, wrapped by the master key: lines of the diary are hashed as they were sealed.
 * @param owner a connection as the owner of the tables
 * @returns the version, how many values were sealed anew, and how many do not open with any key
 */
export async function rotateServer(
  owner: Database,
  keys: Keys,
  list: readonly SealedColumn[],
  progress: Progress,
  waitMs = SERVER_KEY_WAIT_MS,
): Promise<{ version: number; values: number; broken: number }> {
  const version = await owner.transaction().execute((tx) => beginVersion(tx, keys, waitMs))
  do {
    await loadServerKeys(owner, keys)
    if (keys.version < version) await wait(Math.min(1000, Math.max(50, waitMs / 4)))
  } while (keys.version < version)
  const { done, broken } = await resealAll(owner, keys, list, headOf(version), progress)
  await sql`update server_key_versions set resealed_at = now() where version = ${version}`.execute(owner)
  return { version, values: done, broken }
}

import { sql } from 'kysely'
import { z } from 'zod'
import type { Database } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import type { Keys } from '../../platform/keys.ts'
import { type DataKey, seal, unseal } from '../../platform/vault/sealed-value.ts'
import { ofTarget } from './backup-error.ts'
import type { Presence } from './presence.ts'
import type { Target } from './target.ts'

/**
 * What was destroyed for good must not come back by a restore. The database notes it by itself when a data key or a contact goes
 * (migration 0028; `note_erasure` for whatever erases otherwise); here the list is kept beside the backups, where a restore finds it.
 * It only grows, holds ids, and is sealed with the key of the server: who writes into the target cannot erase anybody.
 */
const Erasure = z.object({ kind: z.enum(['key', 'contact']), id: z.uuid() })
export type Erasure = z.infer<typeof Erasure>
const List = z.array(Erasure)

const MANY = 5000
const place = (key: string) => `backup:${key}`
/** Of the first version of the server's key: a backup from before a rotation knows no later one. */
const NOBODY = '00000000-0000-0000-0000-000000000000'
const listKey = (keys: Keys): DataKey => ({ id: NOBODY, key: keys.derive('backup-erasures', 1) })

type Row = { id: string; kind: Erasure['kind']; object_id: string }
type Keeping = { db: Database; keys: Keys; target: Target; all: readonly Target[]; there: Presence }

const keyOf = (batch: string) => `erasures/${batch}.sealed`

/** Lists that are not at every place yet; what was erased since is in one of them. */
async function waitingBatches(db: Database): Promise<string[]> {
  const { rows } = await sql<{ batch: string }>`select door_batch_erasures batch from door_batch_erasures(${uuidv7()}, ${MANY})`
    .execute(db)
    .catch((e: unknown) => {
      // A database that this version has not brought up to date yet: a backup before the update must be possible.
      if (e instanceof Error && 'code' in e && e.code === '42883') return { rows: [] }
      throw e
    })
  return rows.map((r) => r.batch).toSorted()
}

const rowsOf = async (db: Database, batch: string): Promise<Row[]> => (await sql<Row>`select * from door_erasure_batch(${batch})`.execute(db)).rows

async function put({ keys, target }: Keeping, batch: string, rows: readonly Row[]): Promise<void> {
  const key = keyOf(batch)
  await target.put(key, seal(listKey(keys), place(key), JSON.stringify(rows.map((r) => ({ kind: r.kind, id: r.object_id })))))
}

/** Puts what was erased since to one place, once. What is at all places is marked as kept. @throws BackupError */
export async function keepErasures(keeping: Keeping): Promise<void> {
  const { db, target, all, there } = keeping
  const batches = await waitingBatches(db)
  there.keepOnly(target.name, new Set(batches.map(keyOf)))
  if (batches.some((b) => !there.has(target.name, keyOf(b)))) for await (const { key } of target.list('erasures')) there.add(target.name, key)
  for (const batch of batches) {
    const key = keyOf(batch)
    const isEverywhere = () => all.every((t) => there.has(t.name, key))
    if (there.has(target.name, key) && !isEverywhere()) continue
    const rows = await rowsOf(db, batch)
    if (!there.has(target.name, key)) await put(keeping, batch, rows)
    there.add(target.name, key)
    if (isEverywhere()) await sql`select door_erasures_kept(${rows.map((r) => r.id)}::bigint[])`.execute(db)
  }
}

export type KeptErasures = { erasures: Erasure[]; unreadable: number }

/** All that were ever kept there. `unreadable`: lists that the key of this server does not open. */
export async function readErasures(target: Target, keys: Keys): Promise<KeptErasures> {
  const found: KeptErasures = { erasures: [], unreadable: 0 }
  for await (const { key } of target.list('erasures')) {
    const data = await target.get(key).catch((e: unknown) => {
      throw ofTarget(e, target.name)
    })
    try {
      found.erasures.push(...List.parse(JSON.parse(unseal(listKey(keys), place(key), data).toString('utf8'))))
    } catch {
      found.unreadable++
    }
  }
  return found
}

/** Takes them out of this database. `db` must be of a login that sees all rows. Answers how many were still there. */
export async function replayErasures(db: Database, erasures: readonly Erasure[]): Promise<number> {
  let gone = 0
  for (let n = 0; n < erasures.length; n += MANY) {
    const some = erasures.slice(n, n + MANY)
    const { rows } = await sql<{ n: number }>`select replay_erasures(${some.map((e) => e.kind)}, ${some.map((e) => e.id)}::uuid[]) n`.execute(db)
    gone += rows[0]?.n ?? 0
  }
  return gone
}

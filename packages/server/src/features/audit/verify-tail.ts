import type { SystemTx } from '../../platform/database.ts'
import { chainIn, lastCheckpointOf } from './chain.db.ts'
import { GENESIS } from './chain.ts'
import { type Break, findBreak } from './find-break.ts'

const BEHIND_ALL_IDS = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
export type Tail = { lines: number; break: Break | undefined; checkpointAt: Date | undefined; sinceCheckpoint: number }

/** A quick look at the newest lines of a chain: do they follow each other, and is the last one its head? */
export async function verifyTail(tx: SystemTx, tenantId: string | null, lines: number): Promise<Tail> {
  const source = chainIn(tx, tenantId)
  const [head, checkpoint] = [await source.head(), await lastCheckpointOf(tx, tenantId)]
  const end = head?.seq ?? 0n
  const from = end > BigInt(lines) ? end - BigInt(lines) : 0n
  const rows = await source.rows({ seq: from - 1n, id: BEHIND_ALL_IDS }, lines + 2)
  const tail = { lines: rows.length, checkpointAt: checkpoint && new Date(checkpoint.at), sinceCheckpoint: Number(end) - (checkpoint?.seq ?? 0) }
  const broken = (kind: Break['kind'], seq: bigint): Tail => ({ ...tail, break: { kind, seq: Number(seq) } })
  let before = { seq: from, hash: from === 0n ? GENESIS : rows[0]?.hash }
  let beforeThat: Buffer | null = null
  const rest = from === 0n ? rows : rows.slice(1)
  for (const [i, row] of rest.entries()) {
    if (!before.hash) return broken('deleted', before.seq)
    const found = await findBreak({ beforeThat, before: { seq: before.seq, hash: before.hash }, row, next: rest[i + 1] }, source)
    if (found) return { ...tail, break: found }
    beforeThat = before.hash
    before = row
  }
  if (before.seq !== end) return broken(before.seq < end ? 'truncated' : 'inserted', before.seq + 1n)
  if (head && !before.hash?.equals(head.hash)) return broken('changed', end)
  return { ...tail, break: undefined }
}

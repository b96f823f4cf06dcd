import type { KeyObject } from 'node:crypto'
import { type ChainRow, type Checkpoint, GENESIS, isSigned } from './chain.ts'
import { type Break, findBreak, type LookUp } from './find-break.ts'

export type Head = { seq: bigint; hash: Buffer; checkpointSeq: bigint }
/** One chain as the database shows it, at one moment. */
export type ChainSource = LookUp & {
  head: () => Promise<Head | undefined>
  /** In order of place; from the place after (`seq`, `id`) on. */
  rows: (after: { seq: bigint; id: string } | undefined, limit: number) => Promise<ChainRow[]>
  checkpoints: () => Promise<Checkpoint[]>
  /** Lines without a place: none that was written through the door stays so. */
  strays: () => Promise<number>
}
/** `given`: checkpoints that were kept elsewhere. `keys`: whose signature counts, by key id. */
export type Trust = { keys: ReadonlyMap<string, KeyObject>; given: readonly Checkpoint[] }
export type Verdict = { ok: boolean; lines: number; seq: number; hash: string; checkpoints: number; break: Break | null }

const PAGE = 2000

/** Every line with the one after it, a page at a time. */
async function* linesOf(source: ChainSource): AsyncGenerator<{ row: ChainRow; next: ChainRow | undefined }> {
  let held: ChainRow | undefined
  for (let after: { seq: bigint; id: string } | undefined; ; ) {
    const page = await source.rows(after, PAGE)
    for (const row of page) {
      if (held) yield { row: held, next: row }
      held = row
    }
    if (page.length < PAGE) break
    after = held
  }
  if (held) yield { row: held, next: undefined }
}

const forged = (c: Checkpoint, { keys }: Trust): boolean => {
  const key = keys.get(c.keyId)
  return !key || !isSigned(c, key)
}

type Walked = { lines: number; seq: bigint; hash: Buffer; break: Break | undefined }
async function walk(source: ChainSource, fixed: ReadonlyMap<number, string>, progress: (lines: number) => void): Promise<Walked> {
  let before: { seq: bigint; hash: Buffer } = { seq: 0n, hash: GENESIS }
  let beforeThat: Buffer | null = null
  let lines = 0
  let rewritten: Break | undefined
  for await (const { row, next } of linesOf(source)) {
    const found = await findBreak({ beforeThat, before, row, next }, source)
    if (found) return { lines, ...before, break: found }
    const was = fixed.get(Number(row.seq))
    if (was !== undefined && was !== row.hash.toString('hex')) rewritten ??= { kind: 'rewritten', seq: Number(row.seq) }
    beforeThat = before.hash
    before = row
    if (++lines % PAGE === 0) progress(lines)
  }
  progress(lines)
  return { lines, seq: before.seq, hash: before.hash, break: rewritten }
}

/** Does the chain end where it should? */
function checkEnd({ seq, hash }: Walked, head: Head | undefined, stored: readonly Checkpoint[], given: readonly Checkpoint[]): Break | undefined {
  const last = Number(seq)
  const end = head ?? { seq: 0n, hash: GENESIS, checkpointSeq: 0n }
  if (end.seq > seq || (!head && seq > 0n)) return { kind: 'truncated', seq: last + 1 }
  if (end.seq < seq) return { kind: 'inserted', seq: Number(end.seq) + 1 }
  if (!end.hash.equals(hash)) return { kind: 'changed', seq: last }
  if (stored.some((c) => c.seq > last)) return { kind: 'truncated', seq: last + 1 }
  // The database is of one piece and knows nothing of what was signed later: it is older than that.
  if (given.some((c) => c.seq > last)) return { kind: 'rolled_back', seq: last + 1 }
  if (end.checkpointSeq > 0n && !stored.some((c) => BigInt(c.seq) === end.checkpointSeq)) return { kind: 'missing_checkpoint', seq: Number(end.checkpointSeq) }
  return undefined
}

/** Goes through the whole chain and says where it is first not what was written. */
export async function verifyChain(source: ChainSource, trust: Trust, progress: (lines: number) => void = () => {}): Promise<Verdict> {
  const [head, stored] = [await source.head(), await source.checkpoints()]
  const all = [...trust.given, ...stored]
  const bad = all.find((c) => forged(c, trust))
  // The one from outside counts, when both speak of one place.
  const fixed = new Map(all.toReversed().flatMap((c) => (forged(c, trust) ? [] : [[c.seq, c.hash] as const])))
  const walked = await walk(source, fixed, progress)
  const strays = (await source.strays()) > 0 ? ({ kind: 'inserted', seq: Number(walked.seq) + 1 } as const) : undefined
  const found =
    walked.break ?? strays ?? checkEnd(walked, head, stored, trust.given) ?? (bad ? ({ kind: 'forged_checkpoint', seq: bad.seq } as const) : undefined)
  return { ok: !found, lines: walked.lines, seq: Number(walked.seq), hash: walked.hash.toString('hex'), checkpoints: all.length, break: found ?? null }
}

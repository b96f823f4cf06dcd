import { type ChainRow, hashOf, isWhole } from './chain.ts'

/** What was done to a chain, as far as it can be told. */
export type BreakKind =
  | 'changed'
  | 'deleted'
  | 'inserted'
  | 'reordered'
  | 'truncated'
  | 'rolled_back'
  | 'rewritten'
  | 'forged_checkpoint'
  | 'missing_checkpoint'
/** `seq`: the first place that is not as it was written. */
export type Break = { kind: BreakKind; seq: number }

type End = { seq: bigint; hash: Buffer }
/** A line with what stands around it. `before` is the line (or the beginning) that it must follow, `beforeThat` the one before. */
export type Spot = { beforeThat: Buffer | null; before: End; row: ChainRow; next: ChainRow | undefined }
export type LookUp = {
  /** The place of the line with this hash. */
  placeOf: (hash: Buffer) => Promise<bigint | undefined>
  /** The place of the line that says it follows this hash. */
  followerOf: (hash: Buffer) => Promise<bigint | undefined>
}

const at = (kind: BreakKind, seq: bigint): Break => ({ kind, seq: Number(seq) })
/** How many lines that were taken out and closed up over are still recognised as such. */
const CLOSED_UP = 200n

/** Is this line, given the one before, as it was written? Undefined when it is. */
export async function findBreak(spot: Spot, lookUp: LookUp): Promise<Break | undefined> {
  const { before, row, next } = spot
  if (row.seq === before.seq || next?.seq === row.seq) return at('inserted', row.seq)
  if (row.seq !== before.seq + 1n) {
    const moved = await lookUp.followerOf(before.hash)
    return at(moved === undefined ? 'deleted' : 'reordered', before.seq + 1n)
  }
  const follows = row.prevHash.equals(before.hash)
  const whole = isWhole(row)
  if (follows && whole) return undefined
  // The line before was changed together with its hash: nobody follows what it says now.
  if (whole) return at('changed', before.seq > 0n ? before.seq : row.seq)
  if (next?.prevHash.equals(before.hash)) return at(row.prevHash.equals(next.hash) ? 'reordered' : 'inserted', row.seq)
  return follows ? at('changed', row.seq) : misplaced(spot, lookUp)
}

async function misplaced({ beforeThat, before, row }: Spot, lookUp: LookUp): Promise<Break> {
  if (beforeThat && row.prevHash.equals(beforeThat)) return at('inserted', before.seq)
  if ((await lookUp.placeOf(row.prevHash)) !== undefined) return at('reordered', row.seq)
  for (let gone = 1n; gone <= CLOSED_UP; gone++) if (hashOf({ ...row, seq: row.seq + gone }).equals(row.hash)) return at('deleted', row.seq)
  return at('changed', row.seq)
}

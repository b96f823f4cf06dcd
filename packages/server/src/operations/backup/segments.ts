/** Names of WAL segments: timeline, log, segment, eight hex digits each. */
export const SEGMENT = /^[0-9A-F]{24}$/
export const HISTORY = /^[0-9A-F]{8}\.history$/

const hex8 = (n: bigint): string => n.toString(16).toUpperCase().padStart(8, '0')
const perLog = (segmentBytes: number): bigint => 0x1_0000_0000n / BigInt(segmentBytes)

/** Place of a segment in the whole, whatever its timeline. */
export const segmentNumber = (name: string, segmentBytes: number): bigint =>
  BigInt(`0x${name.slice(8, 16)}`) * perLog(segmentBytes) + BigInt(`0x${name.slice(16)}`)

export const segmentName = (timeline: string, n: bigint, segmentBytes: number): string =>
  `${timeline}${hex8(n / perLog(segmentBytes))}${hex8(n % perLog(segmentBytes))}`

/** `16/B374D848` → the number of the segment that it lies in. */
export function segmentOfLsn(lsn: string, segmentBytes: number): bigint {
  const [high = '0', low = '0'] = lsn.split('/')
  return ((BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)) / BigInt(segmentBytes)
}

/** The segment that holds what was written up to here. */
export const segmentUpTo = (lsn: string, segmentBytes: number): bigint => {
  const [high = '0', low = '0'] = lsn.split('/')
  return ((BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`) - 1n) / BigInt(segmentBytes)
}

/** The LSN at which a segment begins. */
export function lsnOfSegment(n: bigint, segmentBytes: number): string {
  const at = n * BigInt(segmentBytes)
  return `${(at >> 32n).toString(16).toUpperCase()}/${(at & 0xffff_ffffn).toString(16).toUpperCase()}`
}

/** The first number that is missing between the first and the last; undefined when there is no gap. */
export function firstGap(numbers: Iterable<bigint>, from: bigint): bigint | undefined {
  const known = new Set(numbers)
  let left = 0
  for (const n of known) if (n >= from) left++
  for (let n = from; left > 0; n++, left--) if (!known.has(n)) return n
  return undefined
}

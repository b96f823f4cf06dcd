import { segmentNumber } from './segments.ts'

/** A timeline, and the place in the WAL from which on it counts. */
export type Stretch = { timeline: string; from: bigint }
/** What a restore follows, the oldest first: each restore began a new timeline, which its history says. */
export type Path = readonly Stretch[]

export const nameOf = (timeline: number | bigint): string => timeline.toString(16).toUpperCase().padStart(8, '0')
export const numberOf = (timeline: string): number => Number.parseInt(timeline, 16)
export const timelineOf = (segment: string): string => segment.slice(0, 8)

/** `1<tab>0/5000028<tab>reason` for each ancestor: it counts until there. */
export function readHistory(text: string, timeline: string): Path {
  const path: Stretch[] = []
  let from = 0n
  for (const line of text.split('\n')) {
    const [, parent, high, low] = /^\s*(\d+)\s+([0-9A-F]{1,8})\/([0-9A-F]{1,8})\b/i.exec(line) ?? []
    if (!parent || !high || !low) continue
    path.push({ timeline: nameOf(BigInt(parent)), from })
    from = (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`)
  }
  return [...path, { timeline, from }]
}

/** Does what was copied belong to this history, or did a restore leave it behind? */
export function continues(path: Path, stopSegment: string, segmentBytes: number): boolean {
  const at = path.findIndex((s) => s.timeline === timelineOf(stopSegment))
  const next = path[at + 1]
  return at >= 0 && (next === undefined || next.from / BigInt(segmentBytes) >= segmentNumber(stopSegment, segmentBytes))
}

/** Which timeline holds the segment of this number: the one that began last; it begins with a copy of what was before. */
export const timelineAt = (path: Path, n: bigint, segmentBytes: number): string =>
  path.findLast((s) => s.from / BigInt(segmentBytes) <= n)?.timeline ?? path[0]?.timeline ?? ''

export type Mp4Facts = { durationMs?: number; width?: number; height?: number }
/** Some bytes of the file; fewer at its end. */
export type ReadBytes = (at: number, length: number) => Promise<Buffer>

const MAX_MOOV = 8 * 1024 * 1024
const MAX_BOXES = 64
const MAX_TRACKS = 16
type Box = { type: string; from: number; to: number }

/** Boxes side by side within `b`; what does not add up ends the list. */
function boxesIn(b: Buffer, from = 0, to = b.length): Box[] {
  const boxes: Box[] = []
  for (let at = from; at + 8 <= to && boxes.length < MAX_BOXES; ) {
    const size = b.readUInt32BE(at)
    if (size < 8 || at + size > to) break
    boxes.push({ type: b.toString('latin1', at + 4, at + 8), from: at + 8, to: at + size })
    at += size
  }
  return boxes
}

function durationOf(b: Buffer, { from, to }: Box): number | undefined {
  const long = b[from] === 1
  if (from + (long ? 32 : 20) > to) return undefined
  const scale = b.readUInt32BE(from + (long ? 20 : 12))
  const units = long ? Number(b.readBigUInt64BE(from + 24)) : b.readUInt32BE(from + 16)
  const ms = scale > 0 ? Math.round((units / scale) * 1000) : 0
  return ms > 0 && ms < 2 ** 31 ? ms : undefined
}

/** Width and height as 16.16 at the end of a track's head; a matrix that turns by a quarter changes their places. */
function sizeOf(b: Buffer, { from, to }: Box): { width: number; height: number } | undefined {
  if (to - from < 84) return undefined
  const [width, height] = [b.readUInt32BE(to - 8) >>> 16, b.readUInt32BE(to - 4) >>> 16]
  if (width === 0 || height === 0) return undefined
  const turned = b.readInt32BE(to - 44) === 0 && b.readInt32BE(to - 40) !== 0
  return turned ? { width: height, height: width } : { width, height }
}

/** Where the film's description lies: before or behind its pictures. */
async function findMoov(read: ReadBytes, size: number): Promise<Buffer | undefined> {
  for (let at = 0, n = 0; at + 8 <= size && n < MAX_BOXES; n++) {
    const head = await read(at, 16)
    if (head.length < 8) return undefined
    const short = head.readUInt32BE(0)
    const length = short === 1 && head.length >= 16 ? Number(head.readBigUInt64BE(8)) : short === 0 ? size - at : short
    if (!Number.isSafeInteger(length) || length < 8) return undefined
    if (head.toString('latin1', 4, 8) === 'moov') return length <= MAX_MOOV ? read(at, length) : undefined
    at += length
  }
  return undefined
}

/** Length and shape of an MP4 or 3GP, from its description alone; empty when it has none that can be read. */
export async function readMp4(read: ReadBytes, size: number): Promise<Mp4Facts> {
  const moov = await findMoov(read, size)
  if (!moov || moov.length < 8) return {}
  const inside = boxesIn(moov, 8)
  const mvhd = inside.find((x) => x.type === 'mvhd')
  const durationMs = mvhd && durationOf(moov, mvhd)
  const tracks = inside.filter((x) => x.type === 'trak').slice(0, MAX_TRACKS)
  const heads = tracks.flatMap((t) => boxesIn(moov, t.from, t.to).filter((x) => x.type === 'tkhd'))
  const shape = heads.map((h) => sizeOf(moov, h)).find((s) => s !== undefined)
  return { ...(durationMs === undefined ? {} : { durationMs }), ...shape }
}

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { keyObject } from './key-object.ts'
import { type DataKey, SealBroken } from './sealed-value.ts'

/** A sealed file: a head (mark, id of the key, salt), then pieces of equal size. Each piece opens by itself, in its place only. */
const MARK = Buffer.from('ATF1')
const SALT = 16
export const HEAD_BYTES = MARK.length + 16 + SALT
export const PIECE_BYTES = 65_536
const TAG = 16
const SEALED_PIECE = PIECE_BYTES + TAG

const idBytes = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex')

/** Is this the beginning of a sealed file? */
export const isSealedHead = (head: Buffer): boolean => head.length >= HEAD_BYTES && head.subarray(0, MARK.length).equals(MARK)

/** Each file has a key of its own, made of the data key, a random salt and its place: pieces of two files never fit each other. */
const fileKey = (key: DataKey, head: Buffer, place: string) => Buffer.from(hkdfSync('sha256', key.key, head.subarray(-SALT), `atende/file/${place}`, 32))

/** Number and whether it is the last are bound in, so no piece can be moved, dropped or cut off unnoticed. */
function bound(index: number, last: boolean): Buffer {
  const b = Buffer.alloc(12)
  b.writeUInt32BE(index, 7)
  b.writeUInt8(last ? 1 : 0, 11)
  return b
}

function sealPiece(key: Buffer, head: Buffer, index: number, last: boolean, piece: Buffer): Buffer {
  const where = bound(index, last)
  const c = createCipheriv('aes-256-gcm', keyObject(key), where)
  c.setAAD(Buffer.concat([head, where]))
  return Buffer.concat([c.update(piece), c.final(), c.getAuthTag()])
}

function openPiece(key: Buffer, head: Buffer, index: number, last: boolean, sealed: Buffer, place: string): Buffer {
  if (sealed.length < TAG) throw new SealBroken(place)
  const where = bound(index, last)
  const d = createDecipheriv('aes-256-gcm', keyObject(key), where)
  d.setAAD(Buffer.concat([head, where]))
  d.setAuthTag(sealed.subarray(-TAG))
  try {
    return Buffer.concat([d.update(sealed.subarray(0, -TAG)), d.final()])
  } catch {
    throw new SealBroken(place)
  }
}

/** Cuts whatever comes into pieces of one size; the last one may be shorter, or empty when there is nothing at all. */
async function* cut(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, size: number): AsyncGenerator<{ piece: Buffer; last: boolean }> {
  let held: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    held.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    bytes += chunk.byteLength
    // One byte more than a piece: only then is it known not to be the last.
    if (bytes <= size) continue
    let all = Buffer.concat(held)
    while (all.length > size) {
      yield { piece: all.subarray(0, size), last: false }
      all = all.subarray(size)
    }
    held = [all]
    bytes = all.length
  }
  yield { piece: Buffer.concat(held), last: true }
}

/** Seals as it streams; a few pieces are in memory at a time. */
export async function* sealStream(key: DataKey, place: string, body: Buffer | AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const head = Buffer.concat([MARK, idBytes(key.id), randomBytes(SALT)])
  const own = fileKey(key, head, place)
  yield head
  let index = 0
  for await (const { piece, last } of cut(Buffer.isBuffer(body) ? [body] : body, PIECE_BYTES)) yield sealPiece(own, head, index++, last, piece)
}

/** How many pieces, and how many bytes inside, a sealed object of this size has. @throws SealBroken when it cannot be one */
export function measureSealed(size: number, place: string): { pieces: number; bytes: number } {
  const body = size - HEAD_BYTES
  const pieces = Math.ceil(body / SEALED_PIECE)
  if (pieces < 1 || body - pieces * TAG < 0) throw new SealBroken(place)
  return { pieces, bytes: body - pieces * TAG }
}

export type Range = { start: number; end: number }

/** Which bytes of the sealed object hold this range, and which piece they begin with. */
export function sealedRange(range: Range, sealedSize: number): Range & { first: number } {
  const first = Math.floor(range.start / PIECE_BYTES)
  const last = Math.floor(range.end / PIECE_BYTES)
  return { first, start: HEAD_BYTES + first * SEALED_PIECE, end: Math.min(HEAD_BYTES + (last + 1) * SEALED_PIECE, sealedSize) - 1 }
}

type Opening = { key: DataKey; place: string; head: Buffer; pieces: number }
/**
 * Opens whole pieces, from piece `first` on, and passes on what lies inside of `range`. Ends with SealBroken before a byte of a piece
 * that does not open.
 */
export async function* openPieces(o: Opening, first: number, sealed: AsyncIterable<Uint8Array>, range: Range): AsyncGenerator<Buffer> {
  const { place, head } = o
  if (!isSealedHead(head) || !head.subarray(MARK.length, MARK.length + 16).equals(idBytes(o.key.id))) throw new SealBroken(place)
  const own = fileKey(o.key, head, place)
  let index = first
  for await (const { piece } of cut(sealed, SEALED_PIECE)) {
    const plain = openPiece(own, head, index, index === o.pieces - 1, piece, place)
    const at = index * PIECE_BYTES
    index++
    const part = plain.subarray(Math.max(0, range.start - at), Math.max(0, range.end + 1 - at))
    if (part.length > 0) yield part
  }
  // The storage ended early: what is missing was not opened.
  if (index < Math.min(o.pieces, Math.floor(range.end / PIECE_BYTES) + 1)) throw new SealBroken(place)
}

import { randomBytes, randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { HEAD_BYTES, isSealedHead, measureSealed, openPieces, PIECE_BYTES, sealedRange, sealStream } from './sealed-stream.ts'
import { SealBroken } from './sealed-value.ts'

const key = { id: randomUUID(), key: randomBytes(32) }
const PLACE = 'tenant/file'
const SEALED_PIECE = PIECE_BYTES + 16

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}
async function* inPieces(data: Buffer, size: number) {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}
const sealed = (plain: Buffer, place = PLACE, step = 7_001) => collect(sealStream(key, place, inPieces(plain, step)))
async function open(object: Buffer, range?: { start: number; end: number }, place = PLACE, with_ = key): Promise<Buffer> {
  const { pieces, bytes } = measureSealed(object.length, place)
  const asked = range ?? { start: 0, end: Math.max(0, bytes - 1) }
  const { first, start, end } = sealedRange(asked, object.length)
  const head = object.subarray(0, HEAD_BYTES)
  return collect(openPieces({ key: with_, place, head, pieces }, first, inPieces(object.subarray(start, end + 1), 9_999), asked))
}

it('whatever was sealed comes back, whole and in any range, and its size is known from outside', async () => {
  const Case = fc.record({
    size: fc.oneof(fc.nat(300_000), fc.constantFrom(0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES)),
    a: fc.nat(),
    b: fc.nat(),
  })
  await fc.assert(
    fc.asyncProperty(Case, async ({ size, a, b }) => {
      const plain = randomBytes(size)
      const object = await sealed(plain)
      expect(isSealedHead(object)).toBe(true)
      expect(measureSealed(object.length, PLACE).bytes).toBe(size)
      expect((await open(object)).equals(plain)).toBe(true)
      if (size === 0) return
      const [start, end] = [a % size, b % size].toSorted((x, y) => x - y) as [number, number]
      expect((await open(object, { start, end })).equals(plain.subarray(start, end + 1))).toBe(true)
    }),
    { numRuns: 40 },
  )
})

it('a bent bit, pieces that are swapped, dropped, cut off, added or of another file, another place and another key do not open', async () => {
  const plain = randomBytes(3 * PIECE_BYTES + 500)
  const object = await sealed(plain)
  const piece = (n: number) => object.subarray(HEAD_BYTES + n * SEALED_PIECE, HEAD_BYTES + (n + 1) * SEALED_PIECE)
  const head = object.subarray(0, HEAD_BYTES)
  const bent = Buffer.from(object)
  bent.writeUInt8(bent.readUInt8(HEAD_BYTES + SEALED_PIECE + 9) ^ 1, HEAD_BYTES + SEALED_PIECE + 9)
  const other = await sealed(plain)
  const broken = {
    bent,
    swapped: Buffer.concat([head, piece(1), piece(0), piece(2), piece(3)]),
    dropped: Buffer.concat([head, piece(0), piece(2), piece(3)]),
    'cut off at a piece': Buffer.concat([head, piece(0), piece(1)]),
    'cut off inside': object.subarray(0, -100),
    longer: Buffer.concat([object, randomBytes(40)]),
    'a piece twice': Buffer.concat([head, piece(0), piece(0), piece(2), piece(3)]),
    'a piece of another file': Buffer.concat([head, piece(0), other.subarray(HEAD_BYTES + SEALED_PIECE, HEAD_BYTES + 2 * SEALED_PIECE), piece(2), piece(3)]),
    'the head of another file': Buffer.concat([other.subarray(0, HEAD_BYTES), object.subarray(HEAD_BYTES)]),
  }
  for (const [what, bytes] of Object.entries(broken)) await expect(open(bytes), what).rejects.toBeInstanceOf(SealBroken)
  await expect(open(object, undefined, 'tenant/another')).rejects.toBeInstanceOf(SealBroken)
  await expect(open(object, undefined, PLACE, { ...key, key: randomBytes(32) })).rejects.toBeInstanceOf(SealBroken)
  await expect(open(object, undefined, PLACE, { ...key, id: randomUUID() })).rejects.toBeInstanceOf(SealBroken)
  expect(() => measureSealed(HEAD_BYTES + 3, PLACE)).toThrow(SealBroken)
})

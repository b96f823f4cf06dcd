import { createHash } from 'node:crypto'
import { sameBytes } from '../../platform/crypto.ts'

/** Enough for the type of anything, also of Office files, whose type stands in the list of what they hold. */
const HEAD_BYTES = 262_144

export class TooManyBytes extends Error {}
export class ChecksumDiffers extends Error {}

export type Measured = { size: number; sha256: Buffer; head: Buffer }

/**
 * Passes a stream on piece by piece, and knows size, hash and beginning when it is through. Ends with an error instead of a last
 * piece when there is more than `limit` (nothing behind the limit is read) or the hash is not the `expected` one.
 */
export function measureStream(body: AsyncIterable<Uint8Array>, limit: number, expected: Buffer | null) {
  const hash = createHash('sha256')
  const head: Uint8Array[] = []
  let size = 0
  let headSize = 0
  let digest: Buffer | undefined
  async function* pass(): AsyncGenerator<Uint8Array> {
    // Leaving this loop by an error cancels the transfer.
    for await (const chunk of body) {
      size += chunk.byteLength
      if (size > limit) throw new TooManyBytes()
      hash.update(chunk)
      if (headSize < HEAD_BYTES) {
        head.push(chunk)
        headSize += chunk.byteLength
      }
      yield chunk
    }
    digest = hash.digest()
    if (expected && !sameBytes(expected, digest)) throw new ChecksumDiffers()
  }
  return {
    stream: pass(),
    /** @throws before the stream came to its end */
    result(): Measured {
      if (!digest) throw new Error('the stream has not ended')
      return { size, sha256: digest, head: Buffer.concat(head).subarray(0, HEAD_BYTES) }
    },
    bytesRead: () => size,
  }
}

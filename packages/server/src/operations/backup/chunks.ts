import { createHash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { z } from 'zod'
import { decryptWith, encryptFor } from './age-files.ts'
import { BackupError, ofTarget } from './backup-error.ts'
import { checkName, type Target } from './target.ts'

/** One age file; `bytes` and `sha256` are of what lies there. */
export const Chunk = z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string().regex(/^[0-9a-f]{64}$/) })
export type Chunk = z.infer<typeof Chunk>

/** So much is encrypted and sent at once: the memory of a backup is a few of these, whatever its size. */
const CHUNK_BYTES = 16 * 1024 * 1024
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }

export const sha256Hex = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')

/** The places of one run: one that fails is left out, while another is whole. */
export class Outlet {
  #alive: Target[]
  readonly failures: { target: Target; error: BackupError }[] = []
  constructor(targets: readonly Target[]) {
    this.#alive = [...targets]
  }
  get alive(): readonly Target[] {
    return this.#alive
  }
  /** This run goes on without it. @throws BackupError when no place is left */
  drop(target: Target, e: unknown): void {
    this.failures.push({ target, error: ofTarget(e, target.name) })
    this.#alive = this.#alive.filter((t) => t !== target)
    this.#requireOne()
  }
  #requireOne(): void {
    if (this.#alive.length === 0) throw this.failures[0]?.error ?? new BackupError('not_configured', 'no place for backups')
  }
  /** @throws BackupError when no place is left */
  async put(key: string, data: Buffer): Promise<void> {
    const results = await Promise.allSettled(this.#alive.map((target) => target.put(key, data)))
    const failed = this.#alive.flatMap((target, i) => {
      const r = results[i]
      return r?.status === 'rejected' ? [{ target, error: ofTarget(r.reason, target.name) }] : []
    })
    this.failures.push(...failed)
    this.#alive = this.#alive.filter((t) => !failed.some((f) => f.target === t))
    this.#requireOne()
  }
}

type Writing = { outlet: Outlet; recipients: readonly string[]; prefix: string; told?: (stored: number) => void }

async function* ofSize(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = []
  let bytes = 0
  for await (const piece of source) {
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + size - bytes)
      held.push(part)
      bytes += part.length
      at += part.length
      if (bytes === size) {
        yield Buffer.concat(held)
        held = []
        bytes = 0
      }
    }
  }
  if (bytes > 0) yield Buffer.concat(held)
}

/** Encrypts and stores what comes, in numbered pieces; while one is on its way the next is made. */
async function storeChunks(source: AsyncIterable<Uint8Array>, { outlet, recipients, prefix, told = () => {} }: Writing): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  let sending: Promise<void> = Promise.resolve()
  let stored = 0
  for await (const plain of ofSize(source, CHUNK_BYTES)) {
    const data = await encryptFor(recipients, plain)
    await sending
    const chunk = { name: `${prefix}.${String(chunks.length + 1).padStart(5, '0')}.age`, bytes: data.length, sha256: sha256Hex(data) }
    chunks.push(chunk)
    stored += data.length
    const sum = stored
    sending = outlet.put(chunk.name, data).then(() => told(sum))
    // Told by the next await; not an unhandled one meanwhile.
    sending.catch(() => {})
  }
  await sending
  return chunks
}

/** @throws BackupError */
export async function writeChunks(source: AsyncIterable<Uint8Array>, compress: boolean, writing: Writing): Promise<Chunk[]> {
  if (!compress) return storeChunks(source, writing)
  let chunks: Chunk[] = []
  await pipeline(source, createZstdCompress(ZSTD), async (compressed: AsyncIterable<Uint8Array>) => {
    chunks = await storeChunks(compressed, writing)
  })
  return chunks
}

/** What lies there, checked against the list of contents. @throws BackupError chunk_missing, chunk_corrupt */
export async function readStored(target: Target, chunk: Chunk): Promise<Buffer> {
  const data = await target.get(checkName(chunk.name))
  if (sha256Hex(data) !== chunk.sha256) throw new BackupError('chunk_corrupt', `${target.name}: ${chunk.name} is not what was written`)
  return data
}

async function* opened(target: Target, chunks: readonly Chunk[], identities: readonly string[], told: (chunk: Chunk) => void): AsyncGenerator<Buffer> {
  for (const chunk of chunks) {
    yield await decryptWith(identities, await readStored(target, chunk), chunk.name)
    told(chunk)
  }
}

/** The plain bytes again. */
export async function* readChunks(
  target: Target,
  { chunks, compressed }: { chunks: readonly Chunk[]; compressed: boolean },
  identities: readonly string[],
  told: (chunk: Chunk) => void = () => {},
): AsyncGenerator<Buffer> {
  const source = opened(target, chunks, identities, told)
  if (!compressed) return yield* source
  const unzip = createZstdDecompress()
  const feeding = pipeline(source, unzip)
  feeding.catch(() => {})
  try {
    for await (const piece of unzip) yield piece as Buffer
  } catch (e) {
    // The cause stands in the feeding, not in the stream that was cut by it.
    await feeding
    throw e
  } finally {
    unzip.destroy()
  }
  await feeding
}

export const totalBytes = (chunks: readonly Chunk[]): number => chunks.reduce((sum, c) => sum + c.bytes, 0)

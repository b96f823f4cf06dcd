import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Storage, StorageBody } from '../../platform/storage.ts'
import { HEAD_BYTES, isSealedHead, measureSealed, openPieces, type Range, sealedRange, sealStream } from '../../platform/vault/sealed-stream.ts'
import { type DataKey, SealBroken } from '../../platform/vault/sealed-value.ts'
import { dataKey } from '../../platform/vault/vault.ts'

/** Seals a file on its way into the storage: no byte of it lies anywhere in the clear. */
export const putFile = (ctx: Pick<Context, 'storage'>, key: DataKey, storageKey: string, body: StorageBody): Promise<void> =>
  ctx.storage.put(storageKey, sealStream(key, storageKey, body))

/** A file that can be read: `size` is that of its plain bytes. */
export type OpenFile = { size: number; read: (range?: Range) => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>> }
/** `plain`: from before there were keys, and not sealed since. */
type Lock = { key: DataKey | null; plain: boolean }
type FileRow = { key_id: string | null; files_plain: boolean }

/** What opens the files of this media. @throws AppError content_erased when its key is destroyed */
export async function fileLock(tx: TenantTx, row: FileRow): Promise<Lock> {
  const key = row.key_id ? await dataKey(tx, row.key_id) : null
  if (key === undefined) throw new AppError('content_erased')
  return { key, plain: row.files_plain || row.key_id === null }
}

async function readHead(storage: Storage, storageKey: string): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of await storage.get(storageKey, { start: 0, end: HEAD_BYTES - 1 })) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Only what is asked for is fetched and opened. @throws NoSuchObject, SealBroken */
export async function openFile({ storage }: Pick<Context, 'storage'>, { key, plain }: Lock, storageKey: string): Promise<OpenFile> {
  const { size } = await storage.stat(storageKey)
  const head = size < HEAD_BYTES ? Buffer.alloc(0) : await readHead(storage, storageKey)
  if (!isSealedHead(head)) {
    if (plain) return { size, read: (range) => storage.get(storageKey, range) }
    throw new SealBroken(storageKey)
  }
  if (!key) throw new SealBroken(storageKey)
  const { pieces, bytes } = measureSealed(size, storageKey)
  return {
    size: bytes,
    async read(range = { start: 0, end: Math.max(0, bytes - 1) }) {
      const { first, start, end } = sealedRange(range, size)
      return openPieces({ key, place: storageKey, head, pieces }, first, await storage.get(storageKey, { start, end }), range)
    },
  }
}

/** Small files, or parts of large ones. */
export async function readAll(file: OpenFile, range?: Range): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of await file.read(range)) pieces.push(piece)
  return Buffer.concat(pieces)
}

import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { hmacSha256 } from '../../platform/crypto.ts'
import type { Keys } from '../../platform/keys.ts'
import { decryptWith, encryptFor } from './age-files.ts'
import { BackupError } from './backup-error.ts'
import { sha256Hex } from './chunks.ts'
import type { Target } from './target.ts'

const [compress, decompress] = [promisify(zstdCompress), promisify(zstdDecompress)]

/**
 * The archive: `wal/<system>/<segment>.<sum>-<print>.zst.age`, each an ordinary age file. `sum` begins the checksum of what lies there,
 * `print` is of the content, which is never stored twice: sealed again it would have another sum. Older ones have no print.
 */
const NAME = /^wal\/(\d+)\/([0-9A-F]{24}|[0-9A-F]{8}\.history)\.([0-9a-f]{16})(?:-([0-9a-f]{16}))?\.zst\.age$/

export type Archived = { key: string; segment: string; sum: string; print: string | undefined; bytes: number; at: Date }

export const sealSegment = async (data: Buffer, recipients: readonly string[]): Promise<Buffer> => encryptFor(recipients, await compress(data))
/** With the key of the server: the name tells nothing about the content to others. */
export const printOf = (keys: Keys, data: Buffer): string => hmacSha256(keys.derive('backup-wal-print', 1), data).toString('hex').slice(0, 16)
export const archiveKey = (systemId: string, segment: string, sealed: Buffer, print?: string): string =>
  `wal/${systemId}/${segment}.${sha256Hex(sealed).slice(0, 16)}${print === undefined ? '' : `-${print}`}.zst.age`

/** In order of their names. One that was sent twice is listed twice; both are the same. */
export async function listArchive(target: Target, systemId: string): Promise<Archived[]> {
  const found: Archived[] = []
  for await (const { key, size, at } of target.list(`wal/${systemId}`)) {
    const [, , segment, sum, print] = NAME.exec(key) ?? []
    if (segment && sum) found.push({ key, segment, sum, print, bytes: size, at })
  }
  return found.toSorted((a, b) => (a.segment < b.segment ? -1 : 1))
}

/** The systems whose archive lies there. */
export async function archivedSystems(target: Target): Promise<Set<string>> {
  const found = new Set<string>()
  for await (const { key } of target.list('wal')) found.add(NAME.exec(key)?.[1] ?? '')
  found.delete('')
  return found
}

/** What lies there, checked. @throws BackupError chunk_missing, chunk_corrupt */
export async function readArchived(target: Target, a: Archived): Promise<Buffer> {
  const sealed = await target.get(a.key)
  if (sha256Hex(sealed).slice(0, 16) !== a.sum) throw new BackupError('chunk_corrupt', `${target.name}: ${a.key} is not what was written`)
  return sealed
}

/** @throws BackupError chunk_missing, chunk_corrupt, wrong_identity */
export const openArchived = async (target: Target, a: Archived, identities: readonly string[]): Promise<Buffer> =>
  decompress(await decryptWith(identities, await readArchived(target, a), a.key))

import { BackupError } from './backup-error.ts'
import { readChunks, readStored } from './chunks.ts'
import { chunksOf, type Found, type Manifest } from './manifest.ts'
import type { Target } from './target.ts'
import { listArchive, readArchived } from './wal-store.ts'

export type Verified = { id: string; ok: boolean; chunks: number; bytes: number; faults: string[]; opened: boolean }

async function openAll({ database, media, settings }: Manifest, target: Target, identities: readonly string[]): Promise<void> {
  for (const stream of [database, media.index, ...media.packs, settings]) for await (const _ of readChunks(target, stream, identities));
}

/** Reads every piece and compares it with the list of contents; with an identity everything is also opened. */
export async function verifyBackup(
  target: Target,
  { manifest }: Found,
  identities: readonly string[] | undefined,
  told: (bytes: number) => void,
): Promise<Verified> {
  const faults: string[] = []
  let bytes = 0
  const chunks = chunksOf(manifest)
  for (const chunk of chunks) {
    try {
      bytes += (await readStored(target, chunk)).length
      told(bytes)
    } catch (e) {
      if (!(e instanceof BackupError) || e.code === 'target_unreachable') throw e
      faults.push(e.message)
    }
  }
  if (identities && faults.length === 0) await openAll(manifest, target, identities)
  return { id: manifest.id, ok: faults.length === 0, chunks: chunks.length, bytes, faults, opened: identities !== undefined && faults.length === 0 }
}

/** The same for the archive. */
export async function verifyArchive(target: Target, systemId: string): Promise<{ segments: number; bytes: number; faults: string[] }> {
  const archive = await listArchive(target, systemId)
  const faults: string[] = []
  for (const a of archive) {
    try {
      await readArchived(target, a)
    } catch (e) {
      if (!(e instanceof BackupError) || e.code === 'target_unreachable') throw e
      faults.push(e.message)
    }
  }
  return { segments: archive.length, bytes: archive.reduce((sum, a) => sum + a.bytes, 0), faults }
}

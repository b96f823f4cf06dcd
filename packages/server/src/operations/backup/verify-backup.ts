import { BackupError } from './backup-error.ts'
import { readChunks, readStored } from './chunks.ts'
import { chunksOf, type Found, type Manifest } from './manifest.ts'
import { firstGap, SEGMENT, segmentName, segmentNumber } from './segments.ts'
import type { Target } from './target.ts'
import { type Archived, listArchive, readArchived } from './wal-store.ts'

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

export type ArchiveFrom = { startSegment: string; stopSegment: string; segmentBytes: number }
type VerifiedArchive = { segments: number; bytes: number; faults: string[]; gap: string | null }

/**
 * The first segment that is missing while later ones are there, after the oldest of these backups (the newest first) to which the
 * archive reaches back; what only older ones would need was removed on purpose.
 */
function gapIn(archive: readonly Archived[], backups: readonly ArchiveFrom[]): string | null {
  const [newest] = backups
  if (!newest) return null
  const numberOf = (name: string) => segmentNumber(name, newest.segmentBytes)
  const numbers = archive.filter((a) => SEGMENT.test(a.segment)).map((a) => numberOf(a.segment))
  const first = numbers.reduce((a, b) => (a < b ? a : b), numbers[0] ?? 0n)
  const { stopSegment } = backups.findLast((b) => numberOf(b.startSegment) >= first) ?? newest
  const gap = firstGap(numbers, numberOf(stopSegment) + 1n)
  return gap === undefined ? null : segmentName(stopSegment.slice(0, 8), gap, newest.segmentBytes)
}

/** The same for the archive. */
export async function verifyArchive(target: Target, systemId: string, backups: readonly ArchiveFrom[]): Promise<VerifiedArchive> {
  const archive = await listArchive(target, systemId)
  const gap = gapIn(archive, backups)
  const faults = gap === null ? [] : [`${target.name}: the archive has a gap at ${gap}`]
  for (const a of archive) {
    try {
      await readArchived(target, a)
    } catch (e) {
      if (!(e instanceof BackupError) || e.code === 'target_unreachable') throw e
      faults.push(e.message)
    }
  }
  return { segments: archive.length, bytes: archive.reduce((sum, a) => sum + a.bytes, 0), faults, gap: faults.length === 1 ? gap : null }
}

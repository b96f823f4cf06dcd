import { readIdentities } from '../operations/backup/age-files.ts'
import { BackupError } from '../operations/backup/backup-error.ts'
import { listIds, openManifest } from '../operations/backup/manifest.ts'
import type { Target } from '../operations/backup/target.ts'
import { type ArchiveFrom, verifyArchive, verifyBackup } from '../operations/backup/verify-backup.ts'

type Which = { id: string | undefined; all: boolean; identity: string | undefined }
type Result = { name: string; pieces: number; bytes: number; opened: boolean; faults: string[]; gap: string | null }

/** Each place by itself; the archive of every database that a backup names. */
export async function verifyPlaces(
  targets: readonly Target[],
  which: Which,
  told: (step: { part: string; bytes: number; total: undefined }) => void,
): Promise<Result[]> {
  const identities = which.identity === undefined ? undefined : readIdentities(which.identity)
  const results: Result[] = []
  for (const target of targets) {
    const ids = which.id ? [which.id] : (await listIds(target)).slice(0, which.all ? undefined : 1)
    if (ids.length === 0) throw new BackupError('no_backup', `${target.name} has no backup`)
    const archives = new Map<string, ArchiveFrom[]>()
    for (const id of ids) {
      const found = await openManifest(target, id)
      const r = await verifyBackup(target, found, identities, (bytes) => told({ part: id, bytes, total: undefined }))
      results.push({ name: `${id} at ${target.name}`, pieces: r.chunks, bytes: r.bytes, opened: r.opened, faults: r.faults, gap: null })
      const { systemId, startSegment, stopSegment, segmentBytes } = found.manifest.database
      if (!systemId || !startSegment || !stopSegment || !segmentBytes) continue
      archives.set(systemId, [...(archives.get(systemId) ?? []), { startSegment, stopSegment, segmentBytes }])
    }
    for (const [system, backups] of archives) {
      const { segments, bytes, faults, gap } = await verifyArchive(target, system, backups)
      results.push({ name: `archive ${system} at ${target.name}`, pieces: segments, bytes, opened: false, faults, gap })
    }
  }
  return results
}

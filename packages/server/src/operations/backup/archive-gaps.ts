import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { backupFolder, type Target } from './target.ts'

/**
 * Where the archive of a place is not whole: only a new copy ends it. It stands on the disk, so that neither a restart nor a backup that
 * fails forgets it. `lost`: something that was written is missing there; otherwise the archive has only begun.
 */
const Gap = z.object({ at: z.iso.datetime(), lost: z.boolean(), segment: z.string().nullable() })
export type Gap = z.infer<typeof Gap>
const Gaps = z.record(z.string(), Gap)
type Gaps = z.infer<typeof Gaps>

const fileOf = (home: string) => path.join(backupFolder(home), 'archive-gaps.json')

/** By the name of the place. */
export const readGaps = async (home: string): Promise<Gaps> => (existsSync(fileOf(home)) ? Gaps.parse(JSON.parse(await readFile(fileOf(home), 'utf8'))) : {})

async function write(home: string, gaps: Gaps): Promise<void> {
  await mkdir(backupFolder(home), { recursive: true, mode: 0o700 })
  const part = `${fileOf(home)}.${process.pid}`
  await writeFile(part, JSON.stringify(gaps), { mode: 0o600 })
  await rename(part, fileOf(home))
}

/** Whoever calls holds the lock of the archive. `segment`: the last that is missing, when it is known. */
export async function noteGap(home: string, targets: readonly Target[], gap: Gap): Promise<void> {
  const gaps = await readGaps(home)
  for (const { name } of targets) gaps[name] = { ...gap, lost: gap.lost || (gaps[name]?.lost ?? false) }
  await write(home, gaps)
}

/** A backup is whole at these places: what was missing before it is not needed. Whoever calls holds the lock of the archive. */
export async function endGaps(home: string, targets: readonly Target[], backup: { startedAt: Date; startSegment: string | null }): Promise<void> {
  const gaps = await readGaps(home)
  const isBefore = ({ at, segment }: Gap) =>
    new Date(at) <= backup.startedAt || (segment !== null && backup.startSegment !== null && segment.slice(8) < backup.startSegment.slice(8))
  const names = new Set(targets.map((t) => t.name))
  await write(home, Object.fromEntries(Object.entries(gaps).filter(([name, gap]) => !names.has(name) || !isBefore(gap))))
}

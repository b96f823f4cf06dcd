import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Fault } from './check-restored.ts'
import { endServed } from './recover.ts'
import { isMount } from './restore-plan.ts'

const STAYS = new Set(['lost+found'])
/** The archive for a PostgreSQL that reads it by itself, in its data folder. */
export const LAID_OUT = 'atende-archive'

/** It has been read. Answers what cannot be removed from here (a folder that is mounted for reading only). */
export async function removeLaidOut(data: string): Promise<Fault[]> {
  try {
    await rm(path.join(data, LAID_OUT), { recursive: true, force: true })
    return []
  } catch {
    return [{ code: 'archive_left', what: `${path.join(data, LAID_OUT)} cannot be removed from here; it is not needed any more` }]
  }
}

/** Where the restored files are prepared: beside the folder, or inside of it when it is a disk of its own. */
export const workFolder = (folder: string): string => (isMount(folder) ? path.join(folder, 'restoring') : `${folder}.restoring`)

export async function freshWorkFolder(folder: string): Promise<string> {
  const work = workFolder(folder)
  // A restore that was killed may still run there.
  await endServed(work)
  await rm(work, { recursive: true, force: true })
  await mkdir(path.dirname(work), { recursive: true, mode: 0o755 })
  return work
}

/** Puts the prepared files into place; what was there is moved aside. Answers where to. */
export async function swapIn(folder: string, stamp: string): Promise<string | null> {
  const work = workFolder(folder)
  if (!isMount(folder)) {
    const aside = existsSync(folder) ? `${folder}.before-${stamp}` : null
    if (aside) await rename(folder, aside)
    await rename(work, folder)
    return aside
  }
  const name = `before-${stamp}`
  const aside = path.join(folder, name)
  const old = (await readdir(folder)).filter((n) => n !== 'restoring' && n !== name && !STAYS.has(n) && !n.startsWith('before-'))
  if (old.length > 0) await mkdir(aside, { mode: 0o700 })
  for (const n of old) await rename(path.join(folder, n), path.join(aside, n))
  for (const n of await readdir(work)) await rename(path.join(work, n), path.join(folder, n))
  await rm(work, { recursive: true })
  return old.length > 0 ? aside : null
}

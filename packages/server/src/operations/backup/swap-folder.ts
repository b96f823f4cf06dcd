import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { isMount } from './restore-plan.ts'

const STAYS = new Set(['lost+found'])

/** Where the restored files are prepared: beside the folder, or inside of it when it is a disk of its own. */
export const workFolder = (folder: string): string => (isMount(folder) ? path.join(folder, 'restoring') : `${folder}.restoring`)

export async function freshWorkFolder(folder: string): Promise<string> {
  const work = workFolder(folder)
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

import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { StorageBody } from './storage.ts'

const ABANDONED_MS = 24 * 3600_000

export type Spooled = { file: string; size: number; sha256: string }

/** Writes a body to a file of its own and syncs it. Leaves nothing when the body ends with an error. */
export async function spool(folder: string, body: StorageBody): Promise<Spooled> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, randomUUID())
  const hash = createHash('sha256')
  let size = 0
  const handle = await open(file, 'wx', 0o600)
  try {
    for await (const chunk of Buffer.isBuffer(body) ? [body] : body) {
      hash.update(chunk)
      size += chunk.byteLength
      await handle.writeFile(chunk)
    }
    await handle.sync()
    await handle.close()
    return { file, size, sha256: hash.digest('hex') }
  } catch (e) {
    await handle.close().catch(() => {})
    await rm(file, { force: true })
    throw e
  }
}

/** Removes what a process left that died while writing. Files of a living one are younger. */
export async function sweepSpool(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const file = path.join(folder, name)
    const found = await stat(file).catch(() => undefined)
    if (found && Date.now() - found.mtimeMs > ABANDONED_MS) await rm(file, { force: true })
  }
}

import { createReadStream } from 'node:fs'
import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Storage } from './storage.ts'
import { checkKey, NoSuchObject } from './storage-keys.ts'
import { spool, sweepSpool } from './storage-spool.ts'

/** A new name is durable only when its folder is synced too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  // Windows cannot sync a folder; there the file system's journal does it.
  await handle.sync().catch(() => {})
  await handle.close()
}

/** Files below `root`, written beside and renamed into place. */
export function diskStorage(root: string, check: (key: string) => string = checkKey): Storage {
  const incoming = path.join(root, '.incoming')
  const at = (key: string) => path.join(root, check(key))
  const sizeOf = async (file: string): Promise<number> => {
    const found = await stat(file).catch((e) => {
      throw e instanceof Error && 'code' in e && e.code === 'ENOENT' ? new NoSuchObject() : e
    })
    return found.size
  }
  void sweepSpool(incoming)
  return {
    kind: 'disk',
    async put(key, body) {
      const to = at(key)
      const { file } = await spool(incoming, body)
      await mkdir(path.dirname(to), { recursive: true, mode: 0o700 })
      await rename(file, to)
      await syncFolder(path.dirname(to))
    },
    async get(key, range) {
      await sizeOf(at(key))
      return createReadStream(at(key), range)
    },
    stat: async (key) => ({ size: await sizeOf(at(key)) }),
    delete: (key) => rm(at(key), { force: true }),
    async check() {
      await mkdir(root, { recursive: true, mode: 0o700 })
      await access(root, constants.W_OK)
    },
  }
}

import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'

/** Where media bytes live. Keys are ours (`tenant/media id`), never a person's file name. */
export type Storage = {
  put: (key: string, data: Buffer) => Promise<void>
  /** `range` in bytes, both ends included. @throws when there is no such object. */
  get: (key: string, range?: { start: number; end: number }) => Promise<Readable>
  size: (key: string) => Promise<number>
  delete: (key: string) => Promise<void>
}

export function diskStorage(root: string): Storage {
  const file = (key: string) => {
    if (!/^[0-9a-f-]{36}\/[0-9a-f-]{36}$/.test(key)) throw new Error('storage: malformed key')
    return path.join(root, key)
  }
  return {
    async put(key, data) {
      const to = file(key)
      await mkdir(path.dirname(to), { recursive: true, mode: 0o700 })
      const part = `${to}.part`
      const handle = await open(part, 'w', 0o600)
      try {
        await handle.writeFile(data)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(part, to)
    },
    async get(key, range) {
      await stat(file(key))
      return createReadStream(file(key), range)
    },
    size: async (key) => (await stat(file(key))).size,
    delete: (key) => rm(file(key), { force: true }),
  }
}

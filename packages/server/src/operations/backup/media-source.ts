import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../platform/config.ts'
import { createStorage } from '../../platform/storage.ts'
import { NoSuchObject, storageKeyPattern } from '../../platform/storage-keys.ts'
import { listS3 } from '../../platform/storage-s3.ts'

export type MediaFile = { key: string; size: number; at: number }
export type MediaSource = {
  kind: 'disk' | 's3'
  /** Set when the files are named only. */
  listedOnly: string | null
  list: () => AsyncIterable<MediaFile>
  /** Nothing when it vanished meanwhile. */
  read: (key: string) => Promise<{ size: number; body: AsyncIterable<Buffer> } | undefined>
}

async function* onDisk(root: string): AsyncGenerator<MediaFile> {
  for (const tenant of (await readdir(root).catch(() => [])).toSorted()) {
    for (const name of (await readdir(path.join(root, tenant)).catch(() => [])).toSorted()) {
      const key = `${tenant}/${name}`
      if (!storageKeyPattern.test(key)) continue
      const found = await stat(path.join(root, key)).catch(() => undefined)
      if (found) yield { key, size: found.size, at: Math.floor(found.mtimeMs) }
    }
  }
}

async function* inBucket(config: Config): AsyncGenerator<MediaFile> {
  for await (const { key, size, at } of listS3(config, '')) if (storageKeyPattern.test(key)) yield { key, size, at: at.getTime() }
}

/** Where the installation keeps its media, as a backup sees it. */
export function mediaSource(config: Config, home: string): MediaSource {
  const storage = createStorage(config, home)
  const isBucket = config.STORAGE === 's3'
  const copies = (config.BACKUP_MEDIA ?? (isBucket ? 'list' : 'copy')) === 'copy'
  return {
    kind: config.STORAGE,
    listedOnly: copies ? null : isBucket ? `s3://${[config.S3_BUCKET, config.S3_PREFIX].filter(Boolean).join('/')}` : 'the folder media',
    list: () => (isBucket ? inBucket(config) : onDisk(path.join(home, 'media'))),
    async read(key) {
      try {
        const { size } = await storage.stat(key)
        return { size, body: await storage.get(key) }
      } catch (e) {
        if (e instanceof NoSuchObject) return undefined
        throw e
      }
    },
  }
}

import path from 'node:path'
import type { Readable } from 'node:stream'
import type { Config } from './config.ts'
import { diskStorage } from './storage-disk.ts'
import { s3Storage } from './storage-s3.ts'

/** What may be stored: a whole buffer, or pieces as they come. When the pieces end with an error, nothing is stored. */
export type StorageBody = Buffer | AsyncIterable<Uint8Array>

/** Where media bytes live. Keys are ours (`tenant/media id`, with `.thumb` or `.shown` behind), never a person's file name. */
export type Storage = {
  kind: 'disk' | 's3'
  /** All or nothing: a reader sees the old object or the new one. Large bodies are never held in memory. */
  put: (key: string, body: StorageBody) => Promise<void>
  /** `range` in bytes, both ends included. @throws NoSuchObject */
  get: (key: string, range?: { start: number; end: number }) => Promise<Readable>
  /** @throws NoSuchObject */
  stat: (key: string) => Promise<{ size: number }>
  /** Deleting what is not there is fine. */
  delete: (key: string) => Promise<void>
  /** Can it be used now? @throws when it cannot */
  check: () => Promise<void>
}

/** The storage that the settings choose; `home` holds the files of the disk driver, and what waits for its way to S3. */
export function createStorage(config: Config, home: string): Storage {
  const media = path.join(home, 'media')
  return config.STORAGE === 's3' ? s3Storage(config, path.join(media, '.incoming')) : diskStorage(media)
}

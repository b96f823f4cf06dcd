import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../../platform/config.ts'
import type { StorageBody } from '../../platform/storage.ts'
import { diskStorage } from '../../platform/storage-disk.ts'
import { NoSuchObject } from '../../platform/storage-keys.ts'
import { type Listed, listS3, type S3Settings, s3Storage } from '../../platform/storage-s3.ts'
import { BackupError, codeOf, ofTarget } from './backup-error.ts'

/** A place where backups lie. */
export type Target = {
  kind: 'dir' | 's3'
  /** For people: the folder, or the bucket with its prefix. */
  name: string
  /** Tells it from every other: buckets of two services may have one name. */
  place: string
  put: (key: string, body: StorageBody) => Promise<void>
  /** The whole object: none here is larger than a chunk. @throws BackupError chunk_missing */
  get: (key: string) => Promise<Buffer>
  list: (folder: string) => AsyncIterable<Listed>
  delete: (key: string) => Promise<void>
}

/** Names are made here; one that came from a list of contents is checked like everything from outside. */
export function checkName(key: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*(\/[A-Za-z0-9][A-Za-z0-9_.-]*)*$/.test(key)) throw new Error('backup: malformed name')
  return key
}

/** A service that restarts is away for a while; the client below has tried three times within a second. */
const gapsOf = (seconds: number): number[] => (seconds === 0 ? [] : [0.05, 0.25, 0.7].map((share) => share * seconds * 1000))

async function patiently<T>(work: () => Promise<T>, gaps: readonly number[]): Promise<T> {
  for (const gap of gaps) {
    try {
      return await work()
    } catch (e) {
      if (e instanceof NoSuchObject || codeOf(e) === 'disk_full' || (e instanceof Error && 'status' in e && Number(e.status) < 500)) throw e
      await wait(gap)
    }
  }
  return work()
}

async function* walk(root: string, folder: string): AsyncGenerator<Listed> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch((e) => {
    if (e.code === 'ENOENT') return []
    throw e
  })
  for (const e of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const key = `${folder}/${e.name}`
    if (e.isDirectory()) yield* walk(root, key)
    else {
      const found = await stat(path.join(root, key)).catch(() => undefined)
      if (found) yield { key, size: found.size, at: found.mtime }
    }
  }
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

type Parts = Pick<Target, 'kind' | 'name' | 'place' | 'list'> & { storage: ReturnType<typeof diskStorage>; gaps: readonly number[] }
function makeTarget({ kind, name, place, list, storage, gaps }: Parts): Target {
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((e: unknown) => {
      throw ofTarget(e, name)
    })
  return {
    kind,
    name,
    place,
    put: (key, body) => told(patiently(() => storage.put(key, body), Buffer.isBuffer(body) ? gaps : [])),
    async get(key) {
      const read = async () => collect(await storage.get(key))
      return patiently(read, gaps).catch((e: unknown) => {
        throw e instanceof NoSuchObject ? new BackupError('chunk_missing', `${name}: ${key} is not there`) : ofTarget(e, name)
      })
    },
    async *list(folder) {
      try {
        yield* list(folder)
      } catch (e) {
        throw ofTarget(e, name)
      }
    },
    delete: (key) => told(storage.delete(key)),
  }
}

export function dirTarget(dir: string): Target {
  const root = path.resolve(dir)
  return makeTarget({ kind: 'dir', name: root, place: root, storage: diskStorage(root, checkName), list: (folder) => walk(root, folder), gaps: [] })
}

export function s3Target(settings: S3Settings, spool: string, gaps: readonly number[]): Target {
  const name = `s3://${[settings.S3_BUCKET, settings.S3_PREFIX?.replace(/^\/+|\/+$/g, '')].filter(Boolean).join('/')}`
  const list = (folder: string) => listS3(settings, `${folder}/`)
  return makeTarget({ kind: 's3', name, place: `${settings.S3_ENDPOINT ?? ''} ${name}`, storage: s3Storage(settings, spool, checkName), list, gaps })
}

/** Where files wait on their way to a bucket, and what this server notes about its backups. */
export const backupFolder = (home: string): string => path.join(home, 'backup')

/** The places that the settings name; `only` one of them. @throws BackupError not_configured */
export function openTargets(config: Config, home: string, only?: 'dir' | 's3'): Target[] {
  const found: Target[] = []
  if (config.BACKUP_DIR && only !== 's3') found.push(dirTarget(config.BACKUP_DIR))
  if (config.BACKUP_S3_BUCKET && only !== 'dir') {
    const settings: S3Settings = {
      S3_ENDPOINT: config.BACKUP_S3_ENDPOINT,
      S3_REGION: config.BACKUP_S3_REGION,
      S3_BUCKET: config.BACKUP_S3_BUCKET,
      S3_ACCESS_KEY_ID: config.BACKUP_S3_ACCESS_KEY_ID,
      S3_SECRET_ACCESS_KEY: config.BACKUP_S3_SECRET_ACCESS_KEY,
      S3_PREFIX: config.BACKUP_S3_PREFIX,
    }
    found.push(s3Target(settings, path.join(backupFolder(home), 'incoming'), gapsOf(config.BACKUP_S3_PATIENCE_SECONDS)))
  }
  if (found.length === 0)
    throw new BackupError('not_configured', only ? `no place of this kind (${only}) is configured for backups` : 'no place is configured for backups')
  return found
}

export const isConfigured = (config: Config): boolean => config.BACKUP_RECIPIENT.length > 0

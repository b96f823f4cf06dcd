import { existsSync, statSync } from 'node:fs'
import { chmod, chown, copyFile, link, mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '../../platform/config.ts'
import { createStorage, type Storage } from '../../platform/storage.ts'
import { diskStorage } from '../../platform/storage-disk.ts'
import { storageKeyPattern } from '../../platform/storage-keys.ts'
import { BackupError } from './backup-error.ts'
import type { Fault } from './check-restored.ts'
import { listManifests, type Manifest, type Pack } from './manifest.ts'
import type { MediaLine } from './media-index.ts'
import { mediaSource } from './media-source.ts'
import { keysFor, type Plan, type RestoreOptions } from './restore-plan.ts'
import { forgetMissing, openMediaSample, storedMedia } from './restored-media.ts'
import { freshWorkFolder } from './swap-folder.ts'
import { intoFolder, type MediaSink, type Owner, readIndex, unpackMedia } from './unpack.ts'

export type RestoredMedia = {
  /** How many came from the backups, and how many from the folder that was there. */
  files: number
  kept: number
  /** Files that the database names and that are nowhere: their rows say so from now on. */
  missing: number
  /** Of a sample, with their keys. */
  opened: number
  faults: Fault[]
  /** A folder was prepared, to be moved into place. */
  prepared: boolean
}
type Restoring = RestoreOptions & { told: (step: { part: 'media'; bytes: number; total: number | undefined }) => void }
type Wanted = { files: Map<string, MediaLine>; packs: Map<string, Pack> }

const baseOf = (key: string): string => key.replace(/\..*$/, '')

/**
 * Files that the restored database names: whose key is destroyed are not brought back. The archive brings rows of what came after the
 * copy, and their files lie in the packs of later backups; of these, one that does not open or is damaged spoils nothing.
 */
async function wantedFiles({ manifest }: Plan, o: Restoring, isNamed: (key: string) => boolean): Promise<Wanted> {
  const wanted: Wanted = { files: await readIndex(manifest, o), packs: new Map(manifest.media.packs.map((p) => [p.id, p])) }
  for (const key of wanted.files.keys()) if (!isNamed(key)) wanted.files.delete(key)
  const later = (await listManifests(o.target)).found
    .map((f) => f.manifest)
    .filter((m) => m.takenAt > manifest.takenAt && m.media.listedOnly === null)
    .toSorted((a, b) => (a.takenAt < b.takenAt ? -1 : 1))
  for (const m of later) {
    const index = await indexOf(m, o)
    for (const line of index.values()) if (!wanted.files.has(line.key) && isNamed(line.key)) wanted.files.set(line.key, line)
    for (const p of m.media.packs) if (!wanted.packs.has(p.id)) wanted.packs.set(p.id, p)
  }
  return wanted
}

const indexOf = (m: Manifest, o: Restoring): Promise<Map<string, MediaLine>> =>
  readIndex(m, o).catch((e: unknown) => {
    if (e instanceof BackupError && e.code !== 'target_unreachable') return new Map()
    throw e
  })

/** Own packs must be whole; of later ones what can be had is taken. */
async function unpackAll({ manifest }: Plan, { files, packs }: Wanted, o: Restoring, sink: MediaSink): Promise<Set<string>> {
  const own = new Set(manifest.media.packs.map((p) => p.id))
  const used = new Set([...files.values()].map((l) => l.pack))
  const total = [...files.values()].reduce((sum, l) => sum + l.size, 0)
  let before = 0
  let now = 0
  const told = (bytes: number) => {
    now = bytes
    o.told({ part: 'media', bytes: before + bytes, total })
  }
  const done = new Set<string>()
  const noted: MediaSink = async (entry) => {
    await sink(entry)
    done.add(entry.name)
  }
  for (const pack of packs.values()) {
    if (!used.has(pack.id)) continue
    await unpackMedia([pack], files, { ...o, told }, noted).catch((e: unknown) => {
      if (own.has(pack.id) || !(e instanceof BackupError) || e.code === 'target_unreachable') throw e
    })
    before += now
    now = 0
  }
  return done
}

async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const tenant of await readdir(folder).catch(() => []))
    for (const name of await readdir(path.join(folder, tenant)).catch(() => [])) if (storageKeyPattern.test(`${tenant}/${name}`)) yield `${tenant}/${name}`
}

/** Files never change once they are written, so what is about to be moved aside serves for what no backup has. */
async function keepThere(from: string, to: string, owner: Owner, isWanted: (key: string) => boolean): Promise<string[]> {
  const kept: string[] = []
  for await (const key of filesIn(from)) {
    if (!isWanted(key)) continue
    const [source, file] = [path.join(from, key), path.join(to, key)]
    const made = await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    if (made && owner.uid !== undefined && owner.gid !== undefined) await chown(path.dirname(file), owner.uid, owner.gid)
    await link(source, file).catch(async () => {
      await copyFile(source, file)
      await chmod(file, 0o600)
      if (owner.uid !== undefined && owner.gid !== undefined) await chown(file, owner.uid, owner.gid)
    })
    kept.push(key)
  }
  return kept
}

async function intoBucket(config: Config, home: string): Promise<{ there: Set<string>; sink: MediaSink; storage: Storage }> {
  const there = new Set<string>()
  for await (const { key } of mediaSource(config, home).list()) there.add(key)
  const storage = createStorage(config, home)
  return { there, storage, sink: async ({ name, body }) => (there.has(name) ? undefined : storage.put(name, body)) }
}

/**
 * Brings the files to where the server will read them: into a folder beside the one that is there, or into its bucket. `url` leads to the
 * restored database while it is open; without one, all that may be wanted is brought.
 * @throws BackupError
 */
export async function restoreMedia(config: Config, plan: Plan, o: Restoring, url: string | undefined): Promise<RestoredMedia> {
  const nothing: RestoredMedia = { files: 0, kept: 0, missing: 0, opened: 0, faults: [], prepared: false }
  if (o.skipMedia || plan.manifest.media.listedOnly !== null) return nothing
  const stored = url === undefined ? undefined : await storedMedia(url)
  const isNamed = (key: string) => stored === undefined || stored.has(baseOf(key))
  const wanted = await wantedFiles(plan, o, isNamed)
  const settle = async (there: ReadonlySet<string>, storage: Storage) => {
    if (url === undefined) return { missing: 0, opened: 0, faults: [] }
    const missing = await forgetMissing(
      url,
      [...(stored ?? [])].filter((key) => !there.has(key)),
    )
    return { missing, ...(await openMediaSample(url, keysFor(config, o.home), storage, there)) }
  }
  if (config.STORAGE === 's3') {
    const { there, sink, storage } = await intoBucket(config, o.home)
    const done = await unpackAll(plan, wanted, o, sink)
    const fresh = [...done].filter((key) => !there.has(key))
    return { files: fresh.length, kept: done.size - fresh.length, ...(await settle(new Set([...there, ...done]), storage)), prepared: false }
  }
  const work = await freshWorkFolder(plan.media)
  await mkdir(work, { recursive: true, mode: 0o700 })
  const owner = process.getuid?.() === 0 && existsSync(o.home) ? { uid: statSync(o.home).uid, gid: statSync(o.home).gid } : {}
  if (owner.uid !== undefined && owner.gid !== undefined) await chown(work, owner.uid, owner.gid)
  const done = await unpackAll(plan, wanted, o, intoFolder(work, owner))
  const kept = await keepThere(plan.media, work, owner, (key) => isNamed(key) && !done.has(key))
  return { files: done.size, kept: kept.length, ...(await settle(new Set([...done, ...kept]), diskStorage(work))), prepared: true }
}

import { createWriteStream } from 'node:fs'
import { chown, mkdir, utimes } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { BackupError } from './backup-error.ts'
import { readChunks } from './chunks.ts'
import type { Manifest, Pack } from './manifest.ts'
import { MediaLine } from './media-index.ts'
import { readTar, type Unpacked } from './tar-stream.ts'
import type { Target } from './target.ts'

export type Owner = { uid?: number; gid?: number }
type Opening = { target: Target; identities: readonly string[]; told: (bytes: number) => void }

const give = async (file: string, { uid, gid }: Owner): Promise<void> => {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid)
}

async function makeFolder(folder: string, owner: Owner, mode = 0o700): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode })
  if (!first) return
  for (let f = folder; f.length >= first.length; f = path.dirname(f)) await give(f, owner)
}

/** Names are those of files that were there, whatever they are called; none leads out of the folder. @throws BackupError chunk_corrupt */
function placeIn(root: string, name: string): string {
  const parts = name.replace(/\/$/, '').split('/')
  if (parts.some((p) => p === '' || p === '.' || p === '..' || p.includes('\0')))
    throw new BackupError('chunk_corrupt', 'a name in the backup leads out of its folder')
  return path.join(root, ...parts)
}

async function writeEntry(root: string, { name, type, body }: Unpacked, owner: Owner): Promise<string> {
  const file = placeIn(root, name)
  if (type === 'directory') await makeFolder(file, owner)
  else {
    await makeFolder(path.dirname(file), owner)
    await pipeline(body, createWriteStream(file, { mode: 0o600 }))
    await give(file, owner)
  }
  return file
}

/** The data folder of PostgreSQL, as it was copied. @throws BackupError */
export async function unpackCluster({ database }: Manifest, root: string, owner: Owner, { target, identities, told }: Opening): Promise<void> {
  await makeFolder(root, owner)
  let bytes = 0
  for await (const entry of readTar(readChunks(target, database, identities))) {
    await writeEntry(root, entry, owner)
    bytes += entry.size
    told(bytes)
  }
}

/** Which file lies in which pack. @throws BackupError */
export async function readIndex({ media }: Manifest, { target, identities }: Pick<Opening, 'target' | 'identities'>): Promise<Map<string, MediaLine>> {
  const files = new Map<string, MediaLine>()
  let rest = ''
  const decoder = new TextDecoder()
  for await (const piece of readChunks(target, media.index, identities)) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const read = MediaLine.parse(JSON.parse(line))
      files.set(read.key, read)
    }
  }
  return files
}

/** Where a file goes. */
export type MediaSink = (entry: Unpacked) => Promise<void>

export const intoFolder =
  (root: string, owner: Owner): MediaSink =>
  async (entry) => {
    const file = await writeEntry(root, entry, owner)
    await utimes(file, entry.mtime, entry.mtime)
  }

/** The files of these packs that are wanted of them. @throws BackupError */
export async function unpackMedia(
  packs: readonly Pack[],
  wanted: ReadonlyMap<string, MediaLine>,
  { target, identities, told }: Opening,
  sink: MediaSink,
): Promise<void> {
  let bytes = 0
  for (const pack of packs) {
    for await (const entry of readTar(readChunks(target, pack, identities))) {
      // A file that was deleted, or came anew in a later pack.
      if (wanted.get(entry.name)?.pack !== pack.id) continue
      await sink(entry)
      bytes += entry.size
      told(bytes)
    }
  }
}

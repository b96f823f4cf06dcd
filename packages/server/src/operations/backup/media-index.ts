import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { type Manifest, openManifest, type Pack } from './manifest.ts'
import { backupFolder, type Target } from './target.ts'

/** One media file: its pack holds its bytes. Media lies sealed where it is, so nothing about people stands here. */
export const MediaLine = z.object({ key: z.string(), size: z.number(), at: z.number(), pack: z.string().nullable() })
export type MediaLine = z.infer<typeof MediaLine>

const Head = z.object({ backup: z.string(), targets: z.array(z.string()) })

/** What the last backup knew of the media files: what has not changed since is not copied again. */
export type KnownMedia = { packs: Pack[]; files: Map<string, MediaLine> }

const fileOf = (home: string) => path.join(backupFolder(home), 'media-index.jsonl')
const headOf = (home: string) => path.join(backupFolder(home), 'media-index.json')

/** After so many packs a backup copies all anew, so that a restore does not gather from a thousand days. */
const MAX_PACKS = 370

/** Is every piece still where the last backup left it, with its size? */
async function isWhole(target: Target, packs: readonly Pack[]): Promise<boolean> {
  const sizes = new Map<string, number>()
  for await (const { key, size } of target.list('media')) sizes.set(key, size)
  return packs.every((p) => p.chunks.every((c) => sizes.get(c.name) === c.bytes))
}

/** Nothing is known when the last backup, or a piece of its media, is not at every one of these places. */
export async function knownMedia(home: string, targets: readonly Target[]): Promise<KnownMedia> {
  const nothing: KnownMedia = { packs: [], files: new Map() }
  if (!existsSync(headOf(home)) || !existsSync(fileOf(home))) return nothing
  const head = Head.safeParse(JSON.parse(await readFile(headOf(home), 'utf8'))).data
  if (!head || targets.some((t) => !head.targets.includes(t.name))) return nothing
  const manifests = await Promise.all(targets.map((t) => openManifest(t, head.backup).catch(() => undefined)))
  const [first] = manifests
  if (!first || manifests.some((m) => !m)) return nothing
  const { packs } = first.manifest.media
  if (packs.length >= MAX_PACKS) return nothing
  for (const target of targets) if (!(await isWhole(target, packs))) return nothing
  const files = new Map<string, MediaLine>()
  for await (const line of createInterface({ input: createReadStream(fileOf(home)) })) {
    const read = MediaLine.parse(JSON.parse(line))
    files.set(read.key, read)
  }
  return { packs, files }
}

/** Written when the backup is whole, for the next one. */
export async function rememberMedia(home: string, manifest: Manifest, targets: readonly Target[], lines: Iterable<MediaLine>): Promise<void> {
  await mkdir(backupFolder(home), { recursive: true, mode: 0o700 })
  await rm(headOf(home), { force: true })
  const part = `${fileOf(home)}.part`
  await writeFile(
    part,
    [...lines].map((l) => `${JSON.stringify(l)}\n`),
    { mode: 0o600 },
  )
  await rename(part, fileOf(home))
  await writeFile(headOf(home), JSON.stringify({ backup: manifest.id, targets: targets.map((t) => t.name) }), { mode: 0o600 })
}

import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { type Chunk, type Outlet, readStored } from './chunks.ts'
import { type Manifest, openManifest, type Pack } from './manifest.ts'
import { backupFolder, type Target } from './target.ts'

/** One media file: its pack holds its bytes. Media lies sealed where it is, so nothing about people stands here. */
export const MediaLine = z.object({ key: z.string(), size: z.number(), at: z.number(), pack: z.string().nullable() })
export type MediaLine = z.infer<typeof MediaLine>

const Head = z.object({ backup: z.string(), targets: z.array(z.string()) })
type Head = z.infer<typeof Head>

/** What the last backup knew of the media files: what has not changed since is not copied again. */
export type KnownMedia = { packs: Pack[]; files: Map<string, MediaLine> }

const fileOf = (home: string) => path.join(backupFolder(home), 'media-index.jsonl')
const headOf = (home: string) => path.join(backupFolder(home), 'media-index.json')

/** After so many packs a backup copies all anew, so that a restore does not gather from a thousand days. */
const MAX_PACKS = 370

type Lying = { target: Target; missing: Chunk[] }

/** Which pieces are not where the last backup left them, with their size. */
async function missingAt(target: Target, packs: readonly Pack[]): Promise<Chunk[]> {
  const sizes = new Map<string, number>()
  for await (const { key, size } of target.list('media')) sizes.set(key, size)
  return packs.flatMap((p) => p.chunks).filter((c) => sizes.get(c.name) !== c.bytes)
}

/** One that does not answer is left out of this backup: it would name what nobody knows to be there. */
async function lookAt(outlet: Outlet, packs: readonly Pack[]): Promise<Lying[]> {
  const lying: Lying[] = []
  for (const target of outlet.alive) {
    try {
      lying.push({ target, missing: await missingAt(target, packs) })
    } catch (e) {
      outlet.drop(target, e)
    }
  }
  return lying
}

async function packsOf(id: string, targets: readonly Target[]): Promise<Pack[] | undefined> {
  for (const target of targets) {
    const found = await openManifest(target, id).catch(() => undefined)
    if (found) return found.manifest.media.packs
  }
  return undefined
}

/** A place that was away gets what it missed from one that has it, sealed as it lies there. False when that is damaged. */
async function bring(outlet: Outlet, { target: source }: Lying, { target, missing }: Lying): Promise<boolean> {
  for (const chunk of missing) {
    const data = await readStored(source, chunk).catch(() => undefined)
    if (!data) return false
    try {
      await target.put(chunk.name, data)
    } catch (e) {
      outlet.drop(target, e)
      return true
    }
  }
  return true
}

/** What the last backup noted; undefined when there is nothing, or not all of it (a power cut, a full disk): then all is copied anew. */
async function readNotes(home: string): Promise<{ head: Head; files: Map<string, MediaLine> } | undefined> {
  if (!existsSync(headOf(home)) || !existsSync(fileOf(home))) return undefined
  const files = new Map<string, MediaLine>()
  try {
    const head = Head.parse(JSON.parse(await readFile(headOf(home), 'utf8')))
    for await (const line of createInterface({ input: createReadStream(fileOf(home)) })) {
      const read = MediaLine.parse(JSON.parse(line))
      files.set(read.key, read)
    }
    return { head, files }
  } catch {
    return undefined
  }
}

/** What is known is at every place of this backup when it is answered. Nothing is, when no place has all that the last backup left. */
export async function knownMedia(home: string, outlet: Outlet): Promise<KnownMedia> {
  const nothing: KnownMedia = { packs: [], files: new Map() }
  const notes = await readNotes(home)
  if (!notes) return nothing
  const { head, files } = notes
  const packs = await packsOf(head.backup, outlet.alive)
  if (!packs || packs.length >= MAX_PACKS) return nothing
  const lying = await lookAt(outlet, packs)
  const whole = lying.find((l) => l.missing.length === 0)
  if (!whole) return nothing
  for (const other of lying) if (!(await bring(outlet, whole, other))) return nothing
  return { packs, files }
}

async function writeWhole(file: string, text: readonly string[]): Promise<void> {
  const part = `${file}.part`
  await writeFile(part, text, { mode: 0o600, flush: true })
  await rename(part, file)
}

/** Written when the backup is whole somewhere, for the next one. */
export async function rememberMedia(home: string, manifest: Manifest, targets: readonly Target[], lines: Iterable<MediaLine>): Promise<void> {
  await mkdir(backupFolder(home), { recursive: true, mode: 0o700 })
  await rm(headOf(home), { force: true })
  await writeWhole(
    fileOf(home),
    [...lines].map((l) => `${JSON.stringify(l)}\n`),
  )
  await writeWhole(headOf(home), [JSON.stringify({ backup: manifest.id, targets: targets.map((t) => t.name) })])
}

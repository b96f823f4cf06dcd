import { type Outlet, totalBytes, writeChunks } from './chunks.ts'
import type { Manifest, Pack } from './manifest.ts'
import type { KnownMedia, MediaLine } from './media-index.ts'
import type { MediaFile, MediaSource } from './media-source.ts'
import { packTar } from './tar-stream.ts'

type Copying = { id: string; source: MediaSource; known: KnownMedia; outlet: Outlet; recipients: readonly string[]; told: (bytes: number) => void }
export type CopiedMedia = { media: Manifest['media']; lines: MediaLine[]; bytes: number }

const isSame = (a: MediaLine | undefined, b: MediaFile): a is MediaLine => a !== undefined && a.pack !== null && a.size === b.size && a.at === b.at

async function* textOf(lines: readonly MediaLine[]): AsyncGenerator<Buffer> {
  for (let n = 0; n < lines.length; n += 1000)
    yield Buffer.from(
      lines
        .slice(n, n + 1000)
        .map((l) => `${JSON.stringify(l)}\n`)
        .join(''),
    )
}

/** The files that are new since the last backup, in a pack of their own. Media lies sealed, so it is not compressed. */
async function packNew(files: readonly MediaFile[], { id, source, outlet, recipients, told }: Copying): Promise<{ pack: Pack; lines: MediaLine[] }> {
  const lines: MediaLine[] = []
  let bytes = 0
  const tar = packTar(async (add) => {
    for (const { key, at } of files) {
      const found = await source.read(key)
      if (!found) continue
      const { size, body } = found
      await add({ name: key, size, mtime: new Date(at) }, body)
      lines.push({ key, size, at, pack: id })
      bytes += size
      told(bytes)
    }
  })
  const chunks = await writeChunks(tar, false, { outlet, recipients, prefix: `media/${id}/files.tar` })
  return { pack: { id, chunks, compressed: false }, lines }
}

/** Copies what is new, and writes down what there is. */
export async function copyMedia(copying: Copying): Promise<CopiedMedia> {
  const { id, source, known, outlet, recipients } = copying
  const lines: MediaLine[] = []
  const fresh: MediaFile[] = []
  for await (const file of source.list()) {
    const before = known.files.get(file.key)
    if (source.listedOnly !== null) lines.push({ ...file, pack: null })
    else if (isSame(before, file)) lines.push(before)
    else fresh.push(file)
  }
  const made = fresh.length > 0 ? await packNew(fresh, copying) : undefined
  lines.push(...(made?.lines ?? []))
  const index = { chunks: await writeChunks(textOf(lines), true, { outlet, recipients, prefix: `backups/${id}/media-index.jsonl.zst` }), compressed: true }
  const used = new Set(lines.map((l) => l.pack))
  const packs = [...known.packs, ...(made ? [made.pack] : [])].filter((p) => used.has(p.id))
  const media = {
    kind: source.kind,
    listedOnly: source.listedOnly,
    files: lines.length,
    bytes: lines.reduce((sum, l) => sum + l.size, 0),
    index,
    packs,
  }
  return { media, lines, bytes: totalBytes(index.chunks) + totalBytes(made?.pack.chunks ?? []) }
}

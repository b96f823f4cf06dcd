import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { hmacSha256, sameBytes } from '../../platform/crypto.ts'
import type { MasterKeys } from '../../platform/master-keys.ts'
import { BackupError } from './backup-error.ts'
import { Chunk } from './chunks.ts'
import type { Target } from './target.ts'

const Stream = z.object({ chunks: z.array(Chunk), compressed: z.boolean() })
export type Stream = z.infer<typeof Stream>

/** A set of media files that came together, in one tar; named by the backup that made it. */
const Pack = Stream.extend({ id: z.string() })
export type Pack = z.infer<typeof Pack>

const Database = Stream.extend({
  kind: z.enum(['physical', 'dump']),
  name: z.string(),
  owner: z.string(),
  /** The major version that can read it. */
  postgres: z.number().int(),
  plainBytes: z.number(),
  /** Roles that a dump names and does not hold. */
  roles: z.array(z.string()),
  /** Of a physical one. */
  systemId: z.string().nullable(),
  startSegment: z.string().nullable(),
  stopSegment: z.string().nullable(),
  segmentBytes: z.number().int().nullable(),
})

/**
 * The list of contents of a backup. It is written last: what has none is no backup. It holds figures, names and checksums and lies in
 * the clear, so that the server can list, check and remove what it cannot open.
 */
export const Manifest = z.object({
  format: z.literal(1),
  id: z.string(),
  version: z.string(),
  host: z.string(),
  startedAt: z.iso.datetime(),
  /** The copy is the database at this moment. */
  takenAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  recipients: z.array(z.string()),
  /** The recipient of restore tests, whose identity this server forgets with the next backup. */
  testRecipient: z.string(),
  /** Names of the master keys without which nothing in it can be read; the first is the current one. */
  masterKeys: z.array(z.string()),
  /** Rows at `takenAt`, where they could be counted. */
  counts: z.record(z.string(), z.number()).nullable(),
  database: Database,
  media: z.object({
    kind: z.enum(['disk', 's3']),
    /** Where a bucket's files lie that were named and not copied. */
    listedOnly: z.string().nullable(),
    files: z.number().int(),
    bytes: z.number(),
    index: Stream,
    packs: z.array(Pack),
  }),
  settings: Stream,
  /** Size of what this backup added. */
  bytes: z.number(),
  seconds: z.number(),
})
export type Manifest = z.infer<typeof Manifest>

const Envelope = z.object({ manifest: z.unknown(), masterKey: z.string(), mac: z.string().regex(/^[0-9a-f]{64}$/) })

const NAME = /^backups\/(\d{8}T\d{6}Z-[0-9a-f]{6})\/manifest\.json$/
export const folderOf = (id: string): string => `backups/${id}`
export const newId = (at: Date): string => `${at.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`

const macOf = (key: Buffer, manifest: unknown): Buffer => hmacSha256(key, JSON.stringify(manifest))

/** Signed with the master key: who writes into the target cannot make up a backup. */
export function sealManifest(manifest: Manifest, masters: MasterKeys): Buffer {
  const [id = ''] = masters.ids
  const key = masters.derive('backup-manifest', id)
  if (!key) throw new Error('there is no master key')
  return Buffer.from(`${JSON.stringify({ manifest, masterKey: id, mac: macOf(key, manifest).toString('hex') }, null, 1)}\n`)
}

/** `unknown`: the master key of that day is not here, so nobody can tell. */
export type Authenticity = 'ok' | 'wrong' | 'unknown'
export type Found = { manifest: Manifest; authentic: (masters: MasterKeys) => Authenticity }

/** @throws BackupError chunk_corrupt */
function readManifest(data: Buffer, id: string): Found {
  try {
    const { manifest: raw, masterKey, mac } = Envelope.parse(JSON.parse(data.toString('utf8')))
    const manifest = Manifest.parse(raw)
    if (manifest.id !== id) throw new Error('another id')
    return {
      manifest,
      authentic(masters) {
        const key = masters.derive('backup-manifest', masterKey)
        if (!key) return 'unknown'
        return sameBytes(macOf(key, raw), Buffer.from(mac, 'hex')) ? 'ok' : 'wrong'
      },
    }
  } catch {
    throw new BackupError('chunk_corrupt', `the list of contents of ${id} cannot be read`)
  }
}

/** The id of every backup that has ended, the newest first. */
export async function listIds(target: Target): Promise<string[]> {
  const ids: string[] = []
  for await (const { key } of target.list('backups')) {
    const id = NAME.exec(key)?.[1]
    if (id) ids.push(id)
  }
  return ids.toSorted().toReversed()
}

/** @throws BackupError no_backup, chunk_corrupt */
export async function openManifest(target: Target, id: string): Promise<Found> {
  const data = await target.get(`${folderOf(id)}/manifest.json`).catch((e: unknown) => {
    throw e instanceof BackupError && e.code === 'chunk_missing' ? new BackupError('no_backup', `${target.name} has no backup ${id}`) : e
  })
  return readManifest(data, id)
}

export type Listing = { found: Found[]; unreadable: string[] }

/** All that have ended, the newest first. One that cannot be read is named and spoils no other. */
export async function listManifests(target: Target): Promise<Listing> {
  const listing: Listing = { found: [], unreadable: [] }
  for (const id of await listIds(target)) {
    try {
      listing.found.push(await openManifest(target, id))
    } catch (e) {
      if (!(e instanceof BackupError) || e.code === 'target_unreachable') throw e
      listing.unreadable.push(id)
    }
  }
  return listing
}

/** Everything that a backup needs, wherever it lies. */
export const chunksOf = ({ database, media, settings }: Manifest): Chunk[] => [
  ...database.chunks,
  ...media.index.chunks,
  ...media.packs.flatMap((p) => p.chunks),
  ...settings.chunks,
]

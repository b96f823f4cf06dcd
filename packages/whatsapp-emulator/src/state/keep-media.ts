import { createHash, createHmac } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createObjectId } from '../create-identifiers.ts'
import type { MediaFile } from '../emulator-types.ts'
import type { World } from './world.ts'

const DAY = 24 * 3600_000
const URL_LIFE_MS = 5 * 60_000

export interface NewMedia {
  phoneNumberId: string
  origin: 'business' | 'customer'
  mimeType: string
  filename?: string | null
  bytes: Buffer
}

/** Stores a file and gives it a media id. */
export function addMedia(world: World, media: NewMedia): MediaFile {
  const file: MediaFile = {
    id: createObjectId(),
    phoneNumberId: media.phoneNumberId,
    origin: media.origin,
    mimeType: media.mimeType,
    filename: media.filename ?? null,
    size: media.bytes.length,
    sha256: createHash('sha256').update(media.bytes).digest('hex'),
    createdAt: world.now(),
    deleted: false,
  }
  world.mediaBytes.set(file.id, media.bytes)
  if (world.mediaFolder) writeFileSync(join(world.mediaFolder, file.id), media.bytes)
  return world.media.put(file.id, file)
}

/** The bytes of a file, from memory or from the state folder. */
export function readMediaBytes(world: World, id: string): Buffer | undefined {
  const held = world.mediaBytes.get(id)
  if (held || !world.mediaFolder || !/^\d+$/.test(id)) return held
  const path = join(world.mediaFolder, id)
  if (!existsSync(path)) return undefined
  const bytes = readFileSync(path)
  world.mediaBytes.set(id, bytes)
  return bytes
}

/** Removes a file from the Graph side. The phone keeps showing what it had received. */
export function deleteMedia(world: World, file: MediaFile): void {
  world.media.put(file.id, { ...file, deleted: true })
}

/** Drops every file, in memory and on disk. */
export function clearMedia(world: World): void {
  for (const file of world.media.values()) if (world.mediaFolder) rmSync(join(world.mediaFolder, file.id), { force: true })
  world.mediaBytes.clear()
  world.media.clear()
}

/** The file when the number may use it: own, not deleted, 30 days for uploads, 7 for webhook media (Cloud API, media). */
export function findLiveMedia(world: World, id: string, phoneNumberId: string): MediaFile | undefined {
  const file = world.media.get(id)
  if (!file || file.deleted || file.phoneNumberId !== phoneNumberId) return undefined
  const life = file.origin === 'business' ? 30 * DAY : 7 * DAY
  return world.now() - file.createdAt > life ? undefined : file
}

/** A download address that works for five minutes (Cloud API, media). */
export function createMediaUrl(world: World, file: MediaFile): string {
  const expires = world.now() + URL_LIFE_MS
  return `${world.url}/media-download/${file.id}?ext=${expires}&hash=${signUrl(file, expires)}`
}

/** True while a download address is younger than five minutes and not altered. */
export function isMediaUrlValid(world: World, file: MediaFile, ext: string, hash: string): boolean {
  const expires = Number(ext)
  return Number.isFinite(expires) && world.now() <= expires && hash === signUrl(file, expires)
}

function signUrl(file: MediaFile, expires: number): string {
  return createHmac('sha256', file.sha256).update(`${file.id}:${expires}`).digest('base64url')
}

import type { BusinessNumber, MediaFile } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readText } from '../json.ts'
import { addMedia, createMediaUrl } from '../state/keep-media.ts'
import type { World } from '../state/world.ts'
import { ControlError } from './control-error.ts'
import { readSample, type SampleKind } from './read-sample.ts'

const DEFAULT_MIME: Record<string, string> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/ogg; codecs=opus',
  document: 'application/pdf',
  sticker: 'image/webp',
}

/** True for the types whose content is a file. */
export function isMediaType(type: string): boolean {
  return Object.hasOwn(DEFAULT_MIME, type)
}

/** Resolves `id`, base64 `data` or a `sample` into Meta's media object without its short-lived address. */
export function prepareMedia(world: World, number: BusinessNumber, type: string, content: Json): Json {
  if (content !== undefined && !isObject(content)) return content
  const { data: _data, sample, id, mime_type: _mime, ...rest } = content ?? {}
  const file = typeof id === 'string' ? world.media.get(id) : addGivenFile(world, number, type, content ?? {})
  if (!file) throw new ControlError(404, `media ${String(id)} not found; upload it with POST /control/media`)
  return {
    ...rest,
    ...(type === 'document' && !rest.filename && file.filename ? { filename: file.filename } : {}),
    id: file.id,
    mime_type: file.mimeType,
    sha256: Buffer.from(file.sha256, 'hex').toString('base64'),
    ...(type === 'audio' ? { voice: rest.voice === true } : {}),
    ...(type === 'sticker' ? { animated: rest.animated === true || sample === 'animatedSticker' } : {}),
  }
}

/** The media object with its download address, as webhooks carry it (Cloud API, media). */
export function withUrl(world: World, type: string, content: Json): Json {
  if (!isMediaType(type) || !isObject(content)) return content
  const file = world.media.get(readText(content, 'id') ?? '')
  return file ? { ...content, url: createMediaUrl(world, file) } : content
}

function addGivenFile(world: World, number: BusinessNumber, type: string, content: JsonObject): MediaFile {
  const data = readText(content, 'data')
  const source = data
    ? { bytes: Buffer.from(data, 'base64'), mimeType: DEFAULT_MIME[type] ?? '', filename: null }
    : // Any text may come in here; readSample refuses what it does not have.
      readSample((readText(content, 'sample') ?? type) as SampleKind)
  return addMedia(world, {
    phoneNumberId: number.phoneNumberId,
    origin: 'customer',
    mimeType: readText(content, 'mime_type') ?? source.mimeType,
    filename: readText(content, 'filename') ?? (type === 'document' ? source.filename : null),
    bytes: source.bytes,
  })
}

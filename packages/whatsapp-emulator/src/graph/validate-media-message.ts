import type { BusinessNumber, MediaFile } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import { findLiveMedia, readMediaBytes } from '../state/keep-media.ts'
import type { World } from '../state/world.ts'
import { messagingError } from './graph-error.ts'
import { optionalText, requireText } from './require-value.ts'

const STATIC_STICKER_BYTES = 100 * 1024

/** Media types a message type takes (Cloud API, media). */
function fits(type: string, mimeType: string): boolean {
  if (type === 'image') return /^image\/(jpeg|png)$/.test(mimeType)
  if (type === 'sticker') return mimeType === 'image/webp'
  if (type === 'audio') return mimeType.startsWith('audio/')
  if (type === 'video') return mimeType.startsWith('video/')
  return true
}

/**
 * Checks a message of type image, video, audio, document or sticker.
 * @throws GraphError 131008, 131009 or 131053.
 */
export function validateMediaMessage(world: World, number: BusinessNumber, type: string, content: JsonObject): void {
  if (type === 'audio' || type === 'sticker') {
    if (content.caption !== undefined) throw messagingError(131009, `Parameter value is not valid: ${type} takes no caption`)
  } else optionalText(content.caption, `${type}.caption`, 1024)
  optionalText(content.filename, `${type}.filename`, 240)
  if (content.filename !== undefined && type !== 'document') throw messagingError(131009, `Parameter value is not valid: ${type} takes no filename`)
  const file = validateMediaObject(world, number, type, content)
  if (content.voice === true && file && !file.mimeType.startsWith('audio/ogg')) {
    throw messagingError(131053, 'A voice message must be an ogg file with the opus codec.')
  }
}

/** Checks `{id}` or `{link}`; with an id the stored file must be alive and of a fitting kind, and is given back. */
export function validateMediaObject(world: World, number: BusinessNumber, type: string, content: JsonObject): MediaFile | undefined {
  if (content.id === undefined && content.link === undefined) {
    throw messagingError(131008, `Required parameter is missing: ${type}.id or ${type}.link`)
  }
  if (content.id === undefined) {
    const link = requireText(content.link, `${type}.link`, 4096)
    if (!/^https?:\/\//.test(link)) throw messagingError(131009, `Parameter value is not valid: ${type}.link must be an http(s) address`)
    return undefined
  }
  const file = findLiveMedia(world, String(content.id), number.phoneNumberId)
  if (!file) throw messagingError(131009, `Parameter value is not valid: media id ${String(content.id)} does not exist or has expired`)
  checkFile(world, type, file)
  return file
}

/** A file that does not fit the message it is sent in: 131053. */
function checkFile(world: World, type: string, file: MediaFile): void {
  if (!fits(type, file.mimeType)) throw messagingError(131053, `A file of type ${file.mimeType} cannot be sent as ${type}.`)
  if (type === 'sticker' && file.size > STATIC_STICKER_BYTES && !isAnimated(readMediaBytes(world, file.id))) {
    throw messagingError(131053, 'A static sticker has at most 100 KB.')
  }
}

/** The animation flag in the header of an extended WebP file. */
function isAnimated(bytes: Buffer | undefined): boolean {
  return bytes?.toString('latin1', 12, 16) === 'VP8X' && ((bytes[20] ?? 0) & 2) !== 0
}

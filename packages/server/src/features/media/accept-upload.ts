import { MEDIA_LIMITS, type MediaKind } from '@atende/contracts/media'
import { AppError, invalidField } from '../../platform/errors.ts'
import { detectType } from './detect-type.ts'
import { type ImageSize, readImageSize } from './image-size.ts'

export type Upload = { data: Buffer; filename: string; declaredMime: string; kind: MediaKind | undefined }
export type Accepted = { kind: MediaKind; mime: string; voice: boolean; size: ImageSize | undefined }

const STICKER_SIDE = 512
const STILL_STICKER_BYTES = 102_400

const KIND_NAMES: Record<MediaKind, string> = { image: 'Imagens', video: 'Vídeos', audio: 'Áudios', document: 'Documentos', sticker: 'Figurinhas' }
const TYPE_NAMES: Record<MediaKind, string> = {
  image: 'JPEG ou PNG',
  video: 'MP4 ou 3GP',
  audio: 'AAC, AMR, MP3, M4A ou OGG (Opus)',
  document: 'qualquer tipo que não seja programa',
  sticker: 'WebP',
}

export const humanSize = (bytes: number): string =>
  bytes >= 1_048_576 ? `${Number((bytes / 1_048_576).toFixed(1)).toLocaleString('pt-BR')} MB` : `${Math.ceil(bytes / 1024)} KB`

const refuseType = (detail: string) => new AppError('media_type_refused', { detail })
const tooLarge = (kind: MediaKind, limit: number, bytes: number) =>
  new AppError('media_too_large', { detail: `${KIND_NAMES[kind]} podem ter até ${humanSize(limit)}. Este arquivo tem ${humanSize(bytes)}.` })

function kindOf(mime: string, declared: string): MediaKind {
  if (mime === 'image/webp') return 'sticker'
  if (mime.startsWith('image/')) return 'image'
  if (mime.startsWith('audio/')) return 'audio'
  // A recording without a picture is told from a video only by what the browser says it recorded.
  if (mime.startsWith('video/')) return declared.startsWith('audio/') ? 'audio' : 'video'
  return 'document'
}

function checkSticker(size: ImageSize | undefined, bytes: number): void {
  if (size?.width !== STICKER_SIDE || size.height !== STICKER_SIDE) throw refuseType('Figurinhas têm exatamente 512 × 512 pixels.')
  if (!size.animated && bytes > STILL_STICKER_BYTES) throw tooLarge('sticker', STILL_STICKER_BYTES, bytes)
}

/**
 * Decides by the content what this file is to WhatsApp.
 * @throws AppError validation_failed (empty), media_type_refused, media_too_large (both say what would be accepted)
 */
export async function acceptUpload(upload: Upload): Promise<Accepted> {
  const { data, filename } = upload
  if (data.length === 0) throw invalidField('file', 'empty', 'O arquivo está vazio.')
  const detected = await detectType(data, filename)
  if (detected.executable) throw refuseType('Programas não podem ser enviados.')
  const kind = upload.kind ?? kindOf(detected.mime, upload.declaredMime)
  const mime = kind === 'audio' && detected.mime === 'video/mp4' ? 'audio/mp4' : detected.mime
  const { mimes, maxBytes } = MEDIA_LIMITS[kind]
  if (mimes.length > 0 && !mimes.includes(mime)) throw refuseType(`${KIND_NAMES[kind]} precisam ser ${TYPE_NAMES[kind]}. Este arquivo é ${mime}.`)
  if (data.length > maxBytes) throw tooLarge(kind, maxBytes, data.length)
  const size = mime.startsWith('image/') ? readImageSize(data) : undefined
  if (kind === 'sticker') checkSticker(size, data.length)
  if (kind === 'image' && !size) throw refuseType('A imagem está danificada.')
  return { kind, mime, voice: kind === 'audio' && detected.voice, size }
}

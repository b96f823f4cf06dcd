import { z } from 'zod'
import { Id } from './common.ts'

export const MediaKind = z.enum(['image', 'video', 'audio', 'document', 'sticker'])
export type MediaKind = z.infer<typeof MediaKind>

/** `pending`: still being fetched from WhatsApp; `failed`: will be tried again or by hand; `expired`: WhatsApp no longer has it. */
export const MediaStatus = z.enum(['pending', 'stored', 'failed', 'expired', 'too_large'])

export const Media = z
  .object({
    id: Id,
    kind: MediaKind,
    mime: z.string(),
    /** Bytes; null until it is fetched. */
    size: z.int().nullable(),
    filename: z.string().nullable(),
    status: MediaStatus,
    /** Pixels, when known. */
    width: z.int().nullable(),
    height: z.int().nullable(),
    /** Signed address that works in `<img src>` for one to two hours (load the message again after that); null until stored. */
    url: z.string().nullable(),
    voice: z.boolean(),
    animated: z.boolean(),
  })
  .meta({ id: 'Media' })
export type Media = z.infer<typeof Media>

/** What WhatsApp accepts to send (sizes in bytes); source: Cloud API media reference. */
export const MEDIA_LIMITS: Record<MediaKind, { maxBytes: number; mimes: readonly string[] }> = {
  image: { maxBytes: 5_242_880, mimes: ['image/jpeg', 'image/png'] },
  video: { maxBytes: 16_777_216, mimes: ['video/mp4', 'video/3gpp'] },
  audio: { maxBytes: 16_777_216, mimes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'] },
  document: { maxBytes: 104_857_600, mimes: [] },
  sticker: { maxBytes: 512_000, mimes: ['image/webp'] },
}

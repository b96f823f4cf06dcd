import { z } from 'zod'
import { Id, Time } from './common.ts'

export const MediaKind = z.enum(['image', 'video', 'audio', 'document', 'sticker'])
export type MediaKind = z.infer<typeof MediaKind>

/** `pending`: still being fetched from WhatsApp; `failed`: will be tried again or by hand; `expired`: WhatsApp no longer has it; `erased`: nobody can open it (any more). */
export const MediaStatus = z.enum(['pending', 'stored', 'failed', 'expired', 'too_large', 'erased'])

/**
 * Why a media is not here. `not_yet`: on its way, or a trouble that passes; `token`: WhatsApp does not accept the channel's token;
 * `expired`: WhatsApp no longer has it; `too_large`: more than 100 MB; `checksum`: what came is not what was announced; `refused`:
 * WhatsApp says no; `erased`: its key was destroyed; `unreadable`: what is kept of it was changed, and does not open. Null once stored.
 */
export const MediaReason = z.enum(['not_yet', 'token', 'expired', 'too_large', 'checksum', 'refused', 'erased', 'unreadable'])
export type MediaReason = z.infer<typeof MediaReason>

/** Columns of `waveform`. */
export const WAVEFORM_BARS = 64

export const Media = z
  .object({
    id: Id,
    kind: MediaKind,
    /** Of what `url` answers, by its content. */
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
    /** A small picture (webp, at most 480 px) of an image or of a PDF's first page; signed like `url`. */
    thumbnailUrl: z.string().nullable(),
    /** The picture as a data URL of a few hundred bytes, to show until the picture itself is there. */
    blur: z.string().nullable(),
    /** 64 loudnesses from 0 to 255; null when it is no recording or could not be read. */
    waveform: z.array(z.int().min(0).max(255)).nullable(),
    durationSeconds: z.number().nullable(),
    /** Of a PDF. */
    pages: z.int().nullable(),
    /** The file as it was sent, when `url` answers a converted one (HEIC becomes JPEG); signed like `url`. */
    originalUrl: z.string().nullable(),
    /** A program or script by content or name: it is only ever saved to disk, and deserves a warning. */
    executable: z.boolean(),
    reason: MediaReason.nullable(),
    /** When it is tried again by itself. */
    retryAt: Time.nullable(),
  })
  .meta({ id: 'Media' })
export type Media = z.infer<typeof Media>

/** What a media has before anything was made of it, for those that exist only on this device. */
export const NOTHING_DERIVED = {
  thumbnailUrl: null,
  blur: null,
  waveform: null,
  durationSeconds: null,
  pages: null,
  originalUrl: null,
  executable: false,
  reason: null,
  retryAt: null,
} as const satisfies Partial<Media>

/** What WhatsApp accepts to send (sizes in bytes); source: Cloud API media reference. */
export const MEDIA_LIMITS: Record<MediaKind, { maxBytes: number; mimes: readonly string[] }> = {
  image: { maxBytes: 5_242_880, mimes: ['image/jpeg', 'image/png'] },
  video: { maxBytes: 16_777_216, mimes: ['video/mp4', 'video/3gpp'] },
  audio: { maxBytes: 16_777_216, mimes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'] },
  document: { maxBytes: 104_857_600, mimes: [] },
  sticker: { maxBytes: 512_000, mimes: ['image/webp'] },
}

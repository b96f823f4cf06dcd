/** What the worker thread is asked. `fit`: an image that must become a JPEG of at most so many bytes. */
export type DeriveTask = { task: 'image' | 'heic' | 'pdf' | 'opus' | 'mp3'; bytes: Uint8Array }

/** What was found; absent is what could not be made of this file. */
export type Derived = {
  thumbnail?: Uint8Array
  blur?: string
  width?: number
  height?: number
  /** JPEG. */
  shown?: Uint8Array
  waveform?: number[]
  durationMs?: number
  pages?: number
}

export type DeriveAnswer = { ok: true; derived: Derived } | { ok: false; reason: string }

export const THUMBNAIL_SIDE = 480

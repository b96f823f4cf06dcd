import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ControlError } from './control-error.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'phone', 'samples')

const SAMPLES = {
  image: { file: 'praia.jpg', mimeType: 'image/jpeg' },
  video: { file: 'ondas.mp4', mimeType: 'video/mp4' },
  audio: { file: 'recado.ogg', mimeType: 'audio/ogg; codecs=opus' },
  document: { file: 'comprovante.pdf', mimeType: 'application/pdf' },
  music: { file: 'musica.mp3', mimeType: 'audio/mpeg' },
  sticker: { file: 'sol.webp', mimeType: 'image/webp' },
  animatedSticker: { file: 'pinguim.webp', mimeType: 'image/webp' },
} as const

export type SampleKind = keyof typeof SAMPLES

/** One of the sample files that come with the package. */
export function readSample(kind: SampleKind): { bytes: Buffer; mimeType: string; filename: string } {
  const sample = SAMPLES[kind]
  if (!sample) throw new ControlError(400, `no sample for ${kind}; there are ${Object.keys(SAMPLES).join(', ')}`)
  return { bytes: readFileSync(join(FOLDER, sample.file)), mimeType: sample.mimeType, filename: sample.file }
}

import { WAVEFORM_BARS } from '@atende/contracts/media'
import { MPEGDecoder } from 'mpg123-decoder'
import { OggOpusDecoder } from 'ogg-opus-decoder'
import type { Derived } from './derive-types.ts'

type Decoded = { channelData: Float32Array[]; samplesDecoded: number; sampleRate: number }
type Decoder = { ready: Promise<void>; free: () => void; decode: (piece: Uint8Array) => Decoded | Promise<Decoded>; flush?: () => Promise<Decoded> }

const PIECE_BYTES = 32_768
/** A loudness each 20 ms: enough for 64 bars of the shortest recording, little for an hour. */
const STEP_SECONDS = 0.02
/** Longer is music or a meeting; its shape says nothing any more. */
const MAX_SECONDS = 3 * 3600

/** Collects loudness (root mean square) step by step, so that an hour of sound is never held at once. */
function createMeter() {
  const steps: number[] = []
  let seconds = 0
  let [sum, count] = [0, 0]
  return {
    add({ channelData, samplesDecoded, sampleRate }: Decoded): void {
      const samples = channelData[0]
      if (!samples || samplesDecoded === 0) return
      seconds += samplesDecoded / sampleRate
      const perStep = Math.round(sampleRate * STEP_SECONDS)
      for (let i = 0; i < samplesDecoded; i++) {
        const value = samples[i] ?? 0
        sum += value * value
        if (++count < perStep) continue
        steps.push(Math.sqrt(sum / count))
        ;[sum, count] = [0, 0]
      }
    },
    seconds: () => seconds,
    steps: (): readonly number[] => (count === 0 ? steps : [...steps, Math.sqrt(sum / count)]),
  }
}

/** As many bars as asked, 0 to 255; the loudest is 255. */
export function barsOf(steps: readonly number[], bars = WAVEFORM_BARS): number[] {
  const heights = Array.from({ length: bars }, (_, bar) => {
    const from = Math.floor((bar * steps.length) / bars)
    const to = Math.max(from + 1, Math.floor(((bar + 1) * steps.length) / bars))
    return Math.max(0, ...steps.slice(from, to))
  })
  const loudest = Math.max(...heights)
  // The square root lifts quiet speech: ears hear loudness so, not by energy.
  return heights.map((h) => (loudest > 0 ? Math.round(Math.sqrt(h / loudest) * 255) : 0))
}

async function measure(decoder: Decoder, bytes: Uint8Array): Promise<Derived> {
  const meter = createMeter()
  try {
    await decoder.ready
    for (let at = 0; at < bytes.byteLength && meter.seconds() < MAX_SECONDS; at += PIECE_BYTES) {
      meter.add(await decoder.decode(bytes.subarray(at, at + PIECE_BYTES)))
    }
    if (decoder.flush) meter.add(await decoder.flush())
  } finally {
    decoder.free()
  }
  const seconds = meter.seconds()
  if (seconds === 0) throw new Error('no sound')
  if (seconds >= MAX_SECONDS) return {}
  return { durationMs: Math.round(seconds * 1000), waveform: barsOf(meter.steps()) }
}

export const deriveOpus = (bytes: Uint8Array): Promise<Derived> => measure(new OggOpusDecoder(), bytes)
export const deriveMp3 = (bytes: Uint8Array): Promise<Derived> => measure(new MPEGDecoder(), bytes)

/** Heights between 0 and 1 for `bars` columns; the loudest is 1, silence keeps a line that can be seen. */
export const peaksOf = (samples: Float32Array, bars: number): number[] => {
  const step = Math.max(1, Math.floor(samples.length / bars))
  const peaks = Array.from({ length: bars }, (_, bar) => {
    let top = 0
    const end = Math.min(samples.length, (bar + 1) * step)
    for (let i = bar * step; i < end; i += 4) top = Math.max(top, Math.abs(samples[i] ?? 0))
    return top
  })
  const loudest = Math.max(...peaks, 0.01)
  return peaks.map((peak) => Math.max(0.08, peak / loudest))
}

export type Waveform = { peaks: number[]; seconds: number }

const known = new Map<string, Promise<Waveform | null>>()

const decode = async (url: string, bars: number): Promise<Waveform | null> => {
  try {
    const answer = await fetch(url)
    if (!answer.ok) return null
    // An offline context decodes without a click and without counting against the browser's limit of open ones.
    const audio = await new OfflineAudioContext(1, 1, 16_000).decodeAudioData(await answer.arrayBuffer())
    return { peaks: peaksOf(audio.getChannelData(0), bars), seconds: audio.duration }
  } catch {
    return null
  }
}

/** The real shape of a recording, computed once per file; null when this browser cannot decode it. */
export const waveformOf = (id: string, url: string, bars: number): Promise<Waveform | null> => {
  const found = known.get(id) ?? decode(url, bars)
  known.set(id, found)
  return found
}

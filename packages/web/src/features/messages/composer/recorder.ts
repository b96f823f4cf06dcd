const OGG = 'audio/ogg;codecs=opus'
const WEBM = 'audio/webm;codecs=opus'
const MP4 = 'audio/mp4'

export type RecorderProblem = 'denied' | 'missing' | 'unsupported'

export class RecorderError extends Error {
  readonly problem: RecorderProblem
  constructor(problem: RecorderProblem, cause?: unknown) {
    super(problem, { cause })
    this.problem = problem
  }
}

export type Recording = {
  /** Loudness now, 0 to 1. */
  level: () => number
  stop: () => Promise<Blob>
  cancel: () => void
}

const openMicrophone = async (): Promise<MediaStream> => {
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } })
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    throw new RecorderError(name === 'NotFoundError' || name === 'NotReadableError' ? 'missing' : 'denied', error)
  }
}

const pickType = (): string => {
  if (typeof MediaRecorder === 'undefined' || !navigator.mediaDevices) throw new RecorderError('unsupported')
  const type = [OGG, WEBM, MP4].find((one) => MediaRecorder.isTypeSupported(one))
  if (!type) throw new RecorderError('unsupported')
  return type
}

/** Voice messages of WhatsApp are mono; microphones often are not. */
const asMono = (microphone: MediaStream) => {
  const audio = new AudioContext()
  const source = audio.createMediaStreamSource(microphone)
  const mono = audio.createMediaStreamDestination()
  mono.channelCount = 1
  mono.channelCountMode = 'explicit'
  const meter = audio.createAnalyser()
  meter.fftSize = 512
  source.connect(mono)
  source.connect(meter)
  const samples = new Float32Array(meter.fftSize)
  const level = (): number => {
    meter.getFloatTimeDomainData(samples)
    return Math.min(1, samples.reduce((top, sample) => Math.max(top, Math.abs(sample)), 0) * 1.6)
  }
  return { stream: mono.stream, level, close: () => void audio.close() }
}

export const startRecording = async (): Promise<Recording> => {
  const mimeType = pickType()
  const microphone = await openMicrophone()
  const { stream, level, close } = asMono(microphone)
  const recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32_000 })
  const chunks: Blob[] = []
  recorder.ondataavailable = (event) => chunks.push(event.data)
  recorder.start(1_000)
  const release = (): void => {
    for (const track of microphone.getTracks()) track.stop()
    close()
  }
  const stop = (): Promise<Blob> =>
    new Promise((resolve) => {
      recorder.onstop = () => {
        release()
        resolve(new Blob(chunks, { type: mimeType.split(';')[0] ?? mimeType }))
      }
      recorder.stop()
    })
  const cancel = (): void => {
    recorder.onstop = null
    if (recorder.state !== 'inactive') recorder.stop()
    release()
  }
  return { level, stop, cancel }
}

/** The recording as WhatsApp wants a voice message; Safari's MP4 stays an ordinary audio. */
export const asVoice = async (recorded: Blob): Promise<{ file: Blob; name: string; voice: boolean }> => {
  if (recorded.type === 'audio/webm') {
    const { webmToOgg } = await import('./remux-voice.ts')
    return { file: await webmToOgg(recorded), name: 'audio.ogg', voice: true }
  }
  return recorded.type === 'audio/ogg' ? { file: recorded, name: 'audio.ogg', voice: true } : { file: recorded, name: 'audio.m4a', voice: false }
}

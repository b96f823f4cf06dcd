import { attempt, uploadMedia } from './api-client.ts'
import type { ChatContext } from './chat-context.ts'
import { showNotice } from './dom.ts'
import { packOgg } from './pack-ogg.ts'

const WANTED = ['audio/ogg;codecs=opus', 'audio/webm;codecs=opus', 'audio/mp4']

export interface Recording {
  /** Ends the recording and sends it. */
  send(): void
  cancel(): void
}

/** Starts recording. Without a microphone a sample is sent instead and null given back. */
export async function startRecording(context: ChatContext): Promise<Recording | null> {
  let stream: MediaStream
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } })
  } catch {
    showNotice('Sem microfone neste navegador: enviei um recado de exemplo.')
    context.send({ type: 'audio', audio: { sample: 'audio', voice: true } })
    return null
  }
  const mimeType = WANTED.find((type) => MediaRecorder.isTypeSupported(type))
  const recorder = new MediaRecorder(stream, mimeType ? { mimeType, audioBitsPerSecond: 24_000 } : {})
  const parts: Blob[] = []
  let wanted = false
  recorder.addEventListener('dataavailable', (event) => parts.push(event.data))
  recorder.addEventListener('stop', () => {
    for (const track of stream.getTracks()) track.stop()
    if (wanted) attempt(upload(context, new Blob(parts), recorder.mimeType), 'O áudio não foi enviado')
  })
  recorder.start()
  const stop = (send: boolean): void => {
    wanted = send
    if (recorder.state !== 'inactive') recorder.stop()
  }
  return { send: () => stop(true), cancel: () => stop(false) }
}

async function upload(context: ChatContext, audio: Blob, recordedAs: string): Promise<void> {
  const packed = recordedAs.startsWith('audio/webm') ? packOgg(new Uint8Array(await audio.arrayBuffer())) : null
  const voice = packed !== null || recordedAs.startsWith('audio/ogg')
  // Only ogg/opus is a voice note; what another recorder gives is sent as plain audio.
  const mimeType = voice ? 'audio/ogg; codecs=opus' : (recordedAs.split(';')[0] ?? 'audio/webm')
  const media = await uploadMedia(context.number.phoneNumberId, packed ? new Blob([packed]) : audio, voice ? 'recado.ogg' : 'recado', mimeType)
  context.send({ type: 'audio', audio: { id: media.id, voice } })
}

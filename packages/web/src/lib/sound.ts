import { readStored, writeStored } from './locale.ts'

const STORED = 'atende.sound'

export const isSoundOn = (): boolean => readStored(STORED) !== 'off'
export const setSoundOn = (on: boolean): void => writeStored(STORED, on ? null : 'off')

let context: AudioContext | undefined

function note(audio: AudioContext, frequency: number, start: number): void {
  const tone = audio.createOscillator()
  const volume = audio.createGain()
  tone.type = 'sine'
  tone.frequency.value = frequency
  volume.gain.setValueAtTime(0, start)
  volume.gain.linearRampToValueAtTime(0.07, start + 0.015)
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.28)
  tone.connect(volume).connect(audio.destination)
  tone.start(start)
  tone.stop(start + 0.3)
}

/** Two soft notes, made here so that no file is needed. Browsers allow it only after the person has touched the page. */
export function playNotice(): void {
  if (!isSoundOn()) return
  // Before the first touch a sound is refused, and asking for one fills the console.
  if (!navigator.userActivation.hasBeenActive) return
  context ??= new AudioContext()
  if (context.state === 'suspended') void context.resume().catch(() => undefined)
  const start = context.currentTime + 0.01
  note(context, 659.25, start)
  note(context, 880, start + 0.11)
}

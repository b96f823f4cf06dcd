import { useEffect, useRef, useState } from 'react'

const SPEEDS = [1, 1.5, 2] as const
let current: HTMLAudioElement | null = null
let speed: (typeof SPEEDS)[number] = 1
/** Where listening stopped, as long as the page is open: bubbles come and go while a conversation is scrolled. */
const stops = new Map<string, number>()

export const formatClock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

/** One recording at a time; the chosen speed stays for the next one, the position for the next look. */
export const usePlayer = (id: string, onHeard: () => void) => {
  const audio = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [at, setAt] = useState(stops.get(id) ?? 0)
  const [length, setLength] = useState(0)
  const [rate, setRate] = useState<number>(speed)

  useEffect(() => {
    const element = audio.current
    return () => element?.pause()
  }, [])
  const measure = (element: HTMLAudioElement): void => {
    // Recordings of browsers carry no length until they were played to the end.
    if (Number.isFinite(element.duration)) setLength(element.duration)
  }
  const move = (seconds: number): void => {
    setAt(seconds)
    if (seconds > 0) stops.set(id, seconds)
    else stops.delete(id)
  }
  const toggle = (): void => {
    const element = audio.current
    if (!element) return
    if (!element.paused) {
      element.pause()
      return
    }
    if (current !== element) current?.pause()
    current = element
    element.playbackRate = speed
    setRate(speed)
    void element.play().then(onHeard, () => setPlaying(false))
  }
  const seek = (seconds: number): void => {
    if (audio.current) audio.current.currentTime = seconds
    move(seconds)
  }
  const nextSpeed = (): void => {
    speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length] ?? 1
    setRate(speed)
    if (audio.current) audio.current.playbackRate = speed
  }
  const events = {
    onPlay: () => setPlaying(true),
    onPause: () => setPlaying(false),
    onEnded: () => {
      setPlaying(false)
      seek(0)
    },
    onTimeUpdate: () => playing && move(audio.current?.currentTime ?? 0),
    onLoadedMetadata: () => {
      const element = audio.current
      if (!element) return
      measure(element)
      const stop = stops.get(id)
      if (stop !== undefined) element.currentTime = stop
    },
    onDurationChange: () => audio.current && measure(audio.current),
  }
  return { audio, events, playing, at, length, rate, toggle, seek, nextSpeed }
}

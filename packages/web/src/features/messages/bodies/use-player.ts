import { useEffect, useRef, useState } from 'react'

const SPEEDS = [1, 1.5, 2] as const
let current: HTMLAudioElement | null = null
let speed: (typeof SPEEDS)[number] = 1

/** One recording at a time; the chosen speed stays for the next one. */
export const usePlayer = () => {
  const audio = useRef<HTMLAudioElement>(null)
  const [playing, setPlaying] = useState(false)
  const [at, setAt] = useState(0)
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
    void element.play().catch(() => setPlaying(false))
  }
  const seek = (seconds: number): void => {
    if (audio.current) audio.current.currentTime = seconds
    setAt(seconds)
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
    onTimeUpdate: () => setAt(audio.current?.currentTime ?? 0),
    onLoadedMetadata: () => audio.current && measure(audio.current),
    onDurationChange: () => audio.current && measure(audio.current),
  }
  return { audio, events, playing, at, length, rate, toggle, seek, nextSpeed }
}

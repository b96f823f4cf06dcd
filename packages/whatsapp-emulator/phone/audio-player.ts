import type { ChatMessage } from '../src/emulator-types.ts'
import { attempt, markPlayed } from './api-client.ts'
import { contentOf } from './describe-message.ts'
import { h, icon } from './dom.ts'
import { formatLength } from './format-time.ts'

const BARS = 34
let playing: HTMLAudioElement | null = null

/** A player with play button, drawn wave and time. Playing a voice note of the business reports it as heard. */
export function buildAudio(message: ChatMessage, address: string): HTMLElement {
  const audio = new Audio()
  audio.preload = 'metadata'
  audio.src = address
  const voice = contentOf(message).voice === true
  const time = h('output', {}, '0:00')
  const seek = h('input', { type: 'range', min: 0, max: 1000, value: 0, 'aria-label': 'Posição do áudio' })
  const { wave, show } = drawWave(message.id)
  const button = h('button', { type: 'button', 'aria-label': voice ? 'Ouvir mensagem de voz' : 'Ouvir áudio' }, icon('play'))
  const update = (): void => {
    const { duration, currentTime } = audio
    const known = Number.isFinite(duration) && duration > 0
    show(known ? currentTime / duration : 0)
    seek.value = String(known ? (currentTime / duration) * 1000 : 0)
    time.textContent = formatLength(currentTime > 0 || !known ? currentTime : duration)
  }
  button.addEventListener('click', () => {
    if (!audio.paused) {
      audio.pause()
      return
    }
    playing?.pause()
    playing = audio
    attempt(audio.play(), 'Não deu para tocar o áudio')
    if (message.direction === 'outbound' && voice) attempt(markPlayed(message.id), 'Não deu para avisar que o áudio foi ouvido')
  })
  seek.addEventListener('input', () => {
    if (Number.isFinite(audio.duration)) audio.currentTime = (Number(seek.value) / 1000) * audio.duration
  })
  for (const name of ['play', 'pause', 'ended']) audio.addEventListener(name, () => button.replaceChildren(icon(audio.paused ? 'play' : 'pause')))
  for (const name of ['timeupdate', 'loadedmetadata', 'durationchange']) audio.addEventListener(name, update)
  return h('div', { class: 'audio' }, button, h('div', { class: 'wave' }, wave, seek), time)
}

/** Bars whose heights depend only on the message, so that they do not jump on a redraw. */
function drawWave(seedText: string): { wave: SVGSVGElement; show(part: number): void } {
  const space = 'http://www.w3.org/2000/svg'
  const wave = document.createElementNS(space, 'svg')
  wave.setAttribute('viewBox', `0 0 ${BARS * 4} 30`)
  wave.setAttribute('preserveAspectRatio', 'none')
  wave.setAttribute('aria-hidden', 'true')
  let seed = [...seedText].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 99991, 7)
  const bars = Array.from({ length: BARS }, (_, index) => {
    seed = (seed * 48271) % 2147483647
    const height = 4 + ((seed % 1000) / 1000) * 17 * (0.55 + 0.45 * Math.sin((index / BARS) * Math.PI))
    const bar = document.createElementNS(space, 'rect')
    for (const [key, value] of Object.entries({ x: index * 4, y: 15 - height / 2, width: 2.4, height, rx: 1.2, fill: 'currentColor', class: 'rest' }))
      bar.setAttribute(key, String(value))
    wave.append(bar)
    return bar
  })
  return {
    wave,
    show: (part) => {
      bars.forEach((bar, index) => {
        bar.classList.toggle('rest', index / BARS >= part)
      })
    },
  }
}

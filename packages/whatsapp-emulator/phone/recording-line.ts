import { h, iconButton } from './dom.ts'
import { formatLength } from './format-time.ts'
import type { Recording } from './voice-recorder.ts'

/** What stands in the composer while a voice note is recorded. `done` runs after sending or throwing away. */
export function buildRecordingLine(recording: Recording, done: () => void): HTMLElement {
  const startedAt = Date.now()
  const time = h('output', {}, '0:00')
  const ticker = window.setInterval(() => {
    time.textContent = formatLength((Date.now() - startedAt) / 1000)
  }, 300)
  const end = (run: () => void): void => {
    clearInterval(ticker)
    run()
    done()
  }
  return h(
    'div',
    { class: 'recording', role: 'group', 'aria-label': 'Gravando' },
    h('span', { class: 'lamp' }),
    time,
    iconButton('trash', 'Descartar', () => end(recording.cancel)),
    iconButton('send', 'Enviar recado', () => end(recording.send), 'go'),
  )
}

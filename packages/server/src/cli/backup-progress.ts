import { say } from './output.ts'

type Step = { part: string; bytes: number; total: number | undefined }

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']
export function size(bytes: number): string {
  let n = bytes
  let unit = 0
  while (n >= 1000 && unit < UNITS.length - 1) {
    n /= 1000
    unit++
  }
  return `${unit === 0 ? n : n.toFixed(n < 10 ? 2 : n < 100 ? 1 : 0)} ${UNITS[unit]}`
}

const WIDTH = 24
const EVERY_MS = 1000

function bar({ part, bytes, total }: Step): string {
  if (!total) return `${part}: ${part === 'archive' ? bytes : size(bytes)}`
  const share = Math.min(1, bytes / total)
  const full = Math.round(share * WIDTH)
  const amount = part === 'archive' ? `${bytes} of ${total} segments` : `${size(bytes)} of ${size(total)}`
  return `${part.padEnd(9)} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)} %  ${amount}`
}

/** A bar on a terminal; with `--json` a line per second; nothing where nobody looks. */
export function showSteps(json: boolean): { told: (step: Step) => void; end: () => void } {
  let last = 0
  let shown = ''
  return {
    told(step) {
      const isDue = Date.now() - last >= (json ? EVERY_MS : 100) || step.part !== shown
      if (!isDue) return
      last = Date.now()
      if (json) say(JSON.stringify({ part: step.part, done: step.bytes, total: step.total ?? null }))
      else if (process.stderr.isTTY) process.stderr.write(`${shown !== '' && shown !== step.part ? '\n' : '\r'}${bar(step)}\u001b[K`)
      shown = step.part
    },
    end() {
      if (!json && process.stderr.isTTY && shown !== '') process.stderr.write('\n')
    },
  }
}

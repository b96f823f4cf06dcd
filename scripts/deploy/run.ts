import { spawn, spawnSync } from 'node:child_process'

type Options = { cwd?: string; env?: Record<string, string>; input?: string; timeoutMs?: number; allowFailure?: boolean }
export type Ended = { code: number; out: string; err: string }

/** Runs a command to its end and answers what it said. @throws with its last words when it fails */
export function run(command: string, args: readonly string[], options: Options = {}): Ended {
  const r = spawnSync(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    input: options.input ?? '',
    encoding: 'utf8',
    timeout: options.timeoutMs ?? 900_000,
    maxBuffer: 64 * 1024 * 1024,
  })
  const ended = { code: r.status ?? 1, out: r.stdout ?? '', err: `${r.stderr ?? ''}${r.error ? String(r.error) : ''}` }
  if (ended.code !== 0 && !options.allowFailure) {
    throw new Error(`${command} ${args.join(' ').slice(0, 300)} ended with ${ended.code}:\n${(ended.out + ended.err).slice(-4000)}`)
  }
  return ended
}

/** The same beside whatever goes on in this process, and without a throw. It is asked to end when its time is over. */
export function runBeside(command: string, args: readonly string[], options: Pick<Options, 'cwd' | 'env' | 'timeoutMs'> = {}): Promise<Ended> {
  const child = spawn(command, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const late = setTimeout(() => child.kill('SIGTERM'), options.timeoutMs ?? 900_000)
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (d) => {
    said.out += d
  })
  child.stderr.setEncoding('utf8').on('data', (d) => {
    said.err += d
  })
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => {
      clearTimeout(late)
      done({ code: code ?? 1, ...said })
    })
  })
}

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

/** Asks until the answer is something, and not for ever. @throws after `seconds`, with what was waited for */
export async function until<T>(what: string, probe: () => Promise<T | undefined | false> | T | undefined | false, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000
  let last: unknown
  for (;;) {
    try {
      const value = await probe()
      if (value) return value
    } catch (e) {
      last = e
    }
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}${last instanceof Error ? `: ${last.message}` : ''}`)
    await pause(100)
  }
}

const times: { title: string; seconds: number }[] = []

/** One step, timed. */
export async function step<T>(title: string, work: () => Promise<T> | T): Promise<T> {
  process.stdout.write(`— ${title}\n`)
  const began = performance.now()
  const result = await work()
  const seconds = (performance.now() - began) / 1000
  times.push({ title, seconds })
  process.stdout.write(`  ${seconds.toFixed(1)} s\n`)
  return result
}

export const printTimes = (): void => {
  const width = Math.max(...times.map((t) => t.title.length), 0)
  for (const { title, seconds } of times) console.log(`  ${title.padEnd(width)} ${seconds.toFixed(1).padStart(7)} s`)
}

import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'

/**
 * As deploy/bin/atende starts it: a small young generation, and few heaps, which keep a server under load small at the same speed.
 */
const HEAPS = { MALLOC_ARENA_MAX: '2' }
const FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8']
const SERVE = path.join(import.meta.dirname, 'serve.ts')
export type ServerProcess = {
  url: string
  ownerUrl: string
  appUrl: string
  pid: number
  child: ChildProcess /** Ends it at once, as a power cut would. */
  kill: () => Promise<void>
  stop: () => Promise<void>
}

/** Starts `serve.ts` and waits until it listens. `env` decides data folder, port and database. */
export async function startServerProcess(env: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...FLAGS, SERVE], {
    env: { ...HEAPS, ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr?.on('data', (d) => {
    errors = (errors + d).slice(-8000)
  })
  child.once('exit', (code) => {
    // A server that ends by itself is a fault worth reading.
    if (code) process.stderr.write(`the server process ended with ${code}:\n${errors}\n`)
  })
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  const said = await new Promise<{ url: string; ownerUrl: string; appUrl: string; pid: number }>((done, failed) => {
    let out = ''
    child.stdout?.on('data', (d) => {
      out += d
      const line = out.split('\n').find((l) => l.startsWith('{"url"'))
      if (line) done(JSON.parse(line))
    })
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}: ${out}${errors}`)))
  })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await gone
  }
  return { ...said, child, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') }
}

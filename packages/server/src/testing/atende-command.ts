import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'

const CLI = path.resolve(import.meta.dirname, '../cli.ts')
const FLAGS = ['--disable-warning=ExperimentalWarning', CLI]
type Env = Record<string, string>
const environment = (env: Env) => ({ PATH: process.env.PATH, ...env })

/** The command `atende`, with nothing in its environment but `env`. */
export async function atende(args: readonly string[], env: Env, stdin = ''): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [...FLAGS, ...args], { env: environment(env), stdio: 'pipe' })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (d) => (stdout += d))
  child.stderr.on('data', (d) => (stderr += d))
  child.stdin.end(stdin)
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, stdout, stderr }
}

export type Started = { url: string; pid: number; child: ChildProcess; end: (signal: NodeJS.Signals) => Promise<void> }
/** `atende start` as a process of its own; waits until it listens. */
export async function startAtende(env: Env): Promise<Started> {
  const child = spawn(process.execPath, [...FLAGS, 'start', '--json'], { env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] })
  const gone = new Promise<void>((done) => child.once('exit', () => done()))
  let errors = ''
  child.stderr.on('data', (d) => (errors += d))
  const first = await new Promise<string>((done, failed) => {
    let out = ''
    child.stdout.on('data', (d) => {
      out += d
      const line = out.split('\n').find((l) => l.startsWith('{"url"') && l.endsWith('}'))
      if (line) done(line)
    })
    child.once('exit', (code) => failed(new Error(`the server ended with ${code}: ${errors}`)))
  })
  return {
    ...JSON.parse(first),
    child,
    async end(signal) {
      child.kill(signal)
      await gone
    },
  }
}

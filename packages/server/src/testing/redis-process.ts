import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../platform/ports.ts'

const BINARY = process.env.REDIS_SERVER ?? ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'].find(existsSync)

const answers = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => socket.write('PING\r\n'))
    socket.once('data', (data) => {
      socket.destroy()
      done(data.toString().includes('PONG'))
    })
    socket.once('error', () => done(false))
  })

/** A Redis of the test's own, on a free port, that can be killed, held and brought back. */
export async function startRedis() {
  if (!BINARY)
    throw new Error('The tests of limits in Redis need redis-server. Install it (Debian: apt-get install redis-server) or set REDIS_SERVER to its path.')
  const binary = BINARY
  const folder = mkdtempSync(path.join(tmpdir(), 'atende-redis-'))
  // Several files want one at once, and leave theirs free for a while.
  const port = await freePort(26_400 + (process.pid % 40) * 5, '127.0.0.1')
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = spawn(binary, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], { stdio: 'ignore' })
    for (let i = 0; i < 500; i++) {
      if (child.exitCode !== null) throw new Error(`redis-server ended (${child.exitCode})`)
      if (await answers(port)) return
      await new Promise((r) => setTimeout(r, 20))
    }
    throw new Error('redis-server does not answer')
  }
  async function kill(): Promise<void> {
    const running = child
    child = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const gone = new Promise<void>((done) => running.once('exit', () => done()))
    running.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill,
    /** It is there and does not answer. */
    hold: () => child?.kill('SIGSTOP'),
    release: () => child?.kill('SIGCONT'),
    async close() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../packages/server/src/platform/ports.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'

/** Story 1: the two commands, on a machine that is not always kind. */
const CLI = path.resolve(import.meta.dirname, '../packages/server/src/cli.ts')
const PORT = await freePort(19_500)
const home = mkdtempSync(path.join(tmpdir(), 'atende-start-'))
const started: ChildProcess[] = []
let squatter: Server

type Started = { child: ChildProcess; output: () => string; ended: Promise<number | null> }
function start(): Started {
  const env = { ...process.env, DATA_DIR: home, PORT: String(PORT), NODE_ENV: 'development', DATABASE_URL: '', NO_COLOR: '1', FORCE_COLOR: '0' }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, 'start', '--demo'], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (d) => {
      said += d
    })
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  return { child, output: () => said, ended }
}
const ready = async (s: Started) => {
  const url = await eventually(() => (s.output().includes('Ctrl+C encerra tudo') ? /Atendimento\s+(http:\/\/\S+)/.exec(s.output())?.[1] : undefined), 60_000)
  return { url, seconds: Number(/pronto em (\d+,\d) s/.exec(s.output())?.[1]?.replace(',', '.')) }
}
const login = (url: string) =>
  fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'bruno@recantodomar.example', password: 'atende-demo' }),
  })
const postgresPid = () => Number(readFileSync(path.join(home, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0])
const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

beforeAll(async () => {
  chmodSync(home, 0o755)
  squatter = createServer().listen(PORT, '127.0.0.1')
  await new Promise((r) => squatter.once('listening', r))
})
afterAll(async () => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  squatter.close()
  rmSync(home, { recursive: true, force: true })
})

it('starts on taken ports and says so, survives kill -9, refuses a twin, and ends cleanly', { timeout: 180_000 }, async () => {
  const first = start()
  const { url } = await ready(first)
  expect(first.output()).toContain(`A porta ${PORT} estava ocupada`)
  expect(url).not.toContain(`:${PORT}`)
  expect((await login(url)).status).toBe(200)
  expect((await fetch(url)).headers.get('content-type')).toContain('text/html')
  const phone = /Telefone\s+(http:\/\/\S+)/.exec(first.output())?.[1] ?? ''
  expect((await fetch(phone)).status).toBe(200)

  const twin = start()
  expect(await twin.ended).not.toBe(0)
  expect(twin.output()).toContain(`já está aberto em ${url}`)

  first.child.kill('SIGKILL')
  await first.ended
  expect(alive(postgresPid())).toBe(true)

  const second = start()
  const again = await ready(second)
  const answer = await login(again.url)
  expect(answer.status).toBe(200)
  const { accessToken } = await answer.json()
  const list = await fetch(`${again.url}/api/conversations?status=any`, { headers: { authorization: `Bearer ${accessToken}` } })
  expect((await list.json()).items).toHaveLength(6)

  const postgres = postgresPid()
  second.child.kill('SIGINT')
  expect(await second.ended).toBe(0)
  // The second start had adopted the database that the killed one left; a stop ends that one too.
  expect(alive(postgres)).toBe(false)
  await expect(fetch(again.url)).rejects.toThrow()
})

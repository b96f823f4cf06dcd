import { spawn } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { sqlAs } from './test-database.ts'
import { eventually, GENEROUS } from './test-server.ts'

const CLI = path.resolve(import.meta.dirname, '../cli.ts')
const NODE = [process.execPath, '--disable-warning=ExperimentalWarning']
export type Ended = { code: number | null; stdout: string; stderr: string }
export type BackupLab = Awaited<ReturnType<typeof startBackupLab>>

type Begun = { pid: number; ended: Promise<Ended>; kill: () => void }
/** A command as a process of its own. `fileBlocks`: no file may grow beyond so many KiB, as on a full disk. */
export function begin(args: readonly string[], env: Record<string, string>, fileBlocks?: number): Begun {
  const command = [...NODE, CLI, ...args]
  const limited = ['/bin/bash', '-c', `trap '' XFSZ; ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...command]
  const [program = '', ...rest] = fileBlocks === undefined ? command : limited
  const child = spawn(program, rest, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (d) => {
    stdout += d
  })
  child.stderr.on('data', (d) => {
    stderr += d
  })
  const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, stdout, stderr })))
  return { pid: child.pid ?? 0, ended, kill: () => void child.kill('SIGKILL') }
}

type Me = { accessToken: string; me: { tenant: { id: string } } }

/** A server on an embedded database of its own, with a company, and a key pair for its backups. Its timer is off: tests say when. */
export async function startBackupLab() {
  const folder = mkdtempSync(path.join(tmpdir(), 'atende-backup-'))
  // PostgreSQL runs as another user when the tests run as root.
  chmodSync(folder, 0o755)
  const at = (name: string) => path.join(folder, name)
  const made = await begin(['key', 'make', '--json'].toSpliced(0, 0, 'backup'), {}).ended
  const pair: { identity: string; recipient: string } = JSON.parse(made.stdout)
  const env = { DATA_DIR: at('home'), BACKUP_DIR: at('target'), BACKUP_RECIPIENT: pair.recipient, BACKUP_RUN: 'elsewhere', BACKUP_S3_PATIENCE_SECONDS: '0' }
  const { writeFileSync } = await import('node:fs')
  writeFileSync(at('identity'), `# a comment\n${pair.identity}\n`)
  // Several of these start at once, and each looks for a free port from here on.
  const serving = { NODE_ENV: 'test', LOG_LEVEL: 'fatal', PORT: String(24_600 + (process.pid % 80) * 10), ...GENEROUS }
  const servers: ServerProcess[] = []
  const start = async (home: string) => {
    const server = await startServerProcess({ ...env, ...serving, DATA_DIR: home })
    servers.push(server)
    return server
  }
  const server = await start(at('home'))

  const call = async <T>(url: string, method: string, route: string, token?: string, body?: unknown): Promise<T> => {
    const isForm = body instanceof FormData
    const response = await fetch(url + route, {
      method,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body && !isForm ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`)
    return (text ? JSON.parse(text) : undefined) as T
  }
  const login = { email: 'dona@example.com', password: 'uma senha bem longa' }
  const { accessToken, me } = await call<Me>(server.url, 'POST', '/api/auth/register', undefined, { companyName: 'Pousada', name: 'Dona', ...login })

  /** SQL as superuser of the database in a data folder, while it runs. */
  const sql = <R extends Record<string, unknown>>(home: string, text: string, values: unknown[] = []) => {
    const { postgresPassword } = JSON.parse(readFileSync(path.join(home, 'secrets.json'), 'utf8'))
    const port = readFileSync(path.join(home, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[3]
    return sqlAs<R>(`postgres://postgres:${postgresPassword}@127.0.0.1:${port}/atende`, text, values)
  }
  return {
    at,
    env,
    pair,
    server,
    token: accessToken,
    tenantId: me.tenant.id,
    login,
    start,
    call,
    sql,
    atende: (args: readonly string[], more: Record<string, string> = {}, fileBlocks?: number) => begin(args, { ...env, ...more }, fileBlocks).ended,
    begin: (args: readonly string[], more: Record<string, string> = {}) => begin(args, { ...env, ...more }),
    /** A data folder with nothing but the master key: a fresh machine. */
    freshHome(name: string): string {
      mkdirSync(at(name), { mode: 0o755 })
      cpSync(path.join(at('home'), 'secrets.json'), path.join(at(name), 'secrets.json'))
      return at(name)
    },
    restore: (home: string, ...more: string[]) =>
      begin(['restore', '--identity', at('identity'), '--into', home, '--yes', ...more], { ...env, DATA_DIR: home }).ended,
    async close() {
      for (const s of servers) if (s.child.exitCode === null && s.child.signalCode === null) await s.stop()
      // A server that was killed leaves its database.
      await eventually(() => !existsSync(path.join(at('home'), 'postgres/data/postmaster.pid')))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

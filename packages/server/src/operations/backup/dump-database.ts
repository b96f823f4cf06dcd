import { spawn, spawnSync } from 'node:child_process'
import { childEnvironment } from '../../platform/config.ts'
import { BackupError } from './backup-error.ts'

const majorOf = (said: string): number => Number(/\(PostgreSQL\) (\d+)/.exec(said)?.[1] ?? 0)

/** The first that can leave an extension out (--exclude-extension); what it writes an older pg_restore does not read. */
const LEAST_MAJOR = 17

/** A client program that is new enough for this server, and for us. @throws BackupError pg_dump_missing */
export function requireTool(tool: 'pg_dump' | 'pg_restore', serverMajor: number): void {
  const least = Math.max(LEAST_MAJOR, serverMajor)
  const r = spawnSync(tool, ['--version'], { encoding: 'utf8' })
  const found = r.status === 0 ? majorOf(r.stdout) : 0
  if (found >= least) return
  const here = found > 0 ? `the one here is of version ${found}` : 'there is none on the PATH'
  throw new BackupError('pg_dump_missing', `the files of this database cannot be reached from here, so ${tool} of version ${least} or newer is needed; ${here}`)
}

/**
 * The password goes by the environment: arguments can be seen by everybody on the machine. Without one in the address, what the operator
 * has set counts (PGPASSWORD, ~/.pgpass).
 */
export function toolEnvironment(url: string): { args: string[]; env: NodeJS.ProcessEnv } {
  const u = new URL(url)
  const env = childEnvironment(u.password === '' ? {} : { PGPASSWORD: decodeURIComponent(u.password) })
  u.password = ''
  return { args: ['--dbname', u.toString()], env }
}

/** Counts statements where somebody set it up (platform/installation.ts); only a superuser could put it back, and nothing of ours needs it. */
const NOT_OURS = ['--exclude-extension=pg_stat_statements', '--exclude-schema=server_stats']

/** Everything of ours in the database, in PostgreSQL's own format; compressed by us. */
export async function* dumpDatabase(url: string, told: (bytes: number) => void): AsyncGenerator<Buffer> {
  const { args, env } = toolEnvironment(url)
  const child = spawn('pg_dump', ['--format=custom', '--compress=0', '--no-password', ...NOT_OURS, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (d) => {
    said = (said + d).slice(-2000)
  })
  const ended = new Promise<number | null>((done) => child.once('close', done))
  child.once('error', () => {})
  let bytes = 0
  for await (const piece of child.stdout) {
    yield piece
    bytes += piece.length
    told(bytes)
  }
  if ((await ended) !== 0)
    throw new BackupError(/row-level security|permission denied/.test(said) ? 'rights_missing' : 'database_failed', `pg_dump: ${said.trim()}`)
}

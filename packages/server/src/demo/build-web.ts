import { spawn } from 'node:child_process'
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { REPOSITORY } from '../platform/config.ts'

const WEB = path.join(REPOSITORY, 'packages/web')
const SOURCES = [
  'packages/web/src',
  'packages/web/public',
  'packages/web/index.html',
  'packages/web/vite.config.ts',
  'packages/contracts/src',
  'package-lock.json',
]

function newest(file: string): number {
  if (!existsSync(file)) return 0
  const s = statSync(file)
  if (!s.isDirectory()) return s.mtimeMs
  return Math.max(0, ...readdirSync(file).map((f) => newest(path.join(file, f))))
}

/** Whether the built web client is missing or older than its sources. */
export function webIsStale(): boolean {
  const built = path.join(WEB, 'dist/index.html')
  return !existsSync(built) || statSync(built).mtimeMs < Math.max(...SOURCES.map((s) => newest(path.join(REPOSITORY, s))))
}

/** Builds the web client when needed, in a process of its own. @throws with the builder's own words */
export async function buildWeb(): Promise<boolean> {
  if (!webIsStale()) return false
  const vite = path.join(REPOSITORY, 'node_modules/vite/bin/vite.js')
  // Built beside and then renamed: a server that runs on the old files never meets a half-written folder.
  const next = path.join(WEB, `dist-${process.pid}`)
  const child = spawn(process.execPath, [vite, 'build', WEB, '--logLevel', 'error', '--outDir', next, '--emptyOutDir'], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stdout.on('data', (d) => (said += d))
  child.stderr.on('data', (d) => (said += d))
  const code = await new Promise<number | null>((done) => child.once('close', done))
  if (code !== 0) rmSync(next, { recursive: true, force: true })
  if (code !== 0) throw new Error(`the web client could not be built:\n${said}`)
  rmSync(path.join(WEB, 'dist'), { recursive: true, force: true })
  renameSync(next, path.join(WEB, 'dist'))
  return true
}

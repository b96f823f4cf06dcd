import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { ConfigError } from './config.ts'
import { answers, type Place, prepareCluster, prepareFolder, runningServer, stopServer } from './embedded-postgres.ts'
import { writeSettings } from './embedded-tuning.ts'
import type { Logger } from './log.ts'
import { isFree } from './ports.ts'

export type DatabaseService = {
  pid: number
  /** How PostgreSQL ended, by itself or because it was asked to. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** A fast shutdown: sessions are ended, nothing is lost. */
  stop: () => Promise<void>
}

const LINE = /^(DEBUG\d?|INFO|NOTICE|WARNING|ERROR|LOG|FATAL|PANIC|DETAIL|HINT|CONTEXT|STATEMENT): {2}(.*)$/
const LEVELS: Record<string, 'error' | 'warn' | 'fatal'> = { WARNING: 'warn', ERROR: 'error', FATAL: 'error', PANIC: 'fatal' }
/** Sent to every session at each stop, and said at each connection that came too early: nothing is wrong. */
const EXPECTED = /the database system is (starting up|shutting down|not yet accepting)|terminating connection due to administrator command/

/** PostgreSQL's own words as lines of our log. */
function tell(log: Logger, line: string): void {
  const [, kind = 'LOG', text = line] = LINE.exec(line) ?? []
  log[EXPECTED.test(text) ? 'debug' : (LEVELS[kind] ?? 'info')]({ from: 'postgres' }, text)
}

/** The processes of a PostgreSQL that was killed hold its memory for a moment longer. */
const STARTS = 40
const STILL_HELD = /pre-existing shared memory block|lock file "postmaster.pid" already exists/

export type ServiceOptions = {
  home: string
  password: string
  port: number
  log: Logger
  /** PostgreSQL's lines as they are, instead of our log's. */
  plain?: ((line: string) => void) | undefined
  /** Ends it also while it is starting. */
  signal?: AbortSignal
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

type Started = { child: ChildProcess; stillHeld: boolean }

function launch(command: string, args: readonly string[], run: Place['run'], say: (line: string) => void): Started {
  // Detached: Ctrl+C goes to us, and we ask it to end.
  const started: Started = { child: spawn(command, args, { ...run, detached: true, stdio: ['ignore', 'ignore', 'pipe'] }), stillHeld: false }
  if (started.child.stderr) {
    createInterface({ input: started.child.stderr }).on('line', (line) => {
      if (STILL_HELD.test(line)) started.stillHeld = true
      else say(line)
    })
  }
  return started
}

/** After a power cut it replays its log first, which may take minutes: as long as it lives, it is waited for. */
async function becomesReady(child: ChildProcess, { port, password, log, signal }: ServiceOptions): Promise<boolean> {
  let asked = false
  for (let tries = 1; !hasEnded(child); tries++) {
    if (signal?.aborted && !asked) asked = child.kill('SIGINT')
    if (!asked && (await answers(port, password))) return true
    if (tries % 200 === 0) log.info('the database is still starting')
    await new Promise((done) => setTimeout(done, 50))
  }
  return false
}

async function startUntilReady(options: ServiceOptions, place: Place): Promise<ChildProcess> {
  // An update removes the release that this process was started from, long before the database is started anew.
  const bin = await prepareCluster(place, options.password, { copied: true })
  const args = ['-D', place.data, '-c', `config_file=${writeSettings(place, bin, options.port)}`]
  const say = options.plain ?? ((line: string) => tell(options.log, line))
  for (let left = STARTS; ; left--) {
    const started = launch(path.join(bin, 'postgres'), args, place.run, say)
    const { child } = started
    if (await becomesReady(child, options)) return child
    if (!started.stillHeld || left === 0 || options.signal?.aborted) {
      throw new Error(`PostgreSQL did not start (${child.signalCode ?? `exit ${child.exitCode}`}); its own words stand above`)
    }
    await new Promise((done) => setTimeout(done, 250))
  }
}

/**
 * Runs the embedded PostgreSQL of `home` on exactly this port, with its settings in a file. What a killed service left running
 * there is ended first; nothing that belongs to others is touched.
 * @throws ConfigError the port is somebody else's
 */
export async function serveEmbedded(options: ServiceOptions): Promise<DatabaseService> {
  const { home, port, log } = options
  const place = prepareFolder(home)
  const left = runningServer(place.data)
  if (left) {
    log.warn({ pid: left.pid }, 'ending the database that a killed service left running')
    await stopServer(place.data)
  }
  if (!(await isFree(port, '127.0.0.1'))) throw new ConfigError(`EMBEDDED_PORT: something else uses 127.0.0.1:${port}; end it, or choose another port`)
  const child = await startUntilReady(options, place)
  const ended: DatabaseService['ended'] = hasEnded(child)
    ? Promise.resolve({ code: child.exitCode, signal: child.signalCode })
    : new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })))
  return {
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.kill('SIGINT')
      await ended
    },
  }
}

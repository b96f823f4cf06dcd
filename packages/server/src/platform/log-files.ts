import { appendFileSync, mkdirSync } from 'node:fs'
import { readdir, stat, unlink } from 'node:fs/promises'
import path from 'node:path'
import { pino } from 'pino'
import { createStream, type RotatingFileStream } from 'rotating-file-stream'
import type { Config } from './config.ts'

export type LogKind = 'error' | 'warn' | 'info' | 'http'
type Settings = Pick<Config, 'LOG_DIR' | 'LOG_NAME' | 'LOG_FILE_MB' | 'LOG_KEEP_MB' | 'ROLE' | 'PORT' | 'PORT_SEARCH' | `LOG_KEEP_${Uppercase<LogKind>}_DAYS`>

const KINDS = ['error', 'warn', 'info', 'http'] as const
const DAY_MS = 24 * 3600_000
const PURGE_MS = 3600_000
/** A disk that is full or may not be written is asked again after so long. */
const AGAIN_MS = 30_000
/** What waits for a disk that does not answer; more than this is given up, so that memory stays. */
const WAITING_MAX = 10_000
const MODE = 0o640
const FILE = /^(error|warn|info|http)-[a-z0-9-]+?(?:\.\d{8}-\d{4}-\d+)?\.log(?:\.gz)?$/

const pad = (n: number, digits: number): string => String(n).padStart(digits, '0')
const stampOf = (at: Date): string =>
  `${at.getFullYear()}${pad(at.getMonth() + 1, 2)}${pad(at.getDate(), 2)}-${pad(at.getHours(), 2)}${pad(at.getMinutes(), 2)}`

/** Several processes must not turn one file round under each other's hands: each has its own. */
const nameOf = (c: Settings): string => c.LOG_NAME ?? `${c.ROLE}-${c.PORT_SEARCH || c.PORT === 0 ? process.pid : c.PORT}`

/** One file that is put away when it is big or a day old. Whatever happens to the disk, writing never throws and never waits. */
class LogFile {
  readonly #folder: string
  readonly #base: string
  readonly #size: `${number}B`
  /** Null: it can be written again. */
  readonly #complain: (code: string | null) => void
  readonly #putAway: () => void
  #stream: RotatingFileStream | undefined
  #failedAt = 0
  #closed = false
  /** Handed over and not yet known to be on disk. */
  #waiting: string[] = []

  constructor(folder: string, base: string, megabytes: number, told: { complain: (code: string | null) => void; putAway: () => void }) {
    this.#folder = folder
    this.#base = base
    this.#size = `${Math.max(1, Math.round(megabytes * 1024 * 1024))}B`
    this.#complain = told.complain
    this.#putAway = told.putAway
  }

  #open(): RotatingFileStream | undefined {
    if (this.#stream) return this.#stream
    if (Date.now() - this.#failedAt < AGAIN_MS) return undefined
    const name = (time: number | Date | null, index?: number) =>
      time === null ? `${this.#base}.log` : `${this.#base}.${stampOf(new Date(time))}-${index}.log.gz`
    const stream = createStream(name, { path: this.#folder, size: this.#size, interval: '1d', initialRotation: true, compress: 'gzip', mode: MODE })
    stream.on('error', (e: NodeJS.ErrnoException) => this.#failed(stream, e))
    stream.on('rotated', () => this.#putAway())
    stream.on('warning', (e: NodeJS.ErrnoException) => this.#complain(e.code ?? 'unknown'))
    this.#stream = stream
    return stream
  }

  #failed(stream: RotatingFileStream, e: NodeJS.ErrnoException): void {
    if (this.#stream !== stream) return
    this.#stream = undefined
    this.#failedAt = Date.now()
    // They stand on standard output; keeping them for a disk that may never come back would fill the memory instead.
    this.#waiting = []
    this.#complain(e.code ?? 'unknown')
  }

  write(line: string): void {
    const stream = this.#closed ? undefined : this.#open()
    if (this.#closed) this.#append(line)
    if (!stream || this.#waiting.length >= WAITING_MAX) return
    this.#waiting.push(line)
    stream.write(line, (e) => {
      if (!e) this.#written()
    })
  }

  #written(): void {
    this.#waiting.shift()
    if (this.#failedAt === 0) return
    this.#failedAt = 0
    this.#complain(null)
  }

  #append(text: string): void {
    try {
      appendFileSync(path.join(this.#folder, `${this.#base}.log`), text, { mode: MODE })
    } catch {
      // The disk says no; standard output has them.
    }
  }

  /** The process ends at once: what waits goes to the disk now. A line may stand there twice, and none is missing. */
  flushNow(): void {
    const left = this.#waiting.join('')
    this.#waiting = []
    if (left !== '') this.#append(left)
  }

  close(): Promise<void> {
    const stream = this.#stream
    this.#closed = true
    if (!stream) return Promise.resolve()
    return new Promise((done) => {
      stream.once('close', () => done())
      stream.once('error', () => done())
      stream.end()
    })
  }
}

type Kept = { name: string; kind: LogKind; bytes: number; at: number }
async function listLogs(folder: string): Promise<Kept[]> {
  const names = await readdir(folder).catch(() => [])
  const found = names.map(async (name): Promise<Kept[]> => {
    const kind = KINDS.find((k) => k === FILE.exec(name)?.[1])
    const s = kind ? await stat(path.join(folder, name)).catch(() => undefined) : undefined
    return kind && s ? [{ name, kind, bytes: s.size, at: s.mtimeMs }] : []
  })
  return (await Promise.all(found)).flat()
}

/** The oldest that were put away, until the rest of their kind takes no more than `bytes`. */
function tooMany(files: readonly Kept[], bytes: number): Kept[] {
  let sum = 0
  return files
    .filter((f) => f.name.endsWith('.gz'))
    .toSorted((a, b) => b.at - a.at)
    .filter((f) => {
      sum += f.bytes
      return sum > bytes
    })
}

/**
 * Removes what is older than its kind is kept, and of each kind what is beyond `keepMb`. Ours are told by their names; nothing else in
 * the folder is touched.
 */
export async function purgeLogs(folder: string, keepDays: Record<LogKind, number>, keepMb: number, now = Date.now()): Promise<string[]> {
  const all = await listLogs(folder)
  const over = KINDS.flatMap((kind) => {
    const old = all.filter((f) => f.kind === kind && now - f.at > keepDays[kind] * DAY_MS)
    return [
      ...old,
      ...tooMany(
        all.filter((f) => f.kind === kind && !old.includes(f)),
        keepMb * 1024 * 1024,
      ),
    ]
  })
  const gone = over.map(({ name }) =>
    unlink(path.join(folder, name)).then(
      () => [name],
      () => [],
    ),
  )
  return (await Promise.all(gone)).flat()
}

export type LogFiles = {
  /** For pino: takes each line with its level. */
  stream: { write: (line: string) => void }
  /** A line for each answer. */
  http: pino.Logger
  close: () => Promise<void>
}

const kindOf = (level: number): LogKind => (level >= 50 ? 'error' : level >= 40 ? 'warn' : 'info')

/**
 * Logs as files, beside standard output. The folder may be full, read-only or gone: then it is said once on standard output, and the
 * server goes on.
 */
export function openLogFiles(config: Settings, folder: string): LogFiles {
  let said = false
  const complain = (code: string | null) => {
    if (code === null) said = false
    if (code === null || said) return
    said = true
    process.stdout.write(
      `${JSON.stringify({ level: 50, time: Date.now(), code, msg: 'logs: the files cannot be written; only standard output has the lines' })}\n`,
    )
  }
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 })
  } catch (e) {
    complain(e instanceof Error && 'code' in e ? String(e.code) : 'unknown')
  }
  const name = nameOf(config)
  const fileOf = (kind: LogKind) => new LogFile(folder, `${kind}-${name}`, config.LOG_FILE_MB, { complain, putAway: () => purge() })
  const files: Record<LogKind, LogFile> = { error: fileOf('error'), warn: fileOf('warn'), info: fileOf('info'), http: fileOf('http') }
  const keep = { error: config.LOG_KEEP_ERROR_DAYS, warn: config.LOG_KEEP_WARN_DAYS, info: config.LOG_KEEP_INFO_DAYS, http: config.LOG_KEEP_HTTP_DAYS }
  const purge = () => void purgeLogs(folder, keep, config.LOG_KEEP_MB)
  const timer = setInterval(purge, PURGE_MS)
  timer.unref()
  purge()
  const flushNow = () => {
    for (const file of Object.values(files)) file.flushNow()
  }
  process.once('exit', flushNow)
  // pino gives the level of a line to streams with this mark.
  const stream = {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 30,
    write(line: string) {
      files[kindOf(this.lastLevel)].write(line)
    },
  }
  return {
    stream,
    http: pino({ level: 'info', base: null }, { write: (line: string) => files.http.write(line) }),
    async close() {
      clearInterval(timer)
      await Promise.all(Object.values(files).map((f) => f.close()))
      flushNow()
      process.removeListener('exit', flushNow)
    },
  }
}

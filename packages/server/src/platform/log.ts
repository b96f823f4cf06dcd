import { type Logger, type LoggerOptions, pino } from 'pino'
import type { Config } from './config.ts'
import { describeError } from './log-errors.ts'
import type { LogFiles } from './log-files.ts'

/** Values of these keys never reach a log line, wherever they stand. */
const REDACT = [
  ...['authorization', 'cookie', 'password', 'token', 'accessToken', 'refreshToken', 'secret', 'appSecret', 'verifyToken', 'key', 'pin', 'code_verifier'],
  ...['body', 'payload', 'content', 'raw', 'query', 'params', 'headers', 'email', 'phone', 'name', 'text', 'notes', 'filename', 'url', 'ip', 'userAgent'],
]

/** Where lines from a level on go as well, as they are printed: with everything taken out that must not be in them. */
export type LogCopy = { level: 'error' | 'warn' | 'info'; write: (line: string) => void }
type Sinks = { copies?: readonly LogCopy[]; files?: Pick<LogFiles, 'stream'> | undefined }

/** What is printed, and kept in files, stays what LOG_LEVEL says, whatever the copies want. */
function alsoTo({ copies = [], files }: Sinks, level: Config['LOG_LEVEL']) {
  const printed = level === 'silent' ? [] : [{ level, stream: pino.destination({ fd: 1, sync: true }) }]
  const kept = level === 'silent' || !files ? [] : [{ level, stream: files.stream }]
  return pino.multistream([...printed, ...kept, ...copies.map((copy) => ({ level: copy.level, stream: { write: copy.write } }))])
}

/** The quietest level at which everybody gets what they want. */
const lowest = (levels: readonly Config['LOG_LEVEL'][]): Config['LOG_LEVEL'] =>
  levels.toSorted((a, b) => (pino.levels.values[a] ?? Infinity) - (pino.levels.values[b] ?? Infinity))[0] ?? 'info'

/** JSON to stdout, and to files when there are some. People's data and secrets are not logged at all; the redaction is the second net. */
export function createLog(config: Pick<Config, 'LOG_LEVEL'>, sinks: Sinks = {}): Logger {
  const settings: LoggerOptions = {
    level: lowest([config.LOG_LEVEL, ...(sinks.copies ?? []).map((c) => c.level)]),
    base: null,
    redact: { paths: REDACT.flatMap((k) => [k, `*.${k}`, `*.*.${k}`]), censor: '[redacted]' },
    serializers: {
      err: (e: unknown) => describeError(e),
      error: (e: unknown) => describeError(e),
      // The framework's own write the address with its query, and who called.
      req: () => '[request]',
      res: () => '[answer]',
    },
  }
  return sinks.files || sinks.copies?.length ? pino(settings, alsoTo(sinks, config.LOG_LEVEL)) : pino(settings)
}

/**
 * What nobody caught ends the process, as it would by itself, but tells it like any other error: Node prints whatever the error holds.
 * `told` waits until others have heard of it; it must not take long.
 */
export function logCrashes(log: Logger, told?: () => Promise<unknown>): void {
  process.once('uncaughtException', (err, origin) => {
    log.fatal({ err, origin }, 'the process ends')
    if (told) void told().finally(() => process.exit(1))
    else process.exit(1)
  })
}

export type { Logger }

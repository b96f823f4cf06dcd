import { type Logger, multistream, pino, type StreamEntry } from 'pino'
import type { Config } from './config.ts'
import { describeError } from './log-errors.ts'
import type { LogFiles } from './log-files.ts'

/** Values of these keys never reach a log line, wherever they stand. */
const REDACT = [
  ...['authorization', 'cookie', 'password', 'token', 'accessToken', 'refreshToken', 'secret', 'appSecret', 'verifyToken', 'key', 'pin', 'code_verifier'],
  ...['body', 'payload', 'content', 'raw', 'query', 'params', 'headers', 'email', 'phone', 'name', 'text', 'notes', 'filename', 'url', 'ip', 'userAgent'],
]

/** JSON to stdout, and to `files` when there are some. People's data and secrets are not logged at all; the redaction is the second net. */
export function createLog(config: Pick<Config, 'LOG_LEVEL'>, files?: Pick<LogFiles, 'stream'>): Logger {
  const options = {
    level: config.LOG_LEVEL,
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
  if (!files) return pino(options)
  const streams: StreamEntry[] = [pino.destination(1), files.stream].map((stream) => ({ level: 'trace', stream }))
  return pino(options, multistream(streams))
}

/** What nobody caught ends the process, as it would by itself, but tells it like any other error: Node prints whatever the error holds. */
export function logCrashes(log: Logger): void {
  process.once('uncaughtException', (err, origin) => {
    log.fatal({ err, origin }, 'the process ends')
    process.exit(1)
  })
}

export type { Logger }

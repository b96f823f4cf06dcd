import { type Logger, pino } from 'pino'
import type { Config } from './config.ts'

/** Values of these keys never reach a log line, wherever they stand. */
const REDACT = ['authorization', 'cookie', 'password', 'token', 'secret', 'body', 'email', 'phone', 'name', 'text']

/** JSON to stdout. People's data and secrets are not logged at all; the redaction is the second net. */
export const createLog = (config: Pick<Config, 'LOG_LEVEL'>): Logger =>
  pino({
    level: config.LOG_LEVEL,
    base: null,
    redact: { paths: REDACT.flatMap((k) => [k, `*.${k}`, `*.*.${k}`]), censor: '[redacted]' },
    serializers: {
      err: (e: unknown) =>
        e instanceof Error ? { type: e.name, message: e.message, stack: e.stack, code: 'code' in e ? e.code : undefined } : { message: String(e) },
    },
  })

export type { Logger }

import type { Config } from '../../platform/config.ts'
import { within } from '../../platform/health.ts'
import type { LogCopy } from '../../platform/log.ts'
import type { Outgoing } from '../../platform/outgoing/outgoing.ts'
import { type ReportedLine, readLine } from './reported-line.ts'

export type ErrorReports = { copy: LogCopy /** Resolves when what was told has left, or after two seconds. */; flush: () => Promise<void> }

const MINUTE = 60_000
/** A server whose database is away says the same many times; who reads it needs it once. */
const MOST_A_MINUTE = 60
const FLUSH_MS = 2_000

/** Lets through what was not told within the last minute, and not too much of it. */
export function createSieve(now: () => number = Date.now): (line: ReportedLine) => boolean {
  let told = new Map<string, number>()
  return ({ key }) => {
    const at = now()
    told = new Map([...told].filter(([, then]) => at - then < MINUTE))
    if (told.has(key) || told.size >= MOST_A_MINUTE) return false
    told.set(key, at)
    return true
  }
}

/**
 * Errors and crashes, told to a Sentry when the operator names one. What is told is read from the line of the log, from which
 * everything about people has been taken out. Without SENTRY_DSN nothing of it is loaded.
 */
export function openErrorReports(config: Config, outgoing: Outgoing): ErrorReports | undefined {
  const dsn = config.SENTRY_DSN
  if (!dsn) return undefined
  const client = import('./sentry.ts').then(({ openSentry }) => openSentry(dsn, config, outgoing))
  // Told when it is used; nobody waits for it here.
  client.catch(() => {})
  const isNew = createSieve()
  const underway = new Set<Promise<unknown>>()
  let told = false
  const write = (text: string): void => {
    const line = readLine(text)
    if (!line || !isNew(line)) return
    told = true
    const telling = client.then((c) => c.tell(line)).catch(() => {})
    underway.add(telling)
    void telling.finally(() => underway.delete(telling))
  }
  return {
    copy: { level: 'error', write },
    async flush() {
      if (!told) return
      const left = Promise.all(underway).then(async () => (await client).flush(FLUSH_MS))
      await within(FLUSH_MS, left).catch(() => {})
    },
  }
}

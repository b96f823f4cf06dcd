import { createTransport } from '@sentry/core'
import { ServerRuntimeClient } from '@sentry/core/server'
import { type Config, VERSION } from '../../platform/config.ts'
import type { Outgoing } from '../../platform/outgoing/outgoing.ts'
import type { ReportedLine } from './reported-line.ts'

export type ErrorClient = { tell: (line: ReportedLine) => void; flush: (ms: number) => Promise<boolean> }

const ANSWER_MS = 5_000

/** Speaks Sentry's protocol and nothing more: no integrations, no breadcrumbs, nothing that it would find out by itself. */
export function openSentry(dsn: string, config: Pick<Config, 'SENTRY_ENVIRONMENT' | 'ROLE'>, outgoing: Outgoing): ErrorClient {
  const client = new ServerRuntimeClient({
    dsn,
    release: `atende@${VERSION}`,
    environment: config.SENTRY_ENVIRONMENT,
    platform: 'node',
    runtime: { name: 'node', version: process.version },
    integrations: [],
    sendClientReports: false,
    stackParser: () => [],
    transport: (options) =>
      createTransport(options, async ({ body }) => {
        const sent = typeof body === 'string' ? body : new Uint8Array(body)
        const answer = await outgoing.fetch(options.url, { method: 'POST', body: sent, headers: options.headers ?? {}, timeoutMs: ANSWER_MS })
        await answer.body?.cancel()
        return {
          statusCode: answer.status,
          headers: { 'x-sentry-rate-limits': answer.headers.get('x-sentry-rate-limits'), 'retry-after': answer.headers.get('retry-after') },
        }
      }),
  })
  client.init()
  return {
    tell({ level, seconds, message, errors, tags }) {
      client.captureEvent({
        level,
        timestamp: seconds,
        // The line of the log says what was done, the error what went wrong.
        transaction: tags.route ?? tags.job ?? message,
        tags: { ...tags, role: config.ROLE },
        ...(errors.length > 0
          ? { exception: { values: errors.map((e) => ({ type: e.type, value: `${message}: ${e.value}`, stacktrace: { frames: e.frames } })) } }
          : { message }),
      })
    },
    flush: async (ms) => client.flush(ms),
  }
}

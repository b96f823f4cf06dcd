import { CommanderError } from 'commander'
import { z } from 'zod'
import { ConfigError } from '../platform/config.ts'
import { AppError } from '../platform/errors.ts'

export const OK = 0
export const FAILURE = 1
export const USAGE = 2

/** The caller gave something that cannot work. */
export class UsageError extends Error {}

/** Everything was said already: only the exit code is left. */
export class Ended extends Error {
  readonly exit: number
  constructor(exit: number) {
    super(`ended with ${exit}`)
    this.exit = exit
  }
}

export const say = (text: string): void => void process.stdout.write(`${text}\n`)
export const warn = (text: string): void => void process.stderr.write(`${text}\n`)

/** With `--json` exactly one value on stdout; otherwise lines for people. */
export function print(json: boolean, value: unknown, lines: readonly string[]): void {
  if (json) say(JSON.stringify(value, null, 2))
  else for (const line of lines) say(line)
}

/** Columns as wide as their longest cell. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((r) => (r[i] ?? '').length)))
  return rows.map((r) =>
    r
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

type Told = { code: string; message: string; hint?: string; exit: number }

const KNOWN: Record<string, { message: string; hint: string }> = {
  email_taken: {
    message: 'this e-mail address has a login already',
    hint: 'use another address; a person who works for two companies is invited in the web interface',
  },
  already_exists: { message: 'this slug is taken', hint: 'choose another --slug, or leave it out' },
  number_taken: { message: 'this phone number id is connected already', hint: 'each number can be connected once on a server; see "atende channel list"' },
  plan_limit: { message: "the tenant's plan has no room for one more", hint: 'change the plan as super admin, or remove what is not used' },
  not_found: { message: 'there is no such tenant', hint: 'see "atende tenant list" for slugs and ids' },
}

/** `owner.email` of the contract is `--owner-email` here. */
const flagOf = (path: readonly PropertyKey[]) => `--${path.map((p) => String(p).replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)).join('-')}`

function understand(e: unknown): Told {
  if (e instanceof UsageError) return { code: 'usage', message: e.message, exit: USAGE }
  if (e instanceof z.ZodError) {
    return {
      code: 'validation_failed',
      message: e.issues.map((i) => `${flagOf(i.path)}: ${i.message}`).join('\n  '),
      hint: 'add --help to see what is expected',
      exit: USAGE,
    }
  }
  if (e instanceof ConfigError) return { code: 'config_invalid', message: e.message, hint: 'correct the environment or the .env file', exit: USAGE }
  if (e instanceof AppError) {
    const known = KNOWN[e.code]
    return { code: e.code, message: known?.message ?? e.detail ?? e.message, ...(known ? { hint: known.hint } : {}), exit: FAILURE }
  }
  const code = e instanceof Error && 'code' in e ? String(e.code) : 'failed'
  const hints: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there; is the database running, and is DATABASE_URL right?',
    ENOTFOUND: 'this host name is unknown; check DATABASE_URL',
    EADDRINUSE: 'the port is taken; set PORT, or PORT_SEARCH=true to take the next free one',
    '28P01': 'the database refused the password; check DATABASE_URL',
    ENOENT: 'the file does not exist',
  }
  const message = e instanceof AggregateError ? e.errors.map(String).join('; ') : e instanceof Error ? e.message : String(e)
  const hint = e instanceof Error && 'hint' in e && typeof e.hint === 'string' ? e.hint : hints[code]
  return { code, message, ...(hint ? { hint } : {}), exit: FAILURE }
}

/** Says on stderr what went wrong and what to do. Answers the exit code. */
export function fail(e: unknown, json: boolean): number {
  if (e instanceof Ended) return e.exit
  if (e instanceof CommanderError) return e.exitCode === 0 ? OK : USAGE
  const { exit, ...told } = understand(e)
  if (json) warn(JSON.stringify({ error: told }))
  else warn(`error (${told.code}): ${told.message}${told.hint ? `\n  ${told.hint}` : ''}`)
  return exit
}

/** What an error may say in a log: what happened and where, never what somebody wrote. */
export type LoggedError = { type: string; message: string; stack?: string; code?: unknown; constraint?: unknown; table?: unknown; cause?: LoggedError }

const MOST = 300
/**
 * Errors of parsers and of the database quote what they could not read. Quoted text, addresses, digits that could be a telephone and
 * words that could be a secret are taken out; what is left says enough together with the stack.
 */
export const scrub = (text: string): string =>
  text
    .slice(0, 4 * MOST)
    .replace(/"[^"]*"?|'[^']*'?|`[^`]*`?|«[^»]*»?/g, '"…"')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '…://…')
    .replace(/\S+@\S+/g, '…@…')
    .replace(/[\w+/=.-]*\d[\d ().-]{5,}\d[\w+/=.-]*/g, '#')
    .replace(/[A-Za-z0-9+/=_-]{20,}/g, '…')
    .slice(0, MOST)

/** Only where: the first lines of a stack are the message once more. */
const frames = (stack: string | undefined): string | undefined =>
  stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .join('\n')

type Issue = { code: string; path: PropertyKey[] }
/** Keys of our contracts are words of ours; a key of a map may be anybody's. */
const where = (path: PropertyKey[]) => path.map((p) => (typeof p === 'number' || /^[a-z][A-Za-z]{0,30}$/.test(String(p)) ? String(p) : '*')).join('.')
const isIssues = (v: unknown): v is Issue[] => Array.isArray(v) && v.every((i) => typeof i === 'object' && i !== null && 'code' in i && Array.isArray(i.path))

function messageOf(e: Error): string {
  if ('issues' in e && isIssues(e.issues))
    return e.issues
      .slice(0, 5)
      .map((i) => `${i.code} at ${where(i.path)}`)
      .join('; ')
  // PostgreSQL: the code, the constraint and the stack say it; its message may hold the value, and what a trigger wrote.
  if ('severity' in e && 'code' in e) return `PostgreSQL ${String(e.code)}`
  return scrub(e.message)
}

const plainCode = (v: unknown) => (typeof v === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(v) ? v : undefined)

export function describeError(e: unknown, depth = 0): LoggedError {
  if (!(e instanceof Error)) return { type: typeof e, message: typeof e === 'string' ? scrub(e) : 'not an Error' }
  const [code, constraint, table] = ['code', 'constraint', 'table'].map((key) => plainCode(Reflect.get(e, key)))
  const stack = frames(e.stack)
  return {
    type: e.name,
    message: messageOf(e),
    ...(stack ? { stack } : {}),
    ...(code ? { code } : {}),
    ...(constraint ? { constraint } : {}),
    ...(table ? { table } : {}),
    ...(e.cause !== undefined && depth < 3 ? { cause: describeError(e.cause, depth + 1) } : {}),
  }
}

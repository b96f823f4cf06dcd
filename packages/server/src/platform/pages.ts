import { z } from 'zod'
import { AppError } from './errors.ts'

/** Cursors are opaque to callers: base64url of a small JSON tuple. */
export const encodeCursor = (parts: readonly (string | number)[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url')

/** @throws AppError cursor_invalid */
export function decodeCursor<T extends z.ZodType>(cursor: string, shape: T): z.infer<T> {
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw new AppError('cursor_invalid')
  }
}

/** The usual key of a list: a moment with microseconds as PostgreSQL prints it, and an id. */
export const TimeIdCursor = z.tuple([
  z
    .string()
    .regex(/^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d(:\d\d)?)$/)
    // The 99th day of a month would be an error of the database.
    .refine((at) => !Number.isNaN(Date.parse(at.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')))),
  z.uuid(),
])

/** Cuts the extra row that tells whether there is more. */
export function toPage<R, I>(rows: readonly R[], limit: number, key: (row: R) => readonly (string | number)[], present: (row: R) => I) {
  const more = rows.length > limit
  const shown = more ? rows.slice(0, limit) : rows
  const last = shown.at(-1)
  return { items: shown.map(present), nextCursor: more && last !== undefined ? encodeCursor(key(last)) : null }
}

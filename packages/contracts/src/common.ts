import { z } from 'zod'

/** A UUIDv7 of one of our rows. */
export const Id = z.uuid()
/** A moment, ISO 8601 with offset. */
export const Time = z.iso.datetime({ offset: true })
/** Opaque position in a keyset list; take it from `nextCursor` and never build one. */
export const Cursor = z.string().max(400)

export const PageQuery = z.object({
  cursor: Cursor.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(30),
})

/** `nextCursor` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), nextCursor: z.string().nullable() })

export const IdParams = z.object({ id: Id })
export const Email = z.string().trim().toLowerCase().max(254).pipe(z.email())
export const PersonName = z.string().trim().min(1).max(120)
/** 10 to 200 characters; length protects better than forced symbols (NIST SP 800-63B). */
export const Password = z.string().min(10).max(200)

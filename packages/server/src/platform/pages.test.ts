import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeCursor, encodeCursor, TimeIdCursor } from './pages.ts'

const ID = '0198c0de-0000-7000-8000-000000000000'

it('takes moments as PostgreSQL and JavaScript print them', () => {
  for (const at of ['2026-11-29 14:54:11.787123+00', '2026-11-29 14:54:11+05:30', '2026-02-28 23:59:59.1-03', new Date().toISOString()]) {
    expect(decodeCursor(encodeCursor([at, ID]), TimeIdCursor)).toEqual([at, ID])
  }
})

it.each(['T', '-', '2026-99-99', '2026-11-29', '9999999-01-01', '2026-01-01 25:61:61+00', '2026-01-01T00:00:00', '1'.repeat(40)])(
  'refuses what the database could not read: %s',
  (at) => {
    expect(() => decodeCursor(encodeCursor([at, ID]), TimeIdCursor)).toThrow(/cursor_invalid/)
  },
)

it('whatever stands in a cursor, it is read or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.json().map((j) => Buffer.from(j).toString('base64url')),
      ),
      (cursor) => {
        try {
          decodeCursor(cursor, TimeIdCursor)
        } catch (e) {
          expect(String(e)).toContain('cursor_invalid')
        }
      },
    ),
  )
})

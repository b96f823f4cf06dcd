import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACCOUNT_FIELDS, readAccountField, TEMPLATE_FIELDS } from './account-fields.ts'
import { ACCOUNT_UPDATE_EVENTS } from './account-update.ts'
import { moment, readLimit } from './read-value.ts'

const KEYS = [
  'event',
  'decision',
  'status',
  'ban_info',
  'restriction_info',
  'alert_info',
  'flow_id',
  'history',
  'errors',
  'current_limit',
  'violation_info',
  'code',
]
const anyValue = fc.oneof(
  fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue()),
  fc.record({
    event: fc.constantFrom(...ACCOUNT_UPDATE_EVENTS),
    restriction_info: fc.jsonValue(),
    ban_info: fc.jsonValue(),
    disconnection_info: fc.jsonValue(),
  }),
)

describe('whatever a field holds', () => {
  test('it gets a sentence and never an exception', () => {
    const field = fc.oneof(fc.constantFrom(...ACCOUNT_FIELDS, ...TEMPLATE_FIELDS, '__proto__', 'constructor'), fc.string())
    fc.assert(
      fc.property(field, anyValue, (name, value) => {
        const { title, parts, understood } = readAccountField(name, value)
        expect(title.length).toBeGreaterThan(3)
        expect(title).not.toMatch(/undefined|\[object/)
        for (const part of parts) for (const notice of part.raise ?? []) expect(Object.values(notice.details).every((v) => typeof v === 'string')).toBe(true)
        if (!understood) expect(parts.flatMap((p) => p.raise ?? [])).toEqual([])
      }),
      { numRuns: 500 },
    )
  })
})

test.each([
  [250, 250],
  [-1, -1],
  ['TIER_250', 250],
  ['TIER_2K', 2000],
  ['tier_100k', 100_000],
  ['TIER_UNLIMITED', -1],
  ['TIER_NOT_SET', null],
  ['', null],
  [{}, null],
  [Number.NaN, null],
])('a limit of %j is %j', (given, expected) => expect(readLimit(given)).toBe(expected))

test.each([
  [1_790_000_000, '2026-09-21T14:13:20.000Z'],
  ['1790000000', '2026-09-21T14:13:20.000Z'],
  [1_790_000_000_000, '2026-09-21T14:13:20.000Z'],
  ['2026-11-20T16:00:00+0000', '2026-11-20T16:00:00.000Z'],
  ['never', null],
  [0, null],
  [1e300, null],
  [[], null],
])('a moment of %j is %j', (given, expected) => expect(moment(given)?.toISOString() ?? null).toBe(expected))
